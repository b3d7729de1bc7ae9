/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend.h - does it grow, how fast, and how sure is that: a straight line
 * through what is left after each collection.
 *
 * What lives between two collections goes up and down with the garbage.  What
 * a collection leaves is what is reachable, so a leak shows as a line that goes
 * up through those numbers.
 */
#ifndef HS_ALGO_TREND_H
#define HS_ALGO_TREND_H

#include "model/timeline.h"

struct hs_trend {
    size_t count;         /* of points; below 2 nothing else is known */
    double per_second;    /* bytes; NaN if the trace does not tell its clock */
    double fit;           /* R squared, 0 to 1; of equal numbers 1 */
    uint64_t first, last; /* after the first and the last collection */
    int64_t from, to;     /* when those ended */
    bool grows;           /* steadily: see trend.c */
    bool few;             /* points; too few to say that it does not */
};

/* Of the collections of TIMELINE that ended in it. */
struct hs_trend hs_trend_of(const struct hs_timeline *timeline);

/* The line through COUNT points, by least squares: its slope, and R squared. */
double hs_trend_line(const double *x, const double *y, size_t count,
                     double *fit);

#endif
