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

/* The last odd object of PAGE that starts at or below ADDRESS, if it reaches
 * up to there. */
static uint32_t find_odd(const struct hs_heap_store *store, size_t index,
                         uint64_t address)
{
    const struct hs_page *page = &store->pages[index];
    size_t first = page->group, low = 0, high = page->magic;
    const struct hs_odd *odd;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (store->odd[first + middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return HS_NO_OBJECT;
    odd = &store->odd[first + low - 1];
    if (address - odd->address >= odd->size)
        return HS_NO_OBJECT;
    return store->places[index].rank + (uint32_t)(low - 1);
}

/* The object that starts in the page at INDEX, page number NUMBER, and covers
 * ADDRESS, which may be pages behind. */
static uint32_t find_in(const struct hs_heap_store *store, size_t index,
                        uint64_t number, uint64_t address)
{
    const struct hs_page *page = &store->pages[index];
    uint64_t x, slot;

    if (page->kind == HS_PAGE_LIST)
        return find_odd(store, index, address);
    if (page->kind == HS_PAGE_EMPTY)
        return HS_NO_OBJECT;
    x = address - (number << HS_PAGE_SHIFT) - page->phase;
    slot = x * page->magic >> 32;
    if (page->phase + slot * page->size >= HS_PAGE_BYTES ||
        x - slot * page->size >= page->size)
        return HS_NO_OBJECT;
    return hs_page_object(store, page, slot);
}

uint32_t hs_heap_find_slowly(const struct hs_heap_store *store,
                             uint64_t address)
{
    uint64_t number = address >> HS_PAGE_SHIFT;
    const struct hs_region *region = region_of(store, number);
    uint32_t found = HS_NO_OBJECT, back;
    size_t index;

    if (!region || number - region->first >= region->count)
        return HS_NO_OBJECT;
    index = region->base + (size_t)(number - region->first);
    if (store->pages[index].kind == HS_PAGE_LIST ||
        address % HS_PAGE_BYTES >= store->pages[index].phase)
        found = find_in(store, index, number, address);
    back = store->places[index].back;
    if (found == HS_NO_OBJECT && back)
        found = find_in(store, index - back, number - back, address);
    return found;
}

uint32_t hs_heap_find(const struct hs_heap *heap, uint64_t address)
{
    return hs_heap_lookup(heap->store, address);
}

size_t hs_heap_page_of(const struct hs_heap_store *store, uint32_t object)
{
    size_t sample = object >> HS_SAMPLE_SHIFT;
    size_t low = store->samples[sample], high = store->samples[sample + 1] + 1;

    /* The last page whose rank is not above OBJECT. */
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;

        if (store->places[middle].rank <= object)
            low = middle;
        else
            high = middle;
    }
    return low;
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

uint64_t hs_heap_slot_of(const struct hs_heap_store *store, size_t page,
                         uint32_t object)
{
    const struct hs_group *groups = store->groups + store->pages[page].group;
    uint64_t bits, slot = 0;
    uint32_t left;

    while (object - groups->rank >= hs_bits_of(groups->bits)) {
        groups++;
        slot += 64;
    }
    bits = groups->bits;
    for (left = object - groups->rank; left; left--)
        bits &= bits - 1;
    return slot + (uint64_t)__builtin_ctzll(bits);
}

uint64_t hs_heap_address(const struct hs_heap *heap, uint32_t object)
{
    const struct hs_heap_store *store = heap->store;
    size_t index = hs_heap_page_of(store, object);
    const struct hs_page *page = &store->pages[index];

    if (page->kind == HS_PAGE_LIST)
        return store->odd[page->group + (object - store->places[index].rank)]
            .address;
    return hs_heap_page_address(store, index) + page->phase +
           hs_heap_slot_of(store, index, object) * page->size;
}

uint64_t hs_heap_size(const struct hs_heap *heap, uint32_t object)
{
    const struct hs_heap_store *store = heap->store;
    size_t index = hs_heap_page_of(store, object);
    const struct hs_page *page = &store->pages[index];

    if (page->kind == HS_PAGE_LIST)
        return store->odd[page->group + (object - store->places[index].rank)]
            .size;
    return page->size;
}

uint32_t hs_heap_count(const struct hs_heap *heap)
{
    return heap->store->count;
}
