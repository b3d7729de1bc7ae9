/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_oracle_test.c - every number that go tool pprof prints of the
 * profiles in testdata/, by the tables beside them (testdata/README.md).
 */
#include "algo/diff.h"
#include "algo/profile_digest.h"
#include "algo/profile_select.h"
#include "algo/profile_sum.h"
#include "algo/profile_table_test.h"
#include "algo/profile_tags.h"
#include "format/format.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/test.h"

static struct hs_regex *regex(struct pprof_table *table, const char *text)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_regex *compiled =
        text ? hs_regex_compile(&table->arena, hs_str_of(text), &err) : NULL;

    assert_true(!text || compiled);
    return compiled;
}

static void check_type(const struct pprof_table *table, size_t type,
                       const char *wanted)
{
    struct hs_str name = hs_profile_type_name(table->snapshot.profile, type);

    if (!hs_str_equal(name, hs_str_of(wanted)))
        fail_msg("%s: sample type '%s' expected, '%.*s' found", table->file,
                 wanted, (int)name.size, name.text);
}

static void check_table(const char *name, size_t profile, const char *focus,
                        const char *ignore)
{
    struct pprof_table table;
    struct hs_view_options options = {0};

    hs_test_open_table(&table, name, profile);
    options.focus = regex(&table, focus);
    options.ignore = regex(&table, ignore);
    hs_test_check_rows(&table, table.snapshot.profile, &options);
    hs_test_close_table(&table);
}

/* pprof takes a sample type that is there twice for none at all, by accident
 * of how it merges; we show both. */
#define TWICE "duplicate-types.pb"

static bool ends(const char *name, const char *suffix)
{
    size_t size = strlen(name), end = strlen(suffix);

    return size >= end && strcmp(name + size - end, suffix) == 0;
}

/* A text without comments, by which we would name what pprof cannot; at the
 * top of the folder all have some. */
static bool is_bare_text(const char *name)
{
    return strncmp(name, "text-", 5) == 0 && !strstr(name, "goroutine") &&
           !strstr(name, "threadcreate") && !strstr(name, "uppercase") &&
           !strstr(name, "long-line");
}

/* Checks each table of FOLDER whose name is that of a protobuf profile and
 * SUFFIX; returns how many there were. */
static size_t check_folder(const char *folder, const char *suffix)
{
    char path[512], name[600];
    struct dirent *entry;
    size_t count = 0;
    DIR *dir;

    snprintf(path, sizeof(path), "%s/pprof/%s", hs_test_data(), folder);
    dir = opendir(path);
    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        size_t size = strlen(entry->d_name) - strlen(suffix);

        if (!ends(entry->d_name, suffix) ||
            strncmp(entry->d_name, "merge-", 6) == 0 ||
            strncmp(entry->d_name, TWICE, strlen(TWICE)) == 0)
            continue;
        snprintf(name, sizeof(name), "%s%s", folder, entry->d_name);
        snprintf(path, sizeof(path), "%.*s", (int)size, entry->d_name);
        if (!ends(path, ".pb") && !ends(path, ".pb.gz") && !is_bare_text(path))
            continue;
        check_table(name, strlen(folder) + size, NULL, NULL);
        count++;
    }
    closedir(dir);
    return count;
}

TEST(top_equals_pprof_for_real_profiles_every_type_and_function)
{
    CHECK(check_folder("", ".top.tsv") >= 17);
}

TEST(top_equals_pprof_for_odd_profiles)
{
    CHECK(check_folder("shapes/", ".top.tsv") >= 40);
}

/* Checks the table of values by address beside the text NAME: what pprof has
 * from a text without names.  Frames are dropped by name, so here none is. */
static void check_addresses(const char *name, size_t size)
{
    struct pprof_table table;
    const struct hs_profile *profile;
    const struct pprof_row *rows;
    size_t type = SIZE_MAX;

    hs_test_open_table(&table, name, size);
    profile = table.snapshot.profile;
    rows = table.rows.at;
    for (size_t i = 0; i < table.rows.count; i++) {
        uint64_t address = strtoull(rows[i].name, NULL, 16);
        __int128 flat = 0, cum = 0;

        if (strcmp(rows[i].granularity, "total") == 0) {
            type++;
            continue;
        }
        for (size_t s = 0; s < profile->sample_count; s++) {
            int64_t value = profile->values[s * profile->type_count + type];
            uint64_t first = profile->stack_start[s], f = first;
            uint64_t end = profile->stack_start[s + 1];

            while (f < end &&
                   profile->locations[profile->frames[f]].address != address)
                f++;
            cum += f < end ? value : 0;
            flat += f < end && f == first ? value : 0;
        }
        if (flat != rows[i].flat || cum != rows[i].cum)
            fail_msg("%s: %s differs", name, rows[i].name);
    }
    CHECK(type + 1 == profile->type_count);
    hs_test_close_table(&table);
}

