/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_lookup.c - addresses and objects, where the inline half gives up, and
 * the way back from an object to its page.
 */
#include "model/heap_lookup.h"

/* The region with the last FIRST that is not above PAGE, or NULL. */
static const struct hs_region *region_of(const struct hs_heap_store *store,
                                         uint64_t page)
{
    size_t low = 0, high = store->region_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (store->regions[middle].first <= page)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? &store->regions[low - 1] : NULL;
}

/* The last object of the list of PAGE that starts at or below ADDRESS, if it
 * reaches up to there. */
static uint32_t find_in_list(const struct hs_heap_store *store,
                             const struct hs_page *page, uint64_t address)
{
    const struct hs_odd *odd = store->odd + page->size;
    uint32_t low = 0, high = page->magic;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (odd[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || address - odd[low - 1].address >= odd[low - 1].size)
        return HS_NO_SLOT;
    return page->group * 64 + low - 1;
}

/* The object that starts in PAGE, page number NUMBER, and covers ADDRESS,
 * which may be pages behind. */
static uint32_t find_in(const struct hs_heap_store *store,
                        const struct hs_page *page, uint64_t number,
                        uint64_t address)
{
    uint64_t x, slot;

    if (page->kind == HS_PAGE_LIST)
        return find_in_list(store, page, address);
    if (page->kind == HS_PAGE_EMPTY)
        return HS_NO_SLOT;
    x = address - (number << HS_PAGE_SHIFT) - page->phase;
    slot = x * page->magic >> 32;
    if (page->phase + slot * page->size >= HS_PAGE_BYTES ||
        x - slot * page->size >= page->size)
        return HS_NO_SLOT;
    slot += (uint64_t)page->group * 64;
    if (!(store->groups[slot / 64].bits >> slot % 64 & 1))
        return HS_NO_SLOT;
    return (uint32_t)slot;
}

uint32_t hs_heap_slot_slowly(const struct hs_heap_store *store,
                             uint64_t address)
{
    uint64_t number = address >> HS_PAGE_SHIFT;
    const struct hs_region *region = region_of(store, number);
    uint32_t found = HS_NO_SLOT, back;
    size_t index;

    if (!region || number - region->first >= region->count)
        return HS_NO_SLOT;
    index = region->base + (size_t)(number - region->first);
    if (store->pages[index].kind == HS_PAGE_LIST ||
        address % HS_PAGE_BYTES >= store->pages[index].phase)
        found = find_in(store, &store->pages[index], number, address);
    back = store->places[index].back;
    if (found == HS_NO_SLOT && back)
        found =
            find_in(store, &store->pages[index - back], number - back, address);
    return found;
}

uint32_t hs_heap_find(const struct hs_heap *heap, uint64_t address)
{
    uint32_t slot = hs_heap_slot_at(heap->store, address);

    return slot == HS_NO_SLOT ? HS_NO_OBJECT
                              : hs_heap_slot_object(heap->store, slot);
}

/* The last group whose rank is not above OBJECT; of several with that rank,
 * the one that has objects. */
static size_t group_of(const struct hs_heap_store *store, uint32_t object)
{
    size_t low = store->samples[object >> HS_SAMPLE_SHIFT];
    size_t high = store->samples[(object >> HS_SAMPLE_SHIFT) + 1] + 1;

    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;

        if (store->groups[middle].rank <= object)
            low = middle;
        else
            high = middle;
    }
    return low;
}

uint32_t hs_heap_slot_of(const struct hs_heap_store *store, uint32_t object)
{
    size_t group = group_of(store, object);

    return (uint32_t)(group * 64) +
           hs_bits_select(store->groups[group].bits,
                          object - store->groups[group].rank);
}

uint64_t hs_heap_page_address(const struct hs_heap_store *store, size_t page)
{
    size_t low = 0, high = store->region_count;

    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;

        if (store->regions[middle].base <= page)
            low = middle;
        else
            high = middle;
    }
    return (store->regions[low].first + (page - store->regions[low].base))
           << HS_PAGE_SHIFT;
}

uint64_t hs_heap_slot_address(const struct hs_heap_store *store, uint32_t slot)
{
    uint32_t index = store->groups[slot / 64].page;
    const struct hs_page *page = &store->pages[index];
    uint64_t at = slot - page->group * 64;

    if (page->kind == HS_PAGE_LIST)
        return store->odd[page->size + at].address;
    return hs_heap_page_address(store, index) + page->phase + at * page->size;
}

uint64_t hs_heap_address(const struct hs_heap *heap, uint32_t object)
{
    return hs_heap_slot_address(heap->store,
                                hs_heap_slot_of(heap->store, object));
}

uint64_t hs_heap_size(const struct hs_heap *heap, uint32_t object)
{
    return hs_heap_slot_size(heap->store, hs_heap_slot_of(heap->store, object));
}

uint32_t hs_heap_count(const struct hs_heap *heap)
{
    return heap->store->count;
}
