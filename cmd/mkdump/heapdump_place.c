/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapdump_place.c - an allocator like Go's: spans of size classes.
 *
 * Objects with and without pointers have spans of their own.  A small span is
 * one page; what stands at its end (the pointer bitmap from Go 1.22 on, mark
 * bits from 1.26 on) takes the room of its last slots.  A large object is a
 * span.  A fresh heap has one slot in sixteen free; in a fragmented one
 * neighbours have nothing to do with each other, and one in five is free.
 */
#include "heapdump.h"

#include <string.h>

#define BASE UINT64_C(0xc000000000)

/* Size classes: bytes of a slot, and pages of a span where that is not 1. */
static const struct {
    uint16_t bytes, pages;
} classes[] = {
    {8, 1},     {16, 1},    {24, 1},    {32, 1},    {48, 1},     {64, 1},
    {80, 1},    {96, 1},    {112, 1},   {128, 1},   {144, 1},    {160, 1},
    {176, 1},   {192, 1},   {208, 1},   {224, 1},   {240, 1},    {256, 1},
    {288, 1},   {320, 1},   {352, 1},   {384, 1},   {416, 1},    {448, 1},
    {480, 1},   {512, 1},   {576, 1},   {640, 1},   {704, 1},    {768, 1},
    {896, 1},   {1024, 1},  {1152, 1},  {1280, 1},  {1408, 2},   {1536, 1},
    {1792, 2},  {2048, 1},  {2304, 2},  {2688, 1},  {3072, 3},   {3200, 2},
    {3456, 3},  {4096, 1},  {4864, 3},  {5376, 2},  {6144, 3},   {6528, 4},
    {6784, 5},  {6912, 6},  {8192, 1},  {9472, 7},  {9728, 6},   {10240, 5},
    {10880, 4}, {12288, 3}, {13568, 5}, {14336, 7}, {16384, 2},  {18432, 9},
    {19072, 7}, {20480, 5}, {21760, 8}, {24576, 3}, {27264, 10}, {28672, 7},
    {32768, 4},
};

#define CLASSES (sizeof(classes) / sizeof(classes[0]))

struct allocator {
    struct heapdump_place *place;
    /* By class, without and with pointers: 1 + the span that has room, and how
     * many of its slots are used up. */
    uint32_t open[2 * CLASSES], taken[2 * CLASSES];
};

