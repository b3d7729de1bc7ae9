/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_maps.c - headers of maps that nothing typed points to.
 *
 * Of a stripped program the large arrays of a map's entries are known by the
 * descriptor that the allocator wrote before them, but not the header that its
 * variable points to, nor what is between them.  A header is an object of its
 * size whose numbers are those of a header, and which leads to such entries:
 *
 *   Go >= 1.24  {used:u64 seed directory length depth:u8 ...}   length =
 * 2^depth table {used:u16 capacity:u16 left:u16 depth:u8 index groups mask}
 *               capacity = 8 * (mask + 1), used + left <= capacity
 *   before      {count flags:u8 log:u8 ... buckets old evacuated extra}
 *               buckets has room for 2^log of them
 *
 * Who looks like one is noted in parallel; what it leads to is only looked at
 * when nobody makes claims, so that who comes first does not matter.
 */
#include "golang/typing_impl.h"

#define MOST_DEPTH  30u
#define MOST_TABLES 64u /* that are looked at, of one map */

static uint64_t half_word(const struct typing *t, const struct hs_memory *m,
                          uint64_t offset)
{
    const uint8_t *at = m->bytes + offset;

    return t->heap->big_endian ? (uint64_t)at[0] << 8 | at[1]
                               : (uint64_t)at[1] << 8 | at[0];
}

static bool is_swiss(const struct typing *t)
{
    return t->minor >= 24;
}

bool typing_looks_like_map(const struct typing *t,
                           const struct hs_memory *memory)
{
    uint64_t word = t->word;
    uint8_t depth;

    if (memory->size != typing_slot_for(t, typing_map_size(t), true))
        return false;
    if (!is_swiss(t))
        return memory->bytes[word] < 16 && memory->bytes[word + 1] > 0 &&
               memory->bytes[word + 1] <= MOST_DEPTH &&
               typing_at(t, memory, word + 8) != 0;
    depth = memory->bytes[8 + 3 * word];
    return depth <= MOST_DEPTH && typing_at(t, memory, 8 + word) != 0 &&
           typing_at(t, memory, 8 + 2 * word) == (uint64_t)1 << depth;
}

/* The object that starts at ADDRESS, and how much room is in it. */
static bool take(const struct typing *t, uint64_t address,
                 struct hs_memory *memory, struct typing_place *place)
{
    return typing_locate(t, address, place) && place->scan &&
           place->offset == place->header &&
           typing_memory(t, place->slot, memory);
}

/* The map whose entries are at ADDRESS, COUNT groups or buckets of them;
 * HS_NO_TYPE if that is not known. */
static uint32_t map_at(const struct typing *t, uint64_t address, uint64_t count)
{
    struct typing_place place;
    struct hs_memory memory;
    uint32_t typing, type;

    if (!take(t, address, &memory, &place))
        return HS_NO_TYPE;
    typing = typing_word(t->claims[place.object]);
    type = hs_typing_type(typing);
    if (hs_typing_shape(typing) != HS_SHAPE_MAP_GROUPS ||
        typing_type(t, type)->group_size == 0 ||
        hs_golang_is_swiss(t->g->names, type) != is_swiss(t) ||
        count > (place.size - place.header) / typing_type(t, type)->group_size)
        return HS_NO_TYPE;
    return type;
}

/* Is the object at ADDRESS a table?  *TYPE becomes the map's, if its entries
 * tell. */
static bool is_table(const struct typing *t, uint64_t address, unsigned depth,
                     uint32_t *type)
{
    struct typing_place place;
    struct hs_memory table;
    uint64_t word = t->word, capacity, mask;
    uint32_t found;

    if (!take(t, address, &table, &place) ||
        table.size != typing_slot_for(t, 16 + 2 * word, true))
        return false;
    capacity = half_word(t, &table, 2);
    mask = typing_at(t, &table, 8 + 2 * word);
    if (mask > UINT16_MAX || capacity != 8 * (mask + 1) ||
        half_word(t, &table, 0) + half_word(t, &table, 4) > capacity ||
        table.bytes[6] > depth)
        return false;
    found = map_at(t, typing_at(t, &table, 8 + word), mask + 1);
    if (found != HS_NO_TYPE)
        *type = found;
    return true;
}

static uint32_t swiss_map(const struct typing *t,
                          const struct hs_memory *memory)
{
    uint64_t word = t->word, at = typing_at(t, memory, 8 + word);
    uint64_t length = typing_at(t, memory, 8 + 2 * word), last = 0;
    unsigned depth = memory->bytes[8 + 3 * word], tables = 0;
    struct typing_place place;
    struct hs_memory directory;
    uint32_t type = HS_NO_TYPE;

    if (!take(t, at, &directory, &place) ||
        length > (place.size - place.header) / word)
        return HS_NO_TYPE;
    for (uint64_t i = 0; i < length && tables < MOST_TABLES; i++) {
        at = typing_at(t, &directory, place.header + i * word);
        if (at == last)
            continue;
        if (!is_table(t, at, depth, &type))
            return HS_NO_TYPE;
        last = at;
        tables++;
    }
    return type;
}

/* The type of the map that the object of MEMORY is the header of. */
static uint32_t map_of(const struct typing *t, const struct hs_memory *memory)
{
    uint64_t word = t->word;

    if (is_swiss(t))
        return swiss_map(t, memory);
    return map_at(t, typing_at(t, memory, word + 8),
                  (uint64_t)1 << memory->bytes[word + 1]);
}

/* Is TYPE the only map that has such entries?  Those of a defined type are the
 * same as of the type that it is defined as. */
static bool is_only_one(const struct typing *t, uint32_t type)
{
    const struct hs_names *names = t->g->names;
    uint32_t group = hs_names_type(names, type)->group;

    for (uint32_t i = 1; i < names->types.count; i++)
        if (i != type && hs_names_type(names, i)->kind == HS_GO_MAP &&
            hs_names_type(names, i)->group == group)
            return false;
    return true;
}

/* The map that OBJECT is the header of, if it is nobody's and is one; else
 * HS_NO_TYPE. */
static uint32_t find_map(const struct typing *t, uint32_t object,
                         struct hs_memory *memory)
{
    if (t->claims[object])
        return HS_NO_TYPE;
    *memory = hs_heap_memory(t->heap, object);
    return map_of(t, memory);
}

void typing_claim_maps(struct typing *t)
{
    /* Maps of several types come by turns, thousands of each. */
    enum { UNKNOWN, SHARED, ALONE };
    uint8_t *entries =
        hs_arena_zeroed(t->arena, t->g->names->types.count, sizeof(*entries));

    for (unsigned i = 0; i < t->threads; i++) {
        const uint32_t *objects = t->workers[i].maps.at;

        for (size_t k = 0; k < t->workers[i].maps.count; k++) {
            struct hs_memory memory;
            uint32_t type = find_map(t, objects[k], &memory);

            if (type == HS_NO_TYPE)
                continue;
            if (entries[type] == UNKNOWN)
                entries[type] = is_only_one(t, type) ? ALONE : SHARED;
            if (entries[type] == ALONE)
                typing_claim_inner(&t->workers[0], memory.address,
                                   typing_map_size(t), type, HS_SHAPE_MAP);
        }
    }
}
