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

/* The slot of ADDRESS, as far as that is known without a search. */
static uint32_t near(const struct hs_heap_store *store, uint64_t address)
{
    uint64_t index = (address >> HS_PAGE_SHIFT) - store->main.first;

    if (index >= store->main.count ||
        address % HS_PAGE_BYTES < store->pages[store->main.base + index].phase)
        return HS_NO_SLOT;
    return hs_heap_slot_near(store, address);
}

static void find_slots(struct typing_worker *w)
{
    const struct hs_heap_store *store = w->typing->store;

    for (uint32_t i = 0; i < w->ask; i++) {
        uint32_t slot = near(store, w->asked[i].address);

        w->asked[i].slot = slot;
        if (slot != HS_NO_SLOT)
            __builtin_prefetch(&store->groups[slot / 64]);
    }
}

static void find_claims(struct typing_worker *w)
{
    const struct typing *t = w->typing;
    const struct hs_heap_store *store = t->store;

    for (uint32_t i = 0; i < w->ask; i++) {
        struct typing_request *request = &w->asked[i];
        uint32_t slot = request->slot;

        if (slot == HS_NO_SLOT)
            slot = hs_heap_slot_at(store, request->address);
        else if (!(store->groups[slot / 64].bits >> slot % 64 & 1))
            slot = HS_NO_SLOT;
        request->slot = slot;
        if (slot == HS_NO_SLOT)
            continue;
        request->object = hs_heap_slot_object(store, slot);
        __builtin_prefetch(&t->claims[request->object], 1);
        __builtin_prefetch(&w->queued.words[request->object / 64], 1);
        if (request->shape == HS_SHAPE_CLOSURE)
            __builtin_prefetch(&t->contents[request->object]);
    }
}

void typing_answer(struct typing_worker *w)
{
    find_slots(w);
    find_claims(w);
    for (uint32_t i = 0; i < w->ask; i++)
        typing_claim(w, &w->asked[i]);
    w->ask = 0;
}
