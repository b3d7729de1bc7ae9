/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_walk.c - reads the records of objects again, page by page.
 *
 * A page's records stand one after another in the input, in the order of
 * their addresses, from places[page].record on; a phantom that was dropped
 * stands behind all others.  The objects of a list each have their own place,
 * and so have those of a page whose records are alike: that need not be read
 * to be found.
 */
#include "model/heap_walk.h"

#include "model/heap_lookup.h"

/* How far ahead of a record to call for memory, for who reads all: the
 * processor does not do so from one page of 4 KiB into the next. */
#define AHEAD 2048

/* How many objects start in pages before PAGE + 1. */
static uint32_t end_of(const struct hs_heap_store *store, size_t page)
{
    return hs_heap_page_end(store, &store->places[page]);
}

static void enter(struct hs_heap_walk *walk, size_t page)
{
    const struct hs_heap_store *store = walk->heap->store;
    uint32_t end = end_of(store, page);

    walk->page = page;
    walk->page_at = store->places[page].rank;
    walk->page_end = end < walk->to ? end : walk->to;
    walk->record = store->places[page].record;
}

void hs_heap_walk_init(struct hs_heap_walk *walk, const struct hs_heap *heap,
                       uint32_t from, uint32_t to)
{
    const struct hs_heap_store *store = heap->store;

    walk->heap = heap;
    walk->object = from;
    walk->to = to < store->count ? to : store->count;
    walk->page = store->page_count;
    walk->page_at = walk->page_end = 0;
    walk->batch_at = walk->batch_count = 0;
    if (from >= walk->to)
        return;
    enter(walk, store->groups[hs_heap_slot_of(store, from) / 64].page);
    /* Read, and pass by, what the page has before FROM. */
    while (walk->page_at + HS_WALK_BATCH <= from && hs_heap_walk_batch(walk))
        continue;
    if (walk->page_at <= from && hs_heap_walk_batch(walk))
        walk->batch_at = from - (walk->page_at - walk->batch_count);
    walk->object = from - 1;
}

void hs_heap_walk_page(struct hs_heap_walk *walk, const struct hs_heap *heap,
                       size_t page)
{
    walk->heap = heap;
    walk->to = end_of(heap->store, page);
    walk->batch_at = walk->batch_count = 0;
    enter(walk, page);
    walk->object = walk->page_at - 1;
}

/* Places COUNT objects of a page whose records are alike. */
static uint32_t place_slots(struct hs_heap_walk *walk, uint32_t count)
{
    const struct hs_heap_store *store = walk->heap->store;
    const struct hs_page_place *place = &store->places[walk->page];
    const struct hs_page *page = &store->pages[walk->page];
    uint64_t bits;

    if (walk->page_at == place->rank) {
        walk->group = page->group;
        walk->bits = store->groups[page->group].bits;
        walk->address = hs_heap_page_address(store, walk->page) + page->phase;
    }
    bits = walk->bits;
    for (uint32_t i = 0; i < count; i++, bits &= bits - 1) {
        struct hs_memory *memory = &walk->batch[i];

        while (bits == 0) {
            bits = store->groups[++walk->group].bits;
            walk->address += 64 * (uint64_t)page->size;
        }
        memory->address =
            walk->address + (uint64_t)__builtin_ctzll(bits) * page->size;
        hs_heap_place(place, walk->page_at + i - place->rank, page->size,
                      memory);
        __builtin_prefetch(memory->bytes + AHEAD);
        __builtin_prefetch(memory->bytes + AHEAD + 64);
    }
    walk->bits = bits;
    return count;
}

static uint32_t read_slots(struct hs_heap_walk *walk)
{
    uint32_t want = walk->page_end - walk->page_at;

    if (want > HS_WALK_BATCH)
        want = HS_WALK_BATCH;
    if (walk->heap->store->places[walk->page].starts)
        return place_slots(walk, want);
    return (uint32_t)walk->heap->store->read(walk->heap, &walk->record,
                                             walk->batch, want);
}

static uint32_t read_list(struct hs_heap_walk *walk)
{
    const struct hs_heap_store *store = walk->heap->store;
    const struct hs_odd *odd = store->odd + store->pages[walk->page].size;
    uint32_t count = 0;

    odd += walk->page_at - store->places[walk->page].rank;
    while (count < HS_WALK_BATCH && walk->page_at + count < walk->page_end) {
        const uint8_t *at = odd[count].record;

        if (store->read(walk->heap, &at, &walk->batch[count], 1) == 0)
            break;
        count++;
    }
    return count;
}

bool hs_heap_walk_batch(struct hs_heap_walk *walk)
{
    const struct hs_heap_store *store = walk->heap->store;

    while (walk->page_at >= walk->page_end) {
        if (walk->page + 1 >= store->page_count)
            return false;
        enter(walk, walk->page + 1);
        if (walk->page_at >= walk->to)
            return false;
    }
    walk->object = walk->page_at - 1;
    walk->batch_at = 0;
    walk->batch_count = store->pages[walk->page].kind == HS_PAGE_LIST
                            ? read_list(walk)
                            : read_slots(walk);
    walk->page_at += walk->batch_count;
    return walk->batch_count != 0;
}

struct hs_memory hs_heap_memory(const struct hs_heap *heap, uint32_t object)
{
    const struct hs_heap_store *store = heap->store;
    struct hs_heap_walk walk;
    const struct hs_memory *found;
    struct hs_memory memory;
    uint32_t slot;

    if (object >= store->count)
        return (struct hs_memory){0};
    slot = hs_heap_slot_of(store, object);
    if (hs_heap_near(store, slot, object, &memory)) {
        memory.address = hs_heap_slot_address(store, slot);
        return memory;
    }
    hs_heap_walk_init(&walk, heap, object, object + 1);
    found = hs_heap_walk_next(&walk);
    return found ? *found : (struct hs_memory){0};
}

struct hs_memory hs_heap_walk_to(struct hs_heap_walk *walk,
                                 const struct hs_heap *heap, uint32_t object)
{
    uint32_t first;

    if (walk->heap != heap || object >= walk->page_end ||
        object < walk->page_at - walk->batch_count)
        hs_heap_walk_init(walk, heap, object, UINT32_MAX);
    while (object >= walk->page_at && object < walk->page_end)
        if (!hs_heap_walk_batch(walk))
            break;
    first = walk->page_at - walk->batch_count;
    if (object < first || object - first >= walk->batch_count)
        return (struct hs_memory){0};
    return walk->batch[object - first];
}
