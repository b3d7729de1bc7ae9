/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_freeze.c - from runs in the order of the input to a store by address.
 *
 *   runs of all drafts -> sorted by page -> regions -> pages, groups, ranks
 *
 * Runs are walked once in the order of their pages.  COVERED is where the last
 * object ends, so a run that begins below it overlaps, and a page with two
 * runs is mixed: such pages become lists, with each object put in order and
 * refused if another one is already there.
 */
#include "model/heap_lookup.h"
#include "model/heap_phantoms.h"
#include "model/heap_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/sort.h"

struct freezer {
    struct hs_heap *heap;
    struct hs_heap_store *store;
    struct hs_arena *arena; /* the store's */
    struct hs_arena scratch;
    struct hs_heap_run *runs; /* sorted by page */
    size_t run_count;
    enum hs_tail tail;

    struct hs_page *pages;
    struct hs_page_place *places;
    struct hs_column groups, odd;
    uint64_t covered, objects, pointers;
};

/* Where the last object of RUN ends.  Never 0: runs have an object. */
static uint64_t run_end(const struct hs_heap_run *run)
{
    uint64_t base = (run->page << HS_PAGE_SHIFT) + run->phase;
    size_t word;

    if (run->odd)
        return base + run->size - 1;
    for (word = run->words - 1u; run->bits[word] == 0; word--)
        continue;
    return base +
           (word * 64 + 63 - (size_t)__builtin_clzll(run->bits[word])) *
               run->size +
           run->size - 1;
}

/* Where the first slot of RUN would start. */
static uint64_t run_start(const struct hs_heap_run *run)
{
    return (run->page << HS_PAGE_SHIFT) + run->phase;
}

/* Copies the runs of all drafts into one array, sorted by page; runs of one
 * page keep the order of the input. */
static void sort_runs(struct freezer *f, const struct hs_heap_draft *drafts,
                      size_t count)
{
    struct hs_heap_run *all;
    uint64_t *order, least = UINT64_MAX, most = 0, n = 0;
    bool sorted = true, wide;

    for (size_t d = 0; d < count; d++)
        f->run_count += drafts[d].runs.count;
    all = hs_arena_alloc(&f->scratch, f->run_count * sizeof(*all));
    for (size_t d = 0; d < count; d++) {
        const struct hs_heap_run *runs = drafts[d].runs.at;
        const uint64_t *words = drafts[d].words.at;
        const uint16_t *starts = drafts[d].starts.at;

        for (size_t i = 0; i < drafts[d].runs.count; i++, n++) {
            all[n] = runs[i];
            all[n].bits = runs[i].odd ? NULL : words + runs[i].word;
            all[n].starts = runs[i].alike ? starts + runs[i].start : NULL;
            sorted = sorted && all[n].page >= most;
            most = all[n].page > most ? all[n].page : most;
            least = all[n].page < least ? all[n].page : least;
        }
    }
    f->runs = all;
    if (sorted)
        return;
    wide = most - least > UINT32_MAX;
    order = hs_arena_alloc(&f->scratch, n * sizeof(*order));
    for (uint64_t i = 0; i < n; i++)
        order[i] = (all[i].page - least) << 32 | i;
    hs_sort_u64(order, n, 32, wide ? 32 : hs_sort_bits(most - least),
                &f->scratch);
    if (wide) {
        for (uint64_t i = 0; i < n; i++) {
            uint64_t run = order[i] & UINT32_MAX;

            order[i] = (all[run].page - least) >> 32 << 32 | run;
        }
        hs_sort_u64(order, n, 32, hs_sort_bits((most - least) >> 32),
                    &f->scratch);
    }
    f->runs = hs_arena_alloc(&f->scratch, n * sizeof(*all));
    for (uint64_t i = 0; i < n; i++)
        f->runs[i] = all[order[i] & UINT32_MAX];
    hs_arena_release(&f->scratch, order, n * sizeof(*order));
    hs_arena_release(&f->scratch, all, n * sizeof(*all));
}

/* Pages between two runs that are worth a table entry each: all gaps below
 * some power of two, as long as they come to few pages altogether. */
