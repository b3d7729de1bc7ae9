/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_merge_test.c - where a merge is right and pprof is not, and what is
 * refused.  What pprof does right is in profile_report_test.c.
 */
#include "algo/profile_merge.h"
#include "algo/profile_table_test.h"
#include "model/profile_sound.h"

#include <stdlib.h>

#include "base/test.h"

struct pair {
    struct hs_arena arena;
    struct hs_snapshot snapshots[2];
    struct hs_profile merged;
    struct hs_err err;
};

static bool merge(struct pair *pair, const char *a, const char *b)
{
    const char *files[] = {a, b};
    const struct hs_profile *profiles[2];

    *pair = (struct pair){.err = HS_ERR_NONE};
    for (int i = 0; i < 2; i++) {
        hs_test_decode(&pair->snapshots[i],
                       hs_arena_printf(&pair->arena, "%s/pprof/%s",
                                       hs_test_data(), files[i]));
        profiles[i] = pair->snapshots[i].profile;
    }
    if (!hs_profile_merge(profiles, 2, &pair->merged, &pair->arena, &pair->err))
        return false;
    assert_null(hs_profile_unsound(&pair->merged));
    return true;
}

static void drop(struct pair *pair)
{
    hs_snapshot_close(&pair->snapshots[0]);
    hs_snapshot_close(&pair->snapshots[1]);
    hs_arena_free(&pair->arena);
}

TEST(units_become_the_finer_one_and_no_sample_is_lost)
{
    struct pprof_table table = {.arena = HS_ARENA_EMPTY};
    struct hs_view_options options = {0};
    struct pair pair;

    table.file = hs_arena_printf(
        &table.arena, "%s/pprof/shapes/merge-units.right.tsv", hs_test_data());
    hs_test_read_rows(&table);
    CHECK(merge(&pair, "shapes/merge-units-a.pb", "shapes/merge-units-b.pb"));
    CHECK(
        hs_str_equal(hs_profile_string(&pair.merged, pair.merged.types[1].unit),
                     hs_str_of("bytes")));
    hs_test_check_rows(&table, &pair.merged, &options);
    drop(&pair);
    CHECK(merge(&pair, "shapes/merge-units-b.pb", "shapes/merge-units-a.pb"));
    hs_test_check_rows(&table, &pair.merged, &options);
    drop(&pair);
    hs_arena_free(&table.arena);
}

TEST(locations_that_differ_in_the_column_of_an_inlined_line_stay_apart)
{
    struct pair pair;

    CHECK(
        merge(&pair, "shapes/merge-columns-a.pb", "shapes/merge-columns-b.pb"));
    CHECK(pair.merged.location_count == 2 && pair.merged.sample_count == 2);
    CHECK(pair.merged.function_count == 2 && pair.merged.mapping_count == 1);
    CHECK(pair.merged.lines[0].column == 3);
    CHECK(pair.merged.lines[2].column == 7);
    drop(&pair);
}

TEST(equal_stacks_become_one_sample)
{
    struct pair pair;
    const struct hs_profile *one;

    CHECK(merge(&pair, "leak-go1.26-before.pb.gz", "leak-go1.26-before.pb.gz"));
    one = pair.snapshots[0].profile;
    CHECK(pair.merged.sample_count <= one->sample_count);
    CHECK(pair.merged.location_count <= one->location_count);
    CHECK(pair.merged.values[3] == 2 * one->values[3]);
    CHECK(pair.merged.time_nanos == one->time_nanos);
    CHECK(pair.merged.period == one->period);
    drop(&pair);
}

/* A profile of one sample type with one sample without a stack. */
static struct hs_profile tiny(const int64_t *value, const char *type,
                              const char *unit)
{
    static const uint64_t start[2];
    static const struct hs_value_type types[] = {{1, 2}};
    static struct hs_str strings[6][3];
    static unsigned next;
    struct hs_str *its = strings[next++ % 6];

    its[0] = hs_str_of("");
    its[1] = hs_str_of(type);
    its[2] = hs_str_of(unit);
    return (struct hs_profile){.strings = its,
                               .string_count = 3,
                               .types = types,
                               .type_count = 1,
                               .sample_count = 1,
                               .stack_start = start,
                               .values = value};
}

TEST(values_that_do_not_fit_together_stay_two_samples)
{
    static const int64_t values[] = {INT64_MAX, 5, INT64_MAX, -5, 7};
    struct hs_profile profiles[5], merged;
    const struct hs_profile *all[5];
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    __int128 sum = 0;

    for (int i = 0; i < 5; i++) {
        profiles[i] = tiny(&values[i], "space", "bytes");
        all[i] = &profiles[i];
    }
    CHECK(hs_profile_merge(all, 5, &merged, &arena, &err));
    for (size_t s = 0; s < merged.sample_count; s++)
        sum += merged.values[s];
    CHECK(merged.sample_count == 4);
    CHECK(sum == (__int128)INT64_MAX * 2 + 7);
    hs_arena_free(&arena);
}

TEST(samples_that_cancel_out_are_gone)
{
    static const int64_t values[] = {5, -5};
    struct hs_profile a = tiny(&values[0], "space", "bytes");
    struct hs_profile b = tiny(&values[1], "space", "bytes"), merged;
    const struct hs_profile *all[] = {&a, &b};
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;

    CHECK(hs_profile_merge(all, 2, &merged, &arena, &err));
    CHECK(merged.sample_count == 0 && merged.stack_start[0] == 0);
    hs_arena_free(&arena);
}

static void check_refused(const char *type, const char *unit, int64_t value,
                          enum hs_err_kind kind, const char *words)
{
    static const int64_t one = 1;
    struct hs_profile a = tiny(&one, "space", "bytes");
    struct hs_profile b = tiny(&value, type, unit), merged;
    const struct hs_profile *all[] = {&a, &b};
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;

    CHECK(!hs_profile_merge(all, 2, &merged, &arena, &err));
    if (err.kind != kind || !strstr(err.message, words))
        fail_msg("%s", err.message);
    hs_arena_free(&arena);
}

TEST(what_does_not_measure_the_same_is_refused)
{
    struct pair pair;

    check_refused("delay", "bytes", 1, HS_EUSAGE, "one has space, another");
    check_refused("space", "nanoseconds", 1, HS_EUSAGE,
                  "space is in 'bytes', of another in 'nanoseconds'");
    check_refused("space", "petabytes", 10000, HS_ELIMIT, "64 bits");
    CHECK(!merge(&pair, "leak-go1.26-before.pb.gz", "leak-go1.26-cpu.pb.gz"));
    CHECK(pair.err.kind == HS_EUSAGE && strstr(pair.err.message, "samples"));
    drop(&pair);
}
