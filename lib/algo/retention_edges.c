/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_edges.c - who points to whom: the one walk over all pointers.
 *
 * Each address is looked up once.  That is two loads that miss the cache, of
 * the target's page and then of its marks, nearly always on scattered heaps; so
 * the pointers of 64 objects are read before the first of them is looked up,
 * and all are looked up before the first row is finished.
 */
#include <string.h>

#include "algo/retention_impl.h"
#include "base/parallel.h"
#include "model/heap_walk.h"

#define PARTS_PER_THREAD 8
/* Pointers that are read before they are looked up. */
#define MOST_WORDS 512

/* A row is written before it is known what folds into it.  If all that it
 * points to did, would it still be narrow? */
static inline bool needs_room(uint64_t bytes, uint64_t odd_bits,
                              uint64_t degree)
{
    return bytes > HS_ROW_MAX_BYTES || odd_bits % 8 != 0 ||
           degree >= HS_ROW_MAX_OBJECTS;
}

/* Reads pointers of MEMORY into the heap to WORDS, MOST at once; says how many.
 * Their pages are called from memory. */
static inline unsigned read_words(const struct retention_work *work,
                                  const struct hs_memory *memory,
                                  struct hs_fields *fields, uint64_t *words,
                                  unsigned most)
{
    const struct hs_region *region = &work->store->main;
    const struct hs_page *pages = work->store->pages + region->base;
    bool elsewhere = work->store->region_count > 1;
    unsigned count = 0;
    uint64_t offset;

    while (count < most && hs_fields_next(fields, &offset)) {
        uint64_t word = hs_heap_word(work->heap, memory->bytes + offset);
        uint64_t index = (word >> HS_PAGE_SHIFT) - region->first;
        bool inside = index < region->count;

        __builtin_prefetch(pages + (inside ? index : 0));
        words[count] = word;
        count += inside | elsewhere;
    }
    return count;
}

/* Writes the slots of COUNT words at AT, and returns where they end.  They need
 * not have objects; what they will be asked for is called from memory. */
static inline uint32_t *write_slots(const struct retention_work *work,
                                    const struct retention_marks *marks,
                                    const uint64_t *words, unsigned count,
                                    uint32_t *at)
{
    for (unsigned i = 0; i < count; i++) {
        uint32_t slot = hs_heap_slot_near(work->store, words[i]);

        __builtin_prefetch(&marks[slot / 64], 1);
        *at = slot;
        at += slot != HS_NO_SLOT;
    }
    return at;
}

/* The draft of a row: how many slots, room for a wide head, the slots. */
static inline uint32_t *draft_row(const struct retention_work *work,
                                  const struct retention_marks *marks,
                                  const uint64_t *words, unsigned count,
                                  uint32_t *draft)
{
    uint32_t *slots = draft + HS_ROW_WIDE_HEAD;
    uint32_t *end = write_slots(work, marks, words, count, slots);

    draft[0] = (uint32_t)(end - slots);
    return end;
}

/* The same for an object with more pointers than are read ahead. */
static uint32_t *draft_long_row(const struct retention_work *work,
                                const struct retention_marks *marks,
                                const struct hs_memory *memory, uint64_t *words,
                                uint32_t *draft)
{
    struct hs_fields fields = hs_fields_of(memory);
    uint32_t *slots = draft + HS_ROW_WIDE_HEAD, *at = slots;
    unsigned count;

    do {
        count = read_words(work, memory, &fields, words, MOST_WORDS);
        at = write_slots(work, marks, words, count, at);
    } while (count == MOST_WORDS);
    draft[0] = (uint32_t)(at - slots);
    return at;
}

/* MEMORY has at most so many pointers: a field takes two bytes at least. */
static inline size_t most_words(const struct hs_memory *memory)
{
    return (size_t)(memory->fields_end - memory->fields) / 2;
}

