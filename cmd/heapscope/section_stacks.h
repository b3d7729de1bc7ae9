/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_stacks.h - printed goroutines, and what a dump knows of the same.
 */
#ifndef HEAPSCOPE_SECTION_STACKS_H
#define HEAPSCOPE_SECTION_STACKS_H

#include "model/stacks.h"
#include "section.h"

/* How the goroutines of a log and of a dump go together, by their ids. */
struct hs_stacks_join {
    bool known;              /* there is a dump */
    bool one_process;        /* what both have does the same in both */
    uint32_t common;         /* goroutines with one id */
    uint32_t alike;          /* of these, that do the same */
    const uint32_t *in_dump; /* of each group, goroutines that are ALIKE */
};

struct hs_stacks_join hs_stacks_joined(struct hs_run *run);

#endif
