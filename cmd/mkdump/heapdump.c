/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapdump.c - Go heap dumps as Go 1.24 writes them on amd64.
 *
 * The format is described in lib/format/godump.c.  Everything agrees as it
 * does in a real one: MemStats count what is there, phantom slots included in
 * the file and left out of the counts; each goroutine has frames; variables
 * stand in data; one object in 7000 has an allocation sample.
 */
#include "heapdump.h"

#include <string.h>

#define DATA    UINT64_C(0x600000)
#define STACKS  UINT64_C(0xc800000000)
#define CODE    UINT64_C(0x480000)
#define SAMPLED 7000
#define PAGE    8192
#define SMALL   512
#define GROUPS  4
#define FRAME   64 /* bytes */
#define MOST_G  1000
#define HANDED  8 /* one root in so many is a goroutine's, not a variable's */
#define VERSION "go1.24.4"

enum tag {
    EOF_TAG = 0,
    OBJECT = 1,
    GOROUTINE = 4,
    STACK_FRAME = 5,
    PARAMS = 6,
    MEMSTATS = 10,
    DATA_SEGMENT = 12,
    BSS_SEGMENT = 13,
    MEMPROF = 16,
    ALLOC_SAMPLE = 17,
};

struct dumper {
    struct hs_writer *writer;
    struct heapdump_graph graph;
    struct heapdump_place place;
    uint8_t bytes[65536];
};

static void put(struct dumper *d, uint64_t value)
{
    hs_writer_varint(d->writer, value);
}

static void put_text(struct dumper *d, const char *text)
{
    put(d, strlen(text));
    hs_writer_bytes(d->writer, text, strlen(text));
}

static void put_params(struct dumper *d)
{
    put(d, PARAMS);
    put(d, false); /* big endian */
    put(d, 8);
    put(d, d->place.base);
    put(d, (d->place.end + 0x3ffffff) & ~(uint64_t)0x3ffffff);
    put_text(d, "amd64");
    put_text(d, VERSION);
    put(d, 2);
}

static void store(uint8_t *at, uint64_t word)
{
    for (unsigned i = 0; i < 8; i++)
        at[i] = (uint8_t)(word >> 8 * i);
}

static uint64_t address_or_nil(const struct dumper *d, uint64_t object)
{
    return object < d->graph.count ? heapdump_address(&d->place, object) : 0;
}

/* A slice of any length, word by word. */
static void put_slice(struct dumper *d, const struct heapdump_object *object)
{
    uint8_t word[8];

    for (uint64_t i = 0; i < object->size / 8; i++) {
        store(word, i < object->length
                        ? address_or_nil(d, object->first + i * object->step)
                        : 0);
        hs_writer_bytes(d->writer, word, sizeof(word));
    }
    for (uint64_t i = 0; i < object->length; i++) {
        put(d, 1);
        put(d, i * 8);
    }
    put(d, 0);
}

static void put_object(struct dumper *d, uint64_t address, uint64_t number)
{
    struct heapdump_object object;
    uint64_t mixed = heapdump_hash(d->graph.seed ^ 9, number);
    /* From 513 bytes on the first word is the type's address. */
    uint32_t header;

    heapdump_describe(&d->graph, number, &object);
    header = object.scan && object.size > SMALL;
    put(d, OBJECT);
    put(d, address);
    put(d, object.size);
    if (object.length) {
        put_slice(d, &object);
        return;
    }
    for (uint64_t i = 0; i < object.size; i += 8)
        memcpy(d->bytes + i, &mixed, 8);
    if (header)
        store(d->bytes, DATA - 0x1000);
    for (uint32_t i = 0; i < object.pointers; i++)
        store(d->bytes + object.words[i] * 8,
              address_or_nil(d, object.targets[i]));
    hs_writer_bytes(d->writer, d->bytes, object.size);
    for (uint32_t i = 0; i < object.pointers; i++) {
        put(d, 1);
        put(d, object.words[i] * 8);
    }
    put(d, 0);
}

