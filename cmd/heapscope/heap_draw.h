/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_draw.h - how nodes of a heap look in a picture.
 */
#ifndef HEAPSCOPE_HEAP_DRAW_H
#define HEAPSCOPE_HEAP_DRAW_H

#include "command.h"
#include "heap_twigs.h"

/* BYTES of what is reachable, 0..1. */
double hs_draw_share(const struct hs_heap_case *c, uint64_t bytes);

/* Adds TWIG to GRAPH, with what it retains, what of it is not drawn, and where
 * ORIGIN says that it was allocated.  Letters grow with what it retains, and
 * colour, too. */
void hs_draw_twig(struct hs_document *doc, struct hs_block *graph,
                  const struct hs_heap_case *c, const struct hs_twig *twig,
                  const struct hs_origin *origin);

/* Where most of what each of NODES retains was allocated, in ARENA. */
struct hs_origin *hs_draw_origins(const struct hs_heap_case *c,
                                  const uint32_t *nodes, size_t count,
                                  struct hs_arena *arena);

#endif
