/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_top.c - the biggest types or holders of a heap.
 */
#include "section_heap.h"

#include "base/size.h"

#define USUAL_ROWS 30

/* Where the sampled objects of each type were allocated. */
static struct hs_origin *origins_of_types(struct hs_run *run,
                                          const struct hs_case *c,
                                          const struct hs_types *types)
{
    size_t count = hs_allocations_count(c->allocations);
    uint32_t *groups =
        hs_arena_zeroed(run->scratch, count + 1, sizeof(*groups));
    struct hs_origin *origins =
        hs_arena_zeroed(run->scratch, types->count + 1, sizeof(*origins));

    for (size_t i = 0; i < count; i++) {
        uint32_t object = hs_allocations_object(c->allocations, i);

        groups[i] = hs_retention_reached(c->retention, object)
                        ? hs_types_of(types, object)
                        : HS_NO_GROUP;
    }
    hs_allocations_group(c->allocations, groups, types->count, origins,
                         run->scratch);
    return origins;
}

static void add_types(struct hs_run *run, const struct hs_case *c,
                      const struct hs_types *types, struct hs_block *table,
                      uint64_t limit)
{
    size_t count;
    const uint32_t *order = hs_types_order(types, &count, run->scratch);
    const struct hs_origin *origins = origins_of_types(run, c, types);

    for (size_t i = 0; i < count && (!limit || i < limit); i++) {
        const struct hs_type_row *row = &types->rows[order[i]];
        struct hs_value values[] = {
            hs_heap_name(row->name),
            hs_heap_count_of(row->objects),
            hs_heap_bytes(row->bytes),
            hs_heap_share(c, row->bytes),
            hs_heap_bytes(row->retained_bytes),
            hs_heap_share(c, row->retained_bytes),
            hs_heap_origin(run, &origins[order[i]]),
        };

        hs_doc_row(run->doc, table, values);
    }
    if (limit && count > limit)
        table->rows_left_out = count - limit;
}

/* Why the types of many small objects are unknown.  BY: what the rows are. */
static void explain_tiny(struct hs_run *run, const struct hs_case *c,
                         const char *by)
{
    const struct hs_type_row *tiny = hs_heap_tiny(c->types);

    if (!c->heap->names || !tiny)
        return;
    hs_doc_note(run->doc, run->doc->top,
                "%s slots of 16 B without pointers, %s, have no %s: smaller "
                "values, such as short texts, share them.",
                hs_show_count((int64_t)tiny->objects).text,
                hs_show_bytes((int64_t)tiny->bytes).text, by);
}

static void add_holders(struct hs_run *run, const struct hs_case *c,
                        struct hs_block *table, uint64_t limit)
{
    size_t count = c->claims->count;

    for (size_t i = 0; i < count && (!limit || i < limit); i++) {
        const struct hs_claim *claim = &c->claims->rows[i];
        struct hs_value values[] = {
            hs_heap_name(claim->name),
            hs_heap_count_of(claim->owned_objects),
            hs_heap_bytes(claim->owned_bytes),
            hs_heap_share(c, claim->owned_bytes),
            hs_heap_bytes(claim->retained_bytes),
            hs_heap_share(c, claim->retained_bytes),
            i < c->composed ? hs_heap_origin(run, &c->compositions[i].origin)
                            : hs_value_null(),
        };

        hs_doc_row(run->doc, table, values);
    }
    if (limit && count > limit)
        table->rows_left_out = count - limit;
}

static const struct hs_types *packages_of(struct hs_run *run,
                                          const struct hs_case *c)
{
    struct hs_arena passing = HS_ARENA_EMPTY;
    const struct hs_types *packages =
        hs_types_by_package(c->heap, c->retention, run->scratch, &passing);

    hs_arena_free(&passing);
    return packages;
}

bool hs_heap_top_section(struct hs_run *run, struct hs_err *err)
{
    static const struct hs_doc_column types[] = {
        {"name", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"objects", "objects", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"bytes", "own", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, NULL, HS_UNIT_SHARE, HS_ROLE_PLAIN},
        {"retained_bytes", "retained", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, NULL, HS_UNIT_SHARE, HS_ROLE_HEAT},
        {NULL, "allocated at", HS_UNIT_TEXT, HS_ROLE_PLAIN},
    };
    static const struct hs_doc_column holders[] = {
        {"name", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"objects", "objects", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"bytes", "with partners", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, NULL, HS_UNIT_SHARE, HS_ROLE_HEAT},
        {"retained_bytes", "alone", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, NULL, HS_UNIT_SHARE, HS_ROLE_PLAIN},
        {NULL, "allocated at", HS_UNIT_TEXT, HS_ROLE_PLAIN},
    };
    const char *by = run->options->by ? run->options->by : "type";
    bool by_holder = strcmp(by, "holder") == 0;
    bool by_package = strcmp(by, "package") == 0;
    const struct hs_case *c;
    struct hs_block *table;
    uint64_t limit = hs_run_limit(run, USUAL_ROWS);

    if (!by_holder && !by_package && strcmp(by, "type") != 0)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "--by %s: of a heap dump there are type, package and "
                       "holder",
                       by);
    c = hs_look_case(run, 0, err);
    if (!c)
        return false;
    if (by_package && !c->heap->names)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "--by package: a dump alone does not say which package "
                       "a type is of; give the executable, too");
    hs_doc_field(run->doc, run->doc->top, "total", "live heap",
                 hs_heap_bytes(c->base->totals.reachable_bytes));
    hs_doc_field(run->doc, run->doc->top, "unit", NULL, hs_value_text("bytes"));
    table = hs_doc_table(run->doc, run->doc->top, "rows", by,
                         by_holder ? holders : types, 7);
    if (by_holder)
        add_holders(run, c, table, limit);
    else
        add_types(run, c, by_package ? packages_of(run, c) : c->types, table,
                  limit);
    if (!by_holder)
        explain_tiny(run, c, by);
    hs_heap_hint(run, c);
    return true;
}
