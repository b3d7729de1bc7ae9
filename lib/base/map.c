/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.c - linear probing; a slot is free when its value is HS_MAP_NONE.
 */
#include "base/map.h"

#include "base/hash.h"

struct map_slot {
    uint64_t key;
    uint32_t value;
};

static struct map_slot *free_slots(struct hs_map *map, size_t count)
{
    struct map_slot *slots = hs_arena_zeroed(map->arena, count, sizeof(*slots));

    for (size_t i = 0; i < count; i++)
        slots[i].value = HS_MAP_NONE;
    return slots;
}

/* Where KEY is or would go. */
static struct map_slot *find(const struct hs_map *map, uint64_t key)
{
    size_t i = (size_t)hs_hash_number(key, map->seed) & map->mask;

    while (map->slots[i].value != HS_MAP_NONE && map->slots[i].key != key)
        i = (i + 1) & map->mask;
    return &map->slots[i];
}

void hs_map_init(struct hs_map *map, struct hs_arena *arena, size_t expected)
{
    size_t room = 16;

    while (room / 4 * 3 < expected)
        room *= 2;
    *map = (struct hs_map){
        .mask = room - 1, .seed = hs_hash_seed(), .arena = arena};
    map->slots = free_slots(map, room);
}

static void grow(struct hs_map *map)
{
    struct map_slot *old = map->slots;
    size_t room = map->mask + 1;

    map->mask = room * 2 - 1;
    map->slots = free_slots(map, room * 2);
    for (size_t i = 0; i < room; i++)
        if (old[i].value != HS_MAP_NONE)
            *find(map, old[i].key) = old[i];
    hs_arena_release(map->arena, old, room * sizeof(*old));
}

uint32_t hs_map_lookup(const struct hs_map *map, uint64_t key)
{
    return find(map, key)->value;
}

uint32_t hs_map_add(struct hs_map *map, uint64_t key, uint32_t value)
{
    struct map_slot *slot = find(map, key);

    if (slot->value != HS_MAP_NONE)
        return slot->value;
    if (map->count + 1 > (map->mask + 1) / 4 * 3) {
        grow(map);
        slot = find(map, key);
    }
    *slot = (struct map_slot){key, value};
    map->count++;
    return value;
}
