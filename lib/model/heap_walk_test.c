/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_walk_test.c - walks, and objects out of their order, against the records
 * as they were written: pages whose records are alike and pages where they are
 * not.
 *
 * The records of the test:
 *
 *   head length:1 address:8 size:4 filling | bytes | (1 offset)* | 0
 */
#include "model/heap_walk.h"

#include <string.h>

#include "base/test.h"
#include "model/heap_lookup.h"

#define LEAST_HEAD 13

struct fixture {
    struct hs_arena arena;
    struct hs_heap heap;
    uint8_t *input;
    size_t at;                      /* bytes of the input */
    struct hs_heap_record *records; /* in their order, ... */
    size_t count;                   /* ... which is that of addresses */
    uint64_t luck;
};

static uint64_t draw(struct fixture *f, uint64_t limit)
{
    uint64_t x = f->luck += 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (x ^ x >> 31) % limit;
}

static struct fixture open_fixture(uint64_t seed)
{
    struct fixture f = {.arena = HS_ARENA_EMPTY, .luck = seed};

    f.input = hs_arena_zeroed(&f.arena, 1, (size_t)8 << 20);
    f.records = hs_arena_zeroed(&f.arena, 20000, sizeof(*f.records));
    f.heap.pointer_size = 8;
    return f;
}

static struct hs_heap_record read_one(const uint8_t *at)
{
    struct hs_heap_record record = {.start = at};
    uint32_t size;

    memcpy(&record.memory.address, at + 1, 8);
    memcpy(&size, at + 9, 4);
    record.memory.size = size;
    record.memory.bytes = at + at[0];
    record.memory.fields = at = record.memory.bytes + size;
    for (; *at == 1; at += 2)
        record.pointers++;
    record.memory.fields_end = at;
    record.end = at + 1;
    return record;
}

static size_t read_records(const struct hs_heap *heap, const uint8_t **at,
                           struct hs_memory *out, size_t most)
{
    for (size_t i = 0; i < most; i++) {
        struct hs_heap_record record;

        if (*at >= heap->store->end)
            return i;
        record = read_one(*at);
        out[i] = record.memory;
        *at = record.end;
    }
    return most;
}

static void add(struct fixture *f, uint64_t address, uint32_t size,
                uint8_t head, unsigned pointers)
{
    uint8_t *at = f->input + f->at;

    at[0] = head;
    memcpy(at + 1, &address, 8);
    memcpy(at + 9, &size, 4);
    at += head + size;
    for (unsigned i = 0; i < pointers; i++) {
        *at++ = 1;
        *at++ = (uint8_t)(8 * i);
    }
    *at++ = 0;
    f->records[f->count++] = read_one(f->input + f->at);
    f->at = (size_t)(at - f->input);
}

static void freeze(struct fixture *f, enum hs_tail tail)
{
    struct hs_heap_draft draft;
    struct hs_err err = HS_ERR_NONE;

    hs_heap_draft_init(&draft);
    for (size_t i = 0; i < f->count; i++)
        hs_heap_draft_object(&draft, &f->records[i]);
    assert_true(hs_heap_freeze(&f->heap, &draft, 1, read_records,
                               f->input + f->at, tail, &f->arena, &err));
    hs_heap_draft_free(&draft);
}

static void check_same(const struct hs_memory *memory,
                       const struct hs_heap_record *record)
{
    assert_int_equal(memory->address, record->memory.address);
    assert_int_equal(memory->size, record->memory.size);
    assert_ptr_equal(memory->bytes, record->memory.bytes);
    assert_ptr_equal(memory->fields, record->memory.fields);
    assert_ptr_equal(memory->fields_end, record->memory.fields_end);
}

