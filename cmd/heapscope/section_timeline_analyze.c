/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_timeline_analyze.c - what a trace adds to the first screen: does the
 * heap grow, which goroutines pile up, do finalizers run; and with a heap dump
 * of the same process, what those goroutines hold.
 */
#include "format/format.h"
#include "section_heap.h"
#include "section_timeline.h"

#define USUAL_ROWS 5

/* Everything that timeline tells, for programs. */
static void tell_programs(struct hs_run *run, const struct hs_timeline *t)
{
    struct hs_block *group =
        hs_doc_group(run->doc, run->doc->top, "timeline", NULL);

    hs_timeline_heap_part(run, group, t);
    hs_timeline_goroutines_part(run, group, t);
    hs_timeline_finalizers_part(run, group, t);
    hs_timeline_objects_part(run, group, t);
    hs_timeline_notes_part(run, group, t);
}

static const char *trace_path(const struct hs_run *run)
{
    const struct hs_source *sources = run->snapshots[0].sources.at;

    for (size_t i = 0; i < run->snapshots[0].sources.count; i++) {
        const struct hs_format *format =
            hs_format_named(sources[i].format ? sources[i].format : "");

        if (format && (format->fills & HS_PART_TIMELINE))
            return sources[i].path;
    }
    return "FILE";
}

/* For --fail-on. */
static void add_digest(const struct hs_timeline *t,
                       const struct hs_suspects *suspects,
                       struct hs_digest *digest)
{
    const struct hs_trace_group *groups = t->groups.at;

    hs_suspects_digest(suspects, digest);
    for (size_t i = 0; i < t->groups.count; i++) {
        struct hs_digest_row row = {
            .kind = "goroutines",
            .name = hs_timeline_string(t, groups[i].function),
            .objects = groups[i].alive,
            .metric = HS_METRIC_OWN,
        };

        if (groups[i].alive)
            hs_digest_add(digest, row);
    }
}

/* Of a trace alone; with a heap, its section has told them. */
static bool tell_suspects(struct hs_run *run, struct hs_err *err)
{
    const struct hs_case *c = hs_look_case(run, 0, err);
    struct hs_suspects suspects;

    if (!c || (c->parts & HS_PART_HEAP))
        return c != NULL;
    suspects = hs_findings_run(c);
    hs_heap_suspects_part(run, c, &suspects);
    if (run->digest)
        add_digest(c->timeline, &suspects, run->digest);
    return true;
}

bool hs_timeline_analyze_section(struct hs_run *run, struct hs_err *err)
{
    const struct hs_timeline *t = run->snapshots[0].timeline;
    struct hs_document *doc = run->doc;
    bool heap = run->snapshots[0].parts & HS_PART_HEAP;
    struct hs_block *brief;

    if (!tell_suspects(run, err))
        return false;
    brief = hs_doc_group(doc, doc->top, NULL, "In the time of the trace");
    hs_timeline_trend_line(run, brief, t);
    hs_timeline_goroutines_line(run, brief, t);
    hs_timeline_finalizers_lines(run, brief, t, false);
    hs_timeline_notes_line(run, brief, t);
    hs_timeline_groups(run, doc->top, t, NULL, hs_run_limit(run, USUAL_ROWS));
    hs_timeline_types(run, doc->top, t, hs_run_limit(run, USUAL_ROWS));
    if (heap && !hs_timeline_join_part(run, doc->top, err))
        return false;
    tell_programs(run, t);
    if (!heap)
        hs_doc_note(doc, doc->top,
                    "Next: heapscope timeline %s, or a heap dump of the same "
                    "process, given with the trace, which says what these "
                    "goroutines hold",
                    trace_path(run));
    return true;
}
