/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gclog.h - collections as GODEBUG=gctrace=1 tells them, one line each.
 *
 * A log may have the lines of several runs of a program, one after the other:
 * the one with most collections is kept, the last of such, and of the others
 * only how many they were.  Sizes are whole MiB, rounded down by the runtime.
 */
#ifndef HS_MODEL_GCLOG_H
#define HS_MODEL_GCLOG_H

#include "model/series.h"
#include "model/snapshot.h"

/* Lines of hs_gclog.heap. */
enum hs_gclog_line { HS_GC_AFTER, HS_GC_BEFORE, HS_GC_PEAK, HS_GC_GOAL };

struct hs_gc_cycle {
    uint64_t number;
    double start;                     /* seconds since the program's start */
    double gc_share;                  /* of all CPU time so far, 0..1 */
    double stop_ms;                   /* the world stood still */
    double clock_ms;                  /* all phases */
    uint64_t before, at, after, goal; /* bytes; AT is when marking ended */
    uint64_t stacks, globals;         /* bytes, from Go 1.18 on */
    uint64_t processors;
    bool forced;
    bool scans_known; /* STACKS and GLOBALS */
};

struct hs_gclog {
    struct hs_series heap; /* time in seconds */
    struct hs_gc_cycle first, last;
    uint64_t cycles, forced, missing;
    double stop_most_ms, stop_sum_ms;
    uint64_t after_most, peak_most;  /* bytes */
    uint64_t other_runs, other_most; /* and the most that these had, bytes */
};

/* Reads lines of one log for a snapshot. */
struct hs_gclog_builder;

/* A builder in SCRATCH. */
struct hs_gclog_builder *hs_gclog_new(struct hs_snapshot *snapshot,
                                      struct hs_arena *scratch);

/* The next line. */
void hs_gclog_add(struct hs_gclog_builder *builder,
                  const struct hs_gc_cycle *cycle);

/* There are no more; the snapshot has this part if there was one. */
void hs_gclog_end(struct hs_gclog_builder *builder);

#endif
