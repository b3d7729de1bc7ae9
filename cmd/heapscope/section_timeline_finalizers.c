/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_timeline_finalizers.c - what the goroutines that run finalizers and
 * cleanups did.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/size.h"
#include "section_timeline.h"

#define USUAL_ROWS 8

/* The one that tells most: stuck, or else busy, or else runs finalizers. */
static const struct hs_trace_finalizer *
first_finalizer(const struct hs_timeline *t)
{
    const struct hs_trace_finalizer *all = t->finalizers.at, *best = NULL;
    int most = -1;

    for (size_t i = 0; i < t->finalizers.count; i++) {
        int rank = all[i].stuck * 4 + all[i].busy * 2 + !all[i].cleanups;

        if (rank <= most)
            continue;
        most = rank;
        best = &all[i];
    }
    return best;
}

static int by_id(const void *key, const void *row)
{
    uint64_t id = *(const uint64_t *)key;
    const struct hs_trace_goroutine *g = row;

    return (id > g->id) - (id < g->id);
}

/* Old traces say that it waits since before the trace, and not for what: it may
 * be idle or stuck. */
static bool is_untold(const struct hs_timeline *t,
                      const struct hs_trace_finalizer *f)
{
    const struct hs_trace_goroutine *found;

    if (f->busy || t->version >= 23 || t->goroutines.count == 0)
        return false;
    found = bsearch(&f->goroutine, t->goroutines.at, t->goroutines.count,
                    sizeof(*found), by_id);
    return found && found->since < 0;
}

static const char *shown(struct hs_run *run, const struct hs_timeline *t,
                         int64_t time)
{
    if (!t->clock_hz)
        return hs_doc_printf(run->doc, "%s ticks", hs_show_count(time).text);
    return hs_doc_printf(run->doc, "%s", hs_show_nanos(time).text);
}

/* "in main.closeNever main.go:47 (chan receive) for ≥1.2 s, 3 collections" */
static const char *describe(struct hs_run *run, const struct hs_timeline *t,
                            const struct hs_trace_finalizer *f)
{
    struct hs_document *doc = run->doc;
    const struct hs_trace_frame *frame = hs_timeline_frame(t, f->stack);
    const char *line = frame ? hs_timeline_line(run, t, frame) : NULL;
    struct hs_str running = hs_timeline_string(t, f->running);
    struct hs_str reason = hs_timeline_string(t, f->reason);
    int64_t from = f->since < 0 ? 0 : f->since;

    if (is_untold(t, f))
        return hs_doc_printf(doc,
                             "waits since before the trace, in a finalizer or "
                             "for one: a trace of go 1.%u does not tell",
                             t->version);
    if (!f->busy)
        return "idle";
    return hs_doc_printf(
        doc, "%s in %.*s%s%s%s%s%.*s%s for %s%s, over %s",
        f->stuck ? "STUCK" : "busy", (int)running.size, running.text,
        line ? " " : "", line ? line : "", reason.size ? " (" : "", "",
        (int)reason.size, reason.text, reason.size ? ")" : "",
        f->since < 0 ? "≥" : "", shown(run, t, t->duration - from),
        hs_timeline_count(run, f->cycles, "collection"));
}

