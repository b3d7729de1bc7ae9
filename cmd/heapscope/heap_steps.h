/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_steps.h - a path of the heap as people read it: what its steps are
 * called, what leads to them, and which are not shown.
 */
#ifndef HEAPSCOPE_HEAP_STEPS_H
#define HEAPSCOPE_HEAP_STEPS_H

#include "heap_look.h"

/* PATH as the block KEY ("steps", "path") of GROUP: the holder, in text, and
 * one row a step. */
void hs_look_path(struct hs_run *run, const struct hs_heap_case *c,
                  struct hs_block *group, const char *key,
                  const struct hs_path *path);

/* How the first object of PATH is reached, where its holder is more than a
 * word: "in main.serve", "goroutine 17, deferred by main.serve"; else "". */
const char *hs_look_entry(const struct hs_heap_case *c,
                          const struct hs_path *path, struct hs_document *doc);

/* The numbers (uint32_t) of the steps of PATH that are shown: not those that
 * are inner parts of a map. */
struct hs_column hs_look_steps(const struct hs_heap_case *c,
                               const struct hs_path *path,
                               struct hs_arena *arena);

/* How Go writes what leads to step NUMBER from the step shown before it, or
 * from the holder: `.Inner.Data`, `["key-3"]`.  Empty if unknown. */
struct hs_str hs_look_via(const struct hs_heap_case *c,
                          const struct hs_path *path, uint32_t number,
                          struct hs_arena *arena);

/* To how many objects like that of step NUMBER, it included, the step shown
 * before it points; 0 if it has too many words to look at. */
uint32_t hs_look_alike(struct hs_run *run, const struct hs_heap_case *c,
                       const struct hs_path *path, uint32_t number);

/* Is OBJECT nothing but a reference: a pointer, slice, string, map, chan or
 * func that stands by itself?  Go has no word for what it leads to, and an
 * offset into it would tell nothing. */
bool hs_look_plain(const struct hs_heap_case *c, uint32_t object);

#endif
