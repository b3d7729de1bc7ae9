/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_look.h - what the sections of heaps share: the case, names, paths.
 */
#ifndef HEAPSCOPE_HEAP_LOOK_H
#define HEAPSCOPE_HEAP_LOOK_H

#include "algo/claims.h"
#include "algo/heap_case.h"
#include "algo/paths.h"
#include "command.h"

/* All that is known of the heap of snapshot NUMBER; worked out when first
 * asked for.  NULL with ERR filled if it is too large. */
const struct hs_heap_case *hs_look_heap(struct hs_run *run, size_t number,
                                        struct hs_err *err);

/* What a reader can know of OBJECT, in ARENA: "main.Order  48 B" if its type is
 * known, else "48 B", with what it says if it is text. */
struct hs_str hs_look_object(const struct hs_heap_case *c, uint32_t object,
                             struct hs_arena *arena);

/* Its type by the program's names, "main.Order", or as far as the dump itself
 * tells: the descriptor that a Go >= 1.22 allocation of more than 512 bytes
 * with pointers starts with, by name if the dump has that.  Empty if nothing
 * tells. */
struct hs_str hs_look_type(const struct hs_heap_case *c, uint32_t object,
                           struct hs_arena *arena);

/* The type of the variable that HOLDER is; empty if it is none, or unknown. */
struct hs_str hs_look_holder_type(const struct hs_heap_case *c,
                                  uint32_t holder);

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

/* So many names are shown of holders that hold together, then "+ 2 more". */
#define HS_LOOK_NAMES_SHOWN 2

/* What the user named: an address, a size, a type, or holders. */
struct hs_heap_target {
    uint32_t *objects; /* sorted; those of an address or a size */
    size_t object_count;
    uint32_t *holders; /* in order; those of that name */
    size_t holder_count;
    uint64_t size;    /* of each object, if a size was given */
    const char *type; /* of each object, if a type was given; else NULL */
    const struct hs_shared *shared; /* if "a + b" was given: what they hold
                                     * together; the object is the largest of
                                     * its parts */
};

/* "the largest of 1 921 parts of 30.2 MiB that 2 hold together" */
void hs_look_shared_note(struct hs_run *run, const struct hs_shared *shared);

/* True if SHARED is HOLDER's: it owns it, or holds it with others and none owns
 * it. */
bool hs_look_shares(const struct hs_heap_case *c,
                    const struct hs_shared *shared, uint32_t holder);

/* Reads TARGET.  False with ERR filled (HS_EUSAGE) if it names nothing. */
bool hs_look_target(const struct hs_heap_case *c, const char *target,
                    struct hs_arena *arena, struct hs_heap_target *found,
                    struct hs_err *err);

#endif
