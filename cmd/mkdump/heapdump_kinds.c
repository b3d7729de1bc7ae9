/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapdump_kinds.c - what structures consist of, and how they hang together.
 *
 * A kind is a few heads and then units, each of the same parts.  A part has a
 * size and a mask of pointer words; a table repeats its mask.  What a pointer
 * word points to is the business of one small function a kind.
 */
#include "heapdump.h"

#define W(n)   (UINT64_C(1) << (n))
#define PARTS  7
#define BUCKET 6 /* pairs, of the eight that one has room for */

enum part_size { FIXED, LEAF, UNITS, BUCKETS, OWN };

struct part {
    uint16_t bytes; /* of one element, if there are more */
    uint8_t size;   /* enum part_size */
    uint64_t mask;  /* pointer words */
    uint64_t tabs;  /* itab words */
};

struct kind {
    uint8_t heads, per;
    struct part parts[PARTS];
    struct heapdump_word (*word)(const struct heapdump_graph *graph,
                                 const struct heapdump_object *o, uint64_t w);
};

static struct heapdump_word value(uint64_t v)
{
    return (struct heapdump_word){.object = HEAPDUMP_NONE, .value = v};
}

static struct heapdump_word to(uint32_t object, uint32_t offset)
{
    return (struct heapdump_word){.object = object, .offset = offset};
}

/* Object PART of unit UNIT, counted from behind the heads; nil past the end. */
static struct heapdump_word at(const struct heapdump_object *o, uint64_t unit,
                               unsigned part)
{
    if (unit >= o->units)
        return value(0);
    return to(o->first + heapdump_heads(o->kind) +
                  (uint32_t)unit * heapdump_per(o->kind) + part,
              0);
}

static uint64_t dice(const struct heapdump_graph *graph,
                     const struct heapdump_object *o, uint64_t w)
{
    return heapdump_hash(graph->seed ^ 0x3a, (uint64_t)o->number * 64 + w);
}

/* A structure elsewhere: mostly nearby, sometimes one of the popular few,
 * seldom any. */
static struct heapdump_word elsewhere(const struct heapdump_graph *graph,
                                      const struct heapdump_object *o,
                                      uint64_t luck)
{
    uint64_t far = luck >> 16, s = o->structure;

    if (luck % 64 == 0)
        s = far % graph->structures;
    else if (luck % 64 < 8)
        s = far % (graph->structures / 1000 + 8);
    else
        s = s > 20 ? s - far % 20 : s + far % 20;
    if (s >= graph->structures || heapdump_orphan(graph, (uint32_t)s) ||
        graph->kind[s] <= KIND_REGISTRY || graph->kind[s] >= KIND_BLOB)
        return value(0);
    return to(graph->first[s], 0);
}

static struct heapdump_word goroutine_word(const struct heapdump_graph *graph,
                                           const struct heapdump_object *o,
                                           uint64_t w)
{
    enum { ALL, G, SUDOG, CHANNEL, REQUEST, BUFFER, CONTEXT };

    (void)graph;
    switch (o->part) {
    case ALL:
        return at(o, w, G - 1);
    case G:
        return w == 44 ? at(o, o->unit, SUDOG - 1) : value(0);
    case SUDOG:
        if (w == 0)
            return at(o, o->unit, G - 1);
        return w == (graph->go >= 26 ? 11 : 10) ? at(o, o->unit, CHANNEL - 1)
                                                : value(0);
    case CHANNEL: /* the queue of those who receive */
        return w == 8 || w == 9 ? at(o, o->unit, SUDOG - 1) : value(0);
    case REQUEST:
        return at(o, o->unit,
                  (w == 1   ? CONTEXT
                   : w == 2 ? BUFFER
                            : CHANNEL) -
                      1);
    default:
        return w == 3 ? value(HEAPDUMP_TYPES) : value(0);
    }
}

static struct heapdump_word tops_word(const struct heapdump_graph *graph,
                                      const struct heapdump_object *o,
                                      uint64_t w)
{
    uint64_t i = graph->held_from[o->unit] + w;

    if (i >= graph->held_from[o->unit + 1])
        return value(0);
    return to(graph->first[graph->registry[graph->held[i]]], 0);
}

