/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_cleanups.c - the closures that runtime.AddCleanup keeps.
 *
 * The dump does not tell of cleanups, so what they keep looks like garbage.
 * Their closures have a shape of their own (measured on Go 1.24 to 1.26, by
 * words; the letter is what it points to: Code, Rodata, Heap, anything):
 *
 *   1.24, 1.25   C ? H R   pointers listed: 1 2 3
 *   1.26         C R       pointers listed: 1
 *
 * One of that shape that nothing points to is taken for a root.  A closure of
 * the program's own that just became garbage and captured as much could be
 * mistaken for it; the holder is called `cleanups` and says likely, not sure.
 * It needs the marks of who is pointed to, hence here and not in holders.
 */
#include "algo/retention_impl.h"
#include "model/goversion.h"
#include "model/heap_walk.h"

/* What is below data and above the first page: code and read-only data. */
struct shape {
    unsigned words, listed; /* pointer words: 1 .. listed */
    uint64_t lowest, below;
};

/* The shape that HEAP's closures have; false if its Go has no cleanups. */
static bool find_shape(const struct hs_heap *heap, struct shape *shape)
{
    const struct hs_segment *segments = heap->segments.at;
    unsigned minor = hs_goversion_minor(heap->go_version);

    if (minor < 24 || heap->segments.count == 0)
        return false;
    shape->words = minor < 26 ? 4 : 2;
    shape->listed = shape->words - 1;
    shape->lowest = 4096;
    shape->below = UINT64_MAX;
    for (size_t i = 0; i < heap->segments.count; i++)
        if (segments[i].memory.address < shape->below)
            shape->below = segments[i].memory.address;
    return true;
}

static bool is_static(const struct shape *shape, uint64_t word)
{
    return word >= shape->lowest && word < shape->below;
}

static bool fits(const struct hs_heap *heap, const struct shape *shape,
                 const struct hs_memory *memory)
{
    struct hs_fields fields = hs_fields_of(memory);
    unsigned step = heap->pointer_size;
    uint64_t offset;

    for (unsigned word = 1; word <= shape->listed; word++)
        if (!hs_fields_next(&fields, &offset) || offset != word * step)
            return false;
    return !hs_fields_next(&fields, &offset) &&
           is_static(shape, hs_heap_word(heap, memory->bytes)) &&
           is_static(shape,
                     hs_heap_word(heap, memory->bytes + shape->listed * step));
}

static uint64_t size_of(const struct hs_heap *heap, const struct shape *shape)
{
    return (uint64_t)shape->words * heap->pointer_size;
}

/* How many closures PAGE has at most.  One alone in its page is in a list. */
static uint64_t most_in(const struct hs_page *page, uint64_t size)
{
    if (page->kind == HS_PAGE_LIST)
        return page->magic;
    if (page->kind == HS_PAGE_SLOTS && page->scan && page->size == size)
        return HS_PAGE_BYTES / size + 1;
    return 0;
}

uint64_t hs_retention_cleanup_room(const struct retention_work *work)
{
    const struct hs_heap_store *store = work->store;
    struct shape shape;
    uint64_t room = 0;

    if (!find_shape(work->heap, &shape))
        return 0;
    for (size_t p = 0; p < store->page_count; p++)
        room += most_in(&store->pages[p], size_of(work->heap, &shape));
    return room;
}

/* Which slots of GROUP hold an object that nothing points to. */
static uint64_t unseen(const struct retention_work *work, size_t group)
{
    uint64_t seen = 0;

    for (unsigned t = 0; t < work->threads; t++)
        seen |= work->marks[t][group].seen | work->marks[t][group].again;
    return work->store->groups[group].bits & ~seen;
}

/* Has page number PAGE such an object?  Most have none, and are not read. */
static bool has_unseen(const struct retention_work *work, size_t page)
{
    const struct hs_heap_store *store = work->store;

    for (size_t g = store->pages[page].group;
         g < store->group_count && store->groups[g].page == page; g++)
        if (unseen(work, g))
            return true;
    return false;
}

/* Takes the closure in SLOT as a root if nothing else holds it. */
static void try_closure(struct retention_work *work, uint32_t slot)
{
    if (!(unseen(work, slot / 64) >> slot % 64 & 1))
        return;
    work->marks[0][slot / 64].again |= (uint64_t)1 << slot % 64;
    hs_column_push(&work->cleanups, &slot);
}

void hs_retention_cleanups(struct retention_work *work)
{
    const struct hs_heap_store *store = work->store;
    struct shape shape;
    uint64_t size;

    work->cleanups = HS_COLUMN(uint32_t, work->scratch);
    if (!find_shape(work->heap, &shape))
        return;
    size = size_of(work->heap, &shape);
    for (size_t p = 0; p < store->page_count; p++) {
        const struct hs_memory *memory;
        struct hs_heap_walk walk;

        if (!most_in(&store->pages[p], size) || !has_unseen(work, p))
            continue;
        hs_heap_walk_page(&walk, work->heap, p);
        while ((memory = hs_heap_walk_next(&walk)))
            if (memory->size == size && fits(work->heap, &shape, memory))
                try_closure(work, hs_heap_slot_of(store, walk.object));
    }
}
