/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lens.h - questions about Go values that need the layout of their types.
 *
 * The ops of one program, filled by golang/.  Who asks (paths, findings) knows
 * no layout of any Go version.  All may answer "unknown" (an empty string, 0).
 */
#ifndef HS_MODEL_LENS_H
#define HS_MODEL_LENS_H

#include "model/names.h"

/* A place in the source. */
struct hs_place {
    struct hs_str function, file;
    uint64_t line; /* 0: unknown */
};

struct hs_lens {
    /* How Go writes what is at OFFSET of OBJECT: ".Inner.Data", "[17].Next",
     * "[\"key-3\"]", "captured p", ".(*main.Square)" added for what an
     * interface holds.  Empty for the inner words of a map or channel that
     * Go has no words for.
     *
     * An entry of a map is ["key-3"], [7], [{1, "a"}] for its value, as Go
     * writes constants and composite literals, of long keys only the beginning
     * and "…"; what a key itself refers to is 'key "key-3"'.  An element in the
     * buffer of a chan is <-[3], by its place in the buffer. */
    struct hs_str (*reference)(const struct hs_lens *lens, uint32_t object,
                               uint64_t offset, struct hs_arena *arena);

    /* The same for OFFSET of GLOBAL, a number in names->globals. */
    struct hs_str (*in_global)(const struct hs_lens *lens, uint32_t global,
                               uint64_t offset, struct hs_arena *arena);

    /* Where PC is: the innermost inlined call first, into LINES, which has
     * room for ROOM.  Says how many there are. */
    size_t (*lines)(const struct hs_lens *lens, uint64_t pc,
                    struct hs_place *lines, size_t room);

    const struct hs_heap *heap;
    const struct hs_names *names;
    void *state; /* of who filled it */
};

/* The function that PC is in, not one that is inlined there, and the innermost
 * place of PC; empty without an executable.  Of a return address, ask for the
 * byte before. */
struct hs_str hs_lens_function(const struct hs_heap *heap, uint64_t pc);
struct hs_place hs_lens_place(const struct hs_heap *heap, uint64_t pc);

#endif