static struct heapdump_word registry_word(const struct heapdump_graph *graph,
                                          const struct heapdump_object *o,
                                          uint64_t w)
{
    uint32_t s = o->structure + 1 + (uint32_t)w;

    if (w >= heapdump_members(graph, o->structure) || heapdump_orphan(graph, s))
        return value(0);
    return to(graph->first[s], 0);
}

static struct heapdump_word record_word(const struct heapdump_graph *graph,
                                        const struct heapdump_object *o,
                                        uint64_t w)
{
    uint64_t luck = dice(graph, o, w);
    struct heapdump_word leaf = at(o, w / 2 - 1, 0);

    if (w >= 2)
        return leaf;
    if (luck % 16 < 8)
        return value(luck % 16 < 4 ? 0 : HEAPDUMP_TYPES + 64);
    if (luck % 16 < 12) /* the inside of a string of its own */
        return to(o->first + 1, 8);
    return elsewhere(graph, o, luck >> 4);
}

static struct heapdump_word list_word(const struct heapdump_graph *graph,
                                      const struct heapdump_object *o,
                                      uint64_t w)
{
    (void)graph;
    if (o->part == 0)
        return at(o, w == 0 ? 0 : o->units - 1, 0);
    return w == 0 ? at(o, (uint64_t)o->unit + 1, 0) : at(o, o->unit, 1);
}

static struct heapdump_word dlist_word(const struct heapdump_graph *graph,
                                       const struct heapdump_object *o,
                                       uint64_t w)
{
    bool next = w == 0;

    (void)graph;
    if (o->part == 0) /* the root is an element of its ring */
        return at(o, next ? 0 : o->units - 1, 0);
    if (w == 4)
        return at(o, o->unit, 1);
    if (w == 2 || (next ? o->unit + 1 == o->units : o->unit == 0))
        return to(o->first, 0);
    return at(o, next ? o->unit + 1 : o->unit - 1, 0);
}

static struct heapdump_word tree_word(const struct heapdump_graph *graph,
                                      const struct heapdump_object *o,
                                      uint64_t w)
{
    (void)graph;
    if (o->part == 0)
        return at(o, 0, 0);
    return w < 2 ? at(o, o->unit * UINT64_C(2) + 1 + w, 0) : at(o, o->unit, 1);
}

static struct heapdump_word map_word(const struct heapdump_graph *graph,
                                     const struct heapdump_object *o,
                                     uint64_t w)
{
    uint64_t pair, in = w % 26;

    if (o->part == 0) /* the buckets, and no old ones */
        return w == 2 ? to(o->first + 1, 0) : value(0);
    if (o->part == 3) { /* a value */
        uint64_t luck = dice(graph, o, w);

        return w == 0          ? at(o, o->unit, 2)
               : luck % 8 == 0 ? elsewhere(graph, o, luck >> 3)
                               : value(0);
    }
    pair = in <= 16 ? (in - 1) / 2 : in - 17;
    if (pair >= BUCKET)
        return value(0);
    return at(o, w / 26 * BUCKET + pair, in > 16);
}

static struct heapdump_word slice_word(const struct heapdump_graph *graph,
                                       const struct heapdump_object *o,
                                       uint64_t w)
{
    (void)graph;
    return o->part == 0 ? to(o->first + 1, 0) : at(o, w, 0);
}

static struct heapdump_word boxes_word(const struct heapdump_graph *graph,
                                       const struct heapdump_object *o,
                                       uint64_t w)
{
    (void)graph;
    return o->part == 0 ? at(o, w, 0) : at(o, o->unit, 1);
}

static struct heapdump_word ring_word(const struct heapdump_graph *graph,
                                      const struct heapdump_object *o,
                                      uint64_t w)
{
    if (w == 0)
        return at(o, o->unit + 1 < o->units ? o->unit + 1 : 0, 0);
    return w == 3 ? elsewhere(graph, o, dice(graph, o, w)) : value(0);
}

