/* SPDX-License-Identifier: Apache-2.0 */
/*
 * series.c - numbers over time, in bounded memory.
 */
#include "model/series.h"

void hs_series_init(struct hs_series *series, struct hs_arena *arena)
{
    *series = (struct hs_series){
        .points = HS_COLUMN(struct hs_series_point, arena), .each = 1};
}

/* B, which comes after A, becomes part of it. */
static void join(struct hs_series_point *a, const struct hs_series_point *b)
{
    a->until = b->until;
    a->count += b->count;
    for (size_t i = 0; i < HS_SERIES_LINES; i++) {
        struct hs_series_span *x = &a->lines[i];
        const struct hs_series_span *y = &b->lines[i];

        x->low = y->low < x->low ? y->low : x->low;
        x->high = y->high > x->high ? y->high : x->high;
        x->last = y->last;
    }
}

static void halve(struct hs_series *series)
{
    struct hs_series_point *points = series->points.at;

    for (size_t i = 0; i < series->points.count / 2; i++) {
        points[i] = points[2 * i];
        join(&points[i], &points[2 * i + 1]);
    }
    series->points.count /= 2;
    series->each *= 2;
}

static void add_up(struct hs_series *series, double time, double value)
{
    double t, v;

    if (series->count == 0) {
        series->start = time;
        series->first = value;
    }
    t = time - series->start;
    v = value - series->first;
    series->count++;
    series->sum_t += t;
    series->sum_tt += t * t;
    series->sum_v += v;
    series->sum_tv += t * v;
    series->sum_vv += v * v;
}

void hs_series_add(struct hs_series *series, double time,
                   const double numbers[HS_SERIES_LINES])
{
    struct hs_series_point new = {.since = time, .until = time, .count = 1};
    struct hs_series_point *last = series->points.at;

    for (size_t i = 0; i < HS_SERIES_LINES; i++)
        new.lines[i] =
            (struct hs_series_span){numbers[i], numbers[i], numbers[i]};
    add_up(series, time, numbers[0]);
    if (series->points.count)
        last += series->points.count - 1;
    if (series->points.count && last->count < series->each) {
        join(last, &new);
        return;
    }
    if (series->points.count == HS_SERIES_MOST)
        halve(series);
    hs_column_push(&series->points, &new);
}

struct hs_series_trend hs_series_trend(const struct hs_series *series)
{
    struct hs_series_trend trend = {0};
    double n = (double)series->count;
    double spread = n * series->sum_tt - series->sum_t * series->sum_t;
    double height = n * series->sum_vv - series->sum_v * series->sum_v;
    double both = n * series->sum_tv - series->sum_t * series->sum_v;

    if (series->count < 3 || !(spread > 0))
        return trend;
    trend.known = true;
    trend.per_unit = both / spread;
    trend.fit = height > 0 ? both * both / (spread * height) : 0;
    if (!(trend.fit <= 1))
        trend.fit = 1;
    return trend;
}
