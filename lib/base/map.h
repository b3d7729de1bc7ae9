/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.h - a table from 64-bit numbers to 32-bit numbers.
 *
 * Open addressing in an arena, with the seed of the process.  Entries are
 * never removed, and there is no way to walk them: hash order may not show.
 */
#ifndef HS_BASE_MAP_H
#define HS_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct hs_map {
    struct map_slot *slots;
    size_t count, mask; /* mask + 1 slots, at most 3/4 of them full */
    uint64_t seed;
    struct hs_arena *arena;
};

/* The value that stands for "not there". */
#define HS_MAP_NONE UINT32_MAX

/* An empty map with room for EXPECTED entries; it grows as needed. */
void hs_map_init(struct hs_map *map, struct hs_arena *arena, size_t expected);

/* The value of KEY, or HS_MAP_NONE. */
uint32_t hs_map_lookup(const struct hs_map *map, uint64_t key);

/* Sets KEY to VALUE, not HS_MAP_NONE, unless KEY is there already; returns the
 * value that KEY has now. */
uint32_t hs_map_add(struct hs_map *map, uint64_t key, uint32_t value);

#endif