static uint64_t widest_gap(const struct freezer *f)
{
    uint64_t sums[64] = {0}, end = 0, used = 0, widest = 1;

    for (size_t i = 0; i < f->run_count; i++) {
        uint64_t page = f->runs[i].page;
        uint64_t last = run_end(&f->runs[i]) >> HS_PAGE_SHIFT;

        if (i && page > end)
            sums[63 - __builtin_clzll(page - end)] += page - end;
        used += i == 0 || page >= end ? last - page + 1 : 0;
        if (i == 0 || last + 1 > end)
            end = last + 1;
    }
    used = 2 * used + 65536;
    for (unsigned k = 0; k < 51 && sums[k] <= used; k++) {
        used -= sums[k];
        widest = (uint64_t)2 << k;
    }
    return widest;
}

static void make_regions(struct freezer *f)
{
    struct hs_column regions = HS_COLUMN(struct hs_region, f->arena);
    uint64_t widest = widest_gap(f);
    struct hs_region *region = NULL;
    size_t pages = 0;

    for (size_t i = 0; i < f->run_count; i++) {
        uint64_t page = f->runs[i].page;
        uint64_t last = run_end(&f->runs[i]) >> HS_PAGE_SHIFT;

        if (!region || page - region->first >= region->count + widest) {
            region = hs_column_extend(&regions, 1);
            *region = (struct hs_region){.first = page, .base = pages};
        }
        if (last - region->first >= region->count) {
            pages -= region->count;
            region->count = last - region->first + 1;
            pages += region->count;
        }
    }
    f->store->regions = region = regions.at;
    f->store->region_count = regions.count;
    f->store->page_count = pages;
    for (size_t i = 0; i < regions.count; i++)
        if (region[i].count > f->store->main.count)
            f->store->main = region[i];
    f->pages = hs_arena_zeroed(f->arena, pages, sizeof(*f->pages));
    f->places = hs_arena_zeroed(f->arena, pages, sizeof(*f->places));
}

/* An object ends at END, its last byte: tells the pages it reaches into. */
static void cover(struct freezer *f, size_t index, uint64_t number,
                  uint64_t end)
{
    uint64_t last = end >> HS_PAGE_SHIFT;

    for (uint64_t page = number + 1; page <= last; page++)
        f->places[index + (page - number)].back = (uint32_t)(page - number);
    f->covered = end;
}

/* How many groups all slots of a page like RUN's take. */
static size_t groups_of(const struct hs_heap_run *run)
{
    return ((HS_PAGE_BYTES - run->phase + run->size - 1) / run->size + 63) / 64;
}

static uint64_t objects_of(const struct hs_heap_run *run)
{
    uint64_t count = run->odd;

    for (size_t i = 0; i < run->words; i++)
        count += hs_bits_of(run->bits[i]);
    return count;
}

/* Fills the page of RUN with its slots. */
static void fill_slots(struct freezer *f, struct hs_heap_run *run, size_t index)
{
    size_t count = groups_of(run);
    struct hs_slot_group *groups = hs_column_extend(&f->groups, count);
    uint64_t first = f->objects;

    f->pages[index] = (struct hs_page){
        .group = (uint32_t)(f->groups.count - count),
        .magic =
            run->size > HS_PAGE_BYTES
                ? 0
                : (uint32_t)((((uint64_t)1 << 32) + run->size - 1) / run->size),
        .size = (uint32_t)run->size,
        .phase = run->phase,
        .kind = HS_PAGE_SLOTS,
        .scan = run->pointers != 0};
    f->places[index].record = run->record;
    f->places[index].starts = run->starts;
    f->pointers += run->pointers;
    for (size_t i = 0; i < count; i++) {
        groups[i] =
            (struct hs_slot_group){.bits = i < run->words ? run->bits[i] : 0,
                                   .rank = (uint32_t)f->objects,
                                   .page = (uint32_t)index};
        f->objects += hs_bits_of(groups[i].bits);
    }
    f->heap->object_bytes += (f->objects - first) * run->size;
    cover(f, index, run->page, run_end(run));
}

static int by_address(const void *left, const void *right)
{
    const struct hs_odd *a = left, *b = right;

    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return (a->record > b->record) - (a->record < b->record);
}

