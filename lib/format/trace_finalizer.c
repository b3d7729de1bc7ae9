/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_finalizer.c - goroutines that run finalizers, and whether they can.
 *
 * Such a goroutine is known by its outermost function, not by what it waits
 * for: "system goroutine wait" is what a dozen others wait for too.  It is idle
 * when it parks for that reason with nothing of the user's on its stack; from
 * the next start on it is busy.  How long it takes from runnable to running
 * says nothing, as the scheduler lets it run at once.
 */
#include <stdlib.h>

#include "format/trace_impl.h"

#define NOT_BLOCKED (-2)

static struct trace_finalizer *finalizer_at(const struct trace *t,
                                            uint32_t finalizer)
{
    return (struct trace_finalizer *)t->finalizers.at + finalizer;
}

static struct hs_trace_finalizer_function *function_at(const struct trace *t,
                                                       uint32_t row)
{
    return (struct hs_trace_finalizer_function *)
               t->line->finalizer_functions.at +
           row;
}

void hs_trace_finalizer_new(struct trace *t, uint32_t life,
                            enum trace_root kind, uint32_t function)
{
    const struct trace_life *l = hs_trace_life(t, life);
    bool running =
        l->state == HS_TRACE_RUNNING || l->state == HS_TRACE_RUNNABLE;
    struct trace_finalizer finalizer = {
        .row = {.goroutine = l->id,
                .function = function,
                .cleanups = kind == TRACE_ROOT_CLEANUPS},
        .life = life,
        /* If the trace saw it start to run, it was idle before: most are. */
        .stretch = running ? l->since : HS_BEFORE_TRACE,
        .cycle = running && l->since >= 0 ? t->gc.completed : 0,
        .block = NOT_BLOCKED,
        .woken = UINT64_MAX,
        .wakes = HS_COLUMN(int64_t, &t->scratch),
    };

    hs_column_push(&t->finalizers, &finalizer);
    hs_trace_life_extra(t, life)->finalizer = (uint32_t)t->finalizers.count;
}

static void end_block(struct trace *t, struct trace_finalizer *f)
{
    struct hs_trace_finalizer_function *function;
    int64_t blocked;

    if (f->block == NOT_BLOCKED)
        return;
    blocked = hs_trace_since(t, f->block);
    function = function_at(t, f->block_row);
    f->row.blocked_ns += blocked;
    function->blocked += blocked;
    if (blocked > function->longest)
        function->longest = blocked;
    f->block = NOT_BLOCKED;
}

static void end_stretch(struct trace *t, struct trace_finalizer *f)
{
    int64_t length = hs_trace_since(t, f->stretch);
    uint64_t cycles = t->gc.completed - f->cycle;

    f->row.stretches++;
    f->row.busy_ns += length;
    if (length > f->row.longest)
        f->row.longest = length;
    if (cycles > f->row.longest_cycles)
        f->row.longest_cycles =
            cycles < UINT32_MAX ? (uint32_t)cycles : UINT32_MAX;
}

void hs_trace_finalizer_start(struct trace *t, uint32_t finalizer)
{
    struct trace_finalizer *f = finalizer_at(t, finalizer);

    end_block(t, f);
    if (f->row.known && !f->idle)
        return;
    f->stretch = t->now;
    f->cycle = t->gc.completed;
    f->row.known = true;
    f->idle = false;
}

/* The row for FUNCTION of FINALIZER. */
static uint32_t function_row(struct trace *t, uint32_t finalizer,
                             uint32_t function)
{
    struct hs_column *rows = &t->line->finalizer_functions;
    struct hs_trace_finalizer_function row = {.finalizer = finalizer,
                                              .function = function};
    uint32_t number =
        hs_map_add(&t->finalizer_functions,
                   (uint64_t)finalizer << 32 | function, (uint32_t)rows->count);

    if (number == rows->count)
        hs_column_push(rows, &row);
    return number;
}

/* Is REASON what it waits for when it has nothing to do?  Old traces have no
 * reasons. */
static bool idle_reason(struct trace *t, uint64_t reason)
{
    uint32_t string = hs_trace_string(t, reason);

    return string == 0 || hs_str_equal(hs_intern_text(&t->strings, string),
                                       hs_str_of("system goroutine wait"));
}

