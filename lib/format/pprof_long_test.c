/* SPDX-License-Identifier: Apache-2.0 */
/* pprof_long_test.c - profiles longer than a window of the stream, and records
 * that protobuf-c alone would not take. */
#include "format/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/writer.h"
#include "model/profile.h"
#include "model/profile_sound.h"

#include "base/test.h"

#define SAMPLES   30000
#define LOCATIONS 1000
#define LONG      ((size_t)3 << 20)

/* A field of bytes, number FIELD. */
static void put_bytes(struct hs_writer *out, unsigned field, const void *data,
                      size_t size)
{
    hs_writer_varint(out, field << 3 | 2);
    hs_writer_varint(out, size);
    hs_writer_bytes(out, data, size);
}

/* The varints VALUES, up to a 0, into BUFFER; how long they are. */
static size_t pack(uint8_t *buffer, const uint64_t *values, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t value = values[i];

        for (; value >= 0x80; value >>= 7)
            buffer[size++] = (uint8_t)(value | 0x80);
        buffer[size++] = (uint8_t)value;
    }
    return size;
}

/* The id of location N: dense, or spread over 64 bits. */
static uint64_t id_of(uint64_t n, bool sparse)
{
    return sparse ? n * UINT64_C(0x10000000000001) + 1 : n + 1;
}

static void write_sample(struct hs_writer *out, uint64_t n, bool sparse)
{
    uint8_t record[512], *at = record;
    uint64_t ids[20];
    uint64_t value[] = {1 << 3, id_of(n % LOCATIONS, sparse), 2 << 3, n};
    size_t size;

    /* One location on its own, then a packed run. */
    at += pack(at, value, 4);
    for (uint64_t i = 0; i < 20; i++)
        ids[i] = id_of((n * 31 + i * i) % LOCATIONS, sparse);
    size = pack(at + 3, ids, 20);
    at[0] = 1 << 3 | 2;
    at[1] = (uint8_t)(size | 0x80);
    at[2] = (uint8_t)(size >> 7);
    at += 3 + size;
    put_bytes(out, 2, record, (size_t)(at - record));
}

static void write_profile(const char *path, bool gzip, bool sparse)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_writer *out = hs_writer_open(path, gzip, &err);
    char *text = calloc(1, LONG);
    uint8_t record[32];

    assert_non_null(out);
    for (uint64_t i = 0; i < SAMPLES / 2; i++)
        write_sample(out, i, sparse);
    put_bytes(out, 6, "", 0);
    memset(text, 'x', LONG);
    put_bytes(out, 6, text, LONG);
    put_bytes(out, 1, "\x08\x01\x10\x01", 4);
    for (uint64_t i = 0; i < LOCATIONS; i++) {
        uint64_t fields[] = {1 << 3, id_of(i, sparse), 3 << 3, i * 16};

        put_bytes(out, 4, record, pack(record, fields, 4));
    }
    for (uint64_t i = SAMPLES / 2; i < SAMPLES; i++)
        write_sample(out, i, sparse);
    free(text);
    assert_true(hs_writer_close(out, &err));
}

static void read_profile(const char *path, struct hs_snapshot *snapshot)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_input *input = hs_input_open(path, NULL, &err);
    struct hs_source source = {.path = path, .input = input};

    assert_non_null(input);
    hs_snapshot_init(snapshot);
    hs_column_push(&snapshot->sources, &source);
    if (!hs_format_named("pprof")->decode(input, snapshot, &err))
        fail_msg("%s", err.message);
    assert_null(hs_profile_unsound(snapshot->profile));
}

static void check_profile(const struct hs_profile *p)
{
    assert_int_equal(p->sample_count, SAMPLES);
    assert_int_equal(p->location_count, LOCATIONS);
    assert_int_equal(p->strings[1].size, LONG);
    for (uint64_t n = 0; n < SAMPLES; n++) {
        const uint32_t *frame = p->frames + p->stack_start[n];

        assert_int_equal(p->stack_start[n], n * 21);
        assert_int_equal(p->values[n], n);
        assert_int_equal(frame[0], n % LOCATIONS);
        for (uint64_t i = 0; i < 20; i++)
            assert_int_equal(frame[i + 1], (n * 31 + i * i) % LOCATIONS);
    }
}