/* Appends the objects of RUN to the list. */
static void list_run(struct freezer *f, const struct hs_heap_run *run)
{
    const uint8_t *at = run->record;
    struct hs_memory memory;
    uint64_t left = objects_of(run);

    while (left--) {
        const uint8_t *record = at;
        struct hs_odd *odd;

        if (f->store->read(f->heap, &at, &memory, 1) == 0)
            return;
        odd = hs_column_extend(&f->odd, 1);
        *odd = (struct hs_odd){memory.address, memory.size, record};
        f->pointers += (uint64_t)(memory.fields_end - memory.fields) / 2;
    }
}

/* Adds the groups of a list of COUNT objects, whose last is f->objects - 1. */
static void group_list(struct freezer *f, size_t count, size_t index)
{
    uint64_t rank = f->objects - count;

    for (; count; count -= count < 64 ? count : 64) {
        struct hs_slot_group *group = hs_column_extend(&f->groups, 1);

        *group = (struct hs_slot_group){
            .bits = count < 64 ? ((uint64_t)1 << count) - 1 : UINT64_MAX,
            .rank = (uint32_t)rank,
            .page = (uint32_t)index};
        rank += 64;
    }
}

/* Makes a list of the page that the runs FIRST .. END-1 have in common. */
static void fill_list(struct freezer *f, size_t first, size_t end, size_t index)
{
    size_t start = f->odd.count, kept = start;
    uint64_t number = f->runs[first].page;
    struct hs_odd *odd;

    for (size_t i = first; i < end; i++)
        list_run(f, &f->runs[i]);
    odd = f->odd.at;
    qsort(odd + start, f->odd.count - start, sizeof(*odd), by_address);
    for (size_t i = start; i < f->odd.count; i++) {
        if (f->objects && odd[i].address <= f->covered) {
            f->store->overlaps++;
            continue;
        }
        odd[kept++] = odd[i];
        f->objects++;
        f->heap->object_bytes += odd[i].size;
        cover(f, index, number, odd[i].address + odd[i].size - 1);
    }
    f->odd.count = kept;
    f->pages[index] = (struct hs_page){.group = (uint32_t)f->groups.count,
                                       .magic = (uint32_t)(kept - start),
                                       .size = (uint32_t)start,
                                       .phase = HS_NO_START,
                                       .kind = HS_PAGE_LIST,
                                       .scan = true};
    if (kept > start)
        f->places[index].record = odd[start].record;
    group_list(f, kept - start, index);
}

/* Clears the phantoms' bits; false if no object is left. */
static bool drop_phantoms(struct freezer *f, struct hs_heap_run *run)
{
    uint64_t cut = hs_heap_first_phantom(f->heap, run, f->tail), left = 0;
    uint64_t *bits = (uint64_t *)(uintptr_t)run->bits; /* the draft's */

    if (cut == UINT64_MAX)
        return true;
    for (size_t i = 0; i < run->words; i++) {
        uint64_t keep = i < cut / 64   ? UINT64_MAX
                        : i > cut / 64 ? 0
                                       : ((uint64_t)1 << cut % 64) - 1;
        uint64_t dropped = hs_bits_of(bits[i] & ~keep);

        f->heap->phantoms += dropped;
        f->heap->phantom_bytes += dropped * run->size;
        bits[i] &= keep;
        left |= bits[i];
    }
    return left != 0;
}

/* True if a list of RUN's objects takes less memory than its slots.  A few
 * objects in a page of tiny slots do happen; a file of nothing else must not
 * take a hundred times its size. */
static bool is_sparse(const struct hs_heap_run *run)
{
    return groups_of(run) > 4 * objects_of(run);
}

/* Makes the page that the runs FIRST .. END-1 have in common. */
static void fill_page(struct freezer *f, size_t first, size_t end, size_t index)
{
    struct hs_heap_run *run = &f->runs[first];

    f->places[index].rank = (uint32_t)f->objects;
    f->places[index].pointers = f->pointers;
    if (end > first + 1 || run->odd)
        fill_list(f, first, end, index);
    else if (!drop_phantoms(f, run))
        return;
    else if ((f->objects && run_start(run) <= f->covered) || is_sparse(run))
        fill_list(f, first, end, index);
    else
        fill_slots(f, run, index);
}

