/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_diff.c - what two or more dumps are, side by side, whether they
 * may be compared, and which objects are the same.
 */
#include "heap_look.h"
#include "section.h"

#include "algo/heap_kinship.h"
#include "algo/heap_match.h"
#include "base/size.h"
#include "format/format.h"

#define USUAL_HOLDERS 10

/* The dump of SNAPSHOT: an executable may stand beside it. */
static const struct hs_source *source_of(const struct hs_snapshot *snapshot)
{
    const struct hs_source *sources = snapshot->sources.at;

    for (size_t i = 0; i < snapshot->sources.count; i++) {
        const struct hs_format *format =
            hs_format_named(sources[i].format ? sources[i].format : "");

        if (format && (format->fills & HS_PART_HEAP))
            return &sources[i];
    }
    return sources;
}

static struct hs_value bytes(uint64_t value)
{
    return hs_value_of(HS_UNIT_BYTES, (int64_t)value);
}

static struct hs_value many(uint64_t value)
{
    return hs_value_of(HS_UNIT_COUNT, (int64_t)value);
}

static void add_snapshots(struct hs_run *run)
{
    static const struct hs_doc_column columns[] = {
        {"path", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"last_gc_ns", "last GC", HS_UNIT_TIME, HS_ROLE_PLAIN},
        {"gc_cycles", "GCs", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"reachable_bytes", "live", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"unreachable_bytes", "garbage", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"objects", "objects", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"goroutines", "goroutines", HS_UNIT_COUNT, HS_ROLE_PLAIN},
    };
    struct hs_block *table =
        hs_doc_table(run->doc, run->doc->top, "snapshots", "snapshots", columns,
                     sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < run->snapshot_count; i++) {
        const struct hs_source *source = source_of(&run->snapshots[i]);
        const struct hs_heap_case *c = run->cases[i];
        const struct hs_memstats *stats = &c->heap->memstats;
        struct hs_value row[] = {
            hs_value_name(source->path, strlen(source->path)),
            stats->last_gc ? hs_value_of(HS_UNIT_TIME, (int64_t)stats->last_gc)
                           : hs_value_null(),
            stats->known ? many(stats->num_gc) : hs_value_null(),
            bytes(c->totals.reachable_bytes),
            bytes(c->totals.unreachable_bytes),
            many(c->totals.objects),
            many(c->heap->goroutines.count),
        };

        hs_doc_row(run->doc, table, row);
    }
}

static void add_total(struct hs_run *run, struct hs_block *table,
                      enum hs_unit unit, const char *what, uint64_t old,
                      uint64_t new)
{
    struct hs_value row[] = {
        hs_value_text(what),
        hs_value_of(unit, (int64_t)old),
        hs_value_of(unit, (int64_t) new),
        hs_value_delta(unit, (int64_t)(new - old)),
    };

    hs_doc_row(run->doc, table, row);
}

