/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_timeline_join.c - a trace and a heap dump of one process: what the
 * goroutines that have not ended hold, and types for the dump's objects.
 */
#include <stdlib.h>

#include "base/map.h"
#include "base/size.h"
#include "section_heap.h"
#include "section_timeline.h"

#define USUAL_ROWS 8

/* What the goroutines of one group hold in the dump. */
struct held {
    const struct hs_trace_group *group;
    uint64_t in_dump;  /* goroutines */
    uint64_t retained; /* bytes that each of them alone holds, in sum */
    struct hs_heap_stacks stacks;
};

/* Why the two files do not tell of one process; NULL if they do. */
static const char *explain(struct hs_run *run, const struct hs_timeline *t,
                           const struct hs_heap *heap,
                           const struct hs_trace_join *join)
{
    struct hs_document *doc = run->doc;

    switch (join->verdict) {
    case HS_JOIN_VERSIONS:
        return hs_doc_printf(doc,
                             "the trace has the format of go 1.%u, which the "
                             "dump's %.*s does not write",
                             t->version, (int)heap->go_version.size,
                             heap->go_version.text);
    case HS_JOIN_OTHERS:
        return hs_doc_printf(
            doc,
            "%s of the trace have their numbers in the dump, but only %s the "
            "same function",
            hs_timeline_count(run, join->found, "goroutine"),
            hs_show_count((int64_t)join->agreed).text);
    case HS_JOIN_NOTHING:
        return hs_doc_printf(doc, "of %s that had not ended, the dump has %s",
                             hs_timeline_count(run, join->looked, "goroutine"),
                             hs_show_count((int64_t)join->found).text);
    case HS_JOIN_PLACES:
        return hs_doc_printf(
            doc,
            "of %s that the trace ends with, the dump has %s at their place",
            hs_timeline_count(run, join->objects, "object"),
            hs_show_count((int64_t)join->objects_found).text);
    case HS_JOIN_SAME:
        break;
    }
    return NULL;
}

static void tell_verdict(struct hs_run *run, struct hs_block *json,
                         const struct hs_trace_join *join)
{
    struct hs_document *doc = run->doc;
    bool same = join->verdict == HS_JOIN_SAME;

    hs_doc_field(doc, json, "same_process", NULL, hs_value_bool(same));
    hs_doc_field(doc, json, "goroutines_alive", NULL,
                 hs_heap_count_of(join->looked));
    hs_doc_field(doc, json, "goroutines_found", NULL,
                 hs_heap_count_of(join->found));
    hs_doc_field(doc, json, "goroutines_agreed", NULL,
                 hs_heap_count_of(join->agreed));
    hs_doc_field(doc, json, "objects_live", NULL,
                 same ? hs_heap_count_of(join->objects) : hs_value_null());
    hs_doc_field(doc, json, "objects_found", NULL,
                 same ? hs_heap_count_of(join->objects_found)
                      : hs_value_null());
}

/* The holder of each goroutine of the heap, by its number there. */
static struct hs_map goroutine_holders(struct hs_run *run,
                                       const struct hs_case *c)
{
    struct hs_map holders;

    hs_map_init(&holders, run->scratch, c->heap->goroutines.count);
    for (uint32_t h = 0; h < c->holders->holder_count; h++)
        if (c->holders->holders[h].kind == HS_HOLDER_GOROUTINE)
            hs_map_add(&holders, c->holders->holders[h].record, h);
    return holders;
}

static int by_cost(const void *a, const void *b)
{
    const struct held *x = a, *y = b;
    uint64_t of_x = x->retained + x->stacks.bytes;
    uint64_t of_y = y->retained + y->stacks.bytes;

    if (of_x != of_y)
        return of_x < of_y ? 1 : -1;
    return (x->group > y->group) - (x->group < y->group);
}

/* What each group of the trace holds, the most first. */
static struct held *sum_up(struct hs_run *run, const struct hs_case *c,
                           const struct hs_trace_join *join, size_t *count)
{
    const struct hs_timeline *t = c->timeline;
    const struct hs_trace_goroutine *rows = t->goroutines.at;
    const struct hs_trace_group *groups = t->groups.at;
    struct hs_map holders = goroutine_holders(run, c);
    struct held *held =
        hs_arena_zeroed(run->scratch, t->groups.count + 1, sizeof(*held));
    size_t used = 0;

    for (size_t i = 0; i < t->goroutines.count; i++) {
        struct held *one = &held[rows[i].group];
        struct hs_heap_stacks stacks;
        uint32_t holder;

        if (join->goroutines[i] == HS_NO_JOIN)
            continue;
        one->group = &groups[rows[i].group];
        one->in_dump++;
        holder = hs_map_lookup(&holders, join->goroutines[i]);
        if (holder == HS_MAP_NONE)
            continue;
        one->retained += hs_retention_bytes(
            c->retention, hs_retention_holder(c->retention, holder));
        stacks = hs_heap_stacks(c, holder);
        one->stacks.bytes += stacks.bytes;
        one->stacks.about |= stacks.about;
    }
    for (size_t i = 0; i < t->groups.count; i++)
        if (held[i].in_dump)
            held[used++] = held[i];
    qsort(held, used, sizeof(*held), by_cost);
    *count = used;
    return held;
}