/* All objects in order, from anywhere, and in no order. */
static void check_all(struct fixture *f)
{
    struct hs_heap_walk walk, on = {0};
    const struct hs_memory *memory;
    uint32_t count = hs_heap_count(&f->heap), from = (uint32_t)draw(f, count);
    uint32_t n = from;

    hs_heap_walk_init(&walk, &f->heap, from, UINT32_MAX);
    for (; (memory = hs_heap_walk_next(&walk)); n++)
        check_same(memory, &f->records[n]);
    assert_int_equal(n, count);
    for (uint32_t i = 0; i < 3 * count; i++) {
        uint32_t object = (uint32_t)draw(f, count);
        struct hs_memory one = hs_heap_memory(&f->heap, object);

        check_same(&one, &f->records[object]);
        one = hs_heap_walk_to(&on, &f->heap, object);
        check_same(&one, &f->records[object]);
    }
}

/* How many pages know where their objects' bytes are. */
static size_t count_known(const struct fixture *f)
{
    size_t count = 0;

    for (size_t i = 0; i < f->heap.store->page_count; i++)
        count += f->heap.store->places[i].starts != NULL;
    return count;
}

TEST(
    objects_have_the_bytes_and_fields_of_their_records_however_they_are_asked_for)
{
    static const uint32_t sizes[] = {8, 16, 48, 208, 1152, 8192, 70000};

    for (uint64_t seed = 1; seed < 60; seed++) {
        struct fixture f = open_fixture(seed);
        uint64_t page = 0xc000000000;

        for (unsigned i = 0; i < 12; i++, page += 0x20000) {
            uint32_t size = sizes[draw(&f, 7)];
            unsigned pointers = (unsigned)draw(&f, 3);
            uint64_t odd = draw(&f, 4) ? 1000 : 5; /* seldom: other heads */

            for (uint64_t at = 0; at + size <= 8192 || at == 0; at += size)
                if (at == 0 || draw(&f, 5))
                    add(&f, page + at, size,
                        (uint8_t)(LEAST_HEAD + (draw(&f, odd) == 0)),
                        size == 8 ? pointers != 0 : pointers);
        }
        freeze(&f, HS_TAIL_NONE);
        check_all(&f);
        hs_arena_free(&f.arena);
    }
}

TEST(starts_are_kept_of_pages_with_pointers_whose_records_are_alike)
{
    struct fixture f = open_fixture(1);

    for (unsigned i = 0; i < 20; i++)
        add(&f, 0xc000000000 + i * 64, 64, LEAST_HEAD, i % 3);
    freeze(&f, HS_TAIL_NONE);
    assert_int_equal(count_known(&f), 1);
    hs_arena_free(&f.arena);

    f = open_fixture(1); /* no pointers: nobody would ask */
    for (unsigned i = 0; i < 20; i++)
        add(&f, 0xc000000000 + i * 64, 64, LEAST_HEAD, 0);
    freeze(&f, HS_TAIL_NONE);
    assert_int_equal(count_known(&f), 0);
    hs_arena_free(&f.arena);

    f = open_fixture(1); /* one head is longer */
    for (unsigned i = 0; i < 20; i++)
        add(&f, 0xc000000000 + i * 64, 64, LEAST_HEAD + (i == 19), 1);
    freeze(&f, HS_TAIL_NONE);
    assert_int_equal(count_known(&f), 0);
    hs_arena_free(&f.arena);

    f = open_fixture(1); /* too far for two bytes */
    add(&f, 0xc000000000, 70000, LEAST_HEAD, 1);
    freeze(&f, HS_TAIL_NONE);
    assert_int_equal(count_known(&f), 0);
    hs_arena_free(&f.arena);
}

/* Records of phantoms stand behind those of objects. */
TEST(a_page_that_loses_phantoms_still_knows_its_objects)
{
    struct fixture f = open_fixture(3);

    for (unsigned i = 0; i < 8192 / 48; i++)
        add(&f, 0xc000002000 + i * 48, 48, LEAST_HEAD, 2);
    freeze(&f, HS_TAIL_MARKS);
    assert_int_equal(hs_heap_count(&f.heap), 165);
    assert_int_equal(count_known(&f), 1);
    check_all(&f);
    hs_arena_free(&f.arena);
}