static void fill_pages(struct freezer *f)
{
    const struct hs_region *region = f->store->regions;
    size_t end;

    for (size_t i = 0; i < f->run_count; i = end) {
        uint64_t page = f->runs[i].page;

        for (end = i + 1; end < f->run_count; end++)
            if (f->runs[end].page != page)
                break;
        while (page - region->first >= region->count)
            region++;
        fill_page(f, i, end, region->base + (size_t)(page - region->first));
    }
}

/* What a search by rank needs: empty pages have the next page's rank, and
 * every 256th object has its group looked up. */
static void index_ranks(struct freezer *f)
{
    struct hs_heap_store *store = f->store;
    uint32_t rank = store->count;
    uint64_t pointers = f->pointers;
    const struct hs_slot_group *groups = store->groups;
    size_t samples = ((size_t)store->count >> HS_SAMPLE_SHIFT) + 2, next = 0;
    uint32_t *sample = hs_arena_zeroed(f->arena, samples, sizeof(*sample));

    for (size_t page = store->page_count; page-- > 0;) {
        if (f->pages[page].kind == HS_PAGE_EMPTY) {
            f->pages[page].phase = HS_NO_START;
            f->places[page].rank = rank;
            f->places[page].pointers = pointers;
        }
        rank = f->places[page].rank;
        pointers = f->places[page].pointers;
    }
    for (size_t group = 0; group < store->group_count; group++) {
        uint64_t end =
            (uint64_t)groups[group].rank + hs_bits_of(groups[group].bits);

        while (next < samples && (uint64_t)next << HS_SAMPLE_SHIFT < end)
            sample[next++] = (uint32_t)group;
    }
    while (next < samples)
        sample[next++] = (uint32_t)(store->group_count - 1);
    store->samples = sample;
}

static bool too_many(const struct hs_heap_draft *drafts, size_t count)
{
    uint64_t objects = 0, runs = 0, words = 0; /* a group for each word */

    for (size_t i = 0; i < count; i++) {
        objects += drafts[i].objects;
        runs += drafts[i].runs.count;
        words += drafts[i].words.count + drafts[i].runs.count;
    }
    return objects > HS_MOST_OBJECTS || runs > UINT32_MAX / 8 ||
           words > HS_MOST_GROUPS;
}

/* False if slots are too many to be numbered; the store is left empty then. */
static bool freeze(struct freezer *f, const struct hs_heap_draft *drafts,
                   size_t count)
{
    struct hs_heap_store *store = f->store;

    sort_runs(f, drafts, count);
    if (f->run_count == 0)
        return true;
    f->tail = hs_heap_choose_tail(f->heap, f->runs, f->run_count, f->tail);
    make_regions(f);
    f->groups = HS_COLUMN(struct hs_slot_group, f->arena);
    f->odd = HS_COLUMN(struct hs_odd, f->arena);
    fill_pages(f);
    /* Free slots take groups too, which too_many() could not know. */
    if (f->groups.count > HS_MOST_GROUPS) {
        *store = (struct hs_heap_store){.read = store->read, .end = store->end};
        return false;
    }
    store->count = (uint32_t)f->objects;
    store->pointers = f->pointers;
    store->pages = f->pages;
    store->places = f->places;
    store->groups = f->groups.at;
    store->group_count = f->groups.count;
    store->odd = f->odd.at;
    store->odd_count = f->odd.count;
    index_ranks(f);
    return true;
}

bool hs_heap_freeze(struct hs_heap *heap, struct hs_heap_draft *drafts,
                    size_t count, hs_heap_read *read, const uint8_t *end,
                    enum hs_tail tail, struct hs_arena *arena,
                    struct hs_err *err)
{
    struct freezer f = {.heap = heap, .arena = arena, .tail = tail};
    bool fits = !too_many(drafts, count);

    f.store = hs_arena_zeroed(arena, 1, sizeof(*f.store));
    f.store->read = read;
    f.store->end = end;
    heap->store = f.store;
    for (size_t i = 0; i < count; i++)
        hs_heap_draft_break(&drafts[i]);
    fits = fits && freeze(&f, drafts, count);
    for (size_t i = 0; i < count; i++)
        hs_arena_adopt(arena, &drafts[i].lasting);
    hs_arena_free(&f.scratch);
    if (!fits)
        return hs_fail(err, HS_ELIMIT, HS_NOWHERE,
                       "more than %u million objects, or slots for more",
                       HS_MOST_OBJECTS / 1000000);
    return true;
}