static struct heapdump_word chain_word(const struct heapdump_graph *graph,
                                       const struct heapdump_object *o,
                                       uint64_t w)
{
    (void)graph;
    (void)w;
    return at(o, (uint64_t)o->unit + 1, 0);
}

static struct heapdump_word two_way_word(const struct heapdump_graph *graph,
                                         const struct heapdump_object *o,
                                         uint64_t w)
{
    (void)graph;
    if (o->part == 0)
        return at(o, w == 0 ? 0 : o->units - 1, 0);
    if (w == 2 || (w == 0 ? o->unit + 1 == o->units : o->unit == 0))
        return to(o->first, 0);
    return at(o, w == 0 ? o->unit + 1 : o->unit - 1, 0);
}

static struct heapdump_word star_word(const struct heapdump_graph *graph,
                                      const struct heapdump_object *o,
                                      uint64_t w)
{
    (void)graph;
    return o->part == 0 ? at(o, w, 0) : to(o->first, (o->unit % 16) * 8);
}

static struct heapdump_word dag_word(const struct heapdump_graph *graph,
                                     const struct heapdump_object *o,
                                     uint64_t w)
{
    (void)graph;
    return at(o, o->unit + 1 + w, 0);
}

/* The pointers of a bucket: eight strings, eight values, the overflow. */
#define BUCKET_MASK (UINT64_C(0xaaaa) | UINT64_C(0x3fe0000))
#define A_LEAF                                                                 \
    {                                                                          \
        .size = LEAF                                                           \
    }

static const struct kind kinds[KINDS] = {
    [KIND_GOROUTINES] = {1,
                         6,
                         {{8, UNITS, W(0), 0},
                          {448, FIXED,
                           W(4) | W(5) | W(6) | W(10) | W(18) | W(29) | W(37) |
                               W(40) | W(41) | W(44) | W(45) | W(48),
                           0},
                          {96, FIXED, W(0) | W(1) | W(2) | W(3) | W(7) * 15, 0},
                          {96, FIXED, W(2) | W(5) | W(8) | W(9) | W(10) | W(11),
                           0},
                          {64, FIXED, W(1) | W(2) | W(5), W(0)},
                          {2048, FIXED, 0, 0},
                          {48, FIXED, W(1) | W(3) | W(5), 0}},
                         goroutine_word},
    [KIND_TOPS] = {0, 1, {{8, OWN, W(0), 0}}, tops_word},
    [KIND_REGISTRY] = {1, 0, {{8, OWN, W(0), 0}}, registry_word},
    [KIND_RECORD] = {1, 1, {{16, OWN, W(1), W(0)}, A_LEAF}, record_word},
    [KIND_LIST] = {1,
                   2,
                   {{24, FIXED, W(0) | W(1), 0},
                    {32, FIXED, W(0) | W(1), 0},
                    A_LEAF},
                   list_word},
    [KIND_DLIST] = {1,
                    2,
                    {{48, FIXED, W(0) | W(1), 0},
                     {40, FIXED, W(0) | W(1) | W(2) | W(4), W(3)},
                     A_LEAF},
                    dlist_word},
    [KIND_TREE] = {1,
                   2,
                   {{16, FIXED, W(0), 0},
                    {48, FIXED, W(0) | W(1) | W(2), 0},
                    A_LEAF},
                   tree_word},
    [KIND_MAP] = {2,
                  3,
                  {{48, FIXED, W(2) | W(3) | W(5), 0},
                   {208, BUCKETS, BUCKET_MASK, 0},
                   A_LEAF,
                   {64, FIXED, W(0) | W(4), 0},
                   A_LEAF},
                  map_word},
    [KIND_SLICE] = {2,
                    1,
                    {{24, FIXED, W(0), 0}, {8, UNITS, W(0), 0}, A_LEAF},
                    slice_word},
    [KIND_BOXES] = {1,
                    2,
                    {{8, UNITS, W(0), 0}, {8, FIXED, W(0), 0}, A_LEAF},
                    boxes_word},
    [KIND_RING] = {0, 1, {{64, FIXED, W(0) | W(3) | W(5), W(2)}}, ring_word},
    [KIND_BLOB] = {1, 0, {{0, OWN, 0, 0}}, NULL},
    [KIND_CHAIN] = {0, 1, {{16, FIXED, W(0), 0}}, chain_word},
    [KIND_TWO_WAY] = {1,
                      1,
                      {{24, FIXED, W(0) | W(1), 0},
                       {32, FIXED, W(0) | W(1) | W(2), 0}},
                      two_way_word},
    [KIND_STAR] = {1,
                   1,
                   {{8, UNITS, W(0), 0}, {16, FIXED, W(1), 0}},
                   star_word},
    [KIND_DAG] = {0, 1, {{64, FIXED, 0xff, 0}}, dag_word},
};

