/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gclog.c - the lines of gctrace, added up.
 */
#include "model/gclog.h"

struct hs_gclog *hs_gclog_of(struct hs_snapshot *snapshot)
{
    if (!snapshot->gclog) {
        snapshot->gclog =
            hs_arena_zeroed(&snapshot->arena, 1, sizeof(*snapshot->gclog));
        snapshot->gclog->arena = &snapshot->arena;
        hs_series_init(&snapshot->gclog->heap, &snapshot->arena);
    }
    snapshot->parts |= HS_PART_GCLOG;
    return snapshot->gclog;
}

/* Another run of the program begins; the arrays are used again. */
static void start_run(struct hs_gclog *log)
{
    uint64_t most =
        log->peak_most > log->earlier_most ? log->peak_most : log->earlier_most;
    struct hs_column points = log->heap.points;

    points.count = 0;
    *log = (struct hs_gclog){.earlier_runs = log->earlier_runs + 1,
                             .earlier_most = most,
                             .arena = log->arena};
    log->heap = (struct hs_series){.points = points, .each = 1};
}

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

void hs_gclog_add(struct hs_gclog *log, const struct hs_gc_cycle *cycle)
{
    const double heap[HS_SERIES_LINES] = {
        [HS_GC_AFTER] = (double)cycle->after,
        [HS_GC_BEFORE] = (double)cycle->before,
        [HS_GC_PEAK] = (double)most(cycle->at, cycle->before),
        [HS_GC_GOAL] = (double)cycle->goal,
    };

    if (log->cycles && (cycle->number <= log->last.number ||
                        cycle->start < log->last.start))
        start_run(log);
    if (log->cycles == 0)
        log->first = *cycle;
    else
        log->missing += cycle->number - log->last.number - 1;
    log->cycles++;
    log->forced += cycle->forced;
    log->last = *cycle;
    log->stop_sum_ms += cycle->stop_ms;
    if (cycle->stop_ms > log->stop_most_ms)
        log->stop_most_ms = cycle->stop_ms;
    log->after_most = most(log->after_most, cycle->after);
    log->peak_most = most(log->peak_most, most(cycle->at, cycle->before));
    hs_series_add(&log->heap, cycle->start, heap);
}
