/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waterfall.c - where the resident memory of a process goes.
 *
 * MemStats (runtime/mstats.go): Sys = HeapInuse + HeapIdle + StackSys + tables.
 * HeapReleased is the part of HeapIdle that was given back, or never touched.
 * StackInuse stands in the same arenas as the heap, next to it.
 *
 * Numbers of different moments need not fit.  Then the parts that are measured
 * stay as they are, and the difference goes to OUTSIDE or UNTOUCHED.
 */
#include "algo/waterfall.h"

/* No machine has more; with it no sum of a dozen can wrap. */
#define MOST ((uint64_t)1 << 58)

static struct hs_waterfall_part part(uint64_t bytes)
{
    return (struct hs_waterfall_part){.bytes = bytes, .known = true};
}

static bool knows(const struct hs_process *process, enum hs_fact_name name,
                  uint64_t *bytes)
{
    return hs_process_knows(process, name, bytes) && *bytes < MOST;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

struct memstats {
    uint64_t alloc, inuse, idle, released, stack_sys, stack_inuse, sys;
};

static bool read_memstats(const struct hs_process *process, struct memstats *m)
{
    if (!knows(process, HS_FACT_STACK_INUSE, &m->stack_inuse))
        m->stack_inuse = 0;
    if (!knows(process, HS_FACT_STACK_SYS, &m->stack_sys))
        return false;
    if (m->stack_inuse > m->stack_sys)
        m->stack_inuse = m->stack_sys;
    return knows(process, HS_FACT_HEAP_ALLOC, &m->alloc) &&
           knows(process, HS_FACT_HEAP_INUSE, &m->inuse) &&
           knows(process, HS_FACT_HEAP_IDLE, &m->idle) &&
           knows(process, HS_FACT_HEAP_RELEASED, &m->released) &&
           knows(process, HS_FACT_SYS, &m->sys);
}

/* Objects, live or not. */
static void fill_objects(struct hs_waterfall *w,
                         const struct hs_process *process,
                         const struct hs_waterfall_heap *heap,
                         const struct memstats *m)
{
    uint64_t live;

    if (heap) {
        w->live = part(heap->live);
        w->garbage = part(heap->garbage);
        w->live_by = HS_BY_DUMP;
        return;
    }
    if (!knows(process, HS_FACT_HEAP_LIVE, &live)) {
        if (m)
            w->heap = part(m->alloc);
        return;
    }
    w->live_by = process->facts[HS_FACT_HEAP_LIVE].by;
    w->live = part(live);
    w->live.about = w->live_by == HS_BY_GCTRACE || w->live_by == HS_BY_SAMPLES;
    if (!m)
        return;
    /* What was live at a collection may be gone by now. */
    if (live > m->alloc)
        w->live = part(m->alloc);
    w->garbage = part(m->alloc - w->live.bytes);
    w->live.about = w->garbage.about = w->live_by != w->go_by;
}

static uint64_t objects(const struct hs_waterfall *w)
{
    return w->live.bytes + w->garbage.bytes + w->heap.bytes;
}

/* With all mappings at hand: what of the arenas is resident beyond what Go
 * says, and what is not that should be. */
static void compare_arenas(struct hs_waterfall *w,
                           const struct hs_process *process,
                           const struct memstats *m)
{
    uint64_t arenas, huge, expected;

    if (!knows(process, HS_FACT_ARENAS, &arenas) || arenas == 0 ||
        !knows(process, HS_FACT_ARENAS_HUGE, &huge))
        return;
    expected = objects(w) + w->slack.bytes + w->idle.bytes + m->stack_inuse;
    w->huge = part(minus(arenas, expected));
    if (w->huge.bytes > huge)
        w->huge.bytes = huge;
    w->untouched = part(minus(expected, arenas));
}

/* What is known to be outside of Go: files, and the heap of C. */
static uint64_t known_outside(const struct hs_process *process)
{
    uint64_t file, heap;

    if (!knows(process, HS_FACT_MAPPED, &file) &&
        !knows(process, HS_FACT_RSS_FILE, &file))
        file = 0;
    return file + (knows(process, HS_FACT_C_HEAP, &heap) ? heap : 0);
}

/* What makes the sum the RSS.  With more outside than is left for it, so much
 * less of Go's is resident. */
static void balance(struct hs_waterfall *w, const struct hs_process *process)
{
    uint64_t sum = hs_waterfall_sum(w), missing = minus(w->total, sum);
    uint64_t outside = known_outside(process);

    if (w->go_known && missing < outside && outside <= w->total)
        missing = outside;
    if (sum + missing > w->total) {
        w->untouched.known = true;
        w->untouched.bytes += sum + missing - w->total;
    }
    if (w->go_known)
        w->outside = part(missing);
    else
        w->rest = part(missing);
}

static void fill_limit(struct hs_waterfall *w, const struct hs_process *process)
{
    uint64_t bytes;

    if (knows(process, HS_FACT_GROUP_LIMIT, &bytes)) {
        w->limit = part(bytes);
    } else if (knows(process, HS_FACT_SOFT_LIMIT, &bytes)) {
        w->limit = part(bytes);
        w->limit_is_soft = true;
    }
}

uint64_t hs_waterfall_sum(const struct hs_waterfall *w)
{
    return objects(w) + w->slack.bytes + w->idle.bytes + w->stacks.bytes +
           w->runtime.bytes + w->huge.bytes + w->outside.bytes + w->rest.bytes -
           w->untouched.bytes;
}

void hs_waterfall_fill(struct hs_waterfall *w, const struct hs_process *process,
                       const struct hs_waterfall_heap *heap)
{
    struct memstats m;
    uint64_t bytes;

    *w = (struct hs_waterfall){0};
    w->go_known = read_memstats(process, &m);
    if (w->go_known)
        w->go_by = process->facts[HS_FACT_SYS].by;
    fill_objects(w, process, heap, w->go_known ? &m : NULL);
    fill_limit(w, process);
    if (knows(process, HS_FACT_HEAP_RELEASED, &bytes))
        w->released = part(bytes);
    if (w->go_known) {
        w->slack = part(minus(m.inuse, objects(w)));
        w->idle = part(minus(m.idle, m.released));
        w->stacks = part(m.stack_sys);
        w->runtime = part(minus(m.sys, m.inuse + m.idle + m.stack_sys));
    }
    w->rss_known = knows(process, HS_FACT_RSS, &bytes);
    if (!w->rss_known) {
        w->total = hs_waterfall_sum(w);
        return;
    }
    w->total = bytes;
    w->rss_by = process->facts[HS_FACT_RSS].by;
    if (w->go_known)
        compare_arenas(w, process, &m);
    balance(w, process);
}
