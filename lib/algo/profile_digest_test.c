/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_digest_test.c - the variance of a sampled value, against sampling.
 */
#include "algo/profile_digest.h"

#include "algo/profile_sum.h"

#include <math.h>

#include "base/test.h"

#define RATE 16384

static const struct hs_str strings[] = {
    {"", 0},      {"inuse_objects", 13}, {"count", 5}, {"inuse_space", 11},
    {"bytes", 5}, {"main.f", 6},         {"space", 5},
};

/* What the digest says of a function with OBJECTS objects of SIZE bytes in
 * use, by sample type TYPE. */
static struct hs_digest_row digest_of(int64_t objects, int64_t size,
                                      size_t type)
{
    static const struct hs_value_type types[] = {{1, 2}, {3, 4}};
    static const struct hs_function function = {.name = 5};
    static const struct hs_line line = {.function = 0};
    static const struct hs_location location = {.mapping = HS_NO_MAPPING,
                                                .line_count = 1};
    static const uint64_t starts[] = {0, 1};
    static const uint32_t frame = 0;
    const int64_t values[] = {objects, objects * size};
    struct hs_profile profile = {
        .strings = strings,
        .types = types,
        .functions = &function,
        .locations = &location,
        .lines = &line,
        .string_count = 7,
        .type_count = 2,
        .function_count = 1,
        .location_count = 1,
        .line_count = 1,
        .sample_count = 1,
        .stack_start = starts,
        .frames = &frame,
        .values = values,
        .period_type = {6, 4},
        .period = RATE,
    };
    struct hs_view_options options = {.by = HS_BY_FUNCTION};
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_profile_view *view = hs_profile_view(&profile, &options, &arena);
    struct hs_digest digest;
    struct hs_digest_row row;

    hs_digest_init(&digest, &arena);
    hs_profile_digest(view, hs_profile_sum(view, type, &arena), type, false,
                      &digest, &arena);
    hs_digest_close(&digest);
    assert_int_equal(digest.rows.count, 1);
    row = *(struct hs_digest_row *)digest.rows.at;
    hs_arena_free(&arena);
    return row;
}

/* The same numbers in every run: 0 <= random < 1. */
static double random_share(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) / 0x1p53;
}

/* The variance of the bytes that Go reports for OBJECTS objects of SIZE bytes,
 * over many samplings of them. */
static double sampled_variance(int objects, double size)
{
    double p = 1 - exp(-size / RATE), sum = 0, squares = 0;
    uint64_t state = 1;
    int trials = 1000;

    for (int t = 0; t < trials; t++) {
        int taken = 0;
        double bytes;

        for (int i = 0; i < objects; i++)
            taken += random_share(&state) < p;
        bytes = taken * size / p;
        sum += bytes;
        squares += bytes * bytes;
    }
    return squares / trials - (sum / trials) * (sum / trials);
}

static void check(int objects, int size)
{
    double expected = sampled_variance(objects, size);
    double told = digest_of(objects, size, 1).variance;

    if (fabs(told - expected) > 0.15 * expected)
        fail_msg("%d objects of %d bytes: variance %g told, %g seen", objects,
                 size, told, expected);
}

TEST(the_variance_of_heap_values_is_that_of_sampling)
{
    check(2000, 512);
    check(500, 8192);
    check(300, 40000);
}

TEST(the_variance_of_object_counts_is_that_of_bytes_by_their_size)
{
    double bytes = digest_of(2000, 512, 1).variance;
    double objects = digest_of(2000, 512, 0).variance;

    CHECK(fabs(bytes - objects * 512 * 512) < 1e-6 * bytes);
}

TEST(big_objects_are_always_sampled_and_so_exact)
{
    CHECK(sqrt(digest_of(10, 1 << 20, 1).variance) < 1);
}
