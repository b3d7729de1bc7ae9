/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types.h - what types.c, type_names.c and type_masks.c share; for them only.
 */
#ifndef HS_GOLANG_TYPES_H
#define HS_GOLANG_TYPES_H

#include "golang/golang_impl.h"

/* How far a type's name is. */
enum golang_naming { GOLANG_NEW, GOLANG_WAITING, GOLANG_NAMED };

/* What of a descriptor is not in struct hs_go_type, by type number. */
struct golang_descriptor {
    struct hs_str text;              /* as the linker wrote it: "*app.Order" */
    uint64_t pointer_bytes;          /* no pointers from here on */
    uint64_t mask;                   /* address of what the collector reads */
    const uint8_t *bits;             /* the mask once it is made, or NULL */
    uint32_t first_part, part_count; /* of a func: its parameters, then its
                                      * results, in parts */
    uint32_t results;                /* how many of them are results */
    uint8_t direction; /* of a channel: 1 receives, 2 sends, 3 both */
    bool variadic;
    bool program;   /* MASK is a program of the collector (Go < 1.24) */
    bool on_demand; /* the runtime makes the mask when it wants it */
    bool masking;   /* its parts are seen to */
    bool masked;    /* BITS is made, or cannot be */
    bool named;
    uint8_t naming; /* enum golang_naming */
};

struct golang_types {
    struct hs_column descriptors;  /* struct golang_descriptor, by type */
    struct hs_column parts;        /* uint32_t: types */
    struct hs_column chars, stack; /* of type_names.c, kept for their room */
    uint64_t words_left; /* of fields and parts: a sound file has no more */
    uint64_t name_bytes_left;
    uint64_t mask_bits_left;
};

static inline struct golang_descriptor *
golang_descriptor(const struct golang *g, uint32_t type)
{
    return (struct golang_descriptor *)g->type_state->descriptors.at + type;
}

static inline struct hs_go_type *golang_type(const struct golang *g,
                                             uint32_t type)
{
    return (struct hs_go_type *)g->names->types.at + type;
}

/* How many bytes of descriptors the one at ADDRESS takes; 0 if it is none. */
uint64_t hs_golang_descriptor_size(const struct golang *g, uint64_t address);

/* The COUNT bits that the collector's program at ADDRESS makes; NULL if it is
 * none. */
const uint8_t *hs_golang_run_mask(struct golang *g, uint64_t address,
                                  uint64_t count);

/* Names the types FROM and later, which are read. */
void hs_golang_name_types(struct golang *g, uint32_t from);

#endif
