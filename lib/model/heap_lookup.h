/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_lookup.h - from an address to an object, for loops over all edges.
 *
 * The fast half of hs_heap_find, inline: two dependent loads, one multiply.
 */
#ifndef HS_MODEL_HEAP_LOOKUP_H
#define HS_MODEL_HEAP_LOOKUP_H

#include "model/heap_store.h"

/* How many bits of WORD are set.  Without -mpopcnt the compiler would call a
 * function that looks up bytes in a table; this is a dozen instructions. */
static inline unsigned hs_bits_of(uint64_t word)
{
#ifdef __POPCNT__
    return (unsigned)__builtin_popcountll(word);
#else
    word -= word >> 1 & 0x5555555555555555;
    word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
    word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
    return (unsigned)(word * 0x0101010101010101 >> 56);
#endif
}

/* For addresses in a page's beginning, odd pages and other regions. */
uint32_t hs_heap_find_slowly(const struct hs_heap_store *store,
                             uint64_t address);

/* From an object back to the index of its page, from there to the page's
 * address and to the object's slot (not in lists). */
size_t hs_heap_page_of(const struct hs_heap_store *store, uint32_t object);
uint64_t hs_heap_page_address(const struct hs_heap_store *store, size_t page);
uint64_t hs_heap_slot_of(const struct hs_heap_store *store, size_t page,
                         uint32_t object);

/* The object of slot SLOT of PAGE, or HS_NO_OBJECT. */
static inline uint32_t hs_page_object(const struct hs_heap_store *store,
                                      const struct hs_page *page, uint64_t slot)
{
    const struct hs_group *group = store->groups + page->group + slot / 64;
    uint64_t bit = (uint64_t)1 << slot % 64;

    if (!(group->bits & bit))
        return HS_NO_OBJECT;
    return group->rank + hs_bits_of(group->bits & (bit - 1));
}

static inline uint32_t hs_heap_lookup(const struct hs_heap_store *store,
                                      uint64_t address)
{
    uint64_t index = (address >> HS_PAGE_SHIFT) - store->main.first;
    uint64_t x = address % HS_PAGE_BYTES;
    const struct hs_page *page;

    if (index >= store->main.count)
        return store->region_count > 1 ? hs_heap_find_slowly(store, address)
                                       : HS_NO_OBJECT;
    page = store->pages + store->main.base + index;
    if (x < page->phase)
        return hs_heap_find_slowly(store, address);
    x -= page->phase;
    return hs_page_object(store, page, x * page->magic >> 32);
}

#endif
