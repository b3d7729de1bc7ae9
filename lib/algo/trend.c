/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend.c - a line by least squares, about the means so that no digits are
 * lost to numbers that are large and alike.
 *
 * It is said to grow if there are at least LEAST collections, the line explains
 * at least FIT of what the numbers differ by, and it rises by at least SHARE of
 * where it began: fewer points lie on a line by chance, and a heap that has
 * filled a cache grows a little for ever.
 */
#include "algo/trend.h"

#include <math.h>

#define LEAST 4
#define FIT   0.8
#define SHARE 0.05

double hs_trend_line(const double *x, const double *y, size_t count,
                     double *fit)
{
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0, yy = 0;

    for (size_t i = 0; i < count; i++) {
        mean_x += (x[i] - mean_x) / (double)(i + 1);
        mean_y += (y[i] - mean_y) / (double)(i + 1);
    }
    for (size_t i = 0; i < count; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
    }
    *fit = yy > 0 && xx > 0 ? xy * xy / (xx * yy) : 1;
    return xx > 0 ? xy / xx : 0;
}

/* The points in ARENA; returns how many. */
static size_t collect(const struct hs_timeline *timeline, double *x, double *y,
                      struct hs_trend *trend)
{
    const struct hs_gc_cycle *cycles = timeline->cycles.at;
    size_t count = 0;

    for (size_t i = 0; i < timeline->cycles.count; i++) {
        if (cycles[i].end < 0 || cycles[i].after == 0)
            continue;
        x[count] = (double)cycles[i].end / 1e9;
        y[count] = (double)cycles[i].after;
        if (count++ == 0) {
            trend->first = cycles[i].after;
            trend->from = cycles[i].end;
        }
        trend->last = cycles[i].after;
        trend->to = cycles[i].end;
    }
    return count;
}

struct hs_trend hs_trend_of(const struct hs_timeline *timeline)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_trend trend = {.per_second = (double)NAN, .fit = (double)NAN};
    size_t room = timeline->cycles.count + 1;
    double *x = hs_arena_zeroed(&arena, room, sizeof(*x));
    double *y = hs_arena_zeroed(&arena, room, sizeof(*y)), slope;

    trend.count = collect(timeline, x, y, &trend);
    trend.few = trend.count < LEAST;
    if (trend.count >= 2) {
        slope = hs_trend_line(x, y, trend.count, &trend.fit);
        trend.grows =
            trend.count >= LEAST && trend.fit >= FIT &&
            slope * (x[trend.count - 1] - x[0]) >= SHARE * (double)trend.first;
        if (timeline->clock_hz)
            trend.per_second = slope;
    }
    hs_arena_free(&arena);
    return trend;
}
