/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_stacks_diff.c - printed goroutines of two or more moments: how many
 * of the first are still there, and within one log, what there is more of.
 */
#include "section_stacks.h"

#include "algo/diff.h"
#include "base/size.h"

#define USUAL_ROWS 5
#define JSON_ROWS  1000

bool hs_stacks_fill(struct hs_run *run, const struct hs_snapshot *snapshot,
                    struct hs_digest *digest, struct hs_err *err)
{
    (void)err;
    hs_stacks_digest(snapshot->stacks, digest, run->scratch);
    digest->unit = "count";
    digest->total = (int64_t)snapshot->stacks->goroutines.count;
    return true;
}

static struct hs_value many(uint64_t count)
{
    return hs_value_of(HS_UNIT_COUNT, (int64_t)count);
}

static void add_snapshots(struct hs_run *run)
{
    static const struct hs_doc_column columns[] = {
        {"path", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"goroutines", "goroutines", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"groups", "groups", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"moments", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
        {"reason", "printed for", HS_UNIT_NAME, HS_ROLE_PLAIN},
    };
    struct hs_block *table =
        hs_doc_table(run->doc, run->doc->top, "snapshots", "snapshots", columns,
                     sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < run->snapshot_count; i++) {
        const struct hs_stacks *s = run->snapshots[i].stacks;
        struct hs_value row[] = {
            hs_value_name(s->path, strlen(s->path)),
            many(s->goroutines.count),
            many(s->groups.count),
            many(s->moments),
            s->reason.size ? hs_value_name(s->reason.text, s->reason.size)
                           : hs_value_null(),
        };

        hs_doc_row(run->doc, table, row);
    }
}

/* Goroutines with one id in both; of these, those whose creator both tell, and
 * those with the same: a goroutine may be in another function by now, but never
 * had another creator. */
struct kept {
    uint64_t common, told, alike;
};

static struct kept compare(struct hs_run *run, const struct hs_stacks *old,
                           const struct hs_stacks *new)
{
    const struct hs_stacks_group *a = old->groups.at, *b = new->groups.at;
    const struct hs_stacks_goroutine *before = old->goroutines.at;
    const struct hs_stacks_goroutine *now = new->goroutines.at;
    struct kept kept = {0};
    struct hs_map by_id;

    hs_stacks_index(old, &by_id, run->scratch);
    for (size_t i = 0; i < new->goroutines.count; i++) {
        uint32_t at = hs_map_lookup(&by_id, now[i].id);
        struct hs_str was, is;

        if (at == HS_MAP_NONE)
            continue;
        was = hs_stacks_text(old, a[before[at].group].creator.function);
        is = hs_stacks_text(new, b[now[i].group].creator.function);
        kept.common++;
        kept.told += was.size > 0 && is.size > 0;
        kept.alike += was.size > 0 && before[at].parent == now[i].parent &&
                      hs_str_equal(was, is);
    }
    return kept;
}

static void tell_kept(struct hs_run *run, const struct hs_stacks *old,
                      const struct hs_stacks *new)
{
    struct hs_document *doc = run->doc;
    struct kept kept = compare(run, old, new);
    bool known = kept.told > 0, one = known && kept.alike == kept.told;
    struct hs_block *group;

    hs_doc_field(doc, doc->top, "same_process", NULL,
                 known ? hs_value_bool(one) : hs_value_null());
    if (known && !one)
        hs_doc_note(doc, doc->top,
                    "Warning: they are of different processes: %s goroutines "
                    "have their numbers in both, and %s of these another "
                    "creator.",
                    hs_show_count((int64_t)kept.told).text,
                    hs_show_count((int64_t)(kept.told - kept.alike)).text);
    if (!one)
        return;
    group = hs_doc_group(doc, doc->top, "matched",
                         "The same goroutines, by number and creator");
    hs_doc_field(doc, group, "survived", "still there", many(kept.common));
    hs_doc_field(doc, group, "new", "new",
                 many(new->goroutines.count - kept.common));
    hs_doc_field(doc, group, "ended", "ended",
                 many(old->goroutines.count - kept.common));
}

bool hs_stacks_diff_section(struct hs_run *run, struct hs_err *err)
{
    if (run->options->by)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "--by %s: printed goroutines are compared by what they "
                       "do",
                       run->options->by);
    add_snapshots(run);
    tell_kept(run, run->snapshots[0].stacks,
              run->snapshots[run->snapshot_count - 1].stacks);
    return true;
}

/* "main.leak   12   157   +145   main.start main.go:17" */
static void add_row(struct hs_run *run, struct hs_block *table,
                    const struct hs_diff_row *row)
{
    struct hs_value values[] = {
        hs_value_name(row->name.text, row->name.size),
        hs_value_of(HS_UNIT_COUNT, row->old),
        hs_value_of(HS_UNIT_COUNT, row->new),
        hs_value_delta(HS_UNIT_COUNT, row->delta),
        row->via.size ? hs_value_name(row->via.text, row->via.size)
                      : hs_value_null(),
    };

    hs_doc_row(run->doc, table, values);
}

static void add_rows(struct hs_run *run, struct hs_block *group,
                     const char *key, const char *title,
                     const struct hs_diff *diff, uint64_t limit)
{
    static const struct hs_doc_column columns[] = {
        {"name", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"first", "first", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"last", "last", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"delta", "change", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"created_by", "created by", HS_UNIT_NAME, HS_ROLE_PLAIN},
    };
    struct hs_block *table = hs_doc_table(run->doc, group, key, title, columns,
                                          sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < diff->count && diff->rows[i].delta > 0; i++)
        if (!limit || table->row_count < limit)
            add_row(run, table, &diff->rows[i]);
        else
            table->rows_left_out++;
}

void hs_stacks_growth_part(struct hs_run *run, struct hs_block *group,
                           const struct hs_stacks *stacks)
{
    const struct hs_digest *moments[] = {&stacks->first, &stacks->last};
    struct hs_document *doc = run->doc;
    const struct hs_diff *diff;

    if (stacks->last.rows.count == 0)
        return;
    hs_doc_field(doc, group, "first_count", NULL,
                 hs_value_of(HS_UNIT_COUNT, stacks->first.total));
    hs_doc_field(doc, group, "last_count", NULL,
                 hs_value_of(HS_UNIT_COUNT, stacks->last.total));
    diff = hs_diff(moments, 2, run->scratch);
    add_rows(run, group, "growth", NULL, diff, hs_run_limit(run, JSON_ROWS));
    if (stacks->last.total > stacks->first.total)
        add_rows(run, doc->top, NULL, "Printed goroutines, over time", diff,
                 hs_run_limit(run, USUAL_ROWS));
}
