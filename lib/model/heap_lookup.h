/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_lookup.h - from an address to an object, for loops over all edges.
 *
 * The fast half of hs_heap_find, inline: two dependent loads, one multiply.
 */
#ifndef HS_MODEL_HEAP_LOOKUP_H
#define HS_MODEL_HEAP_LOOKUP_H

#include "base/bitset.h"
#include "model/heap_store.h"

/* For addresses in a page's beginning, lists and other regions. */
uint32_t hs_heap_slot_slowly(const struct hs_heap_store *store,
                             uint64_t address);

/* From an object back to its slot, and to the address of a slot that has an
 * object, or of a page. */
uint32_t hs_heap_slot_of(const struct hs_heap_store *store, uint32_t object);
uint64_t hs_heap_slot_address(const struct hs_heap_store *store, uint32_t slot);
uint64_t hs_heap_page_address(const struct hs_heap_store *store, size_t page);

/* The number of the first object behind the page of PLACE. */
static inline uint32_t hs_heap_page_end(const struct hs_heap_store *store,
                                        const struct hs_page_place *place)
{
    return place + 1 < store->places + store->page_count ? place[1].rank
                                                         : store->count;
}

/* The slot that ADDRESS would be in, whose bit says whether an object is. */
static inline uint32_t hs_heap_slot_near(const struct hs_heap_store *store,
                                         uint64_t address)
{
    uint64_t index = (address >> HS_PAGE_SHIFT) - store->main.first;
    uint64_t x = address % HS_PAGE_BYTES, slot;
    const struct hs_page *page;

    if (index >= store->main.count)
        return store->region_count > 1 ? hs_heap_slot_slowly(store, address)
                                       : HS_NO_SLOT;
    page = store->pages + store->main.base + index;
    if (x < page->phase)
        return hs_heap_slot_slowly(store, address);
    slot = (uint64_t)page->group * 64 + ((x - page->phase) * page->magic >> 32);
    return (uint32_t)slot;
}

/* The slot of the object that ADDRESS points to or into, or HS_NO_SLOT. */
static inline uint32_t hs_heap_slot_at(const struct hs_heap_store *store,
                                       uint64_t address)
{
    uint32_t slot = hs_heap_slot_near(store, address);

    if (slot != HS_NO_SLOT && !(store->groups[slot / 64].bits >> slot % 64 & 1))
        return HS_NO_SLOT;
    return slot;
}

/* What object number INDEX of the page at PLACE, which knows its starts and has
 * slots of SIZE bytes, is made of; but not its address. */
static inline void hs_heap_place(const struct hs_page_place *place,
                                 uint32_t index, uint64_t size,
                                 struct hs_memory *memory)
{
    const uint16_t *start = &place->starts[index];

    memory->bytes = place->record + start[0];
    memory->size = size;
    memory->fields = memory->bytes + size;
    memory->fields_end = place->record + (start[1] - place->starts[0] - 1);
}

/* The same of OBJECT in SLOT; false where that takes a walk. */
static inline bool hs_heap_near(const struct hs_heap_store *store,
                                uint32_t slot, uint32_t object,
                                struct hs_memory *memory)
{
    size_t index = store->groups[slot / 64].page;
    const struct hs_page_place *place = &store->places[index];

    if (!place->starts)
        return false;
    hs_heap_place(place, object - place->rank, store->pages[index].size,
                  memory);
    return true;
}

/* The object in SLOT. */
static inline uint32_t hs_heap_slot_object(const struct hs_heap_store *store,
                                           uint32_t slot)
{
    const struct hs_slot_group *group = store->groups + slot / 64;

    return group->rank +
           hs_bits_of(group->bits & (((uint64_t)1 << slot % 64) - 1));
}

/* How big the object in SLOT is. */
static inline uint64_t hs_heap_slot_size(const struct hs_heap_store *store,
                                         uint32_t slot)
{
    const struct hs_page *page = store->pages + store->groups[slot / 64].page;

    if (page->kind == HS_PAGE_LIST)
        return store->odd[page->size + (slot - page->group * 64)].size;
    return page->size;
}

#endif
