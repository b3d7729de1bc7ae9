/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapdump_impl.h - the records of a heap dump, between the files that write
 * them.  lib/format/godump.c has their grammar.
 */
#ifndef MKDUMP_HEAPDUMP_IMPL_H
#define MKDUMP_HEAPDUMP_IMPL_H

#include <string.h>

#include "heapdump.h"

#define HEAPDUMP_DATA UINT64_C(0x640000)
#define HEAPDUMP_BSS  UINT64_C(0x650000)

enum heapdump_tag {
    TAG_EOF = 0,
    TAG_OBJECT = 1,
    TAG_TYPE = 3,
    TAG_GOROUTINE = 4,
    TAG_STACK_FRAME = 5,
    TAG_PARAMS = 6,
    TAG_FINALIZER = 7,
    TAG_ITAB = 8,
    TAG_OS_THREAD = 9,
    TAG_MEMSTATS = 10,
    TAG_QUEUED_FINALIZER = 11,
    TAG_DATA = 12,
    TAG_BSS = 13,
    TAG_DEFER = 14,
    TAG_MEMPROF = 16,
    TAG_ALLOC_SAMPLE = 17,
};

struct heapdump {
    struct hs_writer *writer;
    struct heapdump_graph graph;
    struct heapdump_place place;
};

static inline void heapdump_number(struct heapdump *d, uint64_t value)
{
    hs_writer_varint(d->writer, value);
}

static inline void heapdump_text(struct heapdump *d, const char *text)
{
    heapdump_number(d, strlen(text));
    hs_writer_bytes(d->writer, text, strlen(text));
}

/* The offset of a pointer, in a list of fields that ends in a 0. */
static inline void heapdump_field(struct heapdump *d, uint64_t offset)
{
    heapdump_number(d, 1);
    heapdump_number(d, offset);
}

/* WORD as amd64 has it. */
static inline void heapdump_store(uint8_t *at, uint64_t word)
{
    for (unsigned i = 0; i < 8; i++)
        at[i] = (uint8_t)(word >> 8 * i);
}

/* Object PART of goroutine G: 0 its g, 1 sudog, 2 channel, 3 request, 4
 * buffer, 5 context. */
static inline uint64_t heapdump_of_goroutine(const struct heapdump *d,
                                             uint32_t g, unsigned part)
{
    return heapdump_address(&d->place, d->graph.first[0] + 1 + g * 6 + part);
}

/* The table of registries that variable V has. */
static inline uint64_t heapdump_top(const struct heapdump *d, uint32_t v)
{
    return heapdump_address(&d->place,
                            d->graph.first[d->graph.structures - 1] + v);
}

void heapdump_write_objects(struct heapdump *d);
void heapdump_write_goroutines(struct heapdump *d);
void heapdump_write_segments(struct heapdump *d);
void heapdump_write_finalizers(struct heapdump *d);
void heapdump_write_memstats(struct heapdump *d);
void heapdump_write_samples(struct heapdump *d);

#endif
