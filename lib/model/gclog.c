/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gclog.c - the lines of gctrace, added up run by run.
 */
#include "model/gclog.h"

struct hs_gclog_builder {
    struct hs_snapshot *snapshot;
    struct hs_gclog now; /* the run that is read */
};

struct hs_gclog_builder *hs_gclog_new(struct hs_snapshot *snapshot,
                                      struct hs_arena *scratch)
{
    struct hs_gclog_builder *builder =
        hs_arena_zeroed(scratch, 1, sizeof(*builder));

    builder->snapshot = snapshot;
    hs_series_init(&builder->now.heap, &snapshot->arena);
    return builder;
}

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* NOW is over: it takes the place of the run that is kept, or goes.  Its arrays
 * are used again, so a million runs take no more memory than two. */
static void end_run(struct hs_gclog_builder *builder)
{
    struct hs_snapshot *snapshot = builder->snapshot;
    struct hs_gclog *kept = snapshot->gclog, lost;
    struct hs_column points;

    if (builder->now.cycles == 0)
        return;
    if (!kept) {
        kept = hs_arena_zeroed(&snapshot->arena, 1, sizeof(*kept));
        hs_series_init(&kept->heap, &snapshot->arena);
        snapshot->gclog = kept;
        snapshot->parts |= HS_PART_GCLOG;
    }
    lost = builder->now;
    if (lost.cycles >= kept->cycles) {
        lost = *kept;
        builder->now.other_runs = kept->other_runs;
        builder->now.other_most = kept->other_most;
        *kept = builder->now;
    }
    if (lost.cycles) {
        kept->other_runs++;
        kept->other_most = most(kept->other_most, lost.peak_most);
    }
    points = lost.heap.points;
    points.count = 0;
    builder->now = (struct hs_gclog){.heap = {.points = points, .each = 1}};
}

void hs_gclog_add(struct hs_gclog_builder *builder,
                  const struct hs_gc_cycle *cycle)
{
    struct hs_gclog *log = &builder->now;
    const double heap[HS_SERIES_LINES] = {
        [HS_GC_AFTER] = (double)cycle->after,
        [HS_GC_BEFORE] = (double)cycle->before,
        [HS_GC_PEAK] = (double)most(cycle->at, cycle->before),
        [HS_GC_GOAL] = (double)cycle->goal,
    };

    if (log->cycles &&
        (cycle->number <= log->last.number || cycle->start < log->last.start))
        end_run(builder);
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

void hs_gclog_end(struct hs_gclog_builder *builder)
{
    end_run(builder);
}
