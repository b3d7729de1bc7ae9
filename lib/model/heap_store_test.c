/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_store_test.c - the store against a sorted list, on heaps as Go lays
 * them out and on heaps that nobody would.
 */
#include "model/heap_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "model/heap_walk.h"

/* The "records" of a test are these, one after another in an array. */
struct record {
    uint64_t address, size;
    bool pointers;
    size_t order;
};

struct fixture {
    struct hs_arena arena;
    struct hs_heap heap;
    struct record *records; /* in the order they are drafted */
    size_t count;
    struct record *kept; /* by address, what should be found */
    size_t kept_count;
};

static const uint8_t field[] = {1, 0};

static struct hs_memory memory_of(const struct record *record)
{
    return (struct hs_memory){
        .address = record->address,
        .size = record->size,
        .bytes = (const uint8_t *)record,
        .fields = field,
        .fields_end = field + (record->pointers ? sizeof(field) : 0)};
}

static size_t read_records(const struct hs_heap *heap, const uint8_t **at,
                           struct hs_memory *out, size_t most)
{
    const struct record *record = (const void *)*at;
    size_t count = 0;

    while (count < most && (const uint8_t *)record < heap->store->end) {
        out[count++] = memory_of(record++);
    }
    *at = (const uint8_t *)record;
    return count;
}

static uint64_t draw(uint64_t *seed, uint64_t limit)
{
    uint64_t x = *seed += 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (x ^ x >> 31) % limit;
}

