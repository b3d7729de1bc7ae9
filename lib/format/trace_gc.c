/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_gc.c - the heap's size and the collector's work.
 *
 * Both versions tell in this order: GC begin, stop for sweep termination, ...,
 * stop for mark termination, live bytes, GC end, goal, go on.  So all stops of
 * the collector belong to the cycle begun last, and so does the sweep that
 * follows it.
 */
#include <stdlib.h>

#include "format/trace_impl.h"

#define MOST_SAMPLES ((size_t)1 << 16)
#define MOST_CYCLES  ((size_t)1 << 18)

void hs_trace_gc_init(struct trace *t)
{
    hs_trace_series_init(&t->gc.heap, MOST_SAMPLES, &t->scratch);
    hs_map_init(&t->gc.stw_rows, &t->scratch, 16);
    t->gc.stw = -1;
}

/* The cycle begun last; NULL if there is none. */
static struct hs_gc_cycle *latest(const struct trace *t)
{
    const struct hs_column *cycles = &t->line->cycles;

    return cycles->count > 0
               ? (struct hs_gc_cycle *)cycles->at + cycles->count - 1
               : NULL;
}

/* A + BY, at most what 63 bits hold. */
static void add(int64_t *a, int64_t by)
{
    if (by > 0 && __builtin_add_overflow(*a, by, a))
        *a = INT64_MAX;
}

void hs_trace_gc_heap(struct trace *t, uint64_t live)
{
    int64_t value = live < INT64_MAX ? (int64_t)live : INT64_MAX;

    t->gc.live = live;
    hs_trace_series_add(&t->gc.heap,
                        (struct trace_sample){t->now, value, t->gc.goal});
}

void hs_trace_gc_goal(struct trace *t, uint64_t goal)
{
    struct hs_gc_cycle *cycle = latest(t);

    if (goal == UINT64_MAX)
        goal = 0; /* the collector is off */
    t->gc.goal = goal;
    if (cycle && !t->gc.running && !cycle->goal)
        cycle->goal = goal;
}

void hs_trace_gc_begin(struct trace *t, bool before_trace)
{
    struct hs_gc_cycle cycle = {
        .start = before_trace ? HS_BEFORE_TRACE : t->now,
        .end = -1,
        .before = t->gc.live,
    };

    if (t->gc.running)
        hs_trace_odd(t);
    t->gc.running = true;
    t->line->collections++;
    if (t->line->cycles.count < MOST_CYCLES)
        hs_column_push(&t->line->cycles, &cycle);
}

void hs_trace_gc_end(struct trace *t)
{
    struct hs_gc_cycle *cycle;

    if (!t->gc.running) {
        hs_trace_odd(t);
        hs_trace_gc_begin(t, true);
    }
    t->gc.running = false;
    t->gc.completed++;
    t->gc.ended = t->now;
    cycle = latest(t);
    if (cycle->end < 0) {
        cycle->end = t->now;
        cycle->after = t->gc.live;
    }
}

void hs_trace_gc_stw(struct trace *t, uint32_t kind)
{
    if (t->gc.stw >= 0)
        hs_trace_odd(t);
    t->gc.stw = t->now;
    t->gc.stw_kind = kind;
}

static bool of_collector(struct hs_str kind)
{
    return kind.size >= 3 && memcmp(kind.text, "GC ", 3) == 0;
}

void hs_trace_gc_stw_end(struct trace *t)
{
    struct hs_column *rows = &t->line->stw;
    struct hs_trace_stw row = {.kind = t->gc.stw_kind}, *at;
    struct hs_gc_cycle *cycle = latest(t);
    int64_t length = t->now - t->gc.stw;
    uint32_t number;

    if (t->gc.stw < 0)
        return; /* it began before the trace */
    t->gc.stw = -1;
    number = hs_map_add(&t->gc.stw_rows, row.kind, (uint32_t)rows->count);
    if (number == rows->count)
        hs_column_push(rows, &row);
    at = (struct hs_trace_stw *)rows->at + number;
    at->count++;
    add(&at->total, length);
    if (length > at->longest)
        at->longest = length;
    if (cycle && of_collector(hs_intern_text(&t->strings, row.kind)))
        add(&cycle->stw, length);
}

void hs_trace_gc_assist(struct trace *t, uint32_t life)
{
    hs_trace_life_extra(t, life)->assist = t->now;
}

void hs_trace_gc_assist_end(struct trace *t, uint32_t life)
{
    struct trace_extra *extra;
    struct hs_gc_cycle *cycle = latest(t);

    if (!hs_trace_life(t, life)->extra)
        return; /* it began before the trace */
    extra = hs_trace_life_extra(t, life);
    if (cycle && extra->assist >= 0)
        add(&cycle->assist, t->now - extra->assist);
    extra->assist = -1;
}

void hs_trace_gc_sweep_end(struct trace *t, struct trace_stream *stream,
                           uint64_t swept, uint64_t freed)
{
    struct hs_gc_cycle *cycle = latest(t);

    if (cycle) {
        cycle->swept += swept;
        cycle->freed += freed;
        if (stream->sweep >= 0)
            add(&cycle->sweep, t->now - stream->sweep);
    }
    stream->sweep = -1;
}

static int by_total(const void *a, const void *b)
{
    const struct hs_trace_stw *x = a, *y = b;

    if (x->total != y->total)
        return x->total > y->total ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

void hs_trace_gc_finish(struct trace *t)
{
    struct hs_column *rows = &t->line->stw;
    const struct trace_sample *samples;

    hs_trace_series_close(&t->gc.heap);
    samples = t->gc.heap.samples.at;
    for (size_t i = 0; i < t->gc.heap.samples.count; i++) {
        struct hs_heap_sample sample = {
            samples[i].t, (uint64_t)samples[i].value, samples[i].goal};

        hs_column_push(&t->line->heap, &sample);
    }
    t->line->heap_samples = t->gc.heap.total;
    hs_trace_sort(rows, by_total);
}
