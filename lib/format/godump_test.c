/* SPDX-License-Identifier: Apache-2.0 */
/*
 * godump_test.c - real dumps against their own MemStats, small ones by hand,
 * and damaged ones against everything that must hold all the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "format/format.h"
#include "model/heap_walk.h"

/* A dump being written: any pointer size and byte order. */
struct script {
    uint8_t bytes[1 << 16];
    size_t size;
    unsigned word;
    bool big_endian;
};

static void put(struct script *s, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        s->bytes[s->size++] = (uint8_t)(number | 0x80);
    s->bytes[s->size++] = (uint8_t)number;
}

static void put_text(struct script *s, const char *text)
{
    put(s, strlen(text));
    memcpy(s->bytes + s->size, text, strlen(text));
    s->size += strlen(text);
}

static void put_word(struct script *s, uint64_t word)
{
    for (unsigned i = 0; i < s->word; i++)
        s->bytes[s->size++] =
            (uint8_t)(word >> 8 * (s->big_endian ? s->word - 1 - i : i));
}

static void start(struct script *s, unsigned word, bool big_endian)
{
    s->word = word;
    s->big_endian = big_endian;
    memcpy(s->bytes, "go1.7 heap dump\n", 16);
    s->size = 16;
    put(s, 6);
    put(s, big_endian);
    put(s, word);
    put(s, 0x1000);
    put(s, 0x4000000);
    put_text(s, big_endian ? "mips" : "386");
    put_text(s, "go1.21.3");
    put(s, 2);
}

/* An object of COUNT words, of which all that are not 0 are pointers. */
static void put_object(struct script *s, uint64_t address, unsigned count,
                       const uint64_t *words)
{
    put(s, 1);
    put(s, address);
    put(s, (uint64_t)count * s->word);
    for (unsigned i = 0; i < count; i++)
        put_word(s, words[i]);
    for (unsigned i = 0; i < count; i++)
        if (words[i]) {
            put(s, 1);
            put(s, (uint64_t)i * s->word);
        }
    put(s, 0);
}

/* One record of every kind behind two objects in the wrong order. */
static void put_everything(struct script *s)
{
    put(s, 3); /* type */
    put(s, 0x5000);
    put(s, 16);
    put_text(s, "main.T");
    put(s, 1);
    put(s, 8); /* itab */
    put(s, 0x5100);
    put(s, 0x5000);
    put_object(s, 0x8000, 4, (uint64_t[]){0, 0x2004, 0, 0x8008});
    put_object(s, 0x2000, 2, (uint64_t[]){0, 0});
    put(s, 2); /* other root */
    put_text(s, "root");
    put(s, 0x2000);
    put(s, 4); /* goroutine */
    for (uint64_t i = 0; i < 4; i++)
        put(s, 100 + i);
    put(s, 4);
    put(s, 0);
    put(s, 0);
    put(s, 77);
    put_text(s, "select");
    for (uint64_t i = 0; i < 4; i++)
        put(s, 200 + i);
    put(s, 5); /* frame */
    put(s, 0x9000);
    put(s, 0);
    put(s, 0);
    put(s, 2 * s->word);
    put_word(s, 0);
    put_word(s, 0x8000);
    put(s, 0x400);
    put(s, 0x410);
    put(s, 0x411);
    put_text(s, "main.f");
    put(s, 1);
    put(s, s->word);
    put(s, 0);
    put(s, 14); /* defer */
    for (uint64_t i = 0; i < 7; i++)
        put(s, 300 + i);
    put(s, 15); /* panic */
    for (uint64_t i = 0; i < 6; i++)
        put(s, 400 + i);
    put(s, 9); /* thread */
    for (uint64_t i = 0; i < 3; i++)
        put(s, i);
    put(s, 12); /* data */
    put(s, 0xa000);
    put(s, s->word);
    put_word(s, 0x8000);
    put(s, 1);
    put(s, 0);
    put(s, 0);
    put(s, 13); /* bss */
    put(s, 0xb000);
    put(s, 0);
    put(s, 0);
    put(s, 7); /* finalizer */
    for (uint64_t i = 0; i < 5; i++)
        put(s, 500 + i);
    put(s, 11); /* queued */
    for (uint64_t i = 0; i < 5; i++)
        put(s, 600 + i);
    put(s, 10); /* memory statistics */
    for (uint64_t i = 0; i < 24 + 256 + 1; i++)
        put(s, i == 11 ? 2 : i == 6 ? 6 * s->word : i);
    put(s, 16); /* allocation site */
    put(s, 0xc000);
    put(s, 48);
    put(s, 1);
    put_text(s, "main.g");
    put_text(s, "g.go");
    put(s, 12);
    put(s, 9);
    put(s, 8);
    put(s, 17); /* sample */
    put(s, 0x2000);
    put(s, 0xc000);
    put(s, 0);
}

