/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_table_test.c - reading the tables, and comparing them with a view.
 */
#include "algo/profile_table_test.h"

#include "algo/profile_select.h"
#include "algo/profile_sum.h"
#include "format/format.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/test.h"

static __int128 number(const char *text)
{
    bool negative = *text == '-';
    __int128 value = 0;

    for (text += negative; *text >= '0' && *text <= '9'; text++)
        value = value * 10 + (*text - '0');
    return negative ? -value : value;
}

void hs_test_read_rows(struct pprof_table *table)
{
    FILE *in = fopen(table->file, "r");
    char *line = NULL, *rest;
    size_t room = 0;
    struct pprof_row row;

    assert_non_null(in);
    table->rows = HS_COLUMN(struct pprof_row, &table->arena);
    for (int n = 0; getline(&line, &room, in) >= 0; n++) {
        line[strcspn(line, "\n")] = '\0';
        if (n == 0)
            table->flags = hs_arena_copy(&table->arena, line, strlen(line));
        if (n < 2)
            continue; /* flags and column names */
        rest = hs_arena_copy(&table->arena, line, strlen(line));
        row.type = strsep(&rest, "\t");
        row.granularity = strsep(&rest, "\t");
        row.name = strsep(&rest, "\t");
        row.flat = number(strsep(&rest, "\t"));
        row.cum = rest ? number(rest) : 0;
        hs_column_push(&table->rows, &row);
    }
    free(line);
    fclose(in);
}

void hs_test_decode(struct hs_snapshot *snapshot, const char *path)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_input *input = hs_input_open(path, NULL, &err);
    struct hs_source source = {.path = path, .input = input};

    hs_snapshot_init(snapshot);
    if (!input ||
        !hs_format_probe(hs_input_head(input))->decode(input, snapshot, &err))
        fail_msg("%s: %s", path, err.message);
    hs_column_push(&snapshot->sources, &source);
}

void hs_test_open_table(struct pprof_table *table, const char *name,
                        size_t profile)
{
    *table = (struct pprof_table){.arena = HS_ARENA_EMPTY};
    table->file =
        hs_arena_printf(&table->arena, "%s/pprof/%s", hs_test_data(), name);
    hs_test_read_rows(table);
    hs_test_decode(&table->snapshot,
                   hs_arena_printf(&table->arena, "%s/pprof/%.*s",
                                   hs_test_data(), (int)profile, name));
}

void hs_test_close_table(struct pprof_table *table)
{
    hs_snapshot_close(&table->snapshot);
    hs_arena_free(&table->arena);
}

static void check_row(const struct pprof_table *table,
                      const struct pprof_row *row,
                      const struct hs_profile_view *view,
                      const struct hs_profile_sums *sums, uint32_t node)
{
    if (!hs_str_equal(view->nodes[node].name, hs_str_of(row->name)) ||
        sums->nodes[node].flat != row->flat ||
        sums->nodes[node].cum != row->cum)
        fail_msg("%s: %s: '%s' expected, '%.*s' %lld %lld found", table->file,
                 row->type, row->name, (int)view->nodes[node].name.size,
                 view->nodes[node].name.text, (long long)sums->nodes[node].flat,
                 (long long)sums->nodes[node].cum);
}

/* Compares the rows from number I on, all of one type and granularity, with
 * the order as pprof's; returns the number after them. */
static size_t check_rows(struct pprof_table *table,
                         const struct hs_profile *profile,
                         struct hs_view_options options, size_t i, size_t type,
                         __int128 total)
{
    const struct pprof_row *rows = table->rows.at;
    const char *granularity =
        i < table->rows.count ? rows[i].granularity : "functions";
    struct hs_profile_view *view;
    struct hs_profile_sums *sums;
    uint32_t *order;
    size_t count;

    if (strcmp(granularity, "total") == 0)
        granularity = "functions"; /* no row at all */
    assert_true(hs_granularity_named(granularity, &options.by));
    view = hs_profile_view(profile, &options, &table->arena);
    sums = hs_profile_sum(view, type, &table->arena);
    if (sums->total != total)
        fail_msg("%s: another total: %lld", table->file,
                 (long long)sums->total);
    order =
        hs_profile_order(view, sums, false, SIZE_MAX, &count, &table->arena);
    for (size_t n = 0; n < count; n++, i++) {
        if (i == table->rows.count ||
            strcmp(rows[i].granularity, granularity) != 0)
            fail_msg("%s: too many rows for a sample type", table->file);
        check_row(table, &rows[i], view, sums, order[n]);
    }
    return i;
}

void hs_test_check_rows(struct pprof_table *table,
                        const struct hs_profile *profile,
                        const struct hs_view_options *options)
{
    const struct pprof_row *rows = table->rows.at;
    size_t type = 0;

    for (size_t i = 0; i < table->rows.count; type++) {
        const struct pprof_row *row = &rows[i];

        assert_string_equal(row->granularity, "total");
        assert_true(type < profile->type_count);
        assert_true(hs_str_equal(hs_profile_type_name(profile, type),
                                 hs_str_of(row->type)));
        do {
            i = check_rows(table, profile, *options, i + (row == &rows[i]),
                           type, row->flat);
        } while (i < table->rows.count &&
                 strcmp(rows[i].granularity, "total") != 0);
    }
    assert_int_equal(type, profile->type_count);
}
