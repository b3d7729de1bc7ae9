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

/* What a reader can know of OBJECT without types, in ARENA: "48 B", "896 B of
 * type@0x4ab6e0", with what it says if it is text. */
struct hs_str hs_look_object(const struct hs_heap_case *c, uint32_t object,
                             struct hs_arena *arena);

/* Its type, as far as the dump itself tells: the descriptor that a Go >= 1.22
 * allocation of more than 512 bytes with pointers starts with, by name if the
 * dump has that.  Empty if it does not tell. */
struct hs_str hs_look_type(const struct hs_heap_case *c, uint32_t object,
                           struct hs_arena *arena);

/* PATH as the block KEY ("steps", "path") of GROUP: the holder, in text, and
 * one row a step. */
void hs_look_path(struct hs_run *run, const struct hs_heap_case *c,
                  struct hs_block *group, const char *key,
                  const struct hs_path *path);

/* So many names are shown of holders that hold together, then "+ 2 more". */
#define HS_LOOK_NAMES_SHOWN 2

/* What the user named: an address, a size, or holders. */
struct hs_heap_target {
    uint32_t *objects; /* sorted; those of an address or a size */
    size_t object_count;
    uint32_t *holders; /* in order; those of that name */
    size_t holder_count;
    uint64_t size;                  /* of each object, if a size was given */
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