static bool decode(const void *data, size_t size, struct hs_snapshot *snapshot,
                   struct hs_err *err)
{
    struct hs_input *input = hs_input_over(data, size, NULL);
    bool good;

    *err = HS_ERR_NONE;
    hs_snapshot_init(snapshot);
    good = hs_format_named("godump")->decode(input, snapshot, err);
    hs_column_push(&snapshot->sources, &(struct hs_source){.input = input});
    assert_int_equal(good, err->kind == HS_OK);
    return good;
}

static void check_everything(const struct hs_heap *heap, unsigned word)
{
    const struct hs_goroutine *g = heap->goroutines.at;
    const struct hs_frame *frame = heap->frames.at;
    const struct hs_defer *defer = heap->defers.at;
    const struct hs_panic *panic = heap->panics.at;
    const struct hs_finalizer *finalizer = heap->finalizers.at;
    const struct hs_alloc_site *site = heap->alloc_sites.at;
    struct hs_memory memory = hs_heap_memory(heap, 1);
    struct hs_fields fields = hs_fields_of(&memory);
    uint64_t offset;

    assert_true(heap->complete);
    assert_int_equal(hs_heap_count(heap), 2);
    assert_int_equal(hs_heap_address(heap, 0), 0x2000);
    assert_int_equal(hs_heap_find(heap, 0x2000 + 2 * word - 1), 0);
    assert_int_equal(hs_heap_find(heap, 0x2000 + 2 * word), HS_NO_OBJECT);
    assert_int_equal(hs_heap_find(heap, 0x8000 + word), 1);
    assert_true(hs_fields_next(&fields, &offset));
    assert_int_equal(hs_heap_word(heap, memory.bytes + offset), 0x2004);
    assert_true(hs_fields_next(&fields, &offset));
    assert_int_equal(hs_heap_word(heap, memory.bytes + offset), 0x8008);
    assert_false(hs_fields_next(&fields, &offset));
    assert_int_equal(heap->goroutines.count, 1);
    assert_int_equal(g->id, 102);
    assert_int_equal(g->wait_since, 77);
    assert_int_equal(g->top_panic, 203);
    assert_int_equal(g->frame_count, 1);
    assert_int_equal(frame->memory.size, 2 * word);
    assert_int_equal(frame->continue_pc, 0x411);
    assert_true(hs_str_equal(frame->function, hs_str_of("main.f")));
    assert_int_equal(defer->link, 306);
    assert_int_equal(panic->argument, 403);
    assert_int_equal(panic->link, 405);
    assert_int_equal(heap->segments.count, 2);
    assert_int_equal(heap->finalizers.count, 2);
    assert_false(finalizer[0].queued);
    assert_true(finalizer[1].queued);
    assert_int_equal(finalizer[1].object_type, 604);
    assert_int_equal(heap->memstats.heap_objects, 2);
    assert_int_equal(heap->memstats.pause_total_ns, 23);
    assert_int_equal(heap->memstats.num_gc, 280);
    assert_int_equal(site->allocs, 9);
    assert_int_equal(site->line_count, 1);
    assert_int_equal(heap->alloc_samples.count, 1);
    assert_int_equal(heap->types.count, 1);
    assert_int_equal(heap->itabs.count, 1);
    assert_int_equal(heap->other_roots.count, 1);
}

TEST(every_record_is_read_for_every_word_size_and_byte_order)
{
    struct script *s = calloc(1, sizeof(*s));

    for (unsigned kind = 0; kind < 4; kind++) {
        struct hs_snapshot snapshot;
        struct hs_err err;

        start(s, kind & 1 ? 4 : 8, kind & 2);
        put_everything(s);
        assert_true(decode(s->bytes, s->size, &snapshot, &err));
        check_everything(snapshot.heap, s->word);
        hs_snapshot_close(&snapshot);
    }
    free(s);
}

TEST(a_dump_cut_anywhere_keeps_what_came_before_and_says_where)
{
    struct script *s = calloc(1, sizeof(*s));
    uint32_t objects = 0;

    start(s, 8, false);
    put_everything(s);
    for (size_t cut = 16; cut < s->size; cut++) {
        struct hs_snapshot snapshot;
        struct hs_err err;
        uint8_t *copy = malloc(cut);

        memcpy(copy, s->bytes, cut);
        assert_false(decode(copy, cut, &snapshot, &err));
        assert_int_equal(err.kind, HS_ETRUNC);
        assert_true(err.offset <= cut);
        if (snapshot.heap) {
            assert_false(snapshot.heap->complete);
            assert_true(hs_heap_count(snapshot.heap) >= objects);
            objects = hs_heap_count(snapshot.heap);
        }
        hs_snapshot_close(&snapshot);
        free(copy);
    }
    assert_int_equal(objects, 2);
    free(s);
}

