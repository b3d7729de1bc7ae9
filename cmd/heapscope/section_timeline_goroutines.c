/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_timeline_goroutines.c - how many goroutines there were, and which of
 * them have not ended.
 *
 * Programs have goroutines that are meant to live as long as they do.  So what
 * has grown comes first: goroutines that were started in the trace, and of
 * which fewer have ended.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/size.h"
#include "model/goname.h"
#include "report/stream.h"
#include "section_timeline.h"

#define USUAL_ROWS 12

static struct hs_value count_of(uint64_t count)
{
    return hs_value_of(HS_UNIT_COUNT, (int64_t)count);
}

static void add_count(struct hs_run *run, struct hs_block *chart,
                      const struct hs_timeline *t, int64_t time,
                      struct hs_value count)
{
    struct hs_value row[] = {hs_timeline_moment(t, time), count};
    struct hs_doc_row *added = hs_doc_row(run->doc, chart, row);

    added->text_only = count.unit == HS_UNIT_NULL;
}

void hs_timeline_goroutine_chart(struct hs_run *run, struct hs_block *group,
                                 const struct hs_timeline *t)
{
    static const struct hs_doc_column nanos[] = {
        {"t_ns", NULL, HS_UNIT_NANOS, HS_ROLE_PLAIN},
        {"count", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
    };
    static const struct hs_doc_column ticks[] = {
        {"t_ticks", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"count", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
    };
    const struct hs_goroutine_sample *samples = t->counts.at;
    struct hs_block *chart = hs_doc_chart(
        run->doc, group, "goroutine_counts", "Goroutines",
        t->clock_hz ? nanos : ticks, sizeof(nanos) / sizeof(*nanos));

    if (t->counts.count == 0)
        return;
    add_count(run, chart, t, 0, hs_value_null());
    for (size_t i = 0; i < t->counts.count; i++)
        add_count(run, chart, t, samples[i].t, count_of(samples[i].count));
    add_count(run, chart, t, t->duration, hs_value_null());
}

static const struct hs_trace_wait *first_wait(const struct hs_timeline *t,
                                              const struct hs_trace_group *g)
{
    if (g->wait_count == 0)
        return NULL;
    return (const struct hs_trace_wait *)t->waits.at + g->first_wait;
}

static int64_t growth(const struct hs_trace_group *g)
{
    return (int64_t)g->started - g->ended;
}

/* What has grown most first; equal ones stay in the order of the timeline. */
static int by_growth(const void *a, const void *b)
{
    const struct hs_trace_group *const *x = a, *const *y = b;

    if (growth(*x) != growth(*y))
        return growth(*x) < growth(*y) ? 1 : -1;
    return (*x > *y) - (*x < *y);
}

static bool stack_matches(const struct hs_timeline *t, uint32_t stack,
                          const struct hs_regex *regex)
{
    uint32_t count;
    const struct hs_trace_frame *frames = hs_timeline_stack(t, stack, &count);

    for (uint32_t i = 0; i < count; i++)
        if (hs_regex_match(regex, hs_timeline_string(t, frames[i].function)))
            return true;
    return false;
}

/* Its start function, or one of a stack it waits on or was started from. */
static bool matches(const struct hs_timeline *t, const struct hs_trace_group *g,
                    const struct hs_regex *regex)
{
    const struct hs_trace_wait *waits = t->waits.at;

    if (hs_regex_match(regex, hs_timeline_string(t, g->function)) ||
        stack_matches(t, g->creation, regex))
        return true;
    for (uint32_t i = 0; i < g->wait_count; i++)
        if (stack_matches(t, waits[g->first_wait + i].stack, regex))
            return true;
    return false;
}

const struct hs_trace_group **hs_timeline_alive(struct hs_run *run,
                                                const struct hs_timeline *t,
                                                const struct hs_regex *regex,
                                                size_t *count, uint64_t *system)
{
    const struct hs_trace_group *groups = t->groups.at;
    const struct hs_trace_group **found =
        hs_arena_zeroed(run->scratch, t->groups.count + 1, sizeof(groups));

    *count = 0;
    *system = 0;
    for (size_t i = 0; i < t->groups.count; i++) {
        if (groups[i].alive == 0)
            continue;
        if (regex ? !matches(t, &groups[i], regex)
                  : hs_timeline_is_system(t, groups[i].function))
            *system += regex ? 0 : groups[i].alive;
        else
            found[(*count)++] = &groups[i];
    }
    qsort(found, *count, sizeof(*found), by_growth);
    return found;
}

/* What they wait for, or do; and "+1 other" if not all do the same. */
static struct hs_value waits_for(struct hs_run *run,
                                 const struct hs_timeline *t,
                                 const struct hs_trace_group *g)
{
    const struct hs_trace_wait *wait = first_wait(t, g);
    struct hs_str reason;
    const char *state;

    if (!wait)
        return hs_value_null();
    reason = hs_timeline_string(t, wait->reason);
    state = hs_timeline_state(wait->state);
    if (wait->state == HS_TRACE_WAITING && reason.size)
        state = hs_doc_printf(run->doc, "%.*s", (int)reason.size, reason.text);
    if (!state)
        return hs_value_null();
    if (wait->count < g->alive)
        state = hs_doc_printf(run->doc, "%s (%s)", state,
                              hs_show_count(wait->count).text);
    return hs_value_text(state);
}

static struct hs_value start_function(const struct hs_timeline *t,
                                      const struct hs_trace_group *g)
{
    struct hs_value name = hs_timeline_name(t, g->function);

    return name.unit == HS_UNIT_NULL ? hs_value_text("(not told)") : name;
}

static struct hs_value curve_of(struct hs_run *run,
                                const struct hs_trace_group *g)
{
    uint64_t counts[HS_SLICES];

    for (size_t i = 0; i < HS_SLICES; i++)
        counts[i] = g->alive_at[i];
    return hs_timeline_curve(run, counts);
}

static void add_group(struct hs_run *run, struct hs_block *table,
                      const struct hs_timeline *t,
                      const struct hs_trace_group *g)
{
    const struct hs_trace_wait *wait = first_wait(t, g);
    struct hs_value grown = hs_value_delta(HS_UNIT_COUNT, growth(g));
    struct hs_value row[] = {
        start_function(t, g),
        count_of(g->alive),
        growth(g) ? grown : hs_value_null(),
        curve_of(run, g),
        waits_for(run, t, g),
        wait ? hs_timeline_age(run, t, wait->oldest) : hs_value_null(),
        wait ? hs_timeline_place(run, t, wait->stack) : hs_value_null(),
        hs_timeline_place(run, t, g->creation),
    };

    hs_doc_row(run->doc, table, row);
}

void hs_timeline_groups(struct hs_run *run, struct hs_block *group,
                        const struct hs_timeline *t,
                        const struct hs_regex *regex, uint64_t limit)
{
    static const struct hs_doc_column columns[] = {
        {NULL, "function", HS_UNIT_NAME, HS_ROLE_PLAIN},
        {NULL, "alive", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {NULL, "grown", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {NULL, "over time", HS_UNIT_TEXT, HS_ROLE_PLAIN},
        {NULL, "waits for", HS_UNIT_TEXT, HS_ROLE_PLAIN},
        {NULL, "longest", HS_UNIT_NANOS, HS_ROLE_PLAIN},
        {NULL, "in", HS_UNIT_NAME, HS_ROLE_PLAIN},
        {NULL, "started by", HS_UNIT_NAME, HS_ROLE_PLAIN},
    };
    struct hs_block *table =
        hs_doc_table(run->doc, group, NULL, "Goroutines that have not ended",
                     columns, sizeof(columns) / sizeof(*columns));
    uint64_t system;
    size_t count;
    const struct hs_trace_group **groups =
        hs_timeline_alive(run, t, regex, &count, &system);

    for (size_t i = 0; i < count && (!limit || i < limit); i++)
        add_group(run, table, t, groups[i]);
    if (limit && count > limit)
        table->rows_left_out = count - limit;
    if (system)
        hs_doc_note(run->doc, group, "%s of the runtime's own %s not shown.",
                    hs_timeline_count(run, system, "goroutine"),
                    system == 1 ? "is" : "are");
}

static void tell_wait(struct hs_run *run, struct hs_block *list,
                      const struct hs_timeline *t,
                      const struct hs_trace_wait *wait)
{
    struct hs_document *doc = run->doc;
    struct hs_block *item = hs_doc_group(doc, list, NULL, NULL);
    const char *state = hs_timeline_state(wait->state);

    hs_doc_field(doc, item, "state", NULL,
                 state ? hs_value_text(state) : hs_value_null());
    hs_doc_field(doc, item, "reason", NULL, hs_timeline_name(t, wait->reason));
    hs_doc_field(doc, item, "count", NULL, count_of(wait->count));
    hs_doc_field(doc, item, "oldest_ns", NULL,
                 hs_timeline_time(run, t, wait->oldest));
    hs_doc_field(doc, item, "newest_ns", NULL,
                 hs_timeline_time(run, t, wait->newest));
    hs_doc_field(doc, item, "example", NULL, count_of(wait->example));
    hs_timeline_stack_table(run, t, item, wait->stack);
}

static void tell_curve(struct hs_run *run, struct hs_block *item,
                       const struct hs_timeline *t,
                       const struct hs_trace_group *g)
{
    static const struct hs_doc_column columns[] = {
        {"t_ns", NULL, HS_UNIT_NANOS, HS_ROLE_PLAIN},
        {"alive", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
    };
    struct hs_block *table =
        hs_doc_table(run->doc, item, "alive_at", NULL, columns,
                     sizeof(columns) / sizeof(*columns));

    for (int i = 0; i < HS_SLICES; i++) {
        struct hs_value row[] = {
            hs_timeline_time(run, t, (i + 1) * t->slice_ns),
            count_of(g->alive_at[i]),
        };

        hs_doc_row(run->doc, table, row);
    }
}

/* What tell_group() has to know. */
struct telling {
    struct hs_run *run;
    const struct hs_timeline *t;
    const struct hs_regex *regex;
};

static void tell_group(struct hs_document *doc, struct hs_block *list,
                       uint64_t number, void *context)
{
    const struct telling *telling = context;
    struct hs_run *run = telling->run;
    const struct hs_timeline *t = telling->t;
    const struct hs_trace_group *g =
        (const struct hs_trace_group *)t->groups.at + number;
    struct hs_block *item, *states;
    const struct hs_trace_wait *waits = t->waits.at;
    const struct hs_trace_frame *by = hs_timeline_frame(t, g->creation);
    const char *line = by ? hs_timeline_line(run, t, by) : NULL;

    if (telling->regex && !matches(t, g, telling->regex))
        return;
    item = hs_doc_group(doc, list, NULL, NULL);
    hs_doc_field(doc, item, "function", NULL, hs_timeline_name(t, g->function));
    hs_doc_field(doc, item, "created_by", NULL,
                 by ? hs_timeline_name(t, by->function) : hs_value_null());
    hs_doc_field(doc, item, "created_at", NULL,
                 line ? hs_value_text(line) : hs_value_null());
    hs_doc_field(doc, item, "system", NULL,
                 hs_value_bool(hs_timeline_is_system(t, g->function)));
    hs_doc_field(doc, item, "existed", NULL, count_of(g->existed));
    hs_doc_field(doc, item, "started", NULL, count_of(g->started));
    hs_doc_field(doc, item, "ended", NULL, count_of(g->ended));
    hs_doc_field(doc, item, "alive", NULL, count_of(g->alive));
    hs_doc_field(doc, item, "oldest_ns", NULL,
                 hs_timeline_time(run, t, g->oldest));
    hs_doc_field(doc, item, "newest_ns", NULL,
                 hs_timeline_time(run, t, g->newest));
    states = hs_doc_list(doc, item, "states", NULL);
    for (uint32_t i = 0; i < g->wait_count; i++)
        tell_wait(run, states, t, &waits[g->first_wait + i]);
    tell_curve(run, item, t, g);
}

static void tell_programs(struct hs_run *run, struct hs_block *group,
                          const struct hs_timeline *t,
                          const struct hs_regex *regex)
{
    struct telling telling = {run, t, regex};
    uint64_t limit = hs_run_limit(run, 1000), count = t->groups.count;

    hs_doc_stream(run->doc, hs_doc_list(run->doc, group, "goroutines", NULL),
                  limit && limit < count ? limit : count, tell_group,
                  hs_arena_copy(run->scratch, &telling, sizeof(telling)));
}

void hs_timeline_goroutines_line(struct hs_run *run, struct hs_block *group,
                                 const struct hs_timeline *t)
{
    struct hs_document *doc = run->doc;

    hs_doc_field(
        doc, group, NULL, "goroutines",
        hs_value_text(hs_doc_printf(
            doc, "%s at first, %s at the end, %s at most; %s started, %s ended",
            hs_show_count(t->goroutines_first).text,
            hs_show_count(t->goroutines_last).text,
            hs_show_count(t->goroutines_peak).text,
            hs_show_count((int64_t)t->started).text,
            hs_show_count((int64_t)t->ended).text)));
}

void hs_timeline_goroutines_part(struct hs_run *run, struct hs_block *group,
                                 const struct hs_timeline *t)
{
    hs_timeline_goroutine_chart(run, group, t);
    hs_timeline_goroutines_line(run, hs_doc_group(run->doc, group, NULL, ""),
                                t);
    hs_timeline_groups(run, group, t, NULL, hs_run_limit(run, USUAL_ROWS));
    tell_programs(run, group, t, NULL);
}

/* The stack on which most of a group wait. */
static void show_stack(struct hs_run *run, const struct hs_timeline *t,
                       const struct hs_trace_group *g)
{
    static const struct hs_doc_column columns[] = {
        {NULL, NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {NULL, "line", HS_UNIT_TEXT, HS_ROLE_PLAIN},
    };
    const struct hs_trace_wait *wait = first_wait(t, g);
    struct hs_str name = hs_timeline_string(t, g->function);
    struct hs_block *table;
    const struct hs_trace_frame *frames;
    uint32_t count;

    if (!wait || wait->stack == 0)
        return;
    frames = hs_timeline_stack(t, wait->stack, &count);
    table = hs_doc_table(
        run->doc, run->doc->top, NULL,
        hs_doc_printf(run->doc, "%.*s: stack of goroutine %" PRIu64,
                      (int)name.size, name.text, wait->example),
        columns, sizeof(columns) / sizeof(*columns));
    for (uint32_t i = 0; i < count; i++) {
        const char *line = hs_timeline_line(run, t, &frames[i]);
        struct hs_value row[] = {
            hs_timeline_name(t, frames[i].function),
            line ? hs_value_text(line) : hs_value_null(),
        };

        hs_doc_row(run->doc, table, row);
    }
}

bool hs_timeline_goroutines_answer(struct hs_run *run,
                                   const struct hs_regex *regex,
                                   struct hs_err *err)
{
    const struct hs_timeline *t = run->snapshots[0].timeline;
    size_t count, most = regex ? 3 : 1;
    uint64_t system;
    const struct hs_trace_group **groups =
        hs_timeline_alive(run, t, regex, &count, &system);

    if (regex && count == 0)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "no goroutine that has not ended has a function that "
                       "matches '%.80s'",
                       run->target);
    hs_timeline_goroutines_line(run, run->doc->top, t);
    hs_timeline_groups(run, run->doc->top, t, regex,
                       hs_run_limit(run, USUAL_ROWS));
    for (size_t i = 0; i < count && i < most; i++)
        show_stack(run, t, groups[i]);
    tell_programs(run, run->doc->top, t, regex);
    return true;
}