/* The class that has room for BYTES, at most HEAPDUMP_LARGE. */
static unsigned class_of(uint64_t bytes)
{
    unsigned low = 0, high = CLASSES - 1;

    if (bytes <= 32)
        return bytes ? (unsigned)(bytes - 1) / 8 : 0;
    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (classes[middle].bytes < bytes)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The header of a pointerful object is part of what is asked for. */
static uint64_t with_header(const struct heapdump_place *place, uint64_t bytes,
                            bool scan)
{
    if (!place->headers)
        return bytes;
    if (bytes > HEAPDUMP_LARGE - 8)
        return HEAPDUMP_LARGE + 1;
    return scan && bytes > HEAPDUMP_SMALL ? bytes + 8 : bytes;
}

uint64_t heapdump_slot(const struct heapdump_place *place, uint64_t bytes,
                       bool scan)
{
    uint64_t with = with_header(place, bytes, scan);

    if (with > HEAPDUMP_LARGE)
        return (bytes + HEAPDUMP_PAGE - 1) & ~(uint64_t)(HEAPDUMP_PAGE - 1);
    /* Objects of less than 16 bytes without pointers share slots. */
    return classes[class_of(with < 16 && !scan ? 16 : with)].bytes;
}

/* Adds a span of BYTES for slots of SIZE; returns 1 + its number. */
static uint32_t new_span(struct allocator *a, uint64_t size, uint64_t bytes,
                         bool scan)
{
    struct heapdump_place *place = a->place;
    struct heapdump_span span = {.address = place->end,
                                 .size = size,
                                 .first = place->slots.count,
                                 .scan = scan};
    uint64_t usable = bytes;

    if (size <= HEAPDUMP_SMALL) {
        usable -= scan ? place->bitmap : 0;
        usable -= size >= 16 ? place->marks : 0;
    }
    span.slots = (uint32_t)(usable / size);
    memset(hs_column_extend(&place->slots, span.slots), 0xff,
           span.slots * sizeof(uint32_t));
    place->end += bytes;
    hs_column_push(&place->spans, &span);
    return (uint32_t)place->spans.count;
}

/* The span with 1 + its number being NUMBER; it moves when one is added. */
static const struct heapdump_span *span_at(const struct heapdump_place *place,
                                           uint32_t number)
{
    return (const struct heapdump_span *)place->spans.at + number - 1;
}

/* The next slot of class C that is to be used. */
static const struct heapdump_span *next_slot(struct allocator *a, unsigned c,
                                             bool scan, uint32_t *slot)
{
    struct heapdump_place *place = a->place;
    unsigned i = c * 2 + scan, odds = place->fragmented ? 5 : 16;
    const struct heapdump_span *span;

    for (;;) {
        if (!a->open[i]) {
            a->open[i] =
                new_span(a, classes[c].bytes,
                         (uint64_t)classes[c].pages * HEAPDUMP_PAGE, scan);
            a->taken[i] = 0;
        }
        span = span_at(place, a->open[i]);
        *slot = a->taken[i]++;
        if (a->taken[i] == span->slots)
            a->open[i] = 0;
        if (span->slots == 1 ||
            heapdump_hash(place->seed ^ 7, span->first + *slot) % odds)
            return span;
    }
}

static void allocate(struct allocator *a, const struct heapdump_object *object)
{
    struct heapdump_place *place = a->place;
    bool scan = object->mask != 0;
    uint64_t size = heapdump_slot(place, object->bytes, scan);
    uint32_t number = object->number, slot = 0;
    const struct heapdump_span *span;

    if (with_header(place, object->bytes, scan) > HEAPDUMP_LARGE)
        span = span_at(place, new_span(a, size, size, scan));
    else
        span = next_slot(a, class_of(size), scan, &slot);
    ((uint32_t *)place->slots.at)[span->first + slot] = number;
    place->units[number] =
        (uint32_t)((span->address + slot * size - place->base) / 8);
    if (place->headers && scan && size > HEAPDUMP_SMALL &&
        object->bytes <= HEAPDUMP_LARGE - 8)
        place->header[number / 8] |= (uint8_t)(1 << number % 8);
    place->bytes += size;
}

/* Deals 0..COUNT-1 in an order that leaves no neighbours together: a bijection
 * of the next power of two, walked until it falls below COUNT. */
static uint64_t scatter(uint64_t i, uint64_t count, uint64_t seed)
{
    unsigned bits = 1;
    uint64_t mask;

    while ((uint64_t)1 << bits < count)
        bits++;
    mask = ((uint64_t)1 << bits) - 1;
    do {
        for (unsigned round = 0; round < 3; round++) {
            i = (i * 0x9e3779b97f4a7c15u + seed + round) & mask;
            i ^= i >> (bits / 2 + 1);
        }
    } while (i >= count);
    return i;
}

bool heapdump_put(struct heapdump_place *place,
                  const struct heapdump_graph *graph, struct hs_arena *arena,
                  struct hs_err *err)
{
    struct allocator a = {.place = place};
    struct heapdump_object object;

    place->spans = HS_COLUMN(struct heapdump_span, arena);
    place->slots = HS_COLUMN(uint32_t, arena);
    place->units = hs_arena_zeroed(arena, graph->count, sizeof(*place->units));
    place->header = hs_arena_zeroed(arena, graph->count / 8 + 1, 1);
    place->base = place->end = BASE;
    place->bytes = 0;
    for (uint32_t i = 0; i < graph->count; i++) {
        uint64_t n =
            place->fragmented ? scatter(i, graph->count, graph->seed) : i;

        heapdump_describe(graph, (uint32_t)n, &object);
        if ((place->end + object.bytes - BASE) >> 35)
            return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                           "the heap would be larger than 32 GiB");
        allocate(&a, &object);
    }
    return true;
}
