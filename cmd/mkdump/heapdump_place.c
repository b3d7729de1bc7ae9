/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapdump_place.c - an allocator like Go's: spans of size classes.
 *
 * Objects with and without pointers have spans of their own.  A small span is
 * one page, and one with pointers ends in 128 bytes of bitmap where no object
 * may lie (Go 1.22 to 1.25).  One slot in sixteen is free.
 */
#include "heapdump.h"

#include <string.h>

#define PAGE   8192u
#define BASE   UINT64_C(0xc000000000)
#define LARGE  32768u
#define SMALL  512u
#define BITMAP 128u

/* Slots by size/16, pointers or not: the span that has room, 0 for none. */
#define CLASSES (LARGE / 8 * 2)

struct allocator {
    struct heapdump_place *place;
    uint64_t seed;
    bool scattered;
    uint32_t *open;  /* by class: 1 + number of the span with room */
    uint32_t *taken; /* by class: its slots that are used up */
};

static uint64_t pages_of(uint64_t size)
{
    uint64_t pages = 1;

    if (size > LARGE)
        return (size + PAGE - 1) / PAGE;
    /* As the runtime does it: until at most an eighth is lost. */
    while (size > SMALL && pages * PAGE % size > pages * PAGE / 8)
        pages++;
    return pages;
}

static uint32_t new_span(struct allocator *a, uint64_t size, bool scan)
{
    struct heapdump_place *place = a->place;
    uint64_t bytes = pages_of(size) * PAGE;
    uint32_t slots =
        (uint32_t)((bytes - (scan && size <= SMALL ? BITMAP : 0)) / size);
    struct heapdump_span span = {.address = place->end,
                                 .size = size,
                                 .first = place->slots.count,
                                 .slots = slots,
                                 .scan = scan};
    uint32_t *slot = hs_column_extend(&place->slots, slots);

    memset(slot, 0xff, slots * sizeof(*slot));
    place->end += bytes;
    hs_column_push(&place->spans, &span);
    return (uint32_t)place->spans.count;
}

static void allocate(struct allocator *a, uint32_t object, uint64_t size,
                     bool scan)
{
    uint64_t class = size > LARGE ? 0 : (size / 8 - 1) * 2 + scan;
    struct heapdump_place *place = a->place;
    const struct heapdump_span *span;
    uint32_t slot, *slots;

    for (;;) {
        if (size > LARGE || !a->open[class]) {
            a->open[class] = new_span(a, size, scan);
            a->taken[class] = 0;
        }
        span = (const struct heapdump_span *)place->spans.at +
               (a->open[class] - 1);
        slot = a->taken[class]++;
        if (slot + 1 >= span->slots)
            a->open[class] = 0;
        if (slot >= span->slots)
            continue;
        if (span->slots == 1 ||
            heapdump_hash(a->seed ^ 7, span->first + slot) % 16)
            break;
    }
    slots = place->slots.at;
    slots[span->first + slot] = object;
    place->units[object] =
        (uint32_t)((span->address + slot * size - place->base) / 8);
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

void heapdump_put(struct heapdump_place *place,
                  const struct heapdump_graph *graph, struct hs_arena *arena)
{
    struct allocator a = {.place = place, .seed = graph->seed};
    struct heapdump_object object;

    a.scattered =
        graph->shape == SHAPE_FRAGMENTED || graph->shape == SHAPE_SCATTERED;
    a.open = hs_arena_zeroed(arena, CLASSES, sizeof(*a.open));
    a.taken = hs_arena_zeroed(arena, CLASSES, sizeof(*a.taken));
    place->spans = HS_COLUMN(struct heapdump_span, arena);
    place->slots = HS_COLUMN(uint32_t, arena);
    place->units = hs_arena_alloc(arena, graph->count * sizeof(*place->units));
    place->base = place->end = BASE;
    place->bytes = 0;
    for (uint64_t i = 0; i < graph->count; i++) {
        uint64_t number =
            a.scattered ? scatter(i, graph->count, graph->seed) : i;

        heapdump_describe(graph, number, &object);
        allocate(&a, (uint32_t)number, object.size, object.scan);
    }
}
