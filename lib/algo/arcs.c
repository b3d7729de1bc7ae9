/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arcs.c - sorts the arcs beside the tree, by counting.
 */
#include "algo/arcs.h"

/* The place of NUMBER, which is in HAS, among all that are. */
static inline uint32_t rank_of(const struct hs_arc_lists *lists,
                               uint32_t number)
{
    uint64_t below = ((uint64_t)1 << number % 64) - 1;

    return lists->ranks[number / 64] +
           hs_bits_of(lists->has.words[number / 64] & below);
}

/* There may be a list for every arc; memory that is not needed is not
 * touched. */
void hs_arc_lists_reserve(struct hs_arc_lists *lists, uint32_t numbers,
                          uint32_t arcs, struct hs_arena *arena)
{
    size_t words;

    lists->has = hs_bitset_new((uint64_t)numbers + 1, arena);
    words = (size_t)hs_bitset_words(lists->has.bits);
    lists->ranks = hs_arena_alloc(arena, words * sizeof(*lists->ranks));
    lists->first =
        hs_arena_zeroed(arena, (size_t)arcs + 1, sizeof(*lists->first));
    lists->ends = hs_arena_alloc(arena, arcs * sizeof(*lists->ends));
    lists->lists = 0;
    lists->arcs = arcs;
}

static inline uint32_t key_of(const struct hs_arc *arc, bool by_end)
{
    return by_end ? arc->to : arc->from;
}

static inline void sort(struct hs_arc_lists *lists, const struct hs_arc *list,
                        bool by_end)
{
    size_t words = (size_t)hs_bitset_words(lists->has.bits);
    uint32_t *first = lists->first;

    for (uint32_t i = 0; i < lists->arcs; i++)
        hs_bitset_add(&lists->has, key_of(&list[i], by_end));
    for (size_t i = 0; i < words; i++) {
        lists->ranks[i] = lists->lists;
        lists->lists += hs_bits_of(lists->has.words[i]);
    }
    for (uint32_t i = 0; i < lists->arcs; i++)
        first[rank_of(lists, key_of(&list[i], by_end))]++;
    for (uint32_t i = 1; i <= lists->lists; i++)
        first[i] += first[i - 1];
    /* Each is now where the next one starts; backwards, counting down. */
    for (uint32_t i = lists->arcs; i-- > 0;) {
        uint32_t rank = rank_of(lists, key_of(&list[i], by_end));

        lists->ends[--first[rank]] = key_of(&list[i], !by_end);
    }
}

void hs_arc_lists_by_start(struct hs_arc_lists *lists,
                           const struct hs_arc *list)
{
    sort(lists, list, false);
}

void hs_arc_lists_by_end(struct hs_arc_lists *lists, const struct hs_arc *list)
{
    sort(lists, list, true);
}

void hs_arc_lists_release(struct hs_arc_lists *lists, struct hs_arena *arena)
{
    size_t words = (size_t)hs_bitset_words(lists->has.bits);

    hs_arena_release(arena, lists->ranks, words * sizeof(*lists->ranks));
    hs_arena_release(arena, lists->first,
                     ((size_t)lists->arcs + 1) * sizeof(*lists->first));
    hs_arena_release(arena, lists->ends, lists->arcs * sizeof(*lists->ends));
    hs_bitset_release(&lists->has, arena);
    *lists = (struct hs_arc_lists){0};
}
