/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_look.h - what the sections of heaps share: the case, names, targets.
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
    bool no_type;     /* TYPE is but what a row is called: "64 B, pointers" */
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
