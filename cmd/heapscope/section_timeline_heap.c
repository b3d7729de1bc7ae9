/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_timeline_heap.c - the heap over time, and what collections leave of
 * it.
 */
#include <math.h>
#include <string.h>

#include "algo/trend.h"
#include "base/size.h"
#include "section_timeline.h"

#define USUAL_CYCLES 8

static struct hs_value bytes(uint64_t count)
{
    return hs_value_of(HS_UNIT_BYTES, (int64_t)count);
}

/* Without a collector the goal is next to the largest number there is. */
static bool is_goal(uint64_t count)
{
    return count > 0 && count < UINT64_C(1) << 60;
}

static struct hs_value goal(uint64_t count)
{
    return is_goal(count) ? bytes(count) : hs_value_null();
}

static void add_sample(struct hs_run *run, struct hs_block *chart,
                       const struct hs_timeline *t,
                       const struct hs_heap_sample *sample)
{
    struct hs_value row[] = {
        hs_timeline_moment(t, sample->t),
        bytes(sample->live),
        goal(sample->goal),
        hs_value_null(),
    };

    hs_doc_row(run->doc, chart, row);
}

/* A row that draws, and is no sample. */
static void add_mark(struct hs_run *run, struct hs_block *chart,
                     const struct hs_timeline *t, int64_t time, bool collection)
{
    struct hs_value row[] = {
        hs_timeline_moment(t, time),
        hs_value_null(),
        hs_value_null(),
        hs_value_bool(collection),
    };

    hs_doc_row(run->doc, chart, row)->text_only = true;
}

void hs_timeline_heap_chart(struct hs_run *run, struct hs_block *group,
                            const struct hs_timeline *t)
{
    static const struct hs_doc_column nanos[] = {
        {"t_ns", NULL, HS_UNIT_NANOS, HS_ROLE_PLAIN},
        {"live", "live", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"goal", "goal", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, "collections", HS_UNIT_BOOL, HS_ROLE_TEXT_ONLY},
    };
    static const struct hs_doc_column ticks[] = {
        {"t_ticks", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"live", "live", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"goal", "goal", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, "collections", HS_UNIT_BOOL, HS_ROLE_TEXT_ONLY},
    };
    const struct hs_heap_sample *samples = t->heap.at;
    const struct hs_gc_cycle *cycles = t->cycles.at;
    struct hs_block *chart = hs_doc_chart(run->doc, group, "heap", "Heap",
                                          t->clock_hz ? nanos : ticks,
                                          sizeof(nanos) / sizeof(*nanos));
    size_t next = 0;

    if (t->heap.count == 0)
        return;
    add_mark(run, chart, t, 0, false);
    for (size_t i = 0; i < t->heap.count; i++) {
        for (; next < t->cycles.count && cycles[next].start <= samples[i].t;
             next++)
            if (cycles[next].start >= 0)
                add_mark(run, chart, t, cycles[next].start, true);
        add_sample(run, chart, t, &samples[i]);
    }
    add_mark(run, chart, t, t->duration, false);
}

