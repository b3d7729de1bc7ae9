/* SPDX-License-Identifier: Apache-2.0 */
/* series_test.c - many moments in bounded memory. */
#include "model/series.h"

#include "base/test.h"

TEST(a_short_series_is_kept_as_it_is)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_series series;
    const struct hs_series_point *points;

    hs_series_init(&series, &arena);
    for (int i = 0; i < HS_SERIES_MOST; i++)
        hs_series_add(&series, i, (double[HS_SERIES_LINES]){i % 7, -i});
    assert_int_equal(series.points.count, HS_SERIES_MOST);
    points = series.points.at;
    for (int i = 0; i < HS_SERIES_MOST; i++) {
        assert_int_equal(points[i].count, 1);
        assert_int_equal((int)points[i].lines[0].last, i % 7);
        assert_int_equal((int)points[i].lines[1].low, -i);
    }
    hs_arena_free(&arena);
}

TEST(a_long_series_keeps_every_extreme)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_series series;
    const struct hs_series_point *points;
    const int n = 1000003;
    uint64_t count = 0;
    double high = 0, until = -1;

    hs_series_init(&series, &arena);
    for (int i = 0; i < n; i++)
        hs_series_add(&series, i,
                      (double[HS_SERIES_LINES]){i == 777777 ? 1e9 : i % 1000});
    points = series.points.at;
    assert_true(series.points.count <= HS_SERIES_MOST &&
                series.points.count >= HS_SERIES_MOST / 2);
    for (size_t i = 0; i < series.points.count; i++) {
        assert_true(points[i].since > until);
        until = points[i].until;
        count += points[i].count;
        if (points[i].lines[0].high > high)
            high = points[i].lines[0].high;
    }
    assert_int_equal(count, n);
    assert_int_equal((int)until, n - 1);
    assert_true(high == 1e9);
    assert_true(arena.bytes < 1 << 20);
    hs_arena_free(&arena);
}

TEST(the_trend_is_that_of_all_moments)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_series series;
    struct hs_series_trend trend;

    hs_series_init(&series, &arena);
    assert_false(hs_series_trend(&series).known);
    for (int i = 0; i < 100000; i++)
        hs_series_add(&series, 1e6 + i,
                      (double[HS_SERIES_LINES]){5e9 + 3.0 * i});
    trend = hs_series_trend(&series);
    assert_true(trend.known && trend.fit > 0.999999);
    assert_true(trend.per_unit > 2.99999 && trend.per_unit < 3.00001);
    hs_arena_free(&arena);
    hs_series_init(&series, &arena);
    for (int i = 0; i < 1000; i++)
        hs_series_add(&series, i, (double[HS_SERIES_LINES]){i & 1});
    trend = hs_series_trend(&series);
    assert_true(trend.known && trend.fit < 0.01);
    hs_arena_free(&arena);
}
