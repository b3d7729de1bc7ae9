/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render.c - the command render: a picture of what the files tell.
 */
#include "section.h"
#include "section_profile.h"

#include <string.h>

/* In the order in which they are tried when --view does not say. */
static const struct hs_view views[] = {
    {"retention", {HS_PART_HEAP, hs_heap_retention_section}},
    {"dominators", {HS_PART_HEAP, hs_heap_dominators_section}},
    {"callgraph", {HS_PART_PROFILE, hs_profile_callgraph_section}},
    {"timeline", {HS_PART_TIMELINE, hs_timeline_view_section}},
    {NULL, {0, NULL}},
};

static bool render_run(struct hs_run *run, struct hs_err *err)
{
    const char *name = run->options->view;
    bool known = !name;

    for (const struct hs_view *view = views; view->name; view++) {
        if (name && strcmp(name, view->name) != 0)
            continue;
        known = true;
        if ((run->snapshots[0].parts & view->section.part) ==
            view->section.part)
            return view->section.add(run, err);
    }
    if (!known)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "there is no view '%.40s'; 'heapscope help render' "
                       "lists them",
                       name);
    return hs_fail(err, HS_EUNSUPPORTED, HS_NOWHERE,
                   "none of the files tells what view '%s' shows; 'heapscope "
                   "help capture' says how to take one that does",
                   name ? name : "of a file");
}

const struct hs_command command_render = {
    .name = "render",
    .summary = "a picture of what holds the memory, or of who allocated it",
    .arguments = "-o FILE.svg|.dot FILE...",
    .details =
        "Of a heap dump: --view retention, references from the holders to "
        "where memory piles up (a double border: several hold it), and --view "
        "dominators, below each node what goes when it goes. Of a profile: "
        "--view callgraph, the functions with the biggest values and who calls "
        "whom (a double border: a gateway, which alone leads to much). Of a "
        "trace: --view timeline, heap and goroutines over time. Letters "
        "and colour grow with the value; the biggest path is bold; a dashed "
        "edge leads over nodes that are not drawn.",
    .takes = HS_TAKES_ONE,
    .options = HS_OPT_SAMPLE_TYPE | HS_OPT_VIEW | HS_OPT_NODES | HS_OPT_FOCUS |
               HS_OPT_MERGE,
    .needs = HS_PART_PROFILE | HS_PART_HEAP | HS_PART_TIMELINE,
    .run = render_run,
};
