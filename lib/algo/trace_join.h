/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_join.h - a trace and a heap dump of one process: the same goroutines by
 * their numbers, the same objects by their addresses.
 *
 * Whether it is one process is not told by either file.  Numbers of goroutines
 * and addresses are small and alike in any two runs of a program, so what is
 * the same in both must be so nearly without exception before it is believed;
 * see trace_join.c.
 */
#ifndef HS_ALGO_TRACE_JOIN_H
#define HS_ALGO_TRACE_JOIN_H

#include "model/heap.h"
#include "model/timeline.h"

#define HS_NO_JOIN UINT32_MAX

/* Why a trace and a dump do not go together. */
enum hs_join_verdict {
    HS_JOIN_SAME,     /* they do */
    HS_JOIN_VERSIONS, /* programs by different versions of Go */
    HS_JOIN_OTHERS,   /* goroutines of equal number are different ones */
    HS_JOIN_NOTHING,  /* hardly a goroutine is in both */
    HS_JOIN_PLACES,   /* hardly an object is at its place */
};

struct hs_trace_join {
    enum hs_join_verdict verdict;
    uint64_t looked; /* goroutines that were alive at the trace's end */
    uint64_t found;  /* of LOOKED, those whose number the dump has, too */
    uint64_t agreed; /* of FOUND, those with the same function */
    /* By row of the timeline's goroutines, the heap's; or HS_NO_JOIN. */
    const uint32_t *goroutines;

    uint64_t objects, objects_found; /* that were live; with equal slots */
    bool placed;                     /* the objects are the same, too */
    /* By row of the timeline's live objects, the heap's; or HS_NO_JOIN. */
    const uint32_t *placements;
};

/* The result is in ARENA. */
struct hs_trace_join hs_trace_join_new(const struct hs_timeline *timeline,
                                       const struct hs_heap *heap,
                                       struct hs_arena *arena,
                                       struct hs_arena *scratch);

#endif
