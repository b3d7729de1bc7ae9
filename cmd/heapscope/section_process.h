/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_process.h - what is told of the process as a whole, one file each.
 */
#ifndef HEAPSCOPE_SECTION_PROCESS_H
#define HEAPSCOPE_SECTION_PROCESS_H

#include "algo/waterfall.h"
#include "section.h"

/* What only a heap dump can say of the rows; all may be NULL. */
struct hs_process_remarks {
    const char *live, *garbage, *stacks;
    bool damaged; /* the dump is: its garbage is what was not reached */
};

/* "process", and where the memory is; HEAP is NULL without a dump. */
void hs_process_waterfall_part(struct hs_run *run,
                               const struct hs_waterfall_heap *heap,
                               const struct hs_process_remarks *remarks);

/* What follows from it, and what else is known: limits, huge pages, kills. */
void hs_process_verdict_part(struct hs_run *run, const struct hs_waterfall *w,
                             const struct hs_process *process);
/* Warns of what cannot be of one process at one moment. */
void hs_process_fit_part(struct hs_run *run, const struct hs_process *process);

void hs_process_facts_fields(struct hs_run *run, struct hs_block *group,
                             const struct hs_process *process);

/* Adds to the snapshot what others than its files know: --rss, and what a
 * profile makes of its samples. */
void hs_process_take_others(struct hs_run *run);

#endif