/* Drafts the COUNT rows of MEMORY, one behind another from DRAFT on. */
static void draft_rows(const struct retention_work *work,
                       const struct retention_marks *marks,
                       const struct hs_memory *memory, uint32_t count,
                       uint32_t *draft)
{
    uint64_t words[MOST_WORDS];
    unsigned counts[HS_WALK_BATCH];

    for (uint32_t i = 0, end = 0; i < count;) {
        const uint64_t *at = words;
        unsigned all = 0;

        for (; end < count && most_words(&memory[end]) <= MOST_WORDS - all;
             end++) {
            struct hs_fields fields = hs_fields_of(&memory[end]);

            counts[end] = read_words(work, &memory[end], &fields, words + all,
                                     MOST_WORDS - all);
            all += counts[end];
        }
        if (i == end)
            draft = draft_long_row(work, marks, &memory[end++], words, draft);
        else
            for (; i < end; at += counts[i++])
                draft = draft_row(work, marks, at, counts[i], draft);
        i = end;
    }
}

/* Makes a row at ROW of the draft at DRAFT, which is not before it, for an
 * object of BYTES:
 *
 *   0  degree, perhaps HS_ROW_WIDE  (four words if it is)  slot*
 *
 * and marks the slots.  Returns the degree; *END is where the row ends. */
static inline uint32_t finish_row(const struct retention_work *work,
                                  struct retention_marks *marks, uint64_t bytes,
                                  const uint32_t *draft, uint32_t *row,
                                  uint32_t **end)
{
    uint32_t count = draft[0], degree;
    uint32_t *slots = row + HS_ROW_HEAD, *at = slots;
    uint64_t odd_bits = bytes;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = draft[HS_ROW_WIDE_HEAD + i];
        struct retention_marks *group = &marks[slot / 64];
        uint64_t bit = (uint64_t)1 << slot % 64, size;

        if (!(group->bits & bit))
            continue;
        size = hs_retention_size(work->store, slot, group->size);
        bytes += size;
        odd_bits |= size;
        group->again |= group->seen & bit;
        group->seen |= bit;
        *at++ = slot;
    }
    degree = (uint32_t)(at - slots);
    row[0] = 0;
    row[1] = degree;
    if (needs_room(bytes, odd_bits, degree)) {
        row[1] |= HS_ROW_WIDE;
        memmove(row + HS_ROW_WIDE_HEAD, slots, degree * sizeof(*slots));
        at += HS_ROW_WIDE_HEAD - HS_ROW_HEAD;
    }
    *end = at;
    return degree;
}

/* The first of the sorted OBJECTS that is not below OBJECT. */
static size_t lower_bound(const uint32_t *objects, size_t count,
                          uint32_t object)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (objects[middle] < object)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* True if OBJECT is muted; *MUTED is where the list of muted objects is read.
 * Those in pages that are not read are passed by. */
static inline bool is_muted(const struct hs_holders *holders, size_t *muted,
                            uint32_t object)
{
    while (*muted < holders->muted_count && holders->muted[*muted] < object)
        ++*muted;
    return *muted < holders->muted_count && holders->muted[*muted] == object;
}

/* Takes the pointers of muted objects from the COUNT of MEMORY, the first of
 * which is OBJECT. */
static void mute(const struct hs_holders *holders, size_t *muted,
                 uint32_t object, struct hs_memory *memory, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (is_muted(holders, muted, object + i))
            memory[i].fields_end = memory[i].fields;
}

/* All rows of one page, a batch of drafts and then of rows at a time.  Who
 * points to nothing becomes a leaf. */
static uint32_t *write_page(struct retention_work *work,
                            struct retention_marks *marks, size_t page,
                            size_t *muted, uint32_t *row)
{
    size_t index = work->store->pages[page].group;
    uint64_t bits = work->store->groups[index].bits;
    struct hs_heap_walk walk;

    hs_heap_walk_page(&walk, work->heap, page);
    while (hs_heap_walk_batch(&walk)) {
        uint32_t *draft = row;

        mute(work->holders, muted, walk.object + 1, walk.batch,
             walk.batch_count);
        draft_rows(work, marks, walk.batch, walk.batch_count, draft);
        for (uint32_t i = 0; i < walk.batch_count; i++) {
            uint32_t *next = draft + HS_ROW_WIDE_HEAD + draft[0];

            while (bits == 0)
                bits = work->store->groups[++index].bits;
            if (finish_row(work, marks, walk.batch[i].size, draft, row, &row) ==
                0)
                work->r->groups[index].folded |= bits & -bits;
            bits &= bits - 1;
            draft = next;
        }
    }
    return row;
}

