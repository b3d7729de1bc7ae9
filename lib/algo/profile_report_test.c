/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_report_test.c - filters and merges against go tool pprof: the tables
 * in testdata/pprof/reports, whose first lines say what they are of.
 */
#include "algo/profile_merge.h"
#include "algo/profile_table_test.h"
#include "algo/profile_tagfilter.h"
#include "model/profile_sound.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/test.h"

#define MOST 4

struct report {
    struct pprof_table table;
    struct hs_snapshot snapshots[MOST];
    size_t count;
    struct hs_view_options options;
};

static const struct hs_regex *regex(struct report *report, const char *text)
{
    struct hs_err err = HS_ERR_NONE;
    const struct hs_regex *compiled =
        hs_regex_compile(&report->table.arena, hs_str_of(text), &err);

    assert_non_null(compiled);
    return compiled;
}

static const struct hs_tag_filter *tags(struct report *report, const char *text)
{
    struct hs_err err = HS_ERR_NONE;
    const struct hs_tag_filter *filter =
        hs_tag_filter_compile(text, &report->table.arena, &err);

    assert_non_null(filter);
    return filter;
}

/* What WORD, "-focus=..." or a file, asks for. */
static void take_word(struct report *report, const char *word)
{
    struct hs_view_options *o = &report->options;
    const char *value = strchr(word, '=');
    size_t size = value ? (size_t)(value++ - word) : strlen(word);

    if (*word != '-') {
        assert_true(report->count < MOST);
        hs_test_decode(&report->snapshots[report->count++],
                       hs_arena_printf(&report->table.arena, "%s/pprof/%s",
                                       hs_test_data(), word));
    } else if (strncmp(word, "-focus", size) == 0) {
        o->focus = regex(report, value);
    } else if (strncmp(word, "-ignore", size) == 0) {
        o->ignore = regex(report, value);
    } else if (strncmp(word, "-hide", size) == 0) {
        o->hide = regex(report, value);
    } else if (strncmp(word, "-show", size) == 0) {
        o->show = regex(report, value);
    } else if (strncmp(word, "-show_from", size) == 0) {
        o->show_from = regex(report, value);
    } else if (strncmp(word, "-tagfocus", size) == 0) {
        o->tag_focus = tags(report, value);
    } else if (strncmp(word, "-tagignore", size) == 0) {
        o->tag_ignore = tags(report, value);
    }
}

static void check_report(const char *name)
{
    struct report report = {.table = {.arena = HS_ARENA_EMPTY}};
    struct pprof_table *table = &report.table;
    struct hs_err err = HS_ERR_NONE;
    const struct hs_profile *profiles[MOST];
    struct hs_profile merged;
    char *rest, *word;

    table->file = hs_arena_printf(&table->arena, "%s/pprof/reports/%s",
                                  hs_test_data(), name);
    hs_test_read_rows(table);
    rest = hs_arena_copy(&table->arena, table->flags, strlen(table->flags));
    strsep(&rest, " ");
    strsep(&rest, " ");
    while ((word = strsep(&rest, " ")))
        take_word(&report, word);
    for (size_t i = 0; i < report.count; i++)
        profiles[i] = report.snapshots[i].profile;
    assert_true(report.count > 0);
    merged = *profiles[0];
    if (report.count > 1 &&
        !hs_profile_merge(profiles, report.count, &merged, &table->arena, &err))
        fail_msg("%s: %s", name, err.message);
    assert_null(hs_profile_unsound(&merged));
    for (size_t i = 0; report.count > 1 && i < report.count; i++)
        hs_snapshot_close(&report.snapshots[i]); /* the merged one stays */
    hs_test_check_rows(table, &merged, &report.options);
    for (size_t i = 0; i < report.count; i++)
        hs_snapshot_close(&report.snapshots[i]);
    hs_arena_free(&table->arena);
}

/* Checks the tables whose name starts with PREFIX, or (OTHERS) does not. */
static size_t check_reports(const char *prefix, bool others)
{
    struct dirent *entry;
    size_t count = 0;
    char path[512];
    DIR *dir;

    snprintf(path, sizeof(path), "%s/pprof/reports", hs_test_data());
    dir = opendir(path);
    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        bool has = strncmp(entry->d_name, prefix, strlen(prefix)) == 0;

        if (!strstr(entry->d_name, ".tsv") || has == others)
            continue;
        check_report(entry->d_name);
        count++;
    }
    closedir(dir);
    return count;
}

TEST(filters_leave_what_pprof_leaves)
{
    CHECK(check_reports("merge-", true) >= 45);
}

TEST(merged_profiles_have_the_values_that_pprof_gives_them)
{
    CHECK(check_reports("merge-", false) >= 15);
}