static void check_both(bool sparse)
{
    char path[] = "/tmp/heapscope-test-XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    for (int gzip = 0; gzip < 2; gzip++) {
        struct hs_snapshot snapshot;

        write_profile(path, gzip, sparse);
        read_profile(path, &snapshot);
        check_profile(snapshot.profile);
        hs_snapshot_close(&snapshot);
    }
    unlink(path);
}

TEST(a_long_profile_reads_the_same_inflated_in_pieces_and_at_once)
{
    check_both(false);
}

TEST(ids_may_be_any_numbers_of_64_bits)
{
    check_both(true);
}

static bool decode(const void *data, size_t size, struct hs_snapshot *snapshot,
                   struct hs_err *err)
{
    struct hs_input *input = hs_input_over(data, size, NULL);
    struct hs_source source = {.path = "test", .input = input};

    hs_snapshot_init(snapshot);
    hs_column_push(&snapshot->sources, &source);
    return hs_format_named("pprof")->decode(input, snapshot, err);
}

/* A location whose fields stand between some that protobuf-c does not take: a
 * short one of number 0 and a long one with a tag of nine bytes, both in the
 * location and in its line. */
TEST(fields_that_protobuf_c_refuses_do_not_spoil_their_record)
{
    static const uint8_t odd[] = {0x00, 0x01, 0x82, 0x80, 0x80, 0x80, 0x80,
                                  0x80, 0x80, 0x80, 0x01, 0x82, 0x01};
    uint8_t line[600], location[1300], file[2000], *at = line;
    struct hs_err err = HS_ERR_NONE;
    struct hs_snapshot snapshot;
    size_t size;

    memcpy(at, odd, sizeof(odd));
    at += sizeof(odd);
    memset(at, 0xff, 130);
    at += 130;
    memcpy(at, "\x08\x01\x10\x07", 4);
    at += 4;
    size = (size_t)(at - line);
    at = location;
    memcpy(at, "\x08\x05", 2);
    memcpy(at + 2, line, sizeof(odd) + 130);
    at += 2 + sizeof(odd) + 130;
    *at++ = 4 << 3 | 2;
    *at++ = (uint8_t)(size | 0x80);
    *at++ = (uint8_t)(size >> 7);
    memcpy(at, line, size);
    at += size;
    memcpy(at, "\x18\x09", 2);
    size = (size_t)(at + 2 - location);
    at = file;
    memcpy(at, "\x0a\x00\x32\x00\x2a\x02\x08\x01\x22", 9);
    at[9] = (uint8_t)(size | 0x80);
    at[10] = (uint8_t)(size >> 7);
    memcpy(at + 11, location, size);
    if (!decode(file, 11 + size, &snapshot, &err))
        fail_msg("%s (at %lld)", err.message, (long long)err.offset);
    assert_int_equal(snapshot.profile->locations[0].address, 9);
    assert_int_equal(snapshot.profile->locations[0].line_count, 1);
    assert_int_equal(snapshot.profile->lines[0].line, 7);
    assert_int_equal(snapshot.warnings.count, 1);
    hs_snapshot_close(&snapshot);
}

TEST(a_record_that_claims_more_than_there_is_costs_nothing)
{
    const char claim[] = "\x0a\x00\x32\x00\x12\xff\xff\xff\xff\xff\x7f";
    struct hs_err err = HS_ERR_NONE;
    struct hs_snapshot snapshot;

    assert_false(decode(claim, sizeof(claim) - 1, &snapshot, &err));
    assert_int_equal(err.kind, HS_ETRUNC);
    assert_int_equal(err.offset, 4);
    assert_string_equal(err.message, "'sample[0]' is cut short");
    assert_true(snapshot.arena.bytes < 1 << 20);
    hs_snapshot_close(&snapshot);
}
