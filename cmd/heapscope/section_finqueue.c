/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_finqueue.c - the finalizer queue over time: how long it is, how fast
 * it is filled, by which functions, and which objects came more than once.
 */
#include "section.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/size.h"
#include "model/finqueue.h"
#include "model/heap.h"

#define USUAL_ROWS 10
#define TIME_ROWS  8

static struct hs_value count(double n)
{
    return hs_value_of(HS_UNIT_COUNT, n < 1e18 ? (int64_t)n : (int64_t)1e18);
}

static struct hs_value number(uint64_t n)
{
    return hs_value_of(HS_UNIT_COUNT, (int64_t)(n & INT64_MAX));
}

static struct hs_value nanos(double seconds)
{
    if (!(seconds > 0))
        seconds = 0;
    return hs_value_of(HS_UNIT_NANOS,
                       (int64_t)((seconds < 3e9 ? seconds : 3e9) * 1e9));
}

/* The functions that a dump of the same process has on its stacks, by where
 * they begin; NULL without a dump. */
static const struct hs_map *names_in_dump(struct hs_run *run)
{
    const struct hs_heap *heap = run->snapshots[0].heap;
    const struct hs_frame *frames;
    struct hs_map *names;

    if (!(run->snapshots[0].parts & HS_PART_HEAP) || !heap)
        return NULL;
    frames = heap->frames.at;
    names = hs_arena_zeroed(run->scratch, 1, sizeof(*names));
    hs_map_init(names, run->scratch, 64);
    for (uint32_t i = 0; i < heap->frames.count; i++)
        hs_map_add(names, frames[i].entry, i);
    return names;
}

static struct hs_value name_of(struct hs_run *run, const struct hs_map *names,
                               const struct hs_finqueue_function *function)
{
    struct hs_str name = function->name;
    uint32_t frame = names && function->pc ? hs_map_lookup(names, function->pc)
                                           : HS_MAP_NONE;

    if (!name.size && frame != HS_MAP_NONE)
        name =
            ((const struct hs_frame *)run->snapshots[0].heap->frames.at)[frame]
                .function;
    if (name.size)
        return hs_value_name(name.text, name.size);
    name = hs_str_of(hs_doc_printf(run->doc, "func@0x%" PRIx64, function->pc));
    return hs_value_name(name.text, name.size);
}

static int by_count(const void *a, const void *b)
{
    const struct hs_finqueue_function *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    if (x->pc != y->pc)
        return x->pc < y->pc ? -1 : 1;
    return hs_str_compare(x->name, y->name);
}

static void add_functions(struct hs_run *run, struct hs_block *group,
                          const struct hs_finqueue *queue)
{
    static const struct hs_doc_column columns[] = {
        {"function", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"pc", NULL, HS_UNIT_ADDRESS, HS_ROLE_JSON_ONLY},
        {"count", "times", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"share", NULL, HS_UNIT_SHARE, HS_ROLE_PLAIN},
        {"again", "object again", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"first_ns", NULL, HS_UNIT_NANOS, HS_ROLE_JSON_ONLY},
        {"last_ns", NULL, HS_UNIT_NANOS, HS_ROLE_JSON_ONLY},
    };
    size_t n = queue->functions.count;
    uint64_t limit = hs_run_limit(run, USUAL_ROWS);
    const struct hs_map *names = names_in_dump(run);
    struct hs_finqueue_function *rows =
        hs_arena_zeroed(run->scratch, n + 1, sizeof(*rows));
    struct hs_block *table =
        hs_doc_table(run->doc, group, "functions", "Queued most", columns,
                     sizeof(columns) / sizeof(columns[0]));

    if (n)
        memcpy(rows, queue->functions.at, n * sizeof(*rows));
    qsort(rows, n, sizeof(*rows), by_count);
    for (size_t i = 0; i < n && (!limit || i < limit); i++) {
        struct hs_value row[] = {
            name_of(run, names, &rows[i]),
            hs_value_address(rows[i].pc),
            number(rows[i].count),
            hs_value_share((double)rows[i].count / (double)queue->events),
            number(rows[i].again),
            nanos(rows[i].first - queue->first),
            nanos(rows[i].last - queue->first),
        };

        hs_doc_row(run->doc, table, row);
    }
    if (limit && n > limit)
        table->rows_left_out = n - limit;
}