static void tell_one(struct hs_run *run, struct hs_block *group,
                     const struct hs_timeline *t,
                     const struct hs_trace_finalizer *f)
{
    struct hs_document *doc = run->doc;
    bool told = !is_untold(t, f);

    hs_doc_field(doc, group, "goroutine", NULL,
                 hs_value_of(HS_UNIT_COUNT, (int64_t)f->goroutine));
    hs_doc_field(doc, group, "stuck", NULL,
                 told ? hs_value_bool(f->stuck) : hs_value_null());
    hs_doc_field(doc, group, "function", NULL, hs_timeline_name(t, f->running));
    hs_doc_field(doc, group, "since_ns", NULL,
                 f->busy ? hs_timeline_time(run, t, f->since)
                         : hs_value_null());
    hs_doc_field(doc, group, "busy_ns", NULL,
                 hs_timeline_time(run, t, f->busy_ns));
    hs_doc_field(doc, group, "blocked_ns", NULL,
                 hs_timeline_time(run, t, f->blocked_ns));
    hs_doc_field(doc, group, "busy", NULL,
                 told ? hs_value_bool(f->busy) : hs_value_null());
    hs_doc_field(doc, group, "cleanups", NULL, hs_value_bool(f->cleanups));
    hs_doc_field(doc, group, "start", NULL, hs_timeline_name(t, f->function));
    hs_doc_field(doc, group, "reason", NULL, hs_timeline_name(t, f->reason));
    hs_doc_field(doc, group, "collections", NULL,
                 f->busy ? hs_value_of(HS_UNIT_COUNT, f->cycles)
                         : hs_value_null());
    hs_doc_field(doc, group, "stretches", NULL,
                 hs_value_of(HS_UNIT_COUNT, (int64_t)f->stretches));
    hs_doc_field(doc, group, "longest_ns", NULL,
                 hs_timeline_time(run, t, f->longest));
    hs_doc_field(doc, group, "longest_collections", NULL,
                 hs_value_of(HS_UNIT_COUNT, f->longest_cycles));
    hs_doc_field(doc, group, "wakes", NULL,
                 hs_value_of(HS_UNIT_COUNT, (int64_t)f->wakes));
    hs_doc_field(doc, group, "wake_median_ns", NULL,
                 f->wakes ? hs_timeline_time(run, t, f->wake_median)
                          : hs_value_null());
    hs_doc_field(doc, group, "wake_longest_ns", NULL,
                 f->wakes ? hs_timeline_time(run, t, f->wake_longest)
                          : hs_value_null());
    hs_timeline_stack_table(run, t, group, f->stack);
}

static void tell_programs(struct hs_run *run, struct hs_block *group,
                          const struct hs_timeline *t)
{
    struct hs_document *doc = run->doc;
    const struct hs_trace_finalizer *all = t->finalizers.at;
    const struct hs_trace_finalizer *first = first_finalizer(t);
    uint64_t limit = hs_run_limit(run, 1000);
    struct hs_block *list;

    if (first)
        tell_one(run, hs_doc_group(doc, group, "finalizer", NULL), t, first);
    else
        hs_doc_field(doc, group, "finalizer", NULL, hs_value_null());
    list = hs_doc_list(doc, group, "finalizer_goroutines", NULL);
    for (size_t i = 0; i < t->finalizers.count && (!limit || i < limit); i++)
        tell_one(run, hs_doc_group(doc, list, NULL, NULL), t, &all[i]);
}

static void tell_state(struct hs_run *run, struct hs_block *facts,
                       const struct hs_timeline *t,
                       const struct hs_trace_finalizer *f)
{
    struct hs_document *doc = run->doc;

    hs_doc_field(
        doc, facts, NULL, f->cleanups ? "cleanups" : "finalizers",
        hs_value_text(hs_doc_printf(doc, "goroutine %" PRIu64 ": %s",
                                    f->goroutine, describe(run, t, f))));
}

/* How long it was at work. */
static void tell_more(struct hs_run *run, struct hs_block *facts,
                      const struct hs_timeline *t,
                      const struct hs_trace_finalizer *f)
{
    struct hs_document *doc = run->doc;

    if (f->busy_ns)
        hs_doc_field(
            doc, facts, NULL, "busy",
            hs_value_text(hs_doc_printf(
                doc, "%s, of which it waited for %s; at most %s at once%s",
                shown(run, t, f->busy_ns), shown(run, t, f->blocked_ns),
                shown(run, t, f->longest),
                f->longest_cycles
                    ? hs_doc_printf(doc, ", over %s",
                                    hs_timeline_count(run, f->longest_cycles,
                                                      "collection"))
                    : "")));
    if (f->wakes)
        hs_doc_field(doc, facts, NULL, "woken",
                     hs_value_text(hs_doc_printf(
                         doc, "%s after a collection (median), %s at most",
                         shown(run, t, f->wake_median),
                         shown(run, t, f->wake_longest))));
}