static void add_totals(struct hs_run *run, const struct hs_heap_case *old,
                       const struct hs_heap_case *new)
{
    static const struct hs_doc_column columns[] = {
        {"what", "in all", HS_UNIT_TEXT, HS_ROLE_PLAIN},
        {"old", "old", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"new", "new", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"delta", "change", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    };
    const struct hs_totals *a = &old->totals, *b = &new->totals;
    struct hs_block *table =
        hs_doc_table(run->doc, run->doc->top, "totals", "", columns,
                     sizeof(columns) / sizeof(columns[0]));

    add_total(run, table, HS_UNIT_BYTES, "live bytes", a->reachable_bytes,
              b->reachable_bytes);
    add_total(run, table, HS_UNIT_COUNT, "live objects", a->reachable_objects,
              b->reachable_objects);
    add_total(run, table, HS_UNIT_BYTES, "garbage bytes", a->unreachable_bytes,
              b->unreachable_bytes);
    add_total(run, table, HS_UNIT_COUNT, "garbage objects",
              a->unreachable_objects, b->unreachable_objects);
    add_total(run, table, HS_UNIT_COUNT, "goroutines",
              old->heap->goroutines.count, new->heap->goroutines.count);
}

static void warn_pair(struct hs_run *run, size_t old, size_t new,
                      const struct hs_kinship *kinship)
{
    const struct hs_source *a = source_of(&run->snapshots[old]);
    const struct hs_source *b = source_of(&run->snapshots[new]);
    struct hs_block *top = run->doc->top;

    if (kinship->order < 0)
        hs_doc_note(run->doc, top,
                    "Warning: '%s' is older than '%s'; the older one should "
                    "come first.",
                    b->path, a->path);
    if (kinship->build_differs && run->snapshots[old].names &&
        run->snapshots[new].names)
        hs_doc_note(run->doc, top,
                    "'%s' and '%s' are of different builds (%s).", a->path,
                    b->path, kinship->build_differs);
    else if (kinship->build_differs)
        hs_doc_note(run->doc, top,
                    "Warning: '%s' and '%s' are of different builds (%s); "
                    "compare functions, as variables are only told by their "
                    "place.",
                    a->path, b->path, kinship->build_differs);
    else if (kinship->process == HS_SAME_NO)
        hs_doc_note(run->doc, top,
                    "'%s' and '%s' are of one build and of different "
                    "processes: what grew may be what differs between them.",
                    a->path, b->path);
    else if (kinship->process == HS_SAME_UNKNOWN)
        hs_doc_note(run->doc, top,
                    "Whether '%s' and '%s' are of one process cannot be told, "
                    "so their objects are not matched.",
                    a->path, b->path);
}

static struct hs_value same_value(enum hs_same same)
{
    return same == HS_SAME_UNKNOWN ? hs_value_null()
                                   : hs_value_bool(same == HS_SAME_YES);
}

/* How FIRST and LAST are related, and, in text, each with the next. */
static struct hs_kinship add_kinship(struct hs_run *run)
{
    size_t last = run->snapshot_count - 1;
    struct hs_kinship all;

    for (size_t i = 1; i <= last; i++) {
        struct hs_kinship pair = hs_heap_kinship(
            run->cases[i - 1]->heap, run->cases[i]->heap, run->scratch);

        warn_pair(run, i - 1, i, &pair);
    }
    all = hs_heap_kinship(run->cases[0]->heap, run->cases[last]->heap,
                          run->scratch);
    hs_doc_field(run->doc, run->doc->top, "same_build", NULL,
                 same_value(all.build));
    hs_doc_field(run->doc, run->doc->top, "same_process", NULL,
                 same_value(all.process));
    return all;
}

static void add_tally(struct hs_run *run, struct hs_block *group,
                      const char *key, const char *title,
                      const struct hs_tally *tally)
{
    struct hs_block *item = hs_doc_group(run->doc, group, key, NULL);

    hs_doc_field(run->doc, item, "objects", NULL, many(tally->objects));
    hs_doc_field(run->doc, item, "bytes", NULL, bytes(tally->bytes));
    hs_doc_field(run->doc, group, NULL, title,
                 hs_value_text(
                     hs_doc_printf(run->doc, "%s objects, %s",
                                   hs_show_count((int64_t)tally->objects).text,
                                   hs_show_bytes((int64_t)tally->bytes).text)));
}

static void add_fates(struct hs_run *run, struct hs_block *group,
                      const struct hs_fates *fates)
{
    static const struct hs_doc_column columns[] = {
        {"kind", NULL, HS_UNIT_TEXT, HS_ROLE_JSON_ONLY},
        {"name", "of what each alone retains", HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"survived_objects", "survived", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"survived_bytes", NULL, HS_UNIT_BYTES, HS_ROLE_JSON_ONLY},
        {"fresh_objects", "new", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"fresh_bytes", "", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"freed_objects", "freed", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"freed_bytes", "", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    };
    uint64_t limit = hs_run_limit(run, USUAL_HOLDERS);
    struct hs_block *table =
        hs_doc_table(run->doc, group, "holders", "", columns,
                     sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < fates->count; i++) {
        const struct hs_fate_row *row = &fates->rows[i];
        struct hs_value values[] = {
            hs_value_text(row->kind),
            hs_value_name(row->name.text, row->name.size),
            many(row->fate.survived.objects),
            bytes(row->fate.survived.bytes),
            many(row->fate.fresh.objects),
            bytes(row->fate.fresh.bytes),
            many(row->fate.freed.objects),
            bytes(row->fate.freed.bytes),
        };

        if (row->fate.fresh.objects + row->fate.freed.objects == 0)
            continue;
        if (limit == 0 || table->row_count < limit)
            hs_doc_row(run->doc, table, values);
        else
            table->rows_left_out++;
    }
}

/* Objects of the first dump that are in the last. */
static void add_matched(struct hs_run *run, const struct hs_heap_case *old,
                        const struct hs_heap_case *new)
{
    const struct hs_fates *fates =
        hs_heap_match(old, new, run->scratch, run->scratch);
    struct hs_block *group = hs_doc_group(run->doc, run->doc->top, "matched",
                                          "One process: the same objects");

    add_tally(run, group, "survived", "survived", &fates->total.survived);
    add_tally(run, group, "fresh", "new", &fates->total.fresh);
    add_tally(run, group, "freed", "freed", &fates->total.freed);
    add_fates(run, group, fates);
    hs_doc_note(run->doc, group,
                "Matched by address and size: a slot that was freed and used "
                "again counts as survived, so new and freed are lower bounds.");
}

static void warn_cut(struct hs_run *run, size_t number)
{
    const struct hs_source *source = source_of(&run->snapshots[number]);

    if (!source->complete)
        hs_doc_note(run->doc, run->doc->top,
                    "Warning: '%s' is not whole; what is missing counts as "
                    "gone, and what only that holds as garbage.",
                    source->path);
}

bool hs_heap_diff_section(struct hs_run *run, struct hs_err *err)
{
    size_t last = run->snapshot_count - 1;
    struct hs_kinship kinship;

    for (size_t i = 0; i <= last; i++)
        if (!hs_look_heap(run, i, err))
            return false;
    add_snapshots(run);
    add_totals(run, run->cases[0], run->cases[last]);
    for (size_t i = 0; i <= last; i++)
        warn_cut(run, i);
    kinship = add_kinship(run);
    if (kinship.process == HS_SAME_YES)
        add_matched(run, run->cases[0], run->cases[last]);
    return true;
}