static int by_address(const void *a, const void *b)
{
    const struct record *x = a, *y = b;

    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static void add(struct fixture *f, uint64_t address, uint64_t size,
                bool pointers)
{
    f->records[f->count] = (struct record){address, size, pointers, f->count};
    f->count++;
}

static void draft(struct hs_heap_draft *draft, const struct record *record)
{
    const uint8_t *start = (const uint8_t *)record;

    hs_heap_draft_object(
        draft, &(struct hs_heap_record){.memory = memory_of(record),
                                        .start = start,
                                        .end = start + sizeof(*record),
                                        .pointers = record->pointers});
}

/* Drafts the records in PARTS pieces and freezes them. */
static void freeze(struct fixture *f, unsigned parts, enum hs_tail tail)
{
    struct hs_heap_draft drafts[4];
    struct hs_err err = HS_ERR_NONE;

    for (unsigned p = 0; p < parts; p++) {
        hs_heap_draft_init(&drafts[p]);
        for (size_t i = f->count * p / parts; i < f->count * (p + 1) / parts;
             i++)
            draft(&drafts[p], &f->records[i]);
    }
    f->heap.pointer_size = 8;
    assert_true(hs_heap_freeze(&f->heap, drafts, parts, read_records,
                               (const uint8_t *)(f->records + f->count), tail,
                               &f->arena, &err));
    for (unsigned p = 0; p < parts; p++)
        hs_heap_draft_free(&drafts[p]);
}

static struct fixture open_fixture(size_t room)
{
    struct fixture f = {.arena = HS_ARENA_EMPTY};

    f.records = hs_arena_alloc(&f.arena, room * sizeof(*f.records));
    f.kept = hs_arena_alloc(&f.arena, room * sizeof(*f.kept));
    return f;
}

/* What should be kept when nothing is a phantom: in the order of addresses,
 * and among equal ones that of the input, each that begins behind the last. */
static void expect(struct fixture *f)
{
    uint64_t end = 0;

    memcpy(f->kept, f->records, f->count * sizeof(*f->kept));
    qsort(f->kept, f->count, sizeof(*f->kept), by_address);
    for (size_t i = 0; i < f->count; i++) {
        if (f->kept_count && f->kept[i].address <= end)
            continue;
        end = f->kept[i].address + (f->kept[i].size - 1);
        f->kept[f->kept_count++] = f->kept[i];
    }
}

/* The number of the kept record that ADDRESS is in. */
static uint32_t find_kept(const struct fixture *f, uint64_t address)
{
    for (uint32_t i = 0; i < f->kept_count; i++)
        if (address - f->kept[i].address < f->kept[i].size)
            return i;
    return HS_NO_OBJECT;
}

static void check(struct fixture *f, uint64_t *seed)
{
    struct hs_heap_walk walk;
    const struct hs_memory *memory;
    uint64_t bytes = 0;
    uint32_t n = 0;

    assert_int_equal(hs_heap_count(&f->heap), f->kept_count);
    for (uint32_t i = 0; i < f->kept_count; i++) {
        uint64_t address = f->kept[i].address, size = f->kept[i].size;

        assert_int_equal(hs_heap_address(&f->heap, i), address);
        assert_int_equal(hs_heap_size(&f->heap, i), size);
        assert_int_equal(hs_heap_memory(&f->heap, i).address, address);
        assert_int_equal(hs_heap_find(&f->heap, address), i);
        assert_int_equal(hs_heap_find(&f->heap, address + size - 1), i);
        assert_int_equal(hs_heap_find(&f->heap, address + draw(seed, size)), i);
        assert_int_equal(hs_heap_find(&f->heap, address - 1),
                         find_kept(f, address - 1));
        assert_int_equal(hs_heap_find(&f->heap, address + size),
                         find_kept(f, address + size));
        bytes += size;
    }
    assert_int_equal(f->heap.object_bytes, bytes);
    for (unsigned i = 0; i < 64; i++) {
        uint64_t far = draw(seed, UINT64_MAX) >> draw(seed, 64);

        assert_int_equal(hs_heap_find(&f->heap, far), find_kept(f, far));
    }
    hs_heap_walk_init(&walk, &f->heap, (uint32_t)f->kept_count / 3, UINT32_MAX);
    for (n = (uint32_t)f->kept_count / 3; (memory = hs_heap_walk_next(&walk));
         n++) {
        assert_int_equal(walk.object, n);
        assert_int_equal(memory->address, f->kept[n].address);
    }
    assert_int_equal(n, f->kept_count);
}

/* Spans of size classes: some of several pages, with slots that cross pages,
 * in any order. */
TEST(objects_of_spans_are_found_wherever_a_pointer_leads_inside)
{
    static const uint64_t classes[] = {
        8, 16, 24, 48, 1152, 1792, 4864, 10240, 28672, 8192, 40960, 1 << 20};

    for (uint64_t seed = 1; seed < 40; seed++) {
        struct fixture f = open_fixture(20000);
        uint64_t at = 0xc000000000, luck = seed;
        unsigned spans[12];

        for (unsigned s = 0; s < 12; s++)
            spans[s] = (unsigned)draw(&luck, 12);
        for (unsigned s = 0; s < 12; s++) {
            uint64_t size = classes[spans[s]];
            uint64_t pages = size <= 1024 ? 1 : 1 + size * 3 / 8192;
            uint64_t slots = pages * 8192 / size;
            bool pointers = draw(&luck, 2);

            /* Behind, before or far away. */
            at += draw(&luck, 3) * 0x10000000;
            for (uint64_t i = 0; i < slots; i++)
                if (draw(&luck, 4))
                    add(&f, at + i * size, size, pointers);
            at += pages * 8192;
            if (draw(&luck, 4) == 0)
                at = 0x100000000 * (2 + draw(&luck, 1000));
            if (f.count > 6000)
                break;
        }
        freeze(&f, 1 + (unsigned)draw(&luck, 2), HS_TAIL_NONE);
        expect(&f);
        check(&f, &luck);
        hs_arena_free(&f.arena);
    }
}

/* Anything: mixed sizes, unaligned, overlapping, twice, at the end of all
 * addresses. */
TEST(objects_that_fit_no_page_are_found_just_the_same)
{
    for (uint64_t seed = 1; seed < 300; seed++) {
        struct fixture f = open_fixture(400);
        uint64_t luck = seed, count = 1 + draw(&luck, 300);
        uint64_t span = (uint64_t)1 << (6 + draw(&luck, 58));
        unsigned align = draw(&luck, 2) ? 8 : 1;

        for (uint64_t i = 0; i < count; i++) {
            uint64_t size =
                draw(&luck, 3)
                    ? (1 + draw(&luck, 12)) * align
                    : 1 + draw(&luck, (uint64_t)1 << draw(&luck, 20));
            uint64_t address = draw(&luck, span) & ~(uint64_t)(align - 1);

            if (size - 1 > UINT64_MAX - address)
                address = -size;
            add(&f, address, size, draw(&luck, 2));
        }
        freeze(&f, 1 + (unsigned)draw(&luck, 4), HS_TAIL_NONE);
        expect(&f);
        check(&f, &luck);
        assert_int_equal(f.heap.store->overlaps, f.count - f.kept_count);
        hs_arena_free(&f.arena);
    }
}

TEST(a_heap_of_nothing_has_no_objects)
{
    struct fixture f = open_fixture(1);

    freeze(&f, 1, HS_TAIL_MARKS);
    assert_int_equal(hs_heap_count(&f.heap), 0);
    assert_int_equal(hs_heap_find(&f.heap, 0), HS_NO_OBJECT);
    assert_int_equal(hs_heap_find(&f.heap, UINT64_MAX), HS_NO_OBJECT);
    hs_arena_free(&f.arena);
}

/* Whole pages of 48 bytes with pointers and of 64 without, all slots dumped. */
static struct fixture full_pages(enum hs_tail tail, uint64_t objects,
                                 uint64_t bytes)
{
    struct fixture f = open_fixture(400);

    for (uint64_t i = 0; i < 8192 / 48; i++)
        add(&f, 0xc000002000 + i * 48, 48, i < 100);
    for (uint64_t i = 0; i < 8192 / 64; i++)
        add(&f, 0xc000004000 + i * 64, 64, false);
    if (objects)
        f.heap.memstats = (struct hs_memstats){
            .known = true, .heap_objects = objects, .heap_alloc = bytes};
    freeze(&f, 1, tail);
    return f;
}

static void check_tail(enum hs_tail tail, uint64_t objects, uint64_t bytes,
                       uint32_t count)
{
    struct fixture f = full_pages(tail, objects, bytes);

    assert_int_equal(hs_heap_count(&f.heap), count);
    assert_int_equal(f.heap.phantoms, 170 + 128 - count);
    hs_arena_free(&f.arena);
}

TEST(slots_in_the_tail_of_a_small_span_are_no_objects)
{
    check_tail(HS_TAIL_NONE, 0, 0, 170 + 128);
    check_tail(HS_TAIL_BITMAP, 0, 0, 168 + 128); /* (8192 - 128) / 48 */
    check_tail(HS_TAIL_MARKS, 0, 0, 165 + 126);  /* 256 and 128 off */
}

TEST(the_tail_that_makes_the_sums_meet_beats_the_version)
{
    check_tail(HS_TAIL_MARKS, 298, 170 * 48 + 128 * 64, 298);
    check_tail(HS_TAIL_NONE, 296, 168 * 48 + 128 * 64, 296);
    check_tail(HS_TAIL_BITMAP, 291, 165 * 48 + 126 * 64, 291);
    /* None meets: the version's stays. */
    check_tail(HS_TAIL_BITMAP, 297, 168 * 48 + 128 * 64, 296);
}