/* The slots in a small span's bitmap, which WriteHeapDump takes for objects. */
static void put_phantoms(struct dumper *d, const struct heapdump_span *span)
{
    if (!span->scan || span->size > SMALL)
        return;
    memset(d->bytes, 0x11, span->size);
    for (uint64_t at = span->slots * span->size; at + span->size <= PAGE;
         at += span->size) {
        put(d, OBJECT);
        put(d, span->address + at);
        put(d, span->size);
        hs_writer_bytes(d->writer, d->bytes, span->size);
        put(d, 0);
    }
}

static void put_objects(struct dumper *d)
{
    const struct heapdump_span *spans = d->place.spans.at;
    const uint32_t *slots = d->place.slots.at;

    for (size_t s = 0; s < d->place.spans.count; s++) {
        for (uint32_t i = 0; i < spans[s].slots; i++)
            if (slots[spans[s].first + i] != HEAPDUMP_FREE)
                put_object(d, spans[s].address + i * spans[s].size,
                           slots[spans[s].first + i]);
        put_phantoms(d, &spans[s]);
    }
}

/* One frame of 64 bytes whose word 2 points to OBJECT, if there is one. */
static void put_frame(struct dumper *d, uint64_t sp, uint64_t depth,
                      const char *function, uint64_t pc, uint64_t object)
{
    memset(d->bytes, 0, FRAME);
    store(d->bytes + 16, address_or_nil(d, object));
    put(d, STACK_FRAME);
    put(d, sp);
    put(d, depth);
    put(d, depth ? sp - FRAME : 0);
    put(d, FRAME);
    hs_writer_bytes(d->writer, d->bytes, FRAME);
    put(d, pc);
    put(d, pc + 0x20);
    put(d, pc + 0x20);
    put_text(d, function);
    if (object < d->graph.count) {
        put(d, 1);
        put(d, 16);
    }
    put(d, 0);
}

/* Goroutine G of COUNT: some roots are its alone, and it uses one that is a
 * variable's. */
static void put_goroutine(struct dumper *d, uint64_t g, uint64_t count)
{
    static const char *const names[GROUPS] = {
        "main.(*Server).serve", "main.(*Flusher).run", "main.(*Pool).worker",
        "example.com/orders/feed.(*Reader).loop"};
    uint64_t roots = heapdump_root_count(&d->graph), depth = 1;
    uint64_t sp = STACKS + g * 0x2000, pc = CODE + g % GROUPS * 0x1000;

    put(d, GOROUTINE);
    put(d, STACKS - 0x100000 + g * 448);
    put(d, sp);
    put(d, g + 1);
    put(d, pc + 0x40);
    put(d, 4); /* waiting */
    put(d, false);
    put(d, false);
    put(d, g % 3 ? UINT64_C(1000000000) * g : 0);
    put_text(d, g % 2 ? "chan receive" : "select");
    for (unsigned i = 0; i < 4; i++)
        put(d, 0); /* context, m, defer, panic */
    put_frame(d, sp, 0, "runtime.gopark", CODE - 0x1000, d->graph.count);
    for (uint64_t i = HANDED * g + HANDED - 1; i < roots; i += HANDED * count) {
        put_frame(d, sp + depth * FRAME, depth, names[g % GROUPS], pc,
                  heapdump_root(&d->graph, i));
        depth++;
    }
    put_frame(
        d, sp + depth * FRAME, depth, names[g % GROUPS], pc,
        heapdump_root(&d->graph, heapdump_hash(d->graph.seed ^ 8, g) % roots));
    put_frame(d, sp + (depth + 1) * FRAME, depth + 1, "runtime.goexit",
              CODE - 0x2000, d->graph.count);
}

