/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_series.c - a curve of as many points as a screen can tell apart.
 *
 * All values are kept until there are too many.  From then on, of each run of
 * 2 * STRIDE values only the lowest and the highest are, in their order, so
 * that neither peaks nor troughs are lost; STRIDE doubles whenever the room is
 * full again.  The first and the last value are always kept.
 */
#include <stdlib.h>

#include "format/trace_impl.h"

void hs_trace_series_init(struct trace_series *series, size_t most,
                          struct hs_arena *arena)
{
    *series = (struct trace_series){
        .samples = HS_COLUMN(struct trace_sample, arena),
        .most = most,
        .stride = 1,
    };
}

/* Keeps the lowest and the highest of each four, but the first. */
static void halve(struct trace_series *series)
{
    struct trace_sample *s = series->samples.at;
    size_t n = series->samples.count, kept = 1;

    for (size_t i = 1; i < n; i += 4) {
        size_t low = i, high = i;

        for (size_t k = i + 1; k < i + 4 && k < n; k++) {
            low = s[k].value < s[low].value ? k : low;
            high = s[k].value > s[high].value ? k : high;
        }
        if (low == high)
            high = i + 3 < n ? i + 3 : n - 1;
        s[kept++] = s[low < high ? low : high];
        if (low != high)
            s[kept++] = s[low < high ? high : low];
    }
    series->samples.count = kept;
    series->stride *= 2;
}

static void keep(struct trace_series *series, struct trace_sample sample)
{
    if (series->samples.count >= series->most)
        halve(series);
    hs_column_push(&series->samples, &sample);
}

static void keep_pending(struct trace_series *series)
{
    struct trace_sample low = series->low, high = series->high;

    if (series->pending == 0)
        return;
    series->pending = 0;
    keep(series, series->low_first ? low : high);
    if (low.t != high.t || low.value != high.value)
        keep(series, series->low_first ? high : low);
}

void hs_trace_series_add(struct trace_series *series,
                         struct trace_sample sample)
{
    series->total++;
    series->last = sample;
    if (series->stride == 1 && series->samples.count < series->most) {
        hs_column_push(&series->samples, &sample);
        return;
    }
    if (series->stride == 1)
        halve(series);
    if (series->pending == 0) {
        series->low = series->high = sample;
        series->low_first = true;
    } else if (sample.value < series->low.value) {
        series->low = sample;
        series->low_first = false;
    } else if (sample.value > series->high.value) {
        series->high = sample;
        series->low_first = true;
    }
    if (++series->pending >= series->stride * 2)
        keep_pending(series);
}

static int by_time(const void *a, const void *b)
{
    const struct trace_sample *x = a, *y = b;

    if (x->t != y->t)
        return x->t < y->t ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

/* Nearly in order already: insertion, unless something is far from its place.
 */
static void sort(struct trace_sample *samples, size_t count)
{
    size_t moves = 0;

    for (size_t i = 1; i < count && moves <= count * 8; i++) {
        struct trace_sample sample = samples[i];
        size_t place = i;

        for (; place > 0 && by_time(&samples[place - 1], &sample) > 0;
             place--, moves++)
            samples[place] = samples[place - 1];
        samples[place] = sample;
    }
    if (moves > count * 8)
        qsort(samples, count, sizeof(*samples), by_time);
}

void hs_trace_series_close(struct trace_series *series)
{
    const struct trace_sample *samples;
    size_t n;

    keep_pending(series);
    samples = series->samples.at;
    n = series->samples.count;
    if (n > 0 && (samples[n - 1].t != series->last.t ||
                  samples[n - 1].value != series->last.value))
        hs_column_push(&series->samples, &series->last);
    sort(series->samples.at, series->samples.count);
}
