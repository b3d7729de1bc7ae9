/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dump_test.c - writes the records that dump_test.h promises.
 */
#include "algo/dump_test.h"

#include "base/test.h"
#include "format/format.h"

enum tag {
    TAG_EOF = 0,
    TAG_OBJECT = 1,
    TAG_GOROUTINE = 4,
    TAG_FRAME = 5,
    TAG_PARAMS = 6,
    TAG_FINALIZER = 7,
    TAG_QUEUED = 11,
    TAG_DATA = 12,
    TAG_BSS = 13,
    TAG_SITE = 16,
    TAG_SAMPLE = 17,
};

static void put(struct test_dump *d, uint64_t number)
{
    uint8_t byte;

    for (; number >= 0x80; number >>= 7) {
        byte = (uint8_t)(number | 0x80);
        hs_column_push(&d->bytes, &byte);
    }
    byte = (uint8_t)number;
    hs_column_push(&d->bytes, &byte);
}

static void put_text(struct test_dump *d, const char *text)
{
    put(d, strlen(text));
    memcpy(hs_column_extend(&d->bytes, strlen(text)), text, strlen(text));
}

/* COUNT words in SIZE bytes, the rest zero. */
static void put_words(struct test_dump *d, uint64_t size, size_t count,
                      const uint64_t *words)
{
    uint8_t *at;

    put(d, size);
    at = hs_column_extend(&d->bytes, size);
    memset(at, 0, size);
    for (size_t i = 0; i < count; i++)
        for (unsigned b = 0; b < 8; b++)
            at[i * 8 + b] = (uint8_t)(words[i] >> 8 * b);
}

static void put_fields(struct test_dump *d, uint64_t mask)
{
    for (uint64_t i = 0; i < 64; i++)
        if (mask >> i & 1) {
            put(d, 1);
            put(d, i * 8);
        }
    put(d, 0);
}

static uint64_t mask_of(size_t count)
{
    return count >= 64 ? UINT64_MAX : ((uint64_t)1 << count) - 1;
}

void test_dump_open(struct test_dump *d, const char *version)
{
    static const char magic[] = "go1.7 heap dump\n";

    *d = (struct test_dump){.arena = HS_ARENA_EMPTY};
    d->bytes = HS_COLUMN(uint8_t, &d->arena);
    memcpy(hs_column_extend(&d->bytes, sizeof(magic) - 1), magic,
           sizeof(magic) - 1);
    put(d, TAG_PARAMS);
    put(d, 0); /* little-endian */
    put(d, 8);
    put(d, 0);
    put(d, 0);
    put_text(d, "amd64");
    put_text(d, version);
    put(d, 2);
}

void test_dump_object_masked(struct test_dump *d, uint64_t address,
                             uint64_t size, size_t count, const uint64_t *words,
                             uint64_t mask)
{
    put(d, TAG_OBJECT);
    put(d, address);
    put_words(d, size, count, words);
    put_fields(d, mask);
}

void test_dump_object(struct test_dump *d, uint64_t address, uint64_t size,
                      size_t count, const uint64_t *words)
{
    put(d, TAG_OBJECT);
    put(d, address);
    put_words(d, size, count, words);
    for (uint64_t i = 0; i < count; i++) { /* more than a mask has bits */
        put(d, 1);
        put(d, i * 8);
    }
    put(d, 0);
}

void test_dump_goroutine(struct test_dump *d, uint64_t g, uint64_t id)
{
    put(d, TAG_GOROUTINE);
    put(d, g);
    put(d, 0);
    put(d, id);
    put(d, 0);
    put(d, 4); /* waiting */
    for (int i = 0; i < 3; i++)
        put(d, 0); /* system, background, since */
    put_text(d, "chan receive");
    for (int i = 0; i < 4; i++)
        put(d, 0); /* context, m, defer, panic */
    d->depth = d->child = 0;
}

void test_dump_frame(struct test_dump *d, uint64_t sp, const char *function,
                     size_t count, const uint64_t *words, uint64_t mask)
{
    put(d, TAG_FRAME);
    put(d, sp);
    put(d, d->depth++);
    put(d, d->child);
    put_words(d, count * 8, count, words);
    put(d, 0x401000);
    put(d, 0x401010);
    put(d, 0x401010);
    put_text(d, function);
    put_fields(d, mask);
    d->child = sp;
}

void test_dump_segment(struct test_dump *d, bool data, uint64_t address,
                       size_t count, const uint64_t *words)
{
    put(d, data ? TAG_DATA : TAG_BSS);
    put(d, address);
    put_words(d, count * 8, count, words);
    put_fields(d, mask_of(count));
}

void test_dump_finalizer(struct test_dump *d, uint64_t object, uint64_t closure,
                         uint64_t pc, bool queued)
{
    put(d, queued ? TAG_QUEUED : TAG_FINALIZER);
    put(d, object);
    put(d, closure);
    put(d, pc);
    put(d, 0);
    put(d, 0);
}

void test_dump_site(struct test_dump *d, uint64_t id, size_t count,
                    const char *const *functions)
{
    put(d, TAG_SITE);
    put(d, id);
    put(d, 16); /* bytes of an object */
    put(d, count);
    for (size_t i = 0; i < count; i++) {
        put_text(d, functions[i]);
        put_text(d, functions[i]);
        put(d, 10);
    }
    put(d, 1);
    put(d, 0);
}

void test_dump_sample(struct test_dump *d, uint64_t object, uint64_t id)
{
    put(d, TAG_SAMPLE);
    put(d, object);
    put(d, id);
}

const struct hs_heap *test_dump_read(struct test_dump *d)
{
    const struct hs_format *format = hs_format_named("godump");
    struct hs_err err = HS_ERR_NONE;
    struct hs_input *input;

    put(d, TAG_EOF);
    input = hs_input_over(d->bytes.at, d->bytes.count, NULL);
    hs_snapshot_init(&d->snapshot);
    hs_column_push(&d->snapshot.sources,
                   &(struct hs_source){.path = "test", .input = input});
    if (!format->decode(input, &d->snapshot, &err))
        fail_msg("%s (at byte %llu)", err.message,
                 (unsigned long long)err.offset);
    return d->snapshot.heap;
}

void test_dump_close(struct test_dump *d)
{
    hs_snapshot_close(&d->snapshot);
    hs_arena_free(&d->arena);
}
