/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_gclog.c - what the lines of gctrace say: how the heap after GC goes,
 * how often it is collected, how long the program stands still.
 */
#include "section.h"

#include <inttypes.h>

#include "base/size.h"
#include "model/gclog.h"

#define USUAL_ROWS 8
/* What is told of as growth: so much of the variance, and of the heap. */
#define GOOD_FIT     0.6
#define MUCH_GROWTH  0.2
#define LEAST_GROWTH (4 * 1048576.0)

static struct hs_value bytes(double n)
{
    return hs_value_of(HS_UNIT_BYTES, n < 9e18 ? (int64_t)n : INT64_MAX);
}

/* A size of gctrace to people: it has whole MiB, rounded down. */
static struct hs_shown show(uint64_t n)
{
    const struct hs_shown little = {"<1 MiB"};

    return n ? hs_show_bytes((int64_t)n) : little;
}

static struct hs_value whole(double n)
{
    return n > 0 ? bytes(n) : hs_value_text("<1 MiB");
}

static struct hs_value nanos(double seconds)
{
    /* A made-up line may have any time; a century is enough. */
    if (!(seconds > 0))
        seconds = 0;
    return hs_value_of(HS_UNIT_NANOS,
                       (int64_t)((seconds < 3e9 ? seconds : 3e9) * 1e9));
}

static double span(const struct hs_gclog *log)
{
    return log->last.start - log->first.start;
}

static double interval(const struct hs_gclog *log)
{
    return log->cycles > 1 ? span(log) / (double)(log->cycles - 1) : 0;
}

