/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_diff.c - what changed, the biggest growth first.
 */
#include "section_diff.h"

#include <math.h>
#include <string.h>

#define USUAL_ROWS 30

static struct hs_value amount(enum hs_unit unit, int64_t value, bool saturated)
{
    struct hs_value result = hs_value_of(unit, value);

    if (saturated)
        result.flags |= HS_VALUE_AT_LEAST;
    return result;
}

/* The change as a share of what it was; new things have none. */
static struct hs_value growth(const struct hs_diff_row *row)
{
    struct hs_value value;

    if (row->old == 0)
        return hs_value_null();
    value = hs_value_share((double)row->delta / fabs((double)row->old));
    value.flags |= HS_VALUE_SIGNED;
    return value;
}

/* "grown", and of three or more snapshots whether it grew each time. */
static struct hs_value class_words(const struct hs_run *run,
                                   const struct hs_diff_row *row)
{
    const char *name = hs_change_name(row->change);

    if (run->snapshot_count < 3 || !row->steady)
        return hs_value_text(name);
    return hs_value_text(hs_doc_printf(run->doc, "%s, in every step", name));
}

/* Of the program's own function or line behind a row. */
#define VIA 10

static const struct hs_doc_column columns[] = {
    {"kind", NULL, HS_UNIT_TEXT, HS_ROLE_JSON_ONLY},
    {"name", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
    {"old", "old", HS_UNIT_COUNT, HS_ROLE_PLAIN},
    {"new", "new", HS_UNIT_COUNT, HS_ROLE_PLAIN},
    {"delta", "change", HS_UNIT_COUNT, HS_ROLE_PLAIN},
    {"growth", NULL, HS_UNIT_SHARE, HS_ROLE_PLAIN},
    {"class", NULL, HS_UNIT_TEXT, HS_ROLE_JSON_ONLY},
    {NULL, "class", HS_UNIT_TEXT, HS_ROLE_TEXT_ONLY},
    {"noise", NULL, HS_UNIT_BOOL, HS_ROLE_JSON_ONLY},
    {"steady", NULL, HS_UNIT_BOOL, HS_ROLE_JSON_ONLY},
    [VIA] = {"caller", "called from", HS_UNIT_NAME, HS_ROLE_JSON_ONLY},
    {"objects_delta", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
    {"old_retained_bytes", NULL, HS_UNIT_BYTES, HS_ROLE_JSON_ONLY},
    {"new_retained_bytes", NULL, HS_UNIT_BYTES, HS_ROLE_JSON_ONLY},
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* What rows are of: of a profile one thing, of a heap three, which overlap, as
 * each byte is in one row of each. */
struct topic {
    const char *by;   /* what --by calls it */
    const char *kind; /* NULL: of all kinds that no other topic has */
    const char *title;
    bool sampled; /* so that rows may be noise */
};

static const struct topic of_profile = {NULL, NULL, "What changed", true};
static const struct topic of_heap[] = {
    {"holder", NULL, "Who owns more", false},
    {"type", "type", "What there is more of", false},
    {"site", "site", "Where samples of it were allocated", true},
};

#define TOPICS (sizeof(of_heap) / sizeof(of_heap[0]))

/* A table of rows with the columns that have something to tell: HEAP, and
 * VIA, shown if some row has one. */
static struct hs_block *rows_table(struct hs_run *run, const char *key,
                                   const char *title, bool heap, bool via)
{
    bool profile = run->snapshots[0].parts & HS_PART_PROFILE;
    struct hs_doc_column *copy = (struct hs_doc_column *)hs_arena_copy(
        run->scratch, columns, sizeof(columns));

    if (via)
        copy[VIA].role = HS_ROLE_PLAIN;
    if (heap) {
        copy[VIA].key = "allocated";
        copy[VIA].title = "allocated";
    } else if (!profile) {
        copy[VIA].key = "created_by";
        copy[VIA].title = "created by";
    }
    return hs_doc_table(run->doc, run->doc->top, key, title, copy,
                        heap ? COLUMNS : VIA + 1);
}

static void add_row(struct hs_run *run, struct hs_block *table,
                    const struct hs_diff_row *row, enum hs_unit unit)
{
    struct hs_value delta = hs_value_delta(unit, row->delta);
    struct hs_value values[] = {
        hs_value_text(row->kind),
        hs_value_name(row->name.text, row->name.size),
        amount(unit, row->old, row->saturated),
        amount(unit, row->new, row->saturated),
        delta,
        growth(row),
        hs_value_text(hs_change_name(row->change)),
        class_words(run, row),
        hs_value_bool(row->noise),
        hs_value_bool(row->steady),
        row->via.size > 0 ? hs_value_name(row->via.text, row->via.size)
                          : hs_value_null(),
        hs_value_of(HS_UNIT_COUNT, row->objects_delta),
        row->retained ? hs_value_of(HS_UNIT_BYTES, row->old_retained)
                      : hs_value_null(),
        row->retained ? hs_value_of(HS_UNIT_BYTES, row->new_retained)
                      : hs_value_null(),
    };

    if (row->saturated)
        values[4].flags |= HS_VALUE_AT_LEAST;
    hs_doc_row(run->doc, table, values);
}

/* Rows that did not change by more than sampling may make, in one. */
static void add_noise(struct hs_run *run, struct hs_block *top,
                      const struct hs_diff *diff, enum hs_unit unit)
{
    struct hs_block *group;

    if (diff->noise_count == 0)
        return;
    group = hs_doc_group(run->doc, top, "noise",
                         "Within the noise of sampling, not shown (-n 0 does)");
    hs_doc_field(run->doc, group, "rows", "rows",
                 hs_value_of(HS_UNIT_COUNT, (int64_t)diff->noise_count));
    hs_doc_field(run->doc, group, "delta", "change, in all",
                 hs_value_delta(unit, diff->noise_delta));
    hs_doc_field(run->doc, group, "rule", "rule",
                 hs_value_text("at most two standard deviations of what the "
                               "sampler makes of both"));
}

static bool is_about(const struct hs_diff_row *row, const struct topic *topic)
{
    if (topic->kind)
        return strcmp(row->kind, topic->kind) == 0;
    for (size_t i = 1; i < TOPICS; i++)
        if (strcmp(row->kind, of_heap[i].kind) == 0)
            return false;
    return true;
}

/* Which rows of DIFF are about TOPIC (NULL: all) and more than noise. */
struct choice {
    const struct hs_diff_row **rows;
    size_t count, grown;
    bool any, via; /* some are about it, noise or not; some have a via */
};

static struct choice choose(struct hs_run *run, const struct hs_diff *diff,
                            const struct topic *topic)
{
    bool noise = hs_run_limit(run, USUAL_ROWS) == 0;
    struct choice choice = {.rows =
                                hs_arena_zeroed(run->scratch, diff->count + 1,
                                                sizeof(struct hs_diff_row *))};

    for (size_t i = 0; i < diff->count; i++) {
        const struct hs_diff_row *row = &diff->rows[i];

        if (topic && !is_about(row, topic))
            continue;
        choice.any = true;
        choice.via |= row->via.size > 0;
        if (row->noise && !noise)
            continue;
        choice.rows[choice.count++] = row;
        choice.grown += row->delta > 0;
    }
    return choice;
}

/* Adds the rows about TOPIC as a table: of too many those that grew most, and
 * if they are fewer than may be shown, those that shrank most. */
static void add_rows(struct hs_run *run, const struct hs_diff *diff,
                     const char *key, const struct topic *topic, bool heap,
                     enum hs_unit unit)
{
    struct choice choice = choose(run, diff, topic);
    size_t limit = topic ? hs_run_limit(run, USUAL_ROWS) : 0, first, left_out;
    struct hs_block *table;

    if (!key && !choice.any && topic && topic->kind)
        return;
    if (limit == 0 || limit > choice.count)
        limit = choice.count;
    first = choice.grown < limit ? choice.grown : limit;
    left_out = choice.count - limit;
    table = rows_table(run, key, topic ? topic->title : NULL, heap, choice.via);
    for (size_t i = 0; i < limit; i++)
        add_row(run, table, choice.rows[i < first ? i : i + left_out], unit);
    table->rows_left_out = left_out;
}

/* The same memory in two rows, as one of its holders came or went? */
static void explain_sets(struct hs_run *run, const struct hs_diff *diff)
{
    bool came = false, went = false;

    for (size_t i = 0; i < diff->count; i++) {
        if (strcmp(diff->rows[i].kind, "shared") != 0)
            continue;
        came |= diff->rows[i].change == HS_CHANGE_NEW;
        went |= diff->rows[i].change == HS_CHANGE_GONE;
    }
    if (came && went)
        hs_doc_note(run->doc, run->doc->top,
                    "What several hold together (a + b) is told by all of "
                    "them: where one came or went, the same memory is new in "
                    "one row and gone in another.");
}

/* What --by asks for of heaps, or NULL. */
static const struct topic *topic_asked(const struct hs_run *run)
{
    for (size_t i = 0; run->options->by && i < TOPICS; i++)
        if (strcmp(run->options->by, of_heap[i].by) == 0)
            return &of_heap[i];
    return NULL;
}

bool hs_diff_heap_by(const struct hs_run *run, struct hs_err *err)
{
    if (!run->options->by || topic_asked(run))
        return true;
    return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                   "--by %s: of heap dumps there are holder, type and site",
                   run->options->by);
}

/* The rows about ASKED, or all. */
static void add_heap_rows(struct hs_run *run, const struct hs_diff *diff,
                          const struct topic *asked, enum hs_unit unit)
{
    /* Without --by, for programs one list of all. */
    add_rows(run, diff, "rows", asked, true, unit);
    for (size_t i = 0; !asked && i < TOPICS; i++)
        add_rows(run, diff, NULL, &of_heap[i], true, unit);
    if (!asked || !asked->kind)
        explain_sets(run, diff);
}

void hs_diff_rows(struct hs_run *run, const struct hs_diff *diff,
                  enum hs_unit unit)
{
    const struct topic *asked = topic_asked(run);

    if (run->snapshots[0].parts & HS_PART_HEAP)
        add_heap_rows(run, diff, asked, unit);
    else
        add_rows(run, diff, "rows", &of_profile, false, unit);
    if (hs_run_limit(run, USUAL_ROWS) != 0 && (!asked || asked->sampled))
        add_noise(run, run->doc->top, diff, unit);
}
