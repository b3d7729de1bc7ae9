/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapdump.c - Go heap dumps of any size, as debug.WriteHeapDump writes them.
 *
 * Everything agrees as it does in a real one: MemStats count what is there,
 * phantom slots are in the file and not in the counts, goroutines are objects
 * that the runtime lists.  The graph first, then places, then one pass over
 * the spans; lib/format/godump.c has the grammar.
 */
#include <stdio.h>
#include <stdlib.h>

#include "heapdump_impl.h"

#define MAGIC "go1.7 heap dump\n"
#define LEAST 100 /* objects */

struct shape {
    const char *name;
    enum heapdump_kind all; /* KINDS: a mixture */
    bool fragmented;
};

static const struct shape shapes[] = {
    {"mixed", KINDS, false},       {"fresh", KINDS, false},
    {"fragmented", KINDS, true},   {"chain", KIND_CHAIN, false},
    {"ring", KIND_TWO_WAY, false}, {"scattered", KIND_TWO_WAY, true},
    {"star", KIND_STAR, false},    {"slice", KIND_SLICE, false},
    {"dag", KIND_DAG, false},
};

static const struct shape *shape_named(const char *name)
{
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        if (!name || strcmp(shapes[i].name, name) == 0)
            return &shapes[i];
    return NULL;
}

/* What "1.24" and "1.26.8" are told apart by: 24, 26; 0 for what is neither. */
static unsigned minor_of(const char *version)
{
    char *end;
    unsigned long minor;

    if (strncmp(version, "1.", 2) != 0 || version[2] < '0' || version[2] > '9')
        return 0;
    minor = strtoul(version + 2, &end, 10);
    return (*end == '.' || !*end) && minor < 100 ? (unsigned)minor : 0;
}

static void write_params(struct heapdump *d, const char *version)
{
    const uint64_t arena = UINT64_C(64) << 20;
    char text[32];

    snprintf(text, sizeof(text), "go%s", version);
    heapdump_number(d, TAG_PARAMS);
    heapdump_number(d, false); /* little endian */
    heapdump_number(d, 8);
    heapdump_number(d, d->place.base);
    heapdump_number(d, (d->place.end + 2 * arena) & ~(arena - 1));
    heapdump_text(d, "amd64");
    heapdump_text(d, text);
    heapdump_number(d, 8);
}

static void write_types(struct heapdump *d)
{
    char name[32];

    for (unsigned i = 0; i < HEAPDUMP_TABS; i++) {
        snprintf(name, sizeof(name), "main.Kind%u", i);
        heapdump_number(d, TAG_TYPE);
        heapdump_number(d, HEAPDUMP_TYPES + 96 * i);
        heapdump_number(d, 8 + i * 8);
        heapdump_text(d, name);
        heapdump_number(d, true);
        heapdump_number(d, TAG_ITAB);
        heapdump_number(d, HEAPDUMP_ITABS + 32 * i);
        heapdump_number(d, HEAPDUMP_TYPES + 96 * i);
    }
}

static void write_threads(struct heapdump *d)
{
    for (unsigned i = 0; i < 4; i++) {
        heapdump_number(d, TAG_OS_THREAD);
        heapdump_number(d, HEAPDUMP_BSS - 0x8000 + i * 0x800);
        heapdump_number(d, i);
        heapdump_number(d, 4711 + i);
    }
}

static void write_records(struct heapdump *d, const char *version, bool allocs)
{
    hs_writer_bytes(d->writer, MAGIC, sizeof(MAGIC) - 1);
    write_params(d, version);
    write_types(d);
    heapdump_write_objects(d);
    heapdump_write_goroutines(d);
    write_threads(d);
    heapdump_write_segments(d);
    heapdump_write_finalizers(d);
    heapdump_write_memstats(d);
    if (allocs)
        heapdump_write_samples(d);
    heapdump_number(d, TAG_EOF);
}

/* What the options say of the graph. */
static bool describe(const struct mkdump_options *options,
                     struct heapdump_graph *graph, struct hs_err *err)
{
    uint64_t count = options->count ? options->count : 100000;
    uint64_t goroutines = options->goroutines;

    if (count < LEAST || count >= UINT32_MAX)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "a heap has %d to 2^32 - 2 objects", LEAST);
    if (!goroutines) {
        goroutines = count / 5000 + 2;
        if (goroutines > 10000)
            goroutines = 10000;
    }
    /* With each come six objects. */
    if (goroutines < 2 || goroutines > count / 8)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "so many objects have 2 to %llu goroutines",
                       (unsigned long long)count / 8);
    *graph = (struct heapdump_graph){.seed = options->seed,
                                     .count = (uint32_t)count,
                                     .goroutines = (uint32_t)goroutines};
    return true;
}

static bool write_heap(const struct mkdump_options *options,
                       struct hs_writer *writer, struct hs_err *err)
{
    const char *version = options->go ? options->go : "1.24.4";
    const struct shape *shape = shape_named(options->shape);
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct heapdump d = {.writer = writer};
    unsigned go = minor_of(version);
    bool ok;

    if (!shape)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE, "a heap has no shape '%s'",
                       options->shape);
    if (go < 7 || strlen(version) > 16)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "'%s' is no version of Go, such as 1.24.4", version);
    if (!describe(options, &d.graph, err))
        return false;
    d.graph.go = go;
    d.place = (struct heapdump_place){.seed = options->seed,
                                      .fragmented = options->fragmented ||
                                                    shape->fragmented,
                                      .headers = go >= 22,
                                      .bitmap = go >= 22 ? 128 : 0,
                                      .marks = go >= 26 ? 128 : 0};
    heapdump_plan(&d.graph, shape->all, &arena);
    ok = heapdump_put(&d.place, &d.graph, &arena, err);
    if (ok)
        write_records(&d, version, options->allocs);
    hs_arena_free(&arena);
    return ok;
}

const struct mkdump_kind mkdump_heapdump = {
    .name = "heapdump",
    .title = "a heap dump; --objects N (100000), --shape mixed, ring, chain, "
             "star, slice or dag",
    .write = write_heap,
};