static void tell_programs(struct hs_run *run, struct hs_block *group,
                          const struct hs_gclog *log)
{
    struct hs_document *doc = run->doc;
    struct hs_series_trend trend = hs_series_trend(&log->heap);
    const struct {
        const char *key;
        struct hs_value value;
    } fields[] = {
        {"cycles", hs_value_of(HS_UNIT_COUNT, (int64_t)log->cycles)},
        {"forced", hs_value_of(HS_UNIT_COUNT, (int64_t)log->forced)},
        {"lost_lines", hs_value_of(HS_UNIT_COUNT, (int64_t)log->missing)},
        {"other_runs", hs_value_of(HS_UNIT_COUNT, (int64_t)log->other_runs)},
        {"first_ns", nanos(log->first.start)},
        {"last_ns", nanos(log->last.start)},
        {"interval_ns", nanos(interval(log))},
        {"after_first", bytes((double)log->first.after)},
        {"after_last", bytes((double)log->last.after)},
        {"after_most", bytes((double)log->after_most)},
        {"peak_most", bytes((double)log->peak_most)},
        {"goal_last", bytes((double)log->last.goal)},
        {"gc_share", hs_value_share(log->last.gc_share)},
        {"stop_most_ns", nanos(log->stop_most_ms / 1e3)},
        {"stop_sum_ns", nanos(log->stop_sum_ms / 1e3)},
        {"processors", hs_value_of(HS_UNIT_COUNT,
                                   (int64_t)(log->last.processors & 0xffffff))},
        {"growth_bytes_per_s",
         trend.known ? hs_value_number(trend.per_unit) : hs_value_null()},
        {"fit", trend.known ? hs_value_share(trend.fit) : hs_value_null()},
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        hs_doc_field(doc, group, fields[i].key, NULL, fields[i].value);
}

static const struct hs_series_span *line_of(const struct hs_series_point *p,
                                            enum hs_gclog_line line)
{
    return &p->lines[line];
}

static void tell_points(struct hs_run *run, struct hs_block *group,
                        const struct hs_gclog *log)
{
    static const struct hs_doc_column columns[] = {
        {"t_ns", NULL, HS_UNIT_NANOS, HS_ROLE_PLAIN},
        {"cycles", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"before", NULL, HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"peak", NULL, HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"after", NULL, HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"goal", NULL, HS_UNIT_BYTES, HS_ROLE_PLAIN},
    };
    const struct hs_series_point *points = log->heap.points.at;
    struct hs_block *table =
        hs_doc_table(run->doc, group, "points", NULL, columns,
                     sizeof(columns) / sizeof(columns[0]));

    for (size_t i = 0; i < log->heap.points.count; i++) {
        struct hs_value row[] = {
            nanos(points[i].until),
            hs_value_of(HS_UNIT_COUNT, (int64_t)points[i].count),
            bytes(line_of(&points[i], HS_GC_BEFORE)->last),
            bytes(line_of(&points[i], HS_GC_PEAK)->high),
            bytes(line_of(&points[i], HS_GC_AFTER)->last),
            bytes(line_of(&points[i], HS_GC_GOAL)->last),
        };

        hs_doc_row(run->doc, table, row);
    }
}

/* "412 in 3h 02m, 5 forced: one every 26 s" */
static const char *cycles_text(struct hs_document *doc,
                               const struct hs_gclog *log)
{
    const char *text =
        hs_doc_printf(doc, "%s in %s", hs_show_count((int64_t)log->cycles).text,
                      hs_show_nanos(nanos(span(log)).integer).text);

    if (log->cycles > 1)
        text = hs_doc_printf(doc, "%s, one every %s", text,
                             hs_show_nanos(nanos(interval(log)).integer).text);
    if (log->forced)
        text = hs_doc_printf(doc, "%s; %s forced", text,
                             hs_show_count((int64_t)log->forced).text);
    if (log->missing)
        text = hs_doc_printf(doc, "%s; the lines of %s more are missing", text,
                             hs_show_count((int64_t)log->missing).text);
    return text;
}

static bool grows(const struct hs_gclog *log,
                  const struct hs_series_trend *trend)
{
    double growth = trend->per_unit * span(log);

    return trend->known && trend->fit >= GOOD_FIT && growth >= LEAST_GROWTH &&
           growth >= MUCH_GROWTH * (double)log->last.after;
}

/* A rate that a person can imagine. */
static const char *rate(struct hs_document *doc, double per_second)
{
    double each = per_second;
    const char *unit = "s";

    if (each < 1048576) {
        each *= 60;
        unit = "min";
    }
    if (each < 1048576) {
        each *= 60;
        unit = "h";
    }
    if (each > 1e18)
        each = 1e18;
    return hs_doc_printf(doc, "%s/%s", hs_show_bytes((int64_t)each).text, unit);
}

static void show_people(struct hs_run *run, struct hs_block *group,
                        const struct hs_gclog *log)
{
    struct hs_document *doc = run->doc;
    struct hs_series_trend trend = hs_series_trend(&log->heap);

    hs_doc_field(doc, group, NULL, "collections",
                 hs_value_text(cycles_text(doc, log)));
    hs_doc_field(doc, group, NULL, "heap after",
                 hs_value_text(hs_doc_printf(
                     doc, "%s at first, %s at last, %s at most",
                     show(log->first.after).text, show(log->last.after).text,
                     show(log->after_most).text)));
    if (grows(log, &trend))
        hs_doc_field(
            doc, group, NULL, "trend",
            hs_value_text(hs_doc_printf(
                doc, "grows by %s; a straight line explains %s of it",
                rate(doc, trend.per_unit), hs_show_share(trend.fit).text)));
    hs_doc_field(doc, group, NULL, "stopped",
                 hs_value_text(hs_doc_printf(
                     doc, "%s at most, %s in all; %s of the CPU time for GC",
                     hs_show_nanos(nanos(log->stop_most_ms / 1e3).integer).text,
                     hs_show_nanos(nanos(log->stop_sum_ms / 1e3).integer).text,
                     hs_show_share(log->last.gc_share).text)));
    if (log->other_runs)
        hs_doc_field(
            doc, group, NULL, "others",
            hs_value_text(hs_doc_printf(
                doc,
                "%s more run%s of a program in the log, with %s "
                "at most",
                hs_show_count((int64_t)log->other_runs).text,
                log->other_runs == 1 ? "" : "s", show(log->other_most).text)));
}

/* A few rows that stand for all, in equal numbers of points. */
static void show_series(struct hs_run *run, const struct hs_gclog *log)
{
    static const struct hs_doc_column columns[] = {
        {NULL, "until", HS_UNIT_NANOS, HS_ROLE_PLAIN},
        {NULL, "GCs", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {NULL, "peak", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, "after, least", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, "most", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {NULL, "goal", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    };
    const struct hs_series_point *points = log->heap.points.at;
    size_t count = log->heap.points.count, from = 0;
    uint64_t limit = hs_run_limit(run, USUAL_ROWS);
    size_t rows = !limit || limit > count ? count : (size_t)limit;
    struct hs_block *table =
        hs_doc_table(run->doc, run->doc->top, NULL, "", columns,
                     sizeof(columns) / sizeof(columns[0]));

    for (size_t r = 0; r < rows; r++) {
        size_t to = (r + 1) * count / rows;
        struct hs_series_span after = points[from].lines[HS_GC_AFTER];
        double peak = 0;
        uint64_t cycles = 0;

        for (; from < to; from++) {
            const struct hs_series_span *a =
                line_of(&points[from], HS_GC_AFTER);
            double high = line_of(&points[from], HS_GC_PEAK)->high;

            after.low = a->low < after.low ? a->low : after.low;
            after.high = a->high > after.high ? a->high : after.high;
            peak = high > peak ? high : peak;
            cycles += points[from].count;
        }
        struct hs_value row[] = {
            nanos(points[to - 1].until),
            hs_value_of(HS_UNIT_COUNT, (int64_t)cycles),
            whole(peak),
            whole(after.low),
            whole(after.high),
            whole(line_of(&points[to - 1], HS_GC_GOAL)->last),
        };

        hs_doc_row(run->doc, table, row);
    }
}

bool hs_gclog_analyze_section(struct hs_run *run, struct hs_err *err)
{
    const struct hs_gclog *log = run->snapshots[0].gclog;
    struct hs_series_trend trend = hs_series_trend(&log->heap);
    struct hs_block *group =
        hs_doc_group(run->doc, run->doc->top, "gctrace", "Collections");

    (void)err;
    tell_programs(run, group, log);
    tell_points(run, group, log);
    show_people(run, group, log);
    show_series(run, log);
    if (grows(log, &trend))
        hs_doc_note(run->doc, run->doc->top,
                    "The heap after GC grows: a leak, or a cache that fills. "
                    "Two heap profiles or dumps some time apart, and "
                    "'heapscope diff OLD NEW', say of what.");
    return true;
}