void hs_trace_finalizer_stop(struct trace *t, uint32_t finalizer,
                             enum hs_trace_state state, uint64_t reason,
                             uint64_t stack)
{
    struct trace_finalizer *f = finalizer_at(t, finalizer);
    uint32_t number = hs_trace_stack(t, stack);
    uint32_t function = hs_trace_stack_info(t, number)->finalizer;
    int64_t since = hs_trace_life(t, f->life)->since;

    end_block(t, f);
    if (!function) {
        if (state != HS_TRACE_WAITING || !stack || !idle_reason(t, reason))
            return;
        if (f->row.known && !f->idle)
            end_stretch(t, f);
        f->row.known = f->idle = true;
        f->row.running = f->row.stack = 0;
        return;
    }
    f->row.known = true;
    f->idle = false;
    f->row.running = function;
    f->row.stack = number;
    if (state != HS_TRACE_WAITING && state != HS_TRACE_SYSCALL)
        return;
    f->block = since;
    f->block_cycle = since < 0 ? 0 : t->gc.completed;
    f->block_row = function_row(t, finalizer, function);
    function_at(t, f->block_row)->waits++;
    function_at(t, f->block_row)->stack = number;
}

void hs_trace_finalizer_unblock(struct trace *t, uint32_t finalizer)
{
    struct trace_finalizer *f = finalizer_at(t, finalizer);
    int64_t delay = hs_trace_since(t, t->gc.ended);

    end_block(t, f);
    if (!f->idle || t->gc.completed == 0 || f->woken == t->gc.completed)
        return;
    f->woken = t->gc.completed;
    hs_column_push(&f->wakes, &delay);
}

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* A wait will hardly end when the trace never saw it begin, when it cannot
 * end, or when the collector went round meanwhile or half of the trace went by.
 * Sleep does end: that one counts only from before the trace on. */
static bool is_stuck(const struct trace *t, const struct trace_finalizer *f,
                     int64_t waited)
{
    struct hs_str reason = hs_intern_text(&t->strings, f->row.reason);

    if (f->row.state != HS_TRACE_WAITING && f->row.state != HS_TRACE_SYSCALL)
        return f->row.cycles >= 2;
    if (f->block == HS_BEFORE_TRACE ||
        hs_str_equal(reason, hs_str_of("forever")))
        return true;
    if (hs_str_equal(reason, hs_str_of("sleep")))
        return false;
    return f->row.cycles >= 1 || waited >= t->line->duration / 2;
}

void hs_trace_finalizer_ended(struct trace *t, uint32_t finalizer)
{
    finalizer_at(t, finalizer)->life = TRACE_NONE;
}

static void finish(struct trace *t, struct trace_finalizer *f)
{
    const struct trace_life *life;
    bool blocked = f->block != NOT_BLOCKED;
    uint64_t cycles;

    hs_trace_sort(&f->wakes, by_size);
    f->row.wakes = f->wakes.count;
    if (f->wakes.count > 0) {
        const int64_t *wakes = f->wakes.at;

        f->row.wake_median = wakes[f->wakes.count / 2];
        f->row.wake_longest = wakes[f->wakes.count - 1];
    }
    if (f->life == TRACE_NONE)
        return;
    life = hs_trace_life(t, f->life);
    f->row.state = life->state;
    f->row.busy = f->row.known && !f->idle;
    if (!f->row.busy)
        return;
    f->row.reason = life->reason;
    f->row.since = blocked ? f->block : f->stretch;
    cycles = t->gc.completed - (blocked ? f->block_cycle : f->cycle);
    f->row.cycles = cycles < UINT32_MAX ? (uint32_t)cycles : UINT32_MAX;
    f->row.stuck = is_stuck(t, f, hs_trace_since(t, f->row.since));
    end_block(t, f);
    end_stretch(t, f);
}

/* By finalizer goroutine, then who blocked it longest. */
static int by_blocked(const void *a, const void *b)
{
    const struct hs_trace_finalizer_function *x = a, *y = b;

    if (x->finalizer != y->finalizer)
        return x->finalizer < y->finalizer ? -1 : 1;
    if (x->blocked != y->blocked)
        return x->blocked > y->blocked ? -1 : 1;
    return (x->function > y->function) - (x->function < y->function);
}

void hs_trace_finalizers_finish(struct trace *t)
{
    struct hs_column *rows = &t->line->finalizer_functions;

    t->now = t->line->duration;
    for (uint32_t i = 0; i < t->finalizers.count; i++) {
        struct trace_finalizer *f = finalizer_at(t, i);

        finish(t, f);
        hs_column_push(&t->line->finalizers, &f->row);
    }
    hs_trace_sort(rows, by_blocked);
}