static void add_held(struct hs_run *run, struct hs_block *table,
                     const struct hs_timeline *t, const struct held *one,
                     uint64_t most)
{
    struct hs_value row[] = {
        hs_timeline_name(t, one->group->function),
        hs_heap_count_of(one->group->alive),
        hs_heap_count_of(one->in_dump),
        hs_heap_bytes(one->retained),
        hs_heap_stacks_value(one->stacks),
        hs_timeline_place(run, t, one->group->creation),
    };

    if (!most || table->row_count < most)
        hs_doc_row(run->doc, table, row);
    else
        table->rows_left_out++;
}

static void add_goroutines(struct hs_run *run, struct hs_block *group,
                           struct hs_block *json, const struct hs_case *c,
                           const struct hs_trace_join *join)
{
    static const struct hs_doc_column columns[] = {
        {"function", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"alive", "in trace", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"in_dump", "in dump", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"retained_bytes", "hold, each alone", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"stack_bytes", "stacks", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, "started by", HS_UNIT_NAME, HS_ROLE_TEXT_ONLY},
    };
    size_t width = sizeof(columns) / sizeof(*columns), count;
    const struct held *held = sum_up(run, c, join, &count);
    struct hs_block *table = hs_doc_table(
        run->doc, group, NULL, "What they hold in the dump", columns, width);
    struct hs_block *all =
        hs_doc_table(run->doc, json, "goroutines", NULL, columns, width);

    for (size_t i = 0; i < count; i++) {
        add_held(run, all, c->timeline, &held[i], hs_heap_json_limit(run));
        add_held(run, table, c->timeline, &held[i],
                 hs_run_limit(run, USUAL_ROWS));
    }
}

/* Objects of one type of the trace's in the dump. */
struct typed {
    uint32_t type;
    uint64_t objects, bytes;
};

static int by_bytes(const void *a, const void *b)
{
    const struct typed *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return (x->type > y->type) - (x->type < y->type);
}

static struct typed *count_types(struct hs_run *run, const struct hs_case *c,
                                 const struct hs_trace_join *join,
                                 size_t *count)
{
    const struct hs_timeline *t = c->timeline;
    const struct hs_trace_object *live = t->objects.live.at;
    const struct hs_trace_type *types = t->objects.types.at;
    struct typed *typed = hs_arena_zeroed(
        run->scratch, t->objects.types.count + 1, sizeof(*typed));
    size_t used = 0;

    for (size_t i = 0; i < t->objects.live.count; i++) {
        struct typed *one = &typed[live[i].type];

        if (join->placements[i] == HS_NO_JOIN || types[live[i].type].name == 0)
            continue;
        one->type = live[i].type;
        one->objects++;
        one->bytes += hs_heap_size(c->heap, join->placements[i]);
    }
    for (size_t i = 0; i < t->objects.types.count; i++)
        if (typed[i].objects)
            typed[used++] = typed[i];
    qsort(typed, used, sizeof(*typed), by_bytes);
    *count = used;
    return typed;
}

static void add_types(struct hs_run *run, struct hs_block *group,
                      struct hs_block *json, const struct hs_case *c,
                      const struct hs_trace_join *join)
{
    static const struct hs_doc_column columns[] = {
        {"type", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"objects", "objects", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"bytes", "bytes", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    };
    const struct hs_trace_type *types = c->timeline->objects.types.at;
    uint64_t limit = hs_run_limit(run, USUAL_ROWS);
    struct hs_block *table, *all;
    size_t count, width = sizeof(columns) / sizeof(*columns);
    const struct typed *typed = count_types(run, c, join, &count);

    table = hs_doc_table(run->doc, group, NULL,
                         "Types of the dump's objects, by the trace", columns,
                         width);
    all = hs_doc_table(run->doc, json, "types", NULL, columns, width);
    for (size_t i = 0; i < count; i++) {
        struct hs_value row[] = {
            hs_timeline_name(c->timeline, types[typed[i].type].name),
            hs_heap_count_of(typed[i].objects),
            hs_heap_bytes(typed[i].bytes),
        };

        hs_doc_row(run->doc, all, row);
        if (!limit || i < limit)
            hs_doc_row(run->doc, table, row);
        else
            table->rows_left_out++;
    }
}

static void tell_objects(struct hs_run *run, struct hs_block *group,
                         struct hs_block *json, const struct hs_case *c,
                         const struct hs_trace_join *join)
{
    if (join->placed) {
        add_types(run, group, json, c, join);
        return;
    }
    if (join->objects)
        hs_doc_note(run->doc, group,
                    "Of %s that the trace ends with, the dump has %s at their "
                    "place: too few to take the trace's types for it.",
                    hs_timeline_count(run, join->objects, "object"),
                    hs_show_count((int64_t)join->objects_found).text);
}

bool hs_timeline_join_part(struct hs_run *run, struct hs_block *group,
                           struct hs_err *err)
{
    const struct hs_case *c = hs_look_case(run, 0, err);
    struct hs_block *json;
    const char *why;

    if (!c)
        return false;
    json = hs_doc_group(run->doc, group, "join", NULL);
    tell_verdict(run, json, c->join);
    why = explain(run, c->timeline, c->heap, c->join);
    if (why) {
        hs_doc_note(run->doc, group,
                    "The trace and the dump are taken for two processes: %s. "
                    "Nothing of one is said of the other.",
                    why);
        return true;
    }
    add_goroutines(run, group, json, c, c->join);
    tell_objects(run, group, json, c, c->join);
    return true;
}