TEST(texts_without_names_have_pprofs_values_by_address)
{
    static const char suffix[] = ".addresses.tsv";
    char path[512], name[600];
    struct dirent *entry;
    size_t count = 0;
    DIR *dir;

    snprintf(path, sizeof(path), "%s/pprof/shapes", hs_test_data());
    dir = opendir(path);
    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        if (!ends(entry->d_name, suffix) || !is_bare_text(entry->d_name))
            continue;
        snprintf(name, sizeof(name), "shapes/%s", entry->d_name);
        check_addresses(name, strlen(name) - strlen(suffix));
        count++;
    }
    closedir(dir);
    CHECK(count >= 17);
}

TEST(top_is_right_where_pprof_is_not)
{
    CHECK(check_folder("shapes/", ".right.tsv") >= 4);
}

TEST(a_text_is_named_by_its_comments_and_scaled_like_pprof)
{
    check_table("leak-go1.26-text.txt.named.tsv",
                strlen("leak-go1.26-text.txt"), NULL, NULL);
}

TEST(top_by_file_and_by_line_equals_pprof)
{
    const char *file = "leak-go1.26-after.pb.gz";

    check_table("leak-go1.26-after.pb.gz.files.tsv", strlen(file), NULL, NULL);
    check_table("leak-go1.26-after.pb.gz.lines.tsv", strlen(file), NULL, NULL);
}

TEST(a_text_profile_has_the_names_that_pprof_throws_away)
{
    check_table("leak-go1.26-text.txt.named.tsv",
                strlen("leak-go1.26-text.txt"), NULL, NULL);
}

/* The sum of the N'th biggest value of KEY, 0 if there are less. */
static __int128 nth(const struct hs_tag *tags, size_t count, const char *key,
                    size_t n)
{
    for (size_t i = 0; i < count; i++)
        if (hs_str_equal(tags[i].key, hs_str_of(key)) && n-- == 0)
            return tags[i].sum;
    return 0;
}

TEST(the_sums_of_tags_equal_pprof)
{
    struct hs_view_options options = {.by = HS_BY_FUNCTION};
    const char *file = "shapes/labels.pb", *key = "none";
    struct pprof_table table;
    const struct pprof_row *rows;
    size_t n = 0, count, checked = 0;

    /* Columns: sample type, key, value, sum; of each key its total first. */
    hs_test_open_table(&table, "shapes/labels.pb.tags.tsv", strlen(file));
    rows = table.rows.at;
    for (size_t i = 0; i < table.rows.count; i++) {
        size_t type = strcmp(rows[i].type, "space") == 0;
        const struct hs_tag *tags = hs_profile_tags(
            hs_profile_view(table.snapshot.profile, &options, &table.arena),
            type, &count, &table.arena);

        if (strcmp(rows[i].name, "-") == 0) {
            key = rows[i].granularity;
            n = 0;
            continue;
        }
        CHECK(nth(tags, count, key, n++) == rows[i].flat);
        checked++;
    }
    CHECK(checked == 18);
    hs_test_close_table(&table);
}

TEST(focus_and_ignore_equal_pprof)
{
    const char *file = "leak-go1.26-after.pb.gz";

    check_table("leak-go1.26-after.pb.gz.focus.tsv", strlen(file),
                "order\\.New|\\(\\*Client\\)", NULL);
    check_table("leak-go1.26-after.pb.gz.ignore.tsv", strlen(file), NULL,
                "encoding/json");
}

static struct hs_digest *digest(struct pprof_table *table,
                                const struct hs_snapshot *snapshot, size_t type,
                                bool cum)
{
    struct hs_view_options options = {.by = HS_BY_FUNCTION};
    struct hs_arena *arena = &table->arena;
    struct hs_digest *result = hs_arena_alloc(arena, sizeof(*result));
    struct hs_profile_view *view =
        hs_profile_view(snapshot->profile, &options, arena);

    hs_digest_init(result, arena);
    hs_profile_digest(view, hs_profile_sum(view, type, arena), type, cum,
                      result, arena);
    hs_digest_close(result);
    return result;
}

