/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waterfall.h - where the resident memory of a process goes, as a sum.
 *
 *   RSS = live + garbage                objects; or HEAP, if not told apart
 *       + slack                         free slots of spans in use
 *       + idle                          free spans that were not given back
 *       + stacks + runtime              the rest of what Go has
 *       + huge                          given back, but huge pages keep it
 *       + outside                       program text, cgo, mmap, C libraries
 *       + rest                          of what is not known, when it is not
 *       - untouched                     of Go's, but not resident
 *
 * The equation holds to the byte whenever the RSS is known: the last four are
 * what makes it so.  Without an RSS the sum is what Go has from the system and
 * has not given back.
 */
#ifndef HS_ALGO_WATERFALL_H
#define HS_ALGO_WATERFALL_H

#include "model/process.h"

struct hs_waterfall_part {
    uint64_t bytes;
    bool known;
    bool about; /* put together from different moments, or rounded */
};

/* What a heap dump knows better than anyone. */
struct hs_waterfall_heap {
    uint64_t live, garbage;
};

struct hs_waterfall {
    bool rss_known, go_known; /* GO_KNOWN: MemStats, in whatever form */
    uint64_t total;           /* the RSS, or else the sum */
    enum hs_witness rss_by, go_by, live_by;
    struct hs_waterfall_part live, garbage, heap, slack, idle, stacks, runtime,
        huge, outside, rest, untouched;
    struct hs_waterfall_part released; /* given back: in no sum */
    struct hs_waterfall_part limit;    /* the group's, else GOMEMLIMIT */
    bool limit_is_soft;
};

/* PROCESS and HEAP may be NULL. */
void hs_waterfall_fill(struct hs_waterfall *w, const struct hs_process *process,
                       const struct hs_waterfall_heap *heap);

/* Sum of all parts, less what is untouched: TOTAL, or the arithmetic is wrong.
 */
uint64_t hs_waterfall_sum(const struct hs_waterfall *w);

#endif
