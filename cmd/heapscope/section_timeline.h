/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_timeline.h - the parts of what a trace tells, one file each.
 *
 * Each adds its blocks to GROUP: the document's top in timeline, the object
 * "timeline" in analyze.
 */
#ifndef HEAPSCOPE_SECTION_TIMELINE_H
#define HEAPSCOPE_SECTION_TIMELINE_H

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
 * first; *SYSTEM goroutines are the runtime's. */
const struct hs_trace_group **hs_timeline_alive(struct hs_run *run,
                                                const struct hs_timeline *t,
                                                size_t *count,
                                                uint64_t *system);

/* Without the chart, so many rows. */
void hs_timeline_groups(struct hs_run *run, struct hs_block *group,
                        const struct hs_timeline *t, uint64_t limit);

void hs_timeline_finalizers_part(struct hs_run *run, struct hs_block *group,
                                 const struct hs_timeline *t);
void hs_timeline_objects_part(struct hs_run *run, struct hs_block *group,
                              const struct hs_timeline *t);
void hs_timeline_notes_part(struct hs_run *run, struct hs_block *group,
                            const struct hs_timeline *t);

#endif