static void add_functions(struct hs_run *run, struct hs_block *group,
                          const struct hs_timeline *t)
{
    static const struct hs_doc_column columns[] = {
        {"function", "waited in", HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"waits", "times", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"blocked_ns", "in all", HS_UNIT_NANOS, HS_ROLE_PLAIN},
        {"longest_ns", "longest", HS_UNIT_NANOS, HS_ROLE_PLAIN},
        {NULL, "last at", HS_UNIT_NAME, HS_ROLE_TEXT_ONLY},
    };
    const struct hs_trace_finalizer_function *all = t->finalizer_functions.at;
    uint64_t limit = hs_run_limit(run, USUAL_ROWS);
    struct hs_block *table =
        hs_doc_table(run->doc, group, "finalizer_functions", "", columns,
                     sizeof(columns) / sizeof(*columns));

    for (size_t i = 0; i < t->finalizer_functions.count; i++) {
        struct hs_value row[] = {
            hs_timeline_name(t, all[i].function),
            hs_value_of(HS_UNIT_COUNT, (int64_t)all[i].waits),
            hs_timeline_time(run, t, all[i].blocked),
            hs_timeline_time(run, t, all[i].longest),
            hs_timeline_place(run, t, all[i].stack),
        };

        if (!limit || i < limit)
            hs_doc_row(run->doc, table, row);
        else
            table->rows_left_out++;
    }
}

/* Those that are idle, of which a large machine has many. */
static void tell_idle(struct hs_run *run, struct hs_block *group,
                      const struct hs_timeline *t, uint64_t idle,
                      const struct hs_trace_finalizer *last)
{
    const char *title = idle == 1 && last->cleanups ? "cleanups" : "finalizers";

    if (idle == 1)
        hs_doc_field(
            run->doc, group, NULL, title,
            hs_value_text(hs_doc_printf(run->doc, "goroutine %" PRIu64 ": idle",
                                        last->goroutine)));
    else if (idle > 1)
        hs_doc_field(run->doc, group, NULL, title,
                     hs_value_text(hs_doc_printf(
                         run->doc, "%s idle",
                         hs_timeline_count(run, idle, "goroutine"))));
    else if (t->finalizers.count == 0)
        hs_doc_field(run->doc, group, NULL, title,
                     hs_value_text(
                         t->version == 22
                             ? "none ran; Go 1.22 does not tell of one that is "
                               "stuck since before the trace"
                             : "none ran"));
}

void hs_timeline_finalizers_lines(struct hs_run *run, struct hs_block *group,
                                  const struct hs_timeline *t, bool more)
{
    const struct hs_trace_finalizer *all = t->finalizers.at, *last = NULL;
    uint64_t limit = hs_run_limit(run, USUAL_ROWS), told = 0, idle = 0;

    for (size_t i = 0; i < t->finalizers.count; i++) {
        bool silent = !all[i].busy && !is_untold(t, &all[i]);

        if (silent && !(more && all[i].busy_ns)) {
            idle++;
            last = &all[i];
            continue;
        }
        if (told++ >= limit && limit)
            continue;
        tell_state(run, group, t, &all[i]);
        if (more)
            tell_more(run, group, t, &all[i]);
    }
    tell_idle(run, group, t, idle, last);
    if (limit && told > limit)
        hs_doc_field(run->doc, group, NULL, "",
                     hs_value_text(hs_doc_printf(
                         run->doc, "... and %s more",
                         hs_show_count((int64_t)(told - limit)).text)));
}

void hs_timeline_finalizers_part(struct hs_run *run, struct hs_block *group,
                                 const struct hs_timeline *t)
{
    struct hs_block *facts = hs_doc_group(run->doc, group, NULL, "Finalizers");

    tell_programs(run, group, t);
    hs_timeline_finalizers_lines(run, facts, t, true);
    add_functions(run, facts, t);
}