/* Lengths over time: a few rows for people, all points for programs. */
static void add_series(struct hs_run *run, struct hs_block *group,
                       const struct hs_series *series, const char *title)
{
    static const struct hs_doc_column points_columns[] = {
        {"t_ns", NULL, HS_UNIT_NANOS, HS_ROLE_PLAIN},
        {"length", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"most", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
    };
    struct hs_doc_column *columns =
        hs_arena_zeroed(run->doc->arena, 3, sizeof(*columns));
    const struct hs_series_point *points = series->points.at;
    size_t n = series->points.count, from = 0;
    size_t rows = n < TIME_ROWS ? n : TIME_ROWS;
    struct hs_block *all =
        hs_doc_table(run->doc, group, "points", NULL, points_columns, 3);
    struct hs_block *table;

    columns[0] =
        (struct hs_doc_column){NULL, title, HS_UNIT_NANOS, HS_ROLE_PLAIN};
    columns[1] =
        (struct hs_doc_column){NULL, "length", HS_UNIT_COUNT, HS_ROLE_PLAIN};
    columns[2] =
        (struct hs_doc_column){NULL, "at most", HS_UNIT_COUNT, HS_ROLE_PLAIN};
    for (size_t i = 0; i < n; i++) {
        struct hs_value row[] = {nanos(points[i].until - points[0].since),
                                 count(points[i].lines[0].last),
                                 count(points[i].lines[0].high)};

        hs_doc_row(run->doc, all, row);
    }
    table = hs_doc_table(run->doc, group, NULL, "", columns, 3);
    for (size_t r = 0; r < rows; r++) {
        size_t to = (r + 1) * n / rows;
        double high = 0;

        for (; from < to; from++)
            if (points[from].lines[0].high > high)
                high = points[from].lines[0].high;
        struct hs_value row[] = {nanos(points[to - 1].until - points[0].since),
                                 count(points[to - 1].lines[0].last),
                                 count(high)};

        hs_doc_row(run->doc, table, row);
    }
}

/* Does the queue get longer, more than it gets shorter? */
static bool grows(const struct hs_series *series)
{
    struct hs_series_trend trend = hs_series_trend(series);
    const struct hs_series_point *points = series->points.at;
    size_t n = series->points.count;

    return trend.known && trend.fit >= 0.5 && trend.per_unit > 0 &&
           points[n - 1].lines[0].last >= 2 * points[0].lines[0].last + 10;
}

static void add_events(struct hs_run *run, struct hs_block *group,
                       const struct hs_finqueue *queue)
{
    struct hs_document *doc = run->doc;
    double seconds = queue->last - queue->first;
    bool timed = queue->in_order && seconds > 0;
    double rate = timed ? (double)queue->events / seconds : 0;

    hs_doc_field(doc, group, "events", NULL, number(queue->events));
    hs_doc_field(doc, group, "lasted_ns", NULL, nanos(seconds));
    hs_doc_field(doc, group, "per_second", NULL,
                 timed ? hs_value_number(rate) : hs_value_null());
    hs_doc_field(doc, group, "again", NULL, number(queue->again));
    hs_doc_note(doc, group, "%s object%s put into the queue in %s%s%s",
                hs_show_count((int64_t)queue->events).text,
                queue->events == 1 ? "" : "s",
                hs_show_nanos(nanos(seconds).integer).text,
                timed
                    ? hs_doc_printf(
                          doc, ", %s a second",
                          hs_show_number(rate < 100 ? rate : round(rate)).text)
                    : "",
                queue->in_order ? "" : "; the events are not in order of time");
    add_functions(run, group, queue);
    if (queue->length.count > 0 && queue->in_order)
        add_series(run, group, &queue->length, "Queue");
    if (queue->again)
        hs_doc_note(doc, group,
                    "%s came for an object that had been in the queue before: "
                    "its finalizer set another one, or its address was used "
                    "again.",
                    hs_show_count((int64_t)queue->again).text);
    if (grows(&queue->length))
        hs_doc_note(doc, group,
                    "The queue gets longer: one goroutine runs all finalizers, "
                    "and does not keep up or is stuck. goroutine?debug=2 shows "
                    "where it is.");
}

static void add_waiting(struct hs_run *run, const struct hs_finqueue *queue)
{
    struct hs_block *group =
        hs_doc_group(run->doc, run->doc->top, "checkfinalizers", NULL);
    const struct hs_series_point *points = queue->waiting.points.at;
    const struct hs_series_point *last;
    static const struct hs_doc_column columns[] = {
        {"t", NULL, HS_UNIT_NUMBER, HS_ROLE_PLAIN},
        {"finalizers", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"cleanups", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
    };
    struct hs_block *table =
        hs_doc_table(run->doc, group, "queue", NULL, columns, 3);
    double high = 0;

    for (size_t i = 0; i < queue->waiting.points.count; i++) {
        struct hs_value row[] = {hs_value_number(points[i].until),
                                 count(points[i].lines[1].last),
                                 count(points[i].lines[2].last)};

        hs_doc_row(run->doc, table, row);
        high = points[i].lines[0].high > high ? points[i].lines[0].high : high;
    }
    last = &points[queue->waiting.points.count - 1];
    hs_doc_note(run->doc, run->doc->top,
                "After the last of %s collections %s finalizers and %s "
                "cleanups waited in the queue; at most %s did.",
                hs_show_count((int64_t)queue->waiting.count).text,
                hs_show_count(count(last->lines[1].last).integer).text,
                hs_show_count(count(last->lines[2].last).integer).text,
                hs_show_count(count(high).integer).text);
    if (grows(&queue->waiting))
        hs_doc_note(run->doc, run->doc->top,
                    "More and more of them wait: what runs them does not keep "
                    "up, or is stuck.");
}

static const char *problem(const struct hs_finalizer_issue *issue)
{
    if (issue->cycle && issue->tiny)
        return "reachable from it; in a tiny block";
    if (issue->cycle)
        return "reachable from it: never runs";
    return "in a tiny block: may never run";
}

static void add_issues(struct hs_run *run, const struct hs_finqueue *queue)
{
    static const struct hs_doc_column columns[] = {
        {"type", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"address", NULL, HS_UNIT_ADDRESS, HS_ROLE_PLAIN},
        {"problem", "problem", HS_UNIT_TEXT, HS_ROLE_PLAIN},
        {"kind", "with its", HS_UNIT_TEXT, HS_ROLE_PLAIN},
        {"function", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"created", "set at", HS_UNIT_NAME, HS_ROLE_PLAIN},
    };
    const struct hs_finalizer_issue *issues = queue->issues.at;
    uint64_t limit = hs_run_limit(run, USUAL_ROWS);
    struct hs_block *table =
        hs_doc_table(run->doc, run->doc->top, "finalizer_issues",
                     "checkfinalizers has found", columns,
                     sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < queue->issues.count && (!limit || i < limit); i++) {
        const struct hs_finalizer_issue *issue = &issues[i];
        struct hs_value row[] = {
            hs_value_name(issue->type.text, issue->type.size),
            hs_value_address(issue->object),
            hs_value_text(problem(issue)),
            hs_value_text(issue->cleanup ? "cleanup" : "finalizer"),
            hs_value_name(issue->function.text, issue->function.size),
            hs_value_name(issue->created.text, issue->created.size),
        };

        hs_doc_row(run->doc, table, row);
    }
    table->rows_left_out = queue->issue_count - table->row_count;
}

bool hs_finqueue_section(struct hs_run *run, struct hs_err *err)
{
    const struct hs_finqueue *queue = run->snapshots[0].finqueue;

    (void)err;
    if (queue->events)
        add_events(run,
                   hs_doc_group(run->doc, run->doc->top, "finalizer_queue",
                                "Finalizer queue"),
                   queue);
    if (queue->waiting.count)
        add_waiting(run, queue);
    if (queue->issue_count)
        add_issues(run, queue);
    return true;
}
