/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_timeline.h - the parts of what a trace tells, one file each.
 *
 * Each adds its blocks to GROUP: the document's top in timeline, the object
 * "timeline" in analyze.
 *
 * More than 12 functions: each part is one, and so are the pieces of parts that
 * other commands show.
 */
#ifndef HEAPSCOPE_SECTION_TIMELINE_H
#define HEAPSCOPE_SECTION_TIMELINE_H

#include "base/regex.h"
#include "finding/finding.h"
#include "section.h"
#include "timeline_look.h"

/* The heap over time, its collections and its trend. */
void hs_timeline_heap_part(struct hs_run *run, struct hs_block *group,
                           const struct hs_timeline *t);

void hs_timeline_heap_chart(struct hs_run *run, struct hs_block *group,
                            const struct hs_timeline *t);

/* Only that it grows, in a line. */
void hs_timeline_trend_line(struct hs_run *run, struct hs_block *group,
                            const struct hs_timeline *t);

/* Goroutines over time, and those that have not ended. */
void hs_timeline_goroutines_part(struct hs_run *run, struct hs_block *group,
                                 const struct hs_timeline *t);

void hs_timeline_goroutine_chart(struct hs_run *run, struct hs_block *group,
                                 const struct hs_timeline *t);

/* The groups that are alive and not the runtime's own, what has grown most
 * first; *SYSTEM goroutines are the runtime's.  With REGEX, those that have a
 * function it matches, the runtime's own too. */
const struct hs_trace_group **hs_timeline_alive(struct hs_run *run,
                                                const struct hs_timeline *t,
                                                const struct hs_regex *regex,
                                                size_t *count,
                                                uint64_t *system);

/* Without the chart, so many rows. */
void hs_timeline_groups(struct hs_run *run, struct hs_block *group,
                        const struct hs_timeline *t,
                        const struct hs_regex *regex, uint64_t limit);

/* The command goroutines, of a trace. */
bool hs_timeline_goroutines_answer(struct hs_run *run,
                                   const struct hs_regex *regex,
                                   struct hs_err *err);

/* How many goroutines there were, in a line. */
void hs_timeline_goroutines_line(struct hs_run *run, struct hs_block *group,
                                 const struct hs_timeline *t);

/* What each goroutine that runs finalizers does, in a line; MORE: and how long
 * it was at work. */
void hs_timeline_finalizers_lines(struct hs_run *run, struct hs_block *group,
                                  const struct hs_timeline *t, bool more);

/* What is live by type, so many rows; nothing where the trace does not tell. */
void hs_timeline_types(struct hs_run *run, struct hs_block *group,
                       const struct hs_timeline *t, uint64_t limit);

/* With a heap dump: whether it is of the same process, what the goroutines
 * that have not ended hold in it, and which types its objects have. */
bool hs_timeline_join_part(struct hs_run *run, struct hs_block *group,
                           struct hs_err *err);

void hs_timeline_finalizers_part(struct hs_run *run, struct hs_block *group,
                                 const struct hs_timeline *t);
void hs_timeline_objects_part(struct hs_run *run, struct hs_block *group,
                              const struct hs_timeline *t);
void hs_timeline_notes_part(struct hs_run *run, struct hs_block *group,
                            const struct hs_timeline *t);

/* How many tasks and regions were never closed, in a line; none if none. */
void hs_timeline_notes_line(struct hs_run *run, struct hs_block *group,
                            const struct hs_timeline *t);

#endif