static void check_refused(struct script *s, const char *message,
                          uint64_t offset, uint32_t objects)
{
    struct hs_snapshot snapshot;
    struct hs_err err;

    assert_false(decode(s->bytes, s->size, &snapshot, &err));
    assert_int_equal(err.kind, HS_EDATA);
    assert_string_equal(err.message, message);
    assert_int_equal(err.offset, offset);
    assert_non_null(snapshot.heap);
    assert_int_equal(hs_heap_count(snapshot.heap), objects);
    hs_snapshot_close(&snapshot);
}

TEST(nonsense_is_refused_where_it_stands_and_what_came_before_stays)
{
    struct script *s = calloc(1, sizeof(*s));
    size_t at;

    start(s, 8, false);
    put_object(s, 0x2000, 2, (uint64_t[]){0, 0});
    at = s->size;
    put(s, 99);
    check_refused(s, "unknown record tag 99", at, 1);
    s->size = at;
    put(s, 1); /* an object of no bytes */
    put(s, 0x3000);
    put(s, 0);
    put(s, 0);
    check_refused(s, "an object of no bytes", at, 1);
    s->size = at;
    put(s, 1); /* one whose end wraps around */
    put(s, UINT64_MAX - 6);
    put(s, 8);
    put_word(s, 0);
    put(s, 0);
    check_refused(s, "an object behind the end of all addresses", at, 1);
    s->size = at;
    put(s, 1); /* a pointer that hangs over */
    put(s, 0x3000);
    put(s, 16);
    put_word(s, 0);
    put_word(s, 0);
    put(s, 1);
    put(s, 9);
    put(s, 0);
    check_refused(s, "a pointer at byte 9 of 16", s->size - 3, 1);
    s->size = at;
    put(s, 5); /* a frame before any goroutine */
    for (unsigned i = 0; i < 9; i++)
        put(s, 0);
    check_refused(s, "a stack frame of no goroutine", at + 1, 1);
    free(s);
}

TEST(pointers_far_into_an_object_are_listed_whatever_their_offset_takes)
{
    static const unsigned at[] = {0, 15, 16, 2047, 2048, 4998}; /* words */
    struct script *s = calloc(1, sizeof(*s));
    uint64_t *words = calloc(5000, sizeof(*words)), offset;
    struct hs_snapshot snapshot;
    struct hs_memory memory;
    struct hs_fields fields;
    struct hs_err err;
    size_t end;

    for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
        words[at[i]] = 0x2000;
    start(s, 8, false);
    put_object(s, 0x10000, 5000, words);
    end = s->size;
    put_everything(s); /* which leaves room to be quick before the end */
    assert_true(decode(s->bytes, s->size, &snapshot, &err) &&
                hs_heap_count(snapshot.heap) == 3);
    memory =
        hs_heap_memory(snapshot.heap, hs_heap_find(snapshot.heap, 0x10000));
    fields = hs_fields_of(&memory);
    for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
        assert_true(hs_fields_next(&fields, &offset) && offset == at[i] * 8);
    assert_false(hs_fields_next(&fields, &offset));
    hs_snapshot_close(&snapshot);
    s->bytes[end - 4] += 9; /* 4998 * 8 becomes 9 more: it hangs over */
    check_refused(s, "a pointer at byte 39993 of 40000", end - 5, 0);
    free(words);
    free(s);
}

/* COUNT objects of 64 bytes from ADDRESS on, as records at AT. */
static uint8_t *put_many(uint8_t *at, uint64_t address, size_t count)
{
    for (size_t i = 0; i < count; i++, address += 64) {
        uint64_t left = address;

        *at++ = 1;
        for (; left >= 0x80; left >>= 7)
            *at++ = (uint8_t)(left | 0x80);
        *at++ = (uint8_t)left;
        *at++ = 64;
        memset(at, 0, 65);
        at += 65;
    }
    return at;
}

/* A program may hold a heap dump in its memory.  Where that stands is where
 * the decoder would split the file for its threads. */
TEST(a_dump_in_an_object_of_a_dump_is_not_taken_for_objects)
{
    size_t outer = 100000, inner = 500000, size = 64 << 20;
    uint8_t *dump = malloc(size), *at, *end;
    struct script *s = calloc(1, sizeof(*s));
    struct hs_snapshot snapshot;
    struct hs_err err;

    start(s, 8, false);
    memcpy(dump, s->bytes, s->size);
    /* Arenas from 0x1000 to 0x4000000, so all of these look right. */
    end = put_many(dump + s->size, 0x00600000, outer);
    s->size = 0;
    put(s, 1);
    put(s, 0x2000000);
    put(s, 36 << 20);
    memcpy(end, s->bytes, s->size);
    at = end + s->size;
    memset(at, 0, 36 << 20);
    assert_true(put_many(at, 0x00600000, inner) <= at + (36 << 20));
    end = at + (36 << 20);
    *end++ = 0;
    end = put_many(end, 0x01000000, outer);
    *end++ = 0;
    assert_true((size_t)(end - dump) <= size);
    assert_true(decode(dump, (size_t)(end - dump), &snapshot, &err));
    assert_int_equal(hs_heap_count(snapshot.heap), 2 * outer + 1);
    assert_int_equal(snapshot.heap->store->overlaps, 0);
    hs_snapshot_close(&snapshot);
    free(s);
    free(dump);
}

