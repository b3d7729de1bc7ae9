/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timeline.c - the command timeline: heap, collections, goroutines and
 * finalizers over time.
 */
#include "section_timeline.h"

/* What the trace is, for programs; the inputs say it to people. */
static void tell_trace(struct hs_run *run, const struct hs_timeline *t)
{
    struct hs_document *doc = run->doc;
    struct hs_block *group = hs_doc_group(doc, doc->top, "trace", NULL);

    hs_doc_field(doc, group, "version", NULL,
                 hs_value_text(hs_doc_printf(doc, "1.%u", t->version)));
    hs_doc_field(doc, group, "complete", NULL, hs_value_bool(t->complete));
    hs_doc_field(doc, group, "duration_ns", NULL,
                 hs_timeline_time(run, t, t->duration));
    hs_doc_field(doc, group, "started_at", NULL,
                 t->wall ? hs_value_of(HS_UNIT_TIME, t->wall)
                         : hs_value_null());
    hs_doc_field(doc, group, "events", NULL,
                 hs_value_of(HS_UNIT_COUNT, (int64_t)t->events));
    hs_doc_field(doc, group, "procs", NULL,
                 t->procs ? hs_value_of(HS_UNIT_COUNT, t->procs)
                          : hs_value_null());
}

static bool timeline_section(struct hs_run *run, struct hs_err *err)
{
    const struct hs_timeline *t = run->snapshots[0].timeline;
    struct hs_block *top = run->doc->top;

    (void)err;
    tell_trace(run, t);
    hs_timeline_heap_part(run, top, t);
    hs_timeline_goroutines_part(run, top, t);
    hs_timeline_finalizers_part(run, top, t);
    hs_timeline_objects_part(run, top, t);
    hs_timeline_notes_part(run, top, t);
    return true;
}

static bool timeline_run(struct hs_run *run, struct hs_err *err)
{
    static const struct hs_section sections[] = {
        {HS_PART_TIMELINE, timeline_section},
        {0, NULL},
    };

    return hs_sections_first(run, sections, err);
}

const struct hs_command command_timeline = {
    .name = "timeline",
    .summary = "heap, collections, goroutines and finalizers over time",
    .arguments = "FILE...",
    .details =
        "Of an execution trace: the live heap with its goal, each collection, "
        "and how fast what collections leave grows; goroutines that have not "
        "ended, those that have grown most first, with what they wait for, for "
        "how long and who started them; what the goroutine that runs "
        "finalizers does; with GODEBUG=traceallocfree=1 (Go 1.23) what is live "
        "by type; tasks and regions that were never closed.",
    .takes = HS_TAKES_ONE,
    .needs = HS_PART_TIMELINE,
    .run = timeline_run,
};
