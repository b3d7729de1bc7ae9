/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_test.c - lines through points of which the answer is known.
 */
#include "algo/trend.h"

#include <math.h>

#include "base/test.h"

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-9 * (fabs(a) + fabs(b)) + 1e-12;
}

TEST(a_line_goes_through_points_that_are_on_one)
{
    double x[] = {0, 1, 2, 5}, y[] = {7, 9, 11, 17}, fit;

    CHECK(near(hs_trend_line(x, y, 4, &fit), 2) && near(fit, 1));
}

/* Anscombe's first set (The American Statistician 27, 1973): slope 0.5001,
 * R squared 0.6665. */
TEST(a_line_is_the_one_of_least_squares)
{
    double x[] = {10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
    double y[] = {8.04, 6.95, 7.58,  8.81, 8.33, 9.96,
                  7.24, 4.26, 10.84, 4.82, 5.68};
    double fit, slope = hs_trend_line(x, y, 11, &fit);

    CHECK(fabs(slope - 0.50009) < 1e-5 && fabs(fit - 0.66654) < 1e-5);
}

TEST(a_line_through_large_and_like_numbers_keeps_its_digits)
{
    double x[] = {1e9, 1e9 + 1, 1e9 + 2}, y[] = {1e15, 1e15 + 1, 1e15 + 2}, fit;

    CHECK(near(hs_trend_line(x, y, 3, &fit), 1) && near(fit, 1));
}

TEST(a_line_through_one_moment_or_equal_numbers_is_flat)
{
    double x[] = {3, 3}, y[] = {1, 5}, fit;

    CHECK(near(hs_trend_line(x, y, 2, &fit), 0));
    CHECK(near(hs_trend_line(y, x, 2, &fit), 0) && near(fit, 1));
}

static struct hs_trend trend_of(struct hs_arena *arena, size_t count,
                                const uint64_t *after, uint64_t clock)
{
    struct hs_timeline timeline = {.clock_hz = clock};

    timeline.cycles = HS_COLUMN(struct hs_gc_cycle, arena);
    for (size_t i = 0; i < count; i++) {
        struct hs_gc_cycle cycle = {.start = (int64_t)i * 500000000,
                                    .end = (int64_t)i * 500000000 + 1,
                                    .after = after[i]};

        hs_column_push(&timeline.cycles, &cycle);
        cycle.end = -1; /* one that runs on says nothing */
        cycle.after = 1;
        hs_column_push(&timeline.cycles, &cycle);
    }
    return hs_trend_of(&timeline);
}

TEST(a_heap_grows_if_what_collections_leave_is_on_a_rising_line)
{
    static const uint64_t rising[] = {1000, 1100, 1200, 1300};
    static const uint64_t wild[] = {1000, 3000, 900, 1500};
    static const uint64_t flat[] = {1000, 1001, 1002, 1003};
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_trend trend = trend_of(&arena, 4, rising, 1000);

    CHECK(trend.grows && trend.count == 4 && near(trend.per_second, 200));
    CHECK(trend.first == 1000 && trend.last == 1300);
    CHECK(!trend_of(&arena, 3, rising, 1000).grows);
    CHECK(!trend_of(&arena, 4, wild, 1000).grows);
    CHECK(!trend_of(&arena, 4, flat, 1000).grows);
    CHECK(isnan(trend_of(&arena, 4, rising, 0).per_second));
    CHECK(trend_of(&arena, 0, rising, 1000).count == 0);
    hs_arena_free(&arena);
}
