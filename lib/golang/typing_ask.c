/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_ask.c - hides how long memory takes.
 *
 * A claim looks up three tables, each at the place that the one before named,
 * and a scan reads three before it comes to the object's bytes.  In a heap of
 * gigabytes none of it is in the caches.  But claims do not wait for each
 * other: so each is put off until TYPING_ASKED others are on their way, and
 * with every one that comes, the next table of those before it is called for.
 */
#include "golang/typing_impl.h"

/* How many requests before the newest a table is called for. */
#define GROUP_AFTER 8u
#define CLAIM_AFTER 18u
#define MADE_AFTER  28u

/* How many objects ahead of the scan. */
#define GROUP_AHEAD 24u
#define PLACE_AHEAD 16u
#define BYTES_AHEAD 8u

static void call_page(const struct hs_heap_store *store, uint64_t address)
{
    uint64_t index = (address >> HS_PAGE_SHIFT) - store->main.first;

    if (index < store->main.count)
        __builtin_prefetch(store->pages + store->main.base + index);
}

/* The slot of ADDRESS, as far as that is known without a search. */
static uint32_t near(const struct hs_heap_store *store, uint64_t address)
{
    uint64_t index = (address >> HS_PAGE_SHIFT) - store->main.first;

    if (index >= store->main.count ||
        address % HS_PAGE_BYTES < store->pages[store->main.base + index].phase)
        return HS_NO_SLOT;
    return hs_heap_slot_near(store, address);
}

static void call_group(const struct hs_heap_store *store, uint64_t address)
{
    uint32_t slot = near(store, address);

    if (slot != HS_NO_SLOT)
        __builtin_prefetch(&store->groups[slot / 64]);
}

static void call_claim(const struct typing *t, uint64_t address)
{
    uint32_t slot = near(t->store, address);

    if (slot != HS_NO_SLOT)
        __builtin_prefetch(&t->claims[hs_heap_slot_object(t->store, slot)], 1);
}

static void make(struct typing_worker *w)
{
    struct typing_request r = w->asked[w->made++ % TYPING_ASKED];

    switch ((enum hs_shape)r.shape) {
    case HS_SHAPE_ONE:
        typing_claim_one(w, r.address, r.type, (enum hs_evidence)r.evidence);
        break;
    case HS_SHAPE_MANY:
        typing_claim_many(w, r.address, r.count, r.type);
        break;
    case HS_SHAPE_STRING:
        typing_claim_string(w, r.address, r.count, r.type);
        break;
    default:
        typing_claim_inner(w, r.address, r.count, r.type,
                           (enum hs_shape)r.shape);
        break;
    }
}

void typing_ask(struct typing_worker *w, const struct typing_request *request)
{
    const struct typing *t = w->typing;
    uint32_t waiting;

    w->asked[w->ask++ % TYPING_ASKED] = *request;
    waiting = w->ask - w->made;
    call_page(t->store, request->address);
    if (waiting > GROUP_AFTER)
        call_group(t->store,
                   w->asked[(w->ask - 1 - GROUP_AFTER) % TYPING_ASKED].address);
    if (waiting > CLAIM_AFTER)
        call_claim(t,
                   w->asked[(w->ask - 1 - CLAIM_AFTER) % TYPING_ASKED].address);
    if (waiting > MADE_AFTER)
        make(w);
}

void typing_answer(struct typing_worker *w)
{
    while (w->made != w->ask)
        make(w);
}

void typing_call(const struct typing *t, const uint32_t *slots, size_t at,
                 size_t count)
{
    const struct hs_heap_store *store = t->store;
    size_t left = count - at;

    if (left > GROUP_AHEAD)
        __builtin_prefetch(&store->groups[slots[at + GROUP_AHEAD] / 64]);
    if (left > PLACE_AHEAD) {
        uint32_t slot = slots[at + PLACE_AHEAD];

        __builtin_prefetch(&t->contents[hs_heap_slot_object(store, slot)]);
        __builtin_prefetch(&store->pages[store->groups[slot / 64].page]);
        __builtin_prefetch(&store->places[store->groups[slot / 64].page]);
    }
    if (left > BYTES_AHEAD) {
        uint32_t slot = slots[at + BYTES_AHEAD];
        uint32_t page = store->groups[slot / 64].page;
        const uint8_t *bytes = store->places[page].record +
                               t->contents[hs_heap_slot_object(store, slot)];

        __builtin_prefetch(bytes);
        __builtin_prefetch(bytes + 64);
        __builtin_prefetch(bytes + store->pages[page].size);
    }
}
