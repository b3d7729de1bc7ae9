/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_ask.c - hides how long memory takes.
 *
 * A claim looks up three tables, each at the place that the one before named,
 * and a scan reads three before it comes to the object's bytes.  In a heap of
 * gigabytes none of it is in the caches.  But claims do not wait for each
 * other: so TYPING_ASKED of them are gathered, and made together, one table
 * after the other, each called for while those before are still on their way.
 * typing_scan_block() does the same for scans.
 */
#include "golang/typing_impl.h"

static void locate_listed(const struct typing *t, uint64_t address,
                          const struct hs_odd *odd, struct typing_place *place)
{
    struct hs_memory memory = hs_heap_memory(t->heap, place->object);

    place->size = odd->size;
    place->offset = address - odd->address;
    place->scan = memory.fields < memory.fields_end;
}

bool typing_locate(const struct typing *t, uint64_t address,
                   struct typing_place *place)
{
    const struct hs_heap_store *store = t->store;
    uint32_t slot = hs_heap_slot_at(store, address);
    const struct hs_page *page;
    uint64_t at;
    size_t index;

    place->slot = slot;
    if (slot == HS_NO_SLOT)
        return false;
    index = store->groups[slot / 64].page;
    page = &store->pages[index];
    at = slot - page->group * 64;
    place->object = hs_heap_slot_object(store, slot);
    place->size = page->size;
    place->scan = page->scan;
    if (page->kind == HS_PAGE_LIST)
        locate_listed(t, address, &store->odd[page->size + at], place);
    else
        place->offset = address - hs_heap_page_address(store, index) -
                        page->phase - at * page->size;
    place->header = typing_header(t, place);
    return true;
}

/* The same of all but the object, as far as that is known without a search;
 * else there is no slot. */
static void find_slot(const struct typing *t, uint64_t address,
                      struct typing_place *place)
{
    const struct hs_heap_store *store = t->store;
    uint64_t index = (address >> HS_PAGE_SHIFT) - store->main.first;
    uint64_t at = address % HS_PAGE_BYTES, number;
    const struct hs_page *page;

    place->slot = HS_NO_SLOT;
    if (index >= store->main.count)
        return;
    page = store->pages + store->main.base + index;
    if (at < page->phase)
        return;
    at -= page->phase;
    number = at * page->magic >> 32;
    place->slot = (uint32_t)(page->group * (uint64_t)64 + number);
    place->offset = at - number * page->size;
    place->size = page->size;
    place->scan = page->scan;
    place->header = typing_header(t, place);
    __builtin_prefetch(&store->groups[place->slot / 64]);
}

/* Has R's object, and calls for what is known of it. */
static void find_object(const struct typing *t, struct typing_request *r)
{
    const struct hs_heap_store *store = t->store;
    struct typing_place *place = &r->place;

    if (place->slot == HS_NO_SLOT) {
        typing_locate(t, r->address, place);
        return;
    }
    if (!(store->groups[place->slot / 64].bits >> place->slot % 64 & 1)) {
        place->slot = HS_NO_SLOT;
        return;
    }
    place->object = hs_heap_slot_object(store, place->slot);
    __builtin_prefetch(&t->claims[place->object], 1);
    if (r->shape == HS_SHAPE_CLOSURE)
        __builtin_prefetch(
            &store->places[store->groups[place->slot / 64].page]);
}

void typing_answer(struct typing_worker *w)
{
    for (uint32_t i = 0; i < w->ask; i++)
        find_slot(w->typing, w->asked[i].address, &w->asked[i].place);
    for (uint32_t i = 0; i < w->ask; i++)
        find_object(w->typing, &w->asked[i]);
    for (uint32_t i = 0; i < w->ask; i++)
        typing_claim(w, &w->asked[i]);
    w->ask = 0;
}