unsigned heapdump_heads(enum heapdump_kind kind)
{
    return kinds[kind].heads;
}

unsigned heapdump_per(enum heapdump_kind kind)
{
    return kinds[kind].per;
}

/* A string or a slice of bytes; small ones are the most. */
static uint64_t leaf_bytes(uint64_t luck)
{
    static const uint16_t sizes[64] = {
        16,  16,  16,  16,  16,  16,  16,  16,  16,  16,  16,  16,  16,
        16,  16,  16,  24,  24,  24,  24,  24,  32,  32,  32,  32,  32,
        32,  32,  32,  32,  32,  48,  48,  48,  48,  48,  48,  48,  48,
        64,  64,  64,  64,  64,  80,  80,  80,  96,  96,  96,  112, 128,
        128, 128, 160, 144, 192, 208, 256, 256, 320, 416, 512, 896};

    return sizes[luck % 64];
}

/* A kind whose size is its own affair. */
static void measure_own(const struct heapdump_graph *graph,
                        struct heapdump_object *o)
{
    uint64_t luck = dice(graph, o, 63);
    uint32_t count;

    switch (o->kind) {
    case KIND_TOPS:
        count = graph->held_from[o->unit + 1] - graph->held_from[o->unit];
        o->bytes = 8u * (count + 1u);
        return;
    case KIND_REGISTRY:
        o->bytes = 8u * (heapdump_members(graph, o->structure) + 1u);
        return;
    case KIND_RECORD: /* an interface, and a string a unit */
        o->bytes += o->units * UINT64_C(16);
        o->mask |= UINT64_C(0x5555555555555554) & (W(2 * o->units + 2) - 1);
        o->period = 64;
        return;
    default: /* of 1 KiB mostly, of 1 MiB seldom */
        o->bytes = 1024 + luck % (luck >> 32 & 127 ? 3000 : 1 << 20);
    }
}

void heapdump_measure(const struct heapdump_graph *graph,
                      struct heapdump_object *o)
{
    const struct part *part = &kinds[o->kind].parts[o->part];

    o->bytes = part->bytes;
    o->mask = part->mask;
    o->tabs = part->tabs;
    o->period = part->bytes / 8;
    switch ((enum part_size)part->size) {
    case FIXED:
        break;
    case LEAF:
        o->bytes = leaf_bytes(dice(graph, o, 62));
        break;
    case UNITS:
        o->bytes *= o->units;
        break;
    case BUCKETS:
        o->bytes *= (o->units + BUCKET - 1) / BUCKET;
        break;
    case OWN:
        measure_own(graph, o);
        break;
    }
    /* g and sudog have grown in Go 1.26. */
    if (o->kind == KIND_GOROUTINES && graph->go >= 26 && o->part == 1)
        o->bytes = 480;
    if (o->kind == KIND_GOROUTINES && graph->go >= 26 && o->part == 2) {
        o->bytes = 112;
        o->mask = W(0) | W(1) | W(2) | W(3) | W(8) * 15;
    }
    if (o->kind == KIND_GOROUTINES && o->part > 0)
        o->period = 64;
}

struct heapdump_word heapdump_word(const struct heapdump_graph *graph,
                                   const struct heapdump_object *o, uint64_t w)
{
    return kinds[o->kind].word(graph, o, w);
}
