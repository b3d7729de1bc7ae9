/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_timeline_objects.c - what is live by type, of a trace with
 * allocations (GODEBUG=traceallocfree=1).
 */
#include <inttypes.h>

#include "base/size.h"
#include "section_timeline.h"

#define USUAL_ROWS 10

static struct hs_value type_name(struct hs_run *run,
                                 const struct hs_timeline *t,
                                 const struct hs_trace_type *type)
{
    struct hs_value name = hs_timeline_name(t, type->name);
    const char *text;

    if (name.unit != HS_UNIT_NULL)
        return name;
    text = type->type   ? hs_doc_printf(run->doc, "type@0x%" PRIx64, type->type)
           : type->slot ? hs_doc_printf(run->doc, "%s, type not told",
                                        hs_show_bytes((int64_t)type->slot).text)
                        : "type not told";
    return hs_value_name(text, strlen(text));
}

/* Goroutines that made most of TYPE, and what share of it. */
static struct hs_value made_by(struct hs_run *run, const struct hs_timeline *t,
                               const struct hs_trace_type *type)
{
    const struct hs_trace_group *groups = t->groups.at;
    struct hs_str name, region;
    const char *text;

    if (type->group == HS_NO_GROUP || type->group_objects == 0)
        return hs_value_null();
    name = hs_timeline_string(t, groups[type->group].function);
    region = hs_timeline_string(t, type->region);
    text = hs_doc_printf(run->doc, "%.*s (%s)%s%.*s", (int)name.size, name.text,
                         hs_show_count((int64_t)type->group_objects).text,
                         region.size ? " in region " : "", (int)region.size,
                         region.text);
    return hs_value_name(text, strlen(text));
}

static struct hs_value group_name(const struct hs_timeline *t, uint32_t group)
{
    const struct hs_trace_group *groups = t->groups.at;

    return group == HS_NO_GROUP ? hs_value_null()
                                : hs_timeline_name(t, groups[group].function);
}

/* What is live now and was not after a quarter of the trace. */
static int64_t grown(const struct hs_trace_type *type)
{
    return (int64_t)(type->bytes - type->bytes_at[HS_SLICES / 4 - 1]);
}

static void add_type(struct hs_run *run, struct hs_block *table,
                     const struct hs_timeline *t,
                     const struct hs_trace_type *type)
{
    bool any = type->objects > 0;
    struct hs_value row[] = {
        type_name(run, t, type),
        type->type ? hs_value_address(type->type) : hs_value_null(),
        hs_value_of(HS_UNIT_COUNT, (int64_t)type->objects),
        hs_value_of(HS_UNIT_BYTES, (int64_t)type->bytes),
        hs_value_delta(HS_UNIT_BYTES, grown(type)),
        hs_timeline_curve(run, type->bytes_at),
        hs_value_of(HS_UNIT_COUNT, (int64_t)type->allocated),
        hs_value_of(HS_UNIT_COUNT, (int64_t)type->freed),
        hs_value_of(HS_UNIT_COUNT, (int64_t)type->existed),
        any ? hs_timeline_age(run, t, type->oldest) : hs_value_null(),
        any ? hs_timeline_time(run, t, type->oldest) : hs_value_null(),
        any ? hs_timeline_time(run, t, type->newest) : hs_value_null(),
        made_by(run, t, type),
        group_name(t, type->group),
        hs_value_of(HS_UNIT_COUNT, (int64_t)type->group_objects),
        hs_timeline_name(t, type->region),
    };

    hs_doc_row(run->doc, table, row);
}

static const struct hs_doc_column columns[] = {
    {"type", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
    {"address", NULL, HS_UNIT_ADDRESS, HS_ROLE_JSON_ONLY},
    {"objects", "objects", HS_UNIT_COUNT, HS_ROLE_PLAIN},
    {"bytes", "bytes", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {"grown", "grown", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {NULL, "over time", HS_UNIT_TEXT, HS_ROLE_TEXT_ONLY},
    {"allocated", "allocated", HS_UNIT_COUNT, HS_ROLE_PLAIN},
    {"freed", "freed", HS_UNIT_COUNT, HS_ROLE_PLAIN},
    {"existed", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
    {NULL, "oldest", HS_UNIT_NANOS, HS_ROLE_TEXT_ONLY},
    {"oldest_ns", NULL, HS_UNIT_NANOS, HS_ROLE_JSON_ONLY},
    {"newest_ns", NULL, HS_UNIT_NANOS, HS_ROLE_JSON_ONLY},
    {NULL, "made by", HS_UNIT_NAME, HS_ROLE_TEXT_ONLY},
    {"made_by", NULL, HS_UNIT_NAME, HS_ROLE_JSON_ONLY},
    {"made_by_objects", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
    {"region", NULL, HS_UNIT_NAME, HS_ROLE_JSON_ONLY},
};

#define COLUMNS (sizeof(columns) / sizeof(*columns))

void hs_timeline_types(struct hs_run *run, struct hs_block *group,
                       const struct hs_timeline *t, uint64_t limit)
{
    const struct hs_trace_type *types = t->objects.types.at;
    struct hs_block *table;

    if (!t->objects.known)
        return;
    table = hs_doc_table(run->doc, group, NULL, "Live at the end", columns,
                         COLUMNS);
    for (size_t i = 0; i < t->objects.types.count; i++) {
        if (types[i].objects == 0)
            continue;
        if (!limit || table->row_count < limit)
            add_type(run, table, t, &types[i]);
        else
            table->rows_left_out++;
    }
}

static void tell_programs(struct hs_run *run, struct hs_block *group,
                          const struct hs_timeline *t)
{
    const struct hs_trace_type *types = t->objects.types.at;
    uint64_t limit = hs_run_limit(run, 1000);
    struct hs_block *table =
        hs_doc_table(run->doc, group, "live", NULL, columns, COLUMNS);

    for (size_t i = 0; i < t->objects.types.count && (!limit || i < limit); i++)
        add_type(run, table, t, &types[i]);
}

void hs_timeline_objects_part(struct hs_run *run, struct hs_block *group,
                              const struct hs_timeline *t)
{
    struct hs_document *doc = run->doc;
    const struct hs_trace_heap *heap = &t->objects;

    if (!heap->known) {
        hs_doc_field(doc, group, "live", NULL, hs_value_null());
        return;
    }
    hs_timeline_types(run, group, t, hs_run_limit(run, USUAL_ROWS));
    tell_programs(run, group, t);
    hs_doc_note(doc, group, "%s live, %s; grown: since a quarter of the trace.",
                hs_timeline_count(run, heap->objects, "object"),
                hs_show_bytes((int64_t)heap->bytes).text);
    if (!heap->snapshot)
        hs_doc_note(doc, group,
                    "The trace does not begin with what existed, so older "
                    "objects are not counted.");
    if (heap->unplaced)
        hs_doc_note(doc, group, "%s in no known span %s left out.",
                    hs_timeline_count(run, heap->unplaced, "allocation"),
                    heap->unplaced == 1 ? "is" : "are");
}
