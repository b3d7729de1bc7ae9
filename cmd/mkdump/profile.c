/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile.c - heap profiles like those of a large Go service.
 *
 * 20,000 functions, 40,000 locations of which one in five has an inlined line,
 * stacks of 20 to 40 random locations, four values and the label "bytes".
 * Real stacks share their outer frames and deflate better; these are the
 * harder case, for inflating as for building a call graph.
 */
#include <stdio.h>
#include <string.h>

#include "mkdump.h"

enum { FUNCTIONS = 20000, LOCATIONS = 40000, PACKAGES = 400 };

/* Indices of the strings that every profile has; those of the functions
 * follow: a name and a file for each. */
enum {
    EMPTY,
    ALLOC_OBJECTS,
    COUNT,
    ALLOC_SPACE,
    BYTES,
    INUSE_OBJECTS,
    INUSE_SPACE,
    SPACE,
    BINARY,
    FIRST_NAME
};

static const char *const texts[] = {
    "",
    "alloc_objects",
    "count",
    "alloc_space",
    "bytes",
    "inuse_objects",
    "inuse_space",
    "space",
    "/srv/bin/orders",
};

/* A record that is built before its length is known. */
struct record {
    uint8_t at[1024];
    size_t size;
};

static void put(struct record *record, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        record->at[record->size++] = (uint8_t)(value | 0x80);
    record->at[record->size++] = (uint8_t)value;
}

/* A number in field FIELD. */
static void put_field(struct record *record, unsigned field, uint64_t value)
{
    put(record, field << 3);
    put(record, value);
}

static void put_bytes(struct record *record, unsigned field,
                      const struct record *body)
{
    put(record, field << 3 | 2);
    put(record, body->size);
    memcpy(record->at + record->size, body->at, body->size);
    record->size += body->size;
}

static void send(struct hs_writer *writer, unsigned field,
                 const struct record *record)
{
    hs_writer_varint(writer, field << 3 | 2);
    hs_writer_varint(writer, record->size);
    hs_writer_bytes(writer, record->at, record->size);
}

static void write_type(struct hs_writer *writer, unsigned field, unsigned type,
                       unsigned unit)
{
    struct record record = {.size = 0};

    put_field(&record, 1, type);
    put_field(&record, 2, unit);
    send(writer, field, &record);
}

static void write_sample(struct hs_writer *writer, uint64_t *state)
{
    struct record record = {.size = 0}, stack = {.size = 0},
                  values = {.size = 0}, label = {.size = 0};
    uint64_t depth = 20 + mkdump_random(state) % 21;
    uint64_t bytes = UINT64_C(16) << mkdump_random(state) % 12;
    uint64_t allocs = 1 + mkdump_random(state) % 5000;
    uint64_t inuse = mkdump_random(state) % (allocs + 1);

    for (uint64_t i = 0; i < depth; i++)
        put(&stack, 1 + mkdump_random(state) % LOCATIONS);
    put(&values, allocs);
    put(&values, allocs * bytes);
    put(&values, inuse);
    put(&values, inuse * bytes);
    put_field(&label, 1, BYTES);
    put_field(&label, 3, bytes);
    put_bytes(&record, 1, &stack);
    put_bytes(&record, 2, &values);
    put_bytes(&record, 3, &label);
    send(writer, 2, &record);
}

static void write_location(struct hs_writer *writer, uint64_t id,
                           uint64_t *state)
{
    struct record record = {.size = 0};
    int lines = mkdump_random(state) % 5 == 0 ? 2 : 1;

    put_field(&record, 1, id);
    put_field(&record, 2, 1);
    put_field(&record, 3, 0x400000 + id * 64);
    while (lines-- > 0) {
        struct record line = {.size = 0};

        put_field(&line, 1, 1 + mkdump_random(state) % FUNCTIONS);
        put_field(&line, 2, 1 + mkdump_random(state) % 2000);
        put_bytes(&record, 4, &line);
    }
    send(writer, 4, &record);
}

static void write_function(struct hs_writer *writer, uint64_t id)
{
    struct record record = {.size = 0};

    put_field(&record, 1, id);
    put_field(&record, 2, FIRST_NAME + 2 * (id - 1));
    put_field(&record, 3, FIRST_NAME + 2 * (id - 1));
    put_field(&record, 4, FIRST_NAME + 2 * (id - 1) + 1);
    put_field(&record, 5, 10 + id % 1000);
    send(writer, 5, &record);
}

static void write_string(struct hs_writer *writer, const char *text)
{
    hs_writer_varint(writer, 6 << 3 | 2);
    hs_writer_varint(writer, strlen(text));
    hs_writer_bytes(writer, text, strlen(text));
}

static void write_strings(struct hs_writer *writer)
{
    char text[128];

    for (int i = 0; i < FIRST_NAME; i++)
        write_string(writer, texts[i]);
    for (int i = 0; i < FUNCTIONS; i++) {
        int package = i % PACKAGES;

        snprintf(text, sizeof(text),
                 "example.com/orders/internal/service%03d/store."
                 "(*Repository%d).LoadAll%d",
                 package, i / PACKAGES % 10, i);
        write_string(writer, text);
        snprintf(text, sizeof(text),
                 "/src/example.com/orders/internal/service%03d/store/"
                 "repository_%d.go",
                 package, i / PACKAGES % 10);
        write_string(writer, text);
    }
}

static bool write_profile(const struct mkdump_options *options,
                          struct hs_writer *writer, struct hs_err *err)
{
    uint64_t samples = options->count ? options->count : 10000;
    uint64_t state = options->seed;
    struct record mapping = {.size = 0};

    if (options->shape)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "a profile has no shape '%s'", options->shape);
    write_type(writer, 1, ALLOC_OBJECTS, COUNT);
    write_type(writer, 1, ALLOC_SPACE, BYTES);
    write_type(writer, 1, INUSE_OBJECTS, COUNT);
    write_type(writer, 1, INUSE_SPACE, BYTES);
    for (uint64_t i = 0; i < samples; i++)
        write_sample(writer, &state);
    put_field(&mapping, 1, 1);
    put_field(&mapping, 2, 0x400000);
    put_field(&mapping, 3, 0x400000 + (LOCATIONS + 1) * 64);
    put_field(&mapping, 5, BINARY);
    put_field(&mapping, 7, 1);
    send(writer, 3, &mapping);
    for (uint64_t id = 1; id <= LOCATIONS; id++)
        write_location(writer, id, &state);
    for (uint64_t id = 1; id <= FUNCTIONS; id++)
        write_function(writer, id);
    write_strings(writer);
    hs_writer_varint(writer, 9 << 3);
    hs_writer_varint(writer, UINT64_C(1700000000000000000));
    write_type(writer, 11, SPACE, BYTES);
    hs_writer_varint(writer, 12 << 3);
    hs_writer_varint(writer, 524288);
    return err->kind == HS_OK;
}

const struct mkdump_kind mkdump_profile = {
    .name = "profile",
    .title = "a heap profile; --samples N (10000)",
    .write = write_profile,
};
