/* SPDX-License-Identifier: Apache-2.0 */
/*
 * series.h - numbers over time, in bounded memory.
 *
 * The first HS_SERIES_MOST moments are kept as they are.  From then on two
 * neighbours become one, again and again: a point then stands for COUNT moments
 * from SINCE to UNTIL, and has the lowest, the highest and the last of each
 * number.  Sums over all moments, for the mean and the trend, are exact.
 */
#ifndef HS_MODEL_SERIES_H
#define HS_MODEL_SERIES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define HS_SERIES_MOST  2048 /* even */
#define HS_SERIES_LINES 4

struct hs_series_span {
    double low, high, last;
};

struct hs_series_point {
    double since, until;
    uint64_t count;
    struct hs_series_span lines[HS_SERIES_LINES];
};

struct hs_series {
    struct hs_column points; /* struct hs_series_point */
    uint64_t count;          /* moments */
    uint64_t each;           /* moments a point, but for the last */
    /* Of line 0, about the first moment's. */
    double start, first;
    double sum_t, sum_tt, sum_v, sum_tv, sum_vv;
};

struct hs_series_trend {
    bool known;      /* there are three moments at least, not all at one time */
    double per_unit; /* growth of line 0 per unit of time */
    double fit;      /* 0..1: the part of its variance that this explains */
};

void hs_series_init(struct hs_series *series, struct hs_arena *arena);

/* The numbers of all lines at TIME; no earlier than the last one. */
void hs_series_add(struct hs_series *series, double time,
                   const double numbers[HS_SERIES_LINES]);

/* The straight line through all moments of line 0, by least squares. */
struct hs_series_trend hs_series_trend(const struct hs_series *series);

#endif