static const struct hs_doc_column cycle_columns[] = {
    {"start_ns", "at", HS_UNIT_NANOS, HS_ROLE_PLAIN},
    {"end_ns", NULL, HS_UNIT_NANOS, HS_ROLE_JSON_ONLY},
    {NULL, "took", HS_UNIT_NANOS, HS_ROLE_TEXT_ONLY},
    {"heap_before", "before", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {"heap_after", "after", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {"goal", "goal", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {"stw_ns", "stopped", HS_UNIT_NANOS, HS_ROLE_PLAIN},
    {"assist_ns", "assist", HS_UNIT_NANOS, HS_ROLE_PLAIN},
    {"sweep_ns", "sweep", HS_UNIT_NANOS, HS_ROLE_PLAIN},
    {"swept_bytes", NULL, HS_UNIT_BYTES, HS_ROLE_JSON_ONLY},
    {"freed_bytes", NULL, HS_UNIT_BYTES, HS_ROLE_JSON_ONLY},
};

#define CYCLE_COLUMNS (sizeof(cycle_columns) / sizeof(*cycle_columns))

/* The same for people; the goal only if there is one. */
static const struct hs_doc_column *shown_columns(struct hs_run *run,
                                                 const struct hs_timeline *t)
{
    const struct hs_gc_cycle *cycles = t->cycles.at;
    struct hs_doc_column *columns =
        hs_arena_alloc(run->doc->arena, sizeof(cycle_columns));
    bool any = false;

    memcpy(columns, cycle_columns, sizeof(cycle_columns));
    for (size_t i = 0; i < t->cycles.count; i++)
        any |= is_goal(cycles[i].goal);
    for (size_t c = 0; c < CYCLE_COLUMNS && !any; c++)
        if (columns[c].key && strcmp(columns[c].key, "goal") == 0)
            columns[c].role = HS_ROLE_JSON_ONLY;
    return columns;
}

static void add_cycles(struct hs_run *run, struct hs_block *group,
                       const struct hs_timeline *t)
{
    const struct hs_gc_cycle *cycles = t->cycles.at;
    uint64_t limit = hs_run_limit(run, USUAL_CYCLES);
    size_t count = t->cycles.count,
           from = limit && limit < count ? count - limit : 0;
    struct hs_block *all =
        hs_doc_table(run->doc, group, "gc", NULL, cycle_columns, CYCLE_COLUMNS);
    struct hs_block *last = hs_doc_table(
        run->doc, group, NULL,
        from ? hs_doc_printf(run->doc, "The last %zu collections", count - from)
             : "Collections",
        shown_columns(run, t), CYCLE_COLUMNS);

    for (size_t i = 0; i < count; i++) {
        const struct hs_gc_cycle *c = &cycles[i];
        struct hs_value row[] = {
            hs_timeline_time(run, t, c->start),
            hs_timeline_time(run, t, c->end),
            c->start < 0 || c->end < 0
                ? hs_value_null()
                : hs_timeline_time(run, t, c->end - c->start),
            c->start < 0 ? hs_value_null() : bytes(c->before),
            c->end < 0 ? hs_value_null() : bytes(c->after),
            goal(c->goal),
            hs_timeline_time(run, t, c->stw),
            hs_timeline_time(run, t, c->assist),
            hs_timeline_time(run, t, c->sweep),
            bytes(c->swept),
            bytes(c->freed),
        };

        hs_doc_row(run->doc, all, row);
        if (i >= from)
            hs_doc_row(run->doc, last, row);
    }
}

static void add_stops(struct hs_run *run, struct hs_block *group,
                      const struct hs_timeline *t)
{
    static const struct hs_doc_column columns[] = {
        {"kind", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"count", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"total_ns", NULL, HS_UNIT_NANOS, HS_ROLE_PLAIN},
        {"longest_ns", NULL, HS_UNIT_NANOS, HS_ROLE_PLAIN},
    };
    const struct hs_trace_stw *stops = t->stw.at;
    struct hs_block *table = hs_doc_table(run->doc, group, "stw", NULL, columns,
                                          sizeof(columns) / sizeof(*columns));

    for (size_t i = 0; i < t->stw.count; i++) {
        struct hs_value row[] = {
            hs_timeline_name(t, stops[i].kind),
            hs_value_of(HS_UNIT_COUNT, (int64_t)stops[i].count),
            hs_timeline_time(run, t, stops[i].total),
            hs_timeline_time(run, t, stops[i].longest),
        };

        hs_doc_row(run->doc, table, row);
    }
}

/* "+1.2 MiB a second (R² 0.98)", or that there is nothing to say.  A few points
 * are on a line by chance. */
static const char *describe(struct hs_run *run, const struct hs_trend *trend)
{
    if (trend->count < 2)
        return "unknown: it takes two collections at least";
    if (trend->few && !isnan(trend->per_second))
        return hs_doc_printf(
            run->doc, "%s%s a second; %s are too few to tell whether it grows",
            trend->per_second > 0 ? "+" : "",
            hs_show_bytes((int64_t)trend->per_second).text,
            hs_timeline_count(run, trend->count, "collection"));
    if (isnan(trend->per_second))
        return hs_doc_printf(run->doc, "%s (R² %.2f); the clock is not known",
                             trend->grows ? "it grows" : "no steady growth",
                             trend->fit);
    return hs_doc_printf(
        run->doc, "%s%s a second (R² %.2f)%s", trend->per_second > 0 ? "+" : "",
        hs_show_bytes((int64_t)trend->per_second).text, trend->fit,
        trend->grows ? ": it grows steadily" : ", no steady growth");
}

static void tell_trend(struct hs_run *run, struct hs_block *group,
                       const struct hs_trend *trend)
{
    struct hs_document *doc = run->doc;
    bool known = trend->count >= 2;
    struct hs_block *json = hs_doc_group(doc, group, "trend", NULL);

    hs_doc_field(doc, json, "collections", NULL,
                 hs_value_of(HS_UNIT_COUNT, (int64_t)trend->count));
    hs_doc_field(doc, json, "bytes_per_second", NULL,
                 known && !isnan(trend->per_second)
                     ? hs_value_number(trend->per_second)
                     : hs_value_null());
    hs_doc_field(doc, json, "fit", NULL,
                 known ? hs_value_number(trend->fit) : hs_value_null());
    hs_doc_field(doc, json, "grows", NULL,
                 known ? hs_value_bool(trend->grows) : hs_value_null());
    hs_doc_field(doc, json, "first", NULL,
                 known ? bytes(trend->first) : hs_value_null());
    hs_doc_field(doc, json, "last", NULL,
                 known ? bytes(trend->last) : hs_value_null());
}

void hs_timeline_trend_line(struct hs_run *run, struct hs_block *group,
                            const struct hs_timeline *t)
{
    struct hs_trend trend = hs_trend_of(t);
    struct hs_document *doc = run->doc;
    const char *text = describe(run, &trend);

    if (trend.count >= 2)
        text = hs_doc_printf(doc, "%s to %s, %s",
                             hs_show_bytes((int64_t)trend.first).text,
                             hs_show_bytes((int64_t)trend.last).text, text);
    hs_doc_field(doc, group, NULL, "after collections", hs_value_text(text));
}

/* Sums over all collections, in words. */
static void add_sums(struct hs_run *run, struct hs_block *group,
                     const struct hs_timeline *t)
{
    const struct hs_gc_cycle *cycles = t->cycles.at;
    int64_t stw = 0, longest = 0, assist = 0, sweep = 0;
    struct hs_document *doc = run->doc;

    for (size_t i = 0; i < t->cycles.count; i++) {
        stw += cycles[i].stw;
        assist += cycles[i].assist;
        sweep += cycles[i].sweep;
        longest = cycles[i].stw > longest ? cycles[i].stw : longest;
    }
    if (t->clock_hz)
        hs_doc_field(
            doc, group, NULL, "collections",
            hs_value_text(hs_doc_printf(
                doc,
                "%s; stopped the world for %s, at most %s at once; assists %s, "
                "sweeping %s",
                hs_show_count((int64_t)t->cycles.count).text,
                hs_show_nanos(stw).text, hs_show_nanos(longest).text,
                hs_show_nanos(assist).text, hs_show_nanos(sweep).text)));
    else
        hs_doc_field(doc, group, NULL, "collections",
                     hs_value_of(HS_UNIT_COUNT, (int64_t)t->cycles.count));
}

void hs_timeline_heap_part(struct hs_run *run, struct hs_block *group,
                           const struct hs_timeline *t)
{
    struct hs_document *doc = run->doc;
    const struct hs_heap_sample *samples = t->heap.at;
    struct hs_trend trend = hs_trend_of(t);
    struct hs_block *facts;

    hs_timeline_heap_chart(run, group, t);
    facts = hs_doc_group(doc, group, NULL, "");
    if (t->heap.count)
        hs_doc_field(
            doc, facts, NULL, "live at the end",
            hs_value_text(hs_doc_printf(
                doc, "%s, with garbage not swept yet",
                hs_show_bytes((int64_t)samples[t->heap.count - 1].live).text)));
    hs_timeline_trend_line(run, facts, t);
    tell_trend(run, group, &trend);
    add_sums(run, facts, t);
    add_cycles(run, group, t);
    add_stops(run, group, t);
}