static void put_segment(struct dumper *d)
{
    uint64_t roots = heapdump_root_count(&d->graph);
    uint8_t word[8];

    put(d, DATA_SEGMENT);
    put(d, DATA);
    put(d, roots * 16);
    for (uint64_t i = 0; i < roots; i++) {
        bool handed = i % HANDED == HANDED - 1;

        store(word,
              handed ? 0 : address_or_nil(d, heapdump_root(&d->graph, i)));
        hs_writer_bytes(d->writer, word, sizeof(word));
        store(word, i);
        hs_writer_bytes(d->writer, word, sizeof(word));
    }
    for (uint64_t i = 0; i < roots; i++) {
        put(d, 1);
        put(d, i * 16);
    }
    put(d, 0);
    put(d, BSS_SEGMENT);
    put(d, DATA + ((roots * 16 + PAGE) & ~(uint64_t)(PAGE - 1)));
    put(d, 0);
    put(d, 0);
}

static void put_memstats(struct dumper *d)
{
    uint64_t bytes = d->place.bytes, count = d->graph.count;
    uint64_t used = d->place.end - d->place.base;
    const uint64_t stats[24] = {
        bytes,   bytes * 3, used + (1 << 24),
        0,       count * 3, count * 2,
        bytes,   used,      0,
        used,    0,         count,
        1 << 20, 1 << 20,
    };

    put(d, MEMSTATS);
    for (unsigned i = 0; i < 24; i++)
        put(d, stats[i]);
    for (unsigned i = 0; i < 256; i++)
        put(d, 0);
    put(d, 12);
}

static void put_samples(struct dumper *d)
{
    static const char *const sites[] = {"main.(*Server).load", "main.newNode",
                                        "main.(*Pool).grow"};

    for (uint64_t s = 0; s < 3; s++) {
        put(d, MEMPROF);
        put(d, STACKS - 0x200000 + s * 256);
        put(d, 64);
        put(d, 2);
        put_text(d, sites[s]);
        put_text(d, "/src/orders/server.go");
        put(d, 100 + s);
        put_text(d, "main.main");
        put_text(d, "/src/orders/main.go");
        put(d, 12);
        put(d, d->graph.count);
        put(d, d->graph.count / 2);
    }
    for (uint64_t i = 0; i < d->graph.count; i += SAMPLED) {
        put(d, ALLOC_SAMPLE);
        put(d, heapdump_address(&d->place, i));
        put(d, STACKS - 0x200000 + i / SAMPLED % 3 * 256);
    }
}

static bool choose_shape(const char *word, enum heapdump_shape *shape,
                         struct hs_err *err)
{
    static const char *const names[] = {
        "fresh", "fragmented", "ring", "chain", "scattered", "star", "slice"};

    *shape = SHAPE_FRESH;
    if (!word)
        return true;
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(word, names[i]) == 0) {
            *shape = (enum heapdump_shape)i;
            return true;
        }
    return hs_fail(err, HS_EUSAGE, HS_NOWHERE, "a heap has no shape '%s'",
                   word);
}

static bool write_heap(const struct mkdump_options *options,
                       struct hs_writer *writer, struct hs_err *err)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct dumper *d = hs_arena_zeroed(&arena, 1, sizeof(*d));
    uint64_t goroutines;

    d->writer = writer;
    d->graph.count = options->count ? options->count : 100000;
    d->graph.seed = options->seed;
    if (!choose_shape(options->shape, &d->graph.shape, err))
        return false;
    if (d->graph.count < 4 || d->graph.count >= HEAPDUMP_FREE)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE, "4 to 2^32 - 2 objects");
    heapdump_put(&d->place, &d->graph, &arena);
    hs_writer_bytes(writer, "go1.7 heap dump\n", 16);
    put_params(d);
    put_objects(d);
    goroutines = d->graph.count / 10000 + 4;
    if (goroutines > MOST_G)
        goroutines = MOST_G;
    for (uint64_t g = 0; g < goroutines; g++)
        put_goroutine(d, g, goroutines);
    put_segment(d);
    put_memstats(d);
    put_samples(d);
    put(d, EOF_TAG);
    hs_arena_free(&arena);
    return err->kind == HS_OK;
}

const struct mkdump_kind mkdump_heapdump = {
    .name = "heapdump",
    .title = "a heap dump; --objects N (100000), --shape fresh, fragmented, "
             "ring, chain, scattered, star or slice",
    .write = write_heap,
};
