/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_twigs_impl.h - what the ways to open a twig share; for heap_twigs*.c.
 */
#ifndef HEAPSCOPE_HEAP_TWIGS_IMPL_H
#define HEAPSCOPE_HEAP_TWIGS_IMPL_H

#include "heap_twigs.h"

struct grower {
    struct hs_twigs *twigs;
    const struct hs_heap_case *c;
    struct hs_arena *arena;
    const struct hs_twigs_plan *plan;
    uint32_t each;
};

/* Adds a twig for COUNT nodes that are alike, the first being NODE. */
uint32_t hs_twig_add(struct grower *g, uint32_t node, uint32_t count,
                     uint32_t depth, uint64_t times);

/* Makes twigs of the kinds of children of twig NUMBER, at most ROOM with the
 * rest. */
void hs_twigs_open_kinds(struct grower *g, uint32_t number, uint64_t room);

#endif
