/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_timeline_view.c - a picture of a trace: heap, goroutines, and the
 * groups and types that have grown most.
 */
#include "section_timeline.h"

#define LINES 4

static const char *title_of(struct hs_run *run, const struct hs_timeline *t,
                            uint32_t string)
{
    struct hs_str name = hs_timeline_string(t, string);

    if (!name.size)
        return "(not told)";
    return hs_doc_printf(run->doc, "%.*s", (int)name.size, name.text);
}

/* A chart of COUNT series, whose values at the end of slice I are in
 * AT[series][I]. */
static void add_slices(struct hs_run *run, struct hs_block *group,
                       const struct hs_timeline *t, const char *title,
                       enum hs_unit unit, size_t count,
                       const char *const *titles, uint64_t at[LINES][HS_SLICES])
{
    struct hs_doc_column *columns =
        hs_arena_zeroed(run->doc->arena, count + 1, sizeof(*columns));
    struct hs_block *chart;

    columns[0].unit = hs_timeline_moment(t, 0).unit;
    for (size_t s = 0; s < count; s++)
        columns[s + 1] =
            (struct hs_doc_column){NULL, titles[s], unit, HS_ROLE_PLAIN};
    chart = hs_doc_chart(run->doc, group, NULL, title, columns, count + 1);
    for (int i = 0; i < HS_SLICES; i++) {
        struct hs_value row[LINES + 1] = {
            hs_timeline_moment(t, (i + 1) * t->slice_ns)};

        for (size_t s = 0; s < count; s++)
            row[s + 1] = hs_value_of(unit, (int64_t)at[s][i]);
        hs_doc_row(run->doc, chart, row);
    }
}

static void add_groups(struct hs_run *run, struct hs_block *group,
                       const struct hs_timeline *t)
{
    uint64_t system, at[LINES][HS_SLICES];
    const char *titles[LINES];
    size_t count, used = 0;
    const struct hs_trace_group **groups =
        hs_timeline_alive(run, t, NULL, &count, &system);

    for (size_t i = 0; i < count && used < LINES; i++) {
        if (groups[i]->started <= groups[i]->ended)
            break;
        titles[used] = title_of(run, t, groups[i]->function);
        for (int s = 0; s < HS_SLICES; s++)
            at[used][s] = groups[i]->alive_at[s];
        used++;
    }
    if (used)
        add_slices(run, group, t, "Goroutines that have grown most",
                   HS_UNIT_COUNT, used, titles, at);
}

static void add_types(struct hs_run *run, struct hs_block *group,
                      const struct hs_timeline *t)
{
    const struct hs_trace_type *types = t->objects.types.at;
    uint64_t at[LINES][HS_SLICES];
    const char *titles[LINES];
    size_t used = 0;

    for (size_t i = 0; i < t->objects.types.count && used < LINES; i++) {
        if (types[i].objects == 0)
            continue;
        titles[used] = title_of(run, t, types[i].name);
        for (int s = 0; s < HS_SLICES; s++)
            at[used][s] = types[i].bytes_at[s];
        used++;
    }
    if (used)
        add_slices(run, group, t, "Live by type", HS_UNIT_BYTES, used, titles,
                   at);
}

bool hs_timeline_view_section(struct hs_run *run, struct hs_err *err)
{
    const struct hs_timeline *t = run->snapshots[0].timeline;
    struct hs_block *top = run->doc->top;

    if (t->heap.count == 0 && t->counts.count == 0)
        return hs_fail(err, HS_EUNSUPPORTED, HS_NOWHERE,
                       "the trace tells of no heap and no goroutines");
    hs_timeline_heap_chart(run, top, t);
    hs_timeline_goroutine_chart(run, top, t);
    add_groups(run, top, t);
    add_types(run, top, t);
    return true;
}
