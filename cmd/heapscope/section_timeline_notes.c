/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_timeline_notes.c - tasks, regions, logs and labels of the user's, and
 * which of them were never closed.
 */
#include "section_timeline.h"

#include <stdlib.h>

#include "base/map.h"

#define USUAL_ROWS 8

static struct hs_value count_of(uint64_t count)
{
    return hs_value_of(HS_UNIT_COUNT, (int64_t)count);
}

static struct hs_value id_of(uint64_t id)
{
    return id ? count_of(id) : hs_value_null();
}

static void tell_tallies(struct hs_run *run, struct hs_block *group,
                         const struct hs_timeline *t, const char *key,
                         const struct hs_column *tallies)
{
    static const struct hs_doc_column columns[] = {
        {"name", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"begun", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"ended", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"open", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"total_ns", NULL, HS_UNIT_NANOS, HS_ROLE_PLAIN},
        {"longest_ns", NULL, HS_UNIT_NANOS, HS_ROLE_PLAIN},
        {"last", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
    };
    const struct hs_trace_tally *all = tallies->at;
    uint64_t limit = hs_run_limit(run, 1000);
    struct hs_block *table = hs_doc_table(run->doc, group, key, NULL, columns,
                                          sizeof(columns) / sizeof(*columns));

    for (size_t i = 0; i < tallies->count && (!limit || i < limit); i++) {
        struct hs_value row[] = {
            hs_timeline_name(t, all[i].name),
            count_of(all[i].begun),
            count_of(all[i].ended),
            count_of(all[i].open),
            hs_timeline_time(run, t, all[i].total),
            hs_timeline_time(run, t, all[i].longest),
            hs_timeline_name(t, all[i].last),
        };

        hs_doc_row(run->doc, table, row);
    }
}

/* Each that is open, for programs. */
static void tell_open(struct hs_run *run, struct hs_block *group,
                      const struct hs_timeline *t, const char *key,
                      const struct hs_column *open)
{
    static const struct hs_doc_column columns[] = {
        {"name", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"goroutine", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"task", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"parent", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"since_ns", NULL, HS_UNIT_NANOS, HS_ROLE_PLAIN},
    };
    const struct hs_trace_open *all = open->at;
    uint64_t limit = hs_run_limit(run, 1000);
    struct hs_block *table = hs_doc_table(run->doc, group, key, NULL, columns,
                                          sizeof(columns) / sizeof(*columns));

    for (size_t i = 0; i < open->count; i++) {
        struct hs_value row[] = {
            hs_timeline_name(t, all[i].name),
            id_of(all[i].goroutine),
            id_of(all[i].task),
            id_of(all[i].parent),
            hs_timeline_time(run, t, all[i].since),
        };

        if (!limit || table->row_count < limit)
            hs_doc_row(run->doc, table, row);
        else
            table->rows_left_out++;
    }
}

static int by_id(const void *key, const void *row)
{
    uint64_t id = *(const uint64_t *)key;
    const struct hs_trace_goroutine *g = row;

    return (id > g->id) - (id < g->id);
}

/* Where goroutine ID is now; null if it has ended. */
static struct hs_value where(struct hs_run *run, const struct hs_timeline *t,
                             uint64_t id)
{
    const struct hs_trace_goroutine *g =
        t->goroutines.count
            ? bsearch(&id, t->goroutines.at, t->goroutines.count,
                      sizeof(struct hs_trace_goroutine), by_id)
            : NULL;
    const struct hs_trace_wait *waits = t->waits.at;

    return g ? hs_timeline_place(run, t, waits[g->wait].stack)
             : hs_value_null();
}

/* A row for each name in TALLIES of which some are in OPEN: how many, and the
 * oldest of them. */
static void add_names(struct hs_run *run, struct hs_block *table,
                      const struct hs_timeline *t, const char *kind,
                      const struct hs_column *tallies,
                      const struct hs_column *open)
{
    const struct hs_trace_tally *names = tallies->at;
    const struct hs_trace_open *all = open->at;
    uint64_t limit = hs_run_limit(run, USUAL_ROWS);
    struct hs_map first; /* of each name, the oldest */

    hs_map_init(&first, run->scratch, open->count);
    for (uint32_t i = 0; i < open->count; i++)
        hs_map_add(&first, all[i].name, i);
    for (size_t i = 0; i < tallies->count; i++) {
        uint32_t oldest = hs_map_lookup(&first, names[i].name);

        if (oldest == HS_MAP_NONE)
            continue;
        if (limit && table->row_count >= limit) {
            table->rows_left_out++;
            continue;
        }
        struct hs_value row[] = {
            hs_value_text(kind),
            hs_timeline_name(t, names[i].name),
            count_of(names[i].open),
            hs_timeline_age(run, t, all[oldest].since),
            id_of(all[oldest].goroutine),
            where(run, t, all[oldest].goroutine),
        };

        hs_doc_row(run->doc, table, row);
    }
}

static void show_open(struct hs_run *run, struct hs_block *group,
                      const struct hs_timeline *t)
{
    static const struct hs_doc_column columns[] = {
        {NULL, NULL, HS_UNIT_TEXT, HS_ROLE_PLAIN},
        {NULL, "name", HS_UNIT_NAME, HS_ROLE_PLAIN},
        {NULL, "open", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {NULL, "longest", HS_UNIT_NANOS, HS_ROLE_PLAIN},
        {NULL, "goroutine", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {NULL, "in", HS_UNIT_NAME, HS_ROLE_PLAIN},
    };
    struct hs_block *table;

    if (t->open_tasks.count + t->open_regions.count == 0)
        return;
    table = hs_doc_table(run->doc, group, NULL, "Open at the end", columns,
                         sizeof(columns) / sizeof(columns[0]));
    add_names(run, table, t, "task", &t->tasks, &t->open_tasks);
    add_names(run, table, t, "region", &t->regions, &t->open_regions);
}

void hs_timeline_notes_part(struct hs_run *run, struct hs_block *group,
                            const struct hs_timeline *t)
{
    tell_tallies(run, group, t, "tasks", &t->tasks);
    tell_tallies(run, group, t, "regions", &t->regions);
    tell_tallies(run, group, t, "logs", &t->logs);
    tell_tallies(run, group, t, "labels", &t->labels);
    tell_open(run, group, t, "open_tasks", &t->open_tasks);
    tell_open(run, group, t, "open_regions", &t->open_regions);
    show_open(run, group, t);
}

void hs_timeline_notes_line(struct hs_run *run, struct hs_block *group,
                            const struct hs_timeline *t)
{
    if (t->open_tasks.count + t->open_regions.count > 0)
        hs_doc_field(
            run->doc, group, NULL, "open at the end",
            hs_value_text(hs_doc_printf(
                run->doc, "%s and %s",
                hs_timeline_count(run, t->open_tasks.count, "task"),
                hs_timeline_count(run, t->open_regions.count, "region"))));
}
