/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff.h - what changed between digests of two or more moments.
 */
#ifndef HS_ALGO_DIFF_H
#define HS_ALGO_DIFF_H

#include "model/digest.h"

enum hs_change {
    HS_CHANGE_NEW,
    HS_CHANGE_GROWN,
    HS_CHANGE_SHRUNK,
    HS_CHANGE_GONE,
};

struct hs_diff_row {
    const char *kind;
    struct hs_str name, via;
    int64_t old, new, delta;            /* first and last digest */
    int64_t objects_delta;              /* 0 if not known */
    int64_t old_retained, new_retained; /* 0 if the digests do not tell */
    bool retained;                      /* they do */
    enum hs_change change;
    bool noise;  /* sampling alone makes such a delta: |delta| <= 2 sigma */
    bool steady; /* it grew in every step */
    bool saturated;
};

struct hs_diff {
    struct hs_diff_row *rows;     /* the biggest growth first; then by name */
    size_t count;                 /* rows that did not change are not there */
    size_t noise_count;           /* how many rows are noise, */
    int64_t noise_delta;          /* and what they add up to */
    int64_t old_total, new_total; /* of the first and the last digest */
};

/* Compares COUNT closed digests, at least two, in the order of time. */
struct hs_diff *hs_diff(const struct hs_digest *const *digests, size_t count,
                        struct hs_arena *arena);

const char *hs_change_name(enum hs_change change);

#endif