/* The sums of all that is in testdata, and each object where it should be. */
static void check_totals(const char *name)
{
    char path[512];
    struct hs_err err = HS_ERR_NONE;
    struct hs_snapshot snapshot;
    struct hs_input *input;
    const struct hs_heap *heap;
    const struct hs_memory *memory;
    struct hs_heap_walk walk;
    uint32_t count = 0;

    snprintf(path, sizeof(path), "%s/godump/%s", hs_test_data(), name);
    input = hs_input_open(path, NULL, &err);
    assert_non_null(input);
    hs_snapshot_init(&snapshot);
    assert_true(hs_format_named("godump")->decode(input, &snapshot, &err));
    hs_column_push(&snapshot.sources, &(struct hs_source){.input = input});
    heap = snapshot.heap;
    assert_int_equal(hs_heap_count(heap), heap->memstats.heap_objects);
    assert_int_equal(heap->object_bytes, heap->memstats.heap_alloc);
    assert_int_equal(heap->store->overlaps, 0);
    hs_heap_walk_init(&walk, heap, 0, UINT32_MAX);
    for (; (memory = hs_heap_walk_next(&walk)); count++) {
        assert_int_equal(walk.object, count);
        assert_int_equal(hs_heap_find(heap, memory->address), count);
        assert_int_equal(hs_heap_find(heap, memory->address + memory->size - 1),
                         count);
    }
    assert_int_equal(count, hs_heap_count(heap));
    hs_snapshot_close(&snapshot);
}

TEST(dumps_of_every_toolchain_have_the_objects_that_memstats_counts)
{
    static const char *const names[] = {
        "medley-go1.19-amd64.dump.gz", "medley-go1.19-386.dump.gz",
        "medley-go1.22-amd64.dump.gz", "medley-go1.23-amd64.dump.gz",
        "medley-go1.24-amd64.dump.gz", "medley-go1.24-386.dump.gz",
        "medley-go1.25-amd64.dump.gz", "medley-go1.26-amd64.dump.gz",
        "medley-go1.26-386.dump.gz",   "service-go1.26-amd64.dump.gz"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        check_totals(names[i]);
}

/* Walks all that a damaged heap says of itself. */
static void use(const struct hs_heap *heap)
{
    struct hs_heap_walk walk;
    const struct hs_memory *memory;
    uint32_t count = 0;

    hs_heap_walk_init(&walk, heap, 0, UINT32_MAX);
    for (; (memory = hs_heap_walk_next(&walk)); count++) {
        struct hs_fields fields = hs_fields_of(memory);
        uint64_t offset;

        assert_int_equal(walk.object, count);
        assert_int_equal(hs_heap_find(heap, memory->address), count);
        assert_int_equal(hs_heap_address(heap, count), memory->address);
        while (hs_fields_next(&fields, &offset))
            hs_heap_find(heap, hs_heap_word(heap, memory->bytes + offset));
    }
    assert_int_equal(count, hs_heap_count(heap));
}

TEST(a_dump_with_flipped_bytes_gives_a_heap_that_agrees_with_itself)
{
    char path[512];
    struct hs_err err = HS_ERR_NONE;
    struct hs_input *input;
    struct hs_cursor all;
    uint8_t *copy;
    size_t size;
    uint64_t luck = 1;

    snprintf(path, sizeof(path), "%s/godump/medley-go1.24-amd64.dump.gz",
             hs_test_data());
    input = hs_input_open(path, NULL, &err);
    assert_non_null(input);
    assert_true(hs_input_map(input, &all, &err));
    size = hs_cursor_left(&all);
    copy = malloc(size);
    for (unsigned round = 0; round < 60; round++) {
        struct hs_snapshot snapshot;

        memcpy(copy, all.at, size);
        for (unsigned i = 0; i < 1 + round % 8; i++) {
            luck = luck * 6364136223846793005u + 1442695040888963407u;
            copy[(luck >> 20) % size] ^= (uint8_t)(1u << (luck >> 60) % 8);
        }
        decode(copy, size, &snapshot, &err);
        if (snapshot.heap)
            use(snapshot.heap);
        hs_snapshot_close(&snapshot);
    }
    free(copy);
    hs_input_close(input);
}
