/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types_impl.h - which row of the types an object is of; for types*.c only.
 *
 * A key stands for a row:
 *
 *   a type of the program, and what the object is to it   KEY_TYPED
 *   a package of the program                              KEY_TYPED
 *   the address of a descriptor                           neither bit
 *   a slot's size, and whether it has pointers            KEY_SLOT
 */
#ifndef HS_ALGO_TYPES_IMPL_H
#define HS_ALGO_TYPES_IMPL_H

#include "algo/types.h"

#define KEY_SLOT     ((uint64_t)1 << 63)
#define KEY_POINTERS ((uint64_t)1 << 62) /* of a slot */
#define KEY_SEVERAL  ((uint64_t)1 << 62) /* of a descriptor */
#define KEY_TYPED    ((uint64_t)1 << 61)
#define KEY_GUESS    ((uint64_t)1 << 28) /* of a type */

#define FOLD_SIZE_BITS 13 /* of sizes up to 64 KiB, in eights */
#define FOLD_ROWS      ((uint32_t)1 << (32 - FOLD_SIZE_BITS))
#define ROWS_DESCRIBED (FOLD_ROWS / 2) /* beyond, slots tell types apart */

/* All objects in order, each with its key. */
struct types_keys {
    const struct hs_types *types;
    struct hs_retention_walk at;
    struct hs_heap_walk contents; /* of a page whose slots do not tell */
    uint32_t page;
    bool slots_tell;   /* of the page */
    uint64_t page_key; /* if they do */
    uint64_t key, size;
};

struct hs_type_row hs_types_make_row(const struct hs_types *types, uint64_t key,
                                     struct hs_arena *arena);
uint64_t hs_types_slot_key(uint64_t size, bool pointers);

/* The key that the program's types give OBJECT; 0 if they do not. */
uint64_t hs_types_typed_key(const struct hs_types *types, uint32_t object);

/* Whether all objects of PAGE without a type have the key of their slots. */
bool hs_types_slots_tell(const struct hs_types *types,
                         const struct hs_page *page);

/* The key of an object without a type, of a PAGE whose slots do not tell. */
uint64_t hs_types_key_in(const struct hs_types *types,
                         const struct hs_page *page,
                         const struct hs_memory *memory);

/* The row of KEY, an object of SIZE bytes; HS_MAP_NONE if there is none. */
uint32_t hs_types_find_row(const struct hs_types *types, uint64_t key,
                           uint64_t size);

/* Makes TYPES tell packages, not types, apart: package_of and packages. */
void hs_types_find_packages(struct hs_types *types, struct hs_arena *arena,
                            struct hs_arena *scratch);

bool hs_types_next_key(struct types_keys *keys);

#endif
