/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section.h - a part of a report that several commands may have.
 *
 * A command that looks at snapshots is an array of sections, each of which
 * says which part of a snapshot it tells of.  A new part of the model adds its
 * sections to the arrays of the commands and touches nothing else.
 *
 * More than 12 functions: the sections of all parts are listed here.
 */
#ifndef HEAPSCOPE_SECTION_H
#define HEAPSCOPE_SECTION_H

#include "command.h"

struct hs_section {
    unsigned part; /* enum hs_part that all snapshots have to have */
    bool (*add)(struct hs_run *run, struct hs_err *err);
};

/* Adds every section whose part is there (up to the row with a NULL `add`). */
bool hs_sections_all(struct hs_run *run, const struct hs_section *sections,
                     struct hs_err *err);

/* Adds only the first whose part is there, as one table is asked for. */
bool hs_sections_first(struct hs_run *run, const struct hs_section *sections,
                       struct hs_err *err);

/* A program that has many answers draws one: which --view asks for which. */
struct hs_view {
    const char *name;
    struct hs_section section;
};

/* What of a snapshot can be compared: fills rows of a digest. */
struct hs_filler {
    unsigned part; /* enum hs_part that all snapshots have to have */
    bool (*fill)(struct hs_run *run, const struct hs_snapshot *snapshot,
                 struct hs_digest *digest, struct hs_err *err);
};

/* Of a heap: section_heap_*.c. */
bool hs_heap_analyze_section(struct hs_run *run, struct hs_err *err);
bool hs_heap_top_section(struct hs_run *run, struct hs_err *err);
bool hs_heap_tree_section(struct hs_run *run, struct hs_err *err);
bool hs_heap_diff_section(struct hs_run *run, struct hs_err *err);
bool hs_heap_dominators_section(struct hs_run *run, struct hs_err *err);
bool hs_heap_retention_section(struct hs_run *run, struct hs_err *err);

/* Of a timeline: section_timeline_*.c. */
bool hs_timeline_analyze_section(struct hs_run *run, struct hs_err *err);
bool hs_timeline_view_section(struct hs_run *run, struct hs_err *err);

/* Of the process and its logs: section_process*.c, section_stacks.c and so on.
 */
bool hs_process_analyze_section(struct hs_run *run, struct hs_err *err);
bool hs_gclog_analyze_section(struct hs_run *run, struct hs_err *err);
bool hs_stacks_analyze_section(struct hs_run *run, struct hs_err *err);
bool hs_stacks_goroutines_section(struct hs_run *run, struct hs_err *err);
bool hs_stacks_finalizers_section(struct hs_run *run, struct hs_err *err);
bool hs_stacks_diff_section(struct hs_run *run, struct hs_err *err);
bool hs_finqueue_section(struct hs_run *run, struct hs_err *err);

bool hs_heap_fill(struct hs_run *run, const struct hs_snapshot *snapshot,
                  struct hs_digest *digest, struct hs_err *err);
bool hs_stacks_fill(struct hs_run *run, const struct hs_snapshot *snapshot,
                    struct hs_digest *digest, struct hs_err *err);

#endif
