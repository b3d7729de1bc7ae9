/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_timeline_notes.c - tasks, regions, logs and labels of the user's, and
 * which of them were never closed.
 */
#include "section_timeline.h"

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

static const struct hs_doc_column open_columns[] = {
    {"kind", NULL, HS_UNIT_TEXT, HS_ROLE_TEXT_ONLY},
    {"name", "name", HS_UNIT_NAME, HS_ROLE_PLAIN},
    {"goroutine", "goroutine", HS_UNIT_COUNT, HS_ROLE_PLAIN},
    {"task", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
    {"parent", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
    {NULL, "open for", HS_UNIT_NANOS, HS_ROLE_TEXT_ONLY},
    {"since_ns", NULL, HS_UNIT_NANOS, HS_ROLE_JSON_ONLY},
};

#define OPEN_COLUMNS (sizeof(open_columns) / sizeof(*open_columns))

static void add_tasks(struct hs_run *run, struct hs_block *table,
                      const struct hs_timeline *t, uint64_t limit)
{
    const struct hs_trace_task *all = t->open_tasks.at;

    for (size_t i = 0; i < t->open_tasks.count; i++) {
        struct hs_value row[] = {
            hs_value_text("task"),
            hs_timeline_name(t, all[i].name),
            id_of(all[i].goroutine),
            count_of(all[i].id),
            id_of(all[i].parent),
            hs_timeline_age(run, t, all[i].since),
            hs_timeline_time(run, t, all[i].since),
        };

        if (!limit || table->row_count < limit)
            hs_doc_row(run->doc, table, row);
        else
            table->rows_left_out++;
    }
}

static void add_regions(struct hs_run *run, struct hs_block *table,
                        const struct hs_timeline *t, uint64_t limit)
{
    const struct hs_trace_region *all = t->open_regions.at;

    for (size_t i = 0; i < t->open_regions.count; i++) {
        struct hs_value row[] = {
            hs_value_text("region"),
            hs_timeline_name(t, all[i].name),
            id_of(all[i].goroutine),
            id_of(all[i].task),
            hs_value_null(),
            hs_timeline_age(run, t, all[i].since),
            hs_timeline_time(run, t, all[i].since),
        };

        if (!limit || table->row_count < limit)
            hs_doc_row(run->doc, table, row);
        else
            table->rows_left_out++;
    }
}

void hs_timeline_notes_part(struct hs_run *run, struct hs_block *group,
                            const struct hs_timeline *t)
{
    uint64_t limit = hs_run_limit(run, USUAL_ROWS),
             most = hs_run_limit(run, 1000);
    struct hs_document *doc = run->doc;
    struct hs_block *table;

    tell_tallies(run, group, t, "tasks", &t->tasks);
    tell_tallies(run, group, t, "regions", &t->regions);
    tell_tallies(run, group, t, "logs", &t->logs);
    tell_tallies(run, group, t, "labels", &t->labels);
    add_tasks(run,
              hs_doc_table(doc, group, "open_tasks", NULL, open_columns,
                           OPEN_COLUMNS),
              t, most);
    add_regions(run,
                hs_doc_table(doc, group, "open_regions", NULL, open_columns,
                             OPEN_COLUMNS),
                t, most);
    if (t->open_tasks.count + t->open_regions.count == 0)
        return;
    table = hs_doc_table(doc, group, NULL, "Never closed", open_columns,
                         OPEN_COLUMNS);
    add_tasks(run, table, t, limit);
    add_regions(run, table, t, limit);
}
