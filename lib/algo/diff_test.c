/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff_test.c - digests and what differs between them.
 */
#include "algo/diff.h"

#include "base/test.h"

static void add(struct hs_digest *digest, const char *name, int64_t bytes,
                double variance)
{
    hs_digest_add(digest, (struct hs_digest_row){.kind = "function",
                                                 .name = hs_str_of(name),
                                                 .objects = -1,
                                                 .bytes = bytes,
                                                 .variance = variance});
}

static const struct hs_diff_row *row(const struct hs_diff *diff,
                                     const char *name)
{
    for (size_t i = 0; i < diff->count; i++)
        if (hs_str_equal(diff->rows[i].name, hs_str_of(name)))
            return &diff->rows[i];
    return NULL;
}

TEST(a_digest_adds_up_equal_names_and_keeps_kinds_apart)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    const struct hs_digest_row *rows;
    struct hs_digest digest;

    hs_digest_init(&digest, &arena);
    add(&digest, "b", 1, 2);
    add(&digest, "a", 5, 0);
    add(&digest, "b", 10, 3);
    hs_digest_add(&digest, (struct hs_digest_row){.kind = "type",
                                                  .name = hs_str_of("b"),
                                                  .bytes = 100});
    hs_digest_close(&digest);
    assert_int_equal(digest.rows.count, 3);
    rows = digest.rows.at; /* by kind, then by name */
    CHECK(hs_str_equal(rows[1].name, hs_str_of("b")) && rows[1].bytes == 11);
    assert_string_equal(rows[1].kind, "function");
    CHECK(hs_str_equal(rows[2].name, hs_str_of("b")) && rows[2].bytes == 100);
    assert_string_equal(rows[2].kind, "type");
    hs_arena_free(&arena);
}

TEST(a_sum_of_a_digest_stops_at_the_end_of_its_range)
{
    bool saturated = false;

    CHECK(hs_digest_plus(INT64_MAX, -1, &saturated) == INT64_MAX - 1);
    CHECK(!saturated);
    CHECK(hs_digest_plus(INT64_MAX, 1, &saturated) == INT64_MAX && saturated);
    CHECK(hs_digest_plus(INT64_MIN, -1, &saturated) == INT64_MIN);
}

TEST(a_diff_tells_new_grown_shrunk_and_gone_biggest_growth_first)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_digest old, new;
    const struct hs_digest *both[] = {&old, &new};
    struct hs_diff *diff;

    hs_digest_init(&old, &arena);
    hs_digest_init(&new, &arena);
    add(&old, "grown", 10, 0), add(&new, "grown", 15, 0);
    add(&old, "shrunk", 10, 0), add(&new, "shrunk", 4, 0);
    add(&old, "gone", 3, 0);
    add(&new, "new", 100, 0);
    add(&old, "same", 7, 0), add(&new, "same", 7, 0);
    hs_digest_close(&old);
    hs_digest_close(&new);
    diff = hs_diff(both, 2, &arena);
    assert_int_equal(diff->count, 4);
    CHECK(row(diff, "new") == &diff->rows[0]);
    CHECK(row(diff, "shrunk") == &diff->rows[3]);
    CHECK(row(diff, "new")->change == HS_CHANGE_NEW);
    CHECK(row(diff, "grown")->change == HS_CHANGE_GROWN);
    CHECK(row(diff, "shrunk")->change == HS_CHANGE_SHRUNK);
    CHECK(row(diff, "gone")->change == HS_CHANGE_GONE);
    assert_int_equal(row(diff, "gone")->delta, -3);
    hs_arena_free(&arena);
}

TEST(a_change_within_two_standard_deviations_is_noise)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_digest old, new;
    const struct hs_digest *both[] = {&old, &new};
    struct hs_diff *diff;

    hs_digest_init(&old, &arena);
    hs_digest_init(&new, &arena);
    add(&old, "within", 1000, 50), add(&new, "within", 1020, 50);
    add(&old, "beyond", 1000, 50), add(&new, "beyond", 1021, 50);
    add(&old, "exact", 1000, 0), add(&new, "exact", 1001, 0);
    hs_digest_close(&old);
    hs_digest_close(&new);
    diff = hs_diff(both, 2, &arena);
    CHECK(row(diff, "within")->noise);
    CHECK(!row(diff, "beyond")->noise);
    CHECK(!row(diff, "exact")->noise);
    assert_int_equal(diff->noise_count, 1);
    assert_int_equal(diff->noise_delta, 20);
    hs_arena_free(&arena);
}

TEST(of_three_digests_a_diff_tells_what_grew_in_every_step)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_digest digests[3];
    const struct hs_digest *all[] = {&digests[0], &digests[1], &digests[2]};
    const int64_t steady[] = {1, 2, 3}, once[] = {1, 9, 3};
    struct hs_diff *diff;

    for (size_t i = 0; i < 3; i++) {
        hs_digest_init(&digests[i], &arena);
        add(&digests[i], "steady", steady[i], 0);
        add(&digests[i], "once", once[i], 0);
        if (i > 0)
            add(&digests[i], "late", (int64_t)i, 0);
        hs_digest_close(&digests[i]);
    }
    diff = hs_diff(all, 3, &arena);
    CHECK(row(diff, "steady")->steady);
    CHECK(!row(diff, "once")->steady);
    CHECK(row(diff, "late")->steady);
    assert_int_equal(row(diff, "once")->delta, 2);
    hs_arena_free(&arena);
}

TEST(a_difference_that_64_bits_cannot_hold_is_saturated)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_digest old, new;
    const struct hs_digest *both[] = {&old, &new};
    struct hs_diff *diff;

    hs_digest_init(&old, &arena);
    hs_digest_init(&new, &arena);
    add(&old, "f", INT64_MIN, 0), add(&new, "f", INT64_MAX, 0);
    hs_digest_close(&old);
    hs_digest_close(&new);
    diff = hs_diff(both, 2, &arena);
    CHECK(diff->rows[0].delta == INT64_MAX && diff->rows[0].saturated);
    hs_arena_free(&arena);
}