/* All objects of pages without pointers are leaves. */
static void mark_leaves(struct retention_work *work,
                        const struct retention_part *part)
{
    const struct hs_heap_store *store = work->store;

    for (size_t g = part->group; g < part->group_end; g++)
        if (!store->pages[store->groups[g].page].scan)
            work->r->groups[g].folded = store->groups[g].bits;
}

static void write_part(struct retention_work *work, struct retention_part *part,
                       unsigned thread)
{
    const struct hs_heap_store *store = work->store;
    uint32_t *row = work->r->graph.words + part->segment;
    size_t muted;

    if (part->page == part->page_end)
        return;
    muted = lower_bound(work->holders->muted, work->holders->muted_count,
                        store->places[part->page].rank);
    mark_leaves(work, part);
    for (size_t page = part->page; page < part->page_end; page++)
        if (store->pages[page].scan)
            row = write_page(work, work->marks[thread], page, &muted, row);
    part->used = (uint64_t)(row - work->r->graph.words);
}

/* How many words the rows of PAGE take at most; *LEAVES, if it is a page
 * without pointers, those of its objects. */
static uint64_t page_room(const struct hs_heap_store *store, size_t page,
                          uint64_t *leaves)
{
    bool last = page + 1 == store->page_count;
    uint32_t end = last ? store->count : store->places[page + 1].rank;
    uint64_t pointers =
        last ? store->pointers : store->places[page + 1].pointers;
    uint64_t objects = end - store->places[page].rank;

    pointers -= store->places[page].pointers;
    if (store->pages[page].scan)
        return objects * HS_ROW_WIDE_HEAD + pointers;
    *leaves += objects * hs_row_words(store->pages[page].size, 1, 0);
    return 0;
}

/* Words of the rows of all holders, at most: a child, a root or an edge is a
 * word each. */
static uint64_t holder_words(const struct hs_holders *holders)
{
    return (uint64_t)holders->holder_count * HS_ROW_WIDE_HEAD +
           holders->root_count + holders->holder_count + holders->edge_count;
}

void hs_retention_deal(struct retention_work *work)
{
    const struct hs_heap_store *store = work->store;
    uint64_t at = HS_DIGRAPH_FIRST;
    size_t page = 0, group = 0;

    work->leaf_words = 0;
    work->part_count = work->threads * PARTS_PER_THREAD;
    work->parts =
        hs_arena_zeroed(work->scratch, work->part_count, sizeof(*work->parts));
    for (unsigned i = 0; i < work->part_count; i++) {
        struct retention_part *part = &work->parts[i];
        uint64_t count =
            hs_parallel_share(store->count, i + 1, work->part_count);

        part->page = page;
        part->group = group;
        part->segment = part->used = at;
        for (; page < store->page_count &&
               (store->places[page].rank < count || i + 1 == work->part_count);
             page++)
            at += page_room(store, page, &work->leaf_words);
        while (group < store->group_count && store->groups[group].page < page)
            group++;
        part->page_end = page;
        part->group_end = group;
        part->segment_end = at;
    }
}

bool hs_retention_reserve(struct retention_work *work, struct hs_err *err)
{
    uint64_t at = work->parts[work->part_count - 1].segment_end;

    work->holders_at = at;
    at += holder_words(work->holders);
    at += hs_retention_cleanup_room(work);
    work->leaves_at = at;
    at += work->leaf_words;
    return hs_digraph_reserve(&work->r->graph, at - HS_DIGRAPH_FIRST,
                              work->r->arena, err);
}

/* Thread THREAD's own marks. */
static void make_marks(void *context, unsigned thread)
{
    const struct retention_work *work = context;
    const struct hs_heap_store *store = work->store;
    struct retention_marks *marks = work->marks[thread];

    for (size_t g = 0; g < store->group_count; g++) {
        const struct hs_page *page = &store->pages[store->groups[g].page];

        marks[g].bits = store->groups[g].bits;
        marks[g].size = page->kind == HS_PAGE_LIST ? 0 : page->size;
        if (thread == 0)
            work->r->groups[g].size = marks[g].size;
    }
}

void hs_retention_edges(struct retention_work *work)
{
    for (unsigned i = 0; i < work->threads; i++)
        work->marks[i] = hs_arena_zeroed(
            work->scratch, work->store->group_count, sizeof(*work->marks[i]));
    hs_parallel_run(work->threads, make_marks, work);
    hs_retention_each(work, write_part);
}