/* Compares one type's rows from number I on with a diff of flat or cum
 * values. */
static void check_diff(struct pprof_table *table,
                       const struct hs_snapshot *base, size_t i, size_t type,
                       bool cum)
{
    const struct pprof_row *rows = table->rows.at;
    const struct hs_digest *digests[] = {
        digest(table, base, type, cum),
        digest(table, &table->snapshot, type, cum)};
    struct hs_diff *diff = hs_diff(digests, 2, &table->arena);
    size_t changed = 0;

    for (; i < table->rows.count && strcmp(rows[i].granularity, "total"); i++) {
        __int128 delta = cum ? rows[i].cum : rows[i].flat;
        size_t n = 0;

        if (delta == 0)
            continue;
        changed++;
        while (n < diff->count &&
               !hs_str_equal(diff->rows[n].name, hs_str_of(rows[i].name)))
            n++;
        if (n == diff->count || diff->rows[n].delta != delta)
            fail_msg("%s: %s: '%s' differs", table->file, rows[i].type,
                     rows[i].name);
    }
    assert_int_equal(changed, diff->count);
}

/* NAME: a table of -diff_base; OLD and NEW: the profiles it is of. */
static void check_diffs(const char *name, const char *old, const char *new)
{
    struct pprof_table table = {.arena = HS_ARENA_EMPTY};
    struct hs_arena *arena = &table.arena;
    const char *folder = hs_test_data();
    struct hs_snapshot base;
    const struct pprof_row *rows;
    size_t type = 0;

    table.file = hs_arena_printf(arena, "%s/pprof/%s", folder, name);
    hs_test_read_rows(&table);
    hs_test_decode(
        &base, hs_arena_printf(arena, "%s/pprof/leak-%s.pb.gz", folder, old));
    hs_test_decode(
        &table.snapshot,
        hs_arena_printf(arena, "%s/pprof/leak-%s.pb.gz", folder, new));
    rows = table.rows.at;
    for (size_t i = 0; i < table.rows.count; i++) {
        if (strcmp(rows[i].granularity, "total") != 0)
            continue;
        check_diff(&table, &base, i + 1, type, false);
        check_diff(&table, &base, i + 1, type++, true);
    }
    assert_int_equal(type, 4);
    hs_snapshot_close(&base);
    hs_test_close_table(&table);
}

TEST(a_diff_equals_pprofs_diff_base_flat_and_cum)
{
    check_diffs("leak-go1.19.diff.tsv", "go1.19-before", "go1.19-after");
    check_diffs("leak-go1.22.diff.tsv", "go1.22-before", "go1.22-after");
    check_diffs("leak-go1.26.diff.tsv", "go1.26-before", "go1.26-after");
    check_diffs("leak-go1.26-step1-2.diff.tsv", "go1.26-step1", "go1.26-step2");
    check_diffs("leak-go1.26-step2-3.diff.tsv", "go1.26-step2", "go1.26-step3");
    check_diffs("leak-go1.26-step1-3.diff.tsv", "go1.26-step1", "go1.26-step3");
}

TEST(a_diff_across_builds_pairs_stacks_that_differ_by_line_and_address)
{
    check_diffs("leak-go1.22-go1.26.diff.tsv", "go1.22-after", "go1.26-after");
}

TEST(the_default_sample_type_is_pprofs)
{
    struct pprof_table table = {.arena = HS_ARENA_EMPTY};
    struct hs_err err = HS_ERR_NONE;
    char line[256], path[700];
    size_t type, count = 0;
    FILE *in;

    snprintf(path, sizeof(path), "%s/pprof/defaults.tsv", hs_test_data());
    in = fopen(path, "r");
    assert_non_null(in);
    while (fgets(line, sizeof(line), in)) {
        char *rest = line, *file = strsep(&rest, "\t");

        if (!rest || ends(file, TWICE) ||
            (!ends(file, ".pb") && !ends(file, ".pb.gz")))
            continue;
        rest[strcspn(rest, "\n")] = '\0';
        snprintf(path, sizeof(path), "%s/pprof/%s", hs_test_data(), file);
        hs_test_decode(&table.snapshot, path);
        CHECK(hs_profile_select(table.snapshot.profile, NULL, &type, &err));
        table.file = file;
        check_type(&table, type, rest);
        hs_snapshot_close(&table.snapshot);
        count++;
    }
    fclose(in);
    CHECK(count >= 17);
    hs_arena_free(&table.arena);
}
