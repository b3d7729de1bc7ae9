/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setpool.c - hash-consed sets; a union is made in a bitset and read back in
 * order.
 */
#include "algo/setpool.h"

#include <stdbool.h>
#include <string.h>

#define MEMO_SIZE 8192u

struct setpool_set {
    uint64_t first; /* in elements */
    uint32_t count;
    uint32_t hash;
    uint32_t turn; /* the last union that it went into */
};

struct setpool_memo {
    uint32_t low, high, result; /* all 0: nothing remembered */
};

static struct setpool_set *set_at(const struct hs_setpool *pool, uint32_t id)
{
    return (struct setpool_set *)pool->sets.at + id;
}

const uint32_t *hs_setpool_at(const struct hs_setpool *pool, uint32_t id,
                              uint32_t *count)
{
    *count = set_at(pool, id)->count;
    return (const uint32_t *)pool->elements.at + set_at(pool, id)->first;
}

static uint32_t hash_elements(const uint32_t *elements, size_t count)
{
    uint64_t hash = 0x9e3779b97f4a7c15u;

    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ elements[i]) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    return (uint32_t)hash;
}

static void grow_table(struct hs_setpool *pool)
{
    size_t size = ((size_t)pool->mask + 1) * sizeof(*pool->table);

    hs_arena_release(pool->arena, pool->table, size);
    pool->mask = pool->mask * 2 + 1;
    pool->table = hs_arena_zeroed(pool->arena, (size_t)pool->mask + 1,
                                  sizeof(*pool->table));
    for (uint32_t id = HS_SETPOOL_EMPTY; id < pool->sets.count; id++) {
        uint32_t at = set_at(pool, id)->hash & pool->mask;

        while (pool->table[at])
            at = (at + 1) & pool->mask;
        pool->table[at] = id;
    }
}

/* The id of the set whose elements are those from FIRST on, the last ones that
 * the pool has.  If there is such a set already, they are dropped again. */
static uint32_t intern(struct hs_setpool *pool, uint64_t first)
{
    const uint32_t *elements = (uint32_t *)pool->elements.at + first;
    size_t count = pool->elements.count - first;
    uint32_t hash = hash_elements(elements, count), id, at, other;

    for (at = hash & pool->mask; (id = pool->table[at]);
         at = (at + 1) & pool->mask) {
        const uint32_t *known = hs_setpool_at(pool, id, &other);

        if (other == count && set_at(pool, id)->hash == hash &&
            memcmp(known, elements, count * sizeof(*known)) == 0) {
            pool->elements.count = first;
            return id;
        }
    }
    id = (uint32_t)pool->sets.count;
    hs_column_push(&pool->sets, &(struct setpool_set){.first = first,
                                                      .count = (uint32_t)count,
                                                      .hash = hash});
    pool->table[at] = id;
    if (pool->sets.count > pool->mask / 2)
        grow_table(pool);
    return id;
}

void hs_setpool_init(struct hs_setpool *pool, uint32_t universe,
                     struct hs_setpool_limits limits, struct hs_arena *arena)
{
    *pool = (struct hs_setpool){.arena = arena, .limits = limits, .mask = 63};
    pool->elements = HS_COLUMN(uint32_t, arena);
    hs_column_extend(&pool->elements, 1);
    pool->elements.count = 0;
    pool->sets = HS_COLUMN(struct setpool_set, arena);
    pool->union_of = hs_bitset_new(universe, arena);
    pool->singles = hs_arena_zeroed(arena, universe, sizeof(uint32_t));
    pool->table = hs_arena_zeroed(arena, pool->mask + 1, sizeof(uint32_t));
    pool->memo = hs_arena_zeroed(arena, MEMO_SIZE, sizeof(struct setpool_memo));
    hs_column_push(&pool->sets, &(struct setpool_set){0}); /* many */
    intern(pool, 0);                                       /* empty */
}

uint32_t hs_setpool_single(struct hs_setpool *pool, uint32_t element)
{
    uint64_t first = pool->elements.count;

    if (!pool->singles[element]) {
        hs_column_push(&pool->elements, &element);
        pool->singles[element] = intern(pool, first);
    }
    return pool->singles[element];
}

/* Adds the elements of the union to the pool's and empties the bitset from
 * word LOW to HIGH. */
static void read_back(struct hs_setpool *pool, uint64_t low, uint64_t high)
{
    for (uint64_t i = low; i <= high; i++) {
        uint64_t word = pool->union_of.words[i];

        for (; word; word &= word - 1) {
            uint32_t element =
                (uint32_t)(i * 64 + (uint64_t)__builtin_ctzll(word));

            hs_column_push(&pool->elements, &element);
        }
        pool->union_of.words[i] = 0;
    }
}

/* The union of those of IDS that belong to this turn. */
static uint32_t unite(struct hs_setpool *pool, const uint32_t *ids,
                      size_t count)
{
    uint64_t low = UINT64_MAX, high = 0, first = pool->elements.count;

    for (size_t i = 0; i < count; i++) {
        uint32_t size;
        const uint32_t *elements = hs_setpool_at(pool, ids[i], &size);

        if (size == 0 || set_at(pool, ids[i])->turn != pool->turn)
            continue;
        set_at(pool, ids[i])->turn = 0;
        for (uint32_t k = 0; k < size; k++)
            hs_bitset_add(&pool->union_of, elements[k]);
        if (elements[0] / 64 < low)
            low = elements[0] / 64;
        if (elements[size - 1] / 64 > high)
            high = elements[size - 1] / 64;
        pool->work += size;
    }
    if (low > high)
        return HS_SETPOOL_EMPTY;
    pool->work += high - low;
    read_back(pool, low, high);
    return intern(pool, first);
}

uint32_t hs_setpool_union(struct hs_setpool *pool, const uint32_t *ids,
                          size_t count)
{
    uint32_t low = HS_SETPOOL_EMPTY, high = HS_SETPOOL_EMPTY, different = 0;
    struct setpool_memo *memo;
    uint32_t result;

    pool->turn++;
    for (size_t i = 0; i < count; i++) {
        struct setpool_set *set = set_at(pool, ids[i]);

        if (ids[i] == HS_SETPOOL_MANY)
            return HS_SETPOOL_MANY;
        if (ids[i] == HS_SETPOOL_EMPTY || set->turn == pool->turn)
            continue;
        set->turn = pool->turn;
        different++;
        low = high;
        high = ids[i];
    }
    if (different < 2)
        return high;
    if (low > high) {
        uint32_t swap = low;

        low = high;
        high = swap;
    }
    memo = &pool->memo[(low * 0x9e3779b1u ^ high * 0x85ebca6bu) >> 8 &
                       (MEMO_SIZE - 1)];
    if (different == 2 && memo->low == low && memo->high == high)
        return memo->result;
    if (pool->elements.count > pool->limits.elements ||
        pool->work > pool->limits.work)
        return HS_SETPOOL_MANY;
    result = unite(pool, ids, count);
    if (different == 2)
        *memo = (struct setpool_memo){low, high, result};
    return result;
}
