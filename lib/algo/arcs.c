/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arcs.c - sorts the arcs beside the tree, by counting.
 */
#include "algo/arcs.h"

/* The place of NUMBER, which is in HAS, among all that are. */
static inline uint32_t rank_of(const struct hs_arcs *arcs, uint32_t number)
{
    uint64_t below = ((uint64_t)1 << number % 64) - 1;

    return arcs->ranks[number / 64] +
           hs_bits_of(arcs->has.words[number / 64] & below);
}

void hs_arcs_reserve(struct hs_arcs *arcs, const struct hs_arc *list,
                     uint32_t others, struct hs_arena *arena)
{
    size_t words;

    arcs->has = hs_bitset_new((uint64_t)arcs->count + 1, arena);
    words = (size_t)hs_bitset_words(arcs->has.bits);
    arcs->ranks = hs_arena_alloc(arena, words * sizeof(*arcs->ranks));
    for (uint32_t i = 0; i < others; i++)
        hs_bitset_add(&arcs->has, list[i].from);
    arcs->starts = 0;
    for (size_t i = 0; i < words; i++) {
        arcs->ranks[i] = arcs->starts;
        arcs->starts += hs_bits_of(arcs->has.words[i]);
    }
    arcs->first =
        hs_arena_zeroed(arena, (size_t)arcs->starts + 1, sizeof(*arcs->first));
    arcs->to = hs_arena_alloc(arena, others * sizeof(*arcs->to));
    arcs->others = others;
}

void hs_arcs_sort(struct hs_arcs *arcs, const struct hs_arc *list)
{
    uint32_t *first = arcs->first;

    for (uint32_t i = 0; i < arcs->others; i++)
        first[rank_of(arcs, list[i].from)]++;
    for (uint32_t i = 1; i <= arcs->starts; i++)
        first[i] += first[i - 1];
    /* Each is now where the next one starts; backwards, counting down. */
    for (uint32_t i = arcs->others; i-- > 0;)
        arcs->to[--first[rank_of(arcs, list[i].from)]] = list[i].to;
}

void hs_arcs_release(struct hs_arcs *arcs, struct hs_arena *arena)
{
    size_t words = (size_t)hs_bitset_words(arcs->has.bits);

    hs_arena_release(arena, arcs->ranks, words * sizeof(*arcs->ranks));
    hs_arena_release(arena, arcs->first,
                     ((size_t)arcs->starts + 1) * sizeof(*arcs->first));
    hs_arena_release(arena, arcs->to, arcs->others * sizeof(*arcs->to));
    hs_bitset_release(&arcs->has, arena);
    arcs->ranks = arcs->first = arcs->to = NULL;
}
