/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapdump_graph.c - a server's heap, object by object.
 *
 * Objects come in units of 64, each a small structure:
 *
 *   directory  a table of the heads of the 64 units behind it, with strings
 *   records    a slice of structs with three pointer-free parts each
 *   list       doubly linked nodes with payloads, through several units
 *   tree       a binary tree with payloads and pointers to the parent
 *   map        buckets of keys and values; some values point elsewhere
 *   mesh       nodes that point anywhere in the unit: cycles
 *
 * Three of five objects are free of pointers, the mean is some 76 bytes, and
 * an object has about 1.2 pointers.  Directories hang in chains of four below
 * variables or goroutines.  One unit of 64 is held by nobody: garbage.
 */
#include "heapdump.h"

#define UNIT      64
#define DIRECTORY 65 /* units from one directory to the next */
#define CHAIN     4  /* directories that one root holds */

enum unit_kind { DIRECTORY_UNIT, RECORDS, LIST, TREE, MAP, MESH };

static enum unit_kind kind_of(const struct heapdump_graph *graph, uint64_t unit)
{
    uint64_t draw = heapdump_hash(graph->seed, unit) % 100;

    if (unit % DIRECTORY == 0)
        return DIRECTORY_UNIT;
    return draw < 42   ? RECORDS
           : draw < 62 ? LIST
           : draw < 77 ? TREE
           : draw < 95 ? MAP
                       : MESH;
}

static void point(struct heapdump_object *object, uint32_t word,
                  uint64_t target)
{
    object->words[object->pointers] = word;
    object->targets[object->pointers++] = target;
    object->scan = true;
}

/* A string, a slice of bytes, a number: nothing in it points anywhere. */
static void leaf(const struct heapdump_graph *graph, uint64_t number,
                 struct heapdump_object *object)
{
    static const uint16_t sizes[64] = {
        16, 16, 16,  16,  16,  16,  16,  16,  16,  16,  16,  16,  16,
        16, 16, 16,  16,  16,  32,  32,  32,  32,  32,  32,  32,  32,
        32, 32, 32,  32,  32,  32,  24,  24,  24,  48,  48,  48,  48,
        48, 48, 48,  64,  64,  64,  64,  64,  64,  64,  96,  96,  96,
        96, 96, 128, 128, 128, 160, 256, 256, 320, 512, 512, 1024};

    object->size = sizes[heapdump_hash(graph->seed ^ 1, number) % 64];
}

static void directory(const struct heapdump_graph *graph, uint64_t unit,
                      unsigned k, struct heapdump_object *object)
{
    uint64_t base = unit * UNIT;

    if (k == UNIT - 1) { /* the way to the next directory of the chain */
        bool last = unit / DIRECTORY % CHAIN == CHAIN - 1;

        object->size = 16;
        point(object, 0, last ? graph->count : base + DIRECTORY * UNIT);
    } else if (k) {
        leaf(graph, base + k, object);
    } else {
        object->size = 1024;
        for (uint32_t i = 1; i < DIRECTORY; i++) {
            bool garbage = heapdump_hash(graph->seed ^ 2, unit + i) % 64 == 0;

            point(object, i, garbage ? graph->count : base + i * UNIT);
        }
        for (uint32_t i = 1; i < UNIT; i++)
            point(object, DIRECTORY - 1 + i, base + i);
    }
}

static void records(const struct heapdump_graph *graph, uint64_t unit,
                    unsigned k, struct heapdump_object *object)
{
    uint64_t base = unit * UNIT;

    if (k > 15) {
        leaf(graph, base + k, object);
    } else if (k) {
        object->size = 64;
        for (uint32_t i = 0; i < 3; i++)
            point(object, i * 2, base + 16 + (k - 1) * 3 + i);
        if (heapdump_hash(graph->seed ^ 3, base + k) % 4 == 0)
            point(object, 6, base);
    } else {
        object->size = 160;
        for (uint32_t i = 0; i < 18; i++)
            point(object, i, base + (i < 15 ? i + 1 : i + 46));
    }
}

static void list(const struct heapdump_graph *graph, uint64_t unit, unsigned k,
                 struct heapdump_object *object)
{
    uint64_t base = unit * UNIT, next = base + k + 1, before = base + k - 1;

    if (k > 31) {
        leaf(graph, base + k, object);
        return;
    }
    if (k == 31)
        next = kind_of(graph, unit + 1) == LIST ? base + UNIT : graph->count;
    if (k == 0)
        before =
            kind_of(graph, unit - 1) == LIST ? base - UNIT + 31 : graph->count;
    object->size = 32;
    point(object, 0, next);
    point(object, 1, before);
    point(object, 2, base + 32 + k);
}

static void tree(const struct heapdump_graph *graph, uint64_t unit, unsigned k,
                 struct heapdump_object *object)
{
    uint64_t base = unit * UNIT;

    if (k > 31) {
        leaf(graph, base + k, object);
        return;
    }
    object->size = 48;
    point(object, 0, k * 2 + 1 < 32 ? base + k * 2 + 1 : graph->count);
    point(object, 1, k * 2 + 2 < 32 ? base + k * 2 + 2 : graph->count);
    point(object, 2, k ? base + (k - 1) / 2 : graph->count);
    point(object, 3, base + 32 + k);
}

static void map(const struct heapdump_graph *graph, uint64_t unit, unsigned k,
                struct heapdump_object *object)
{
    uint64_t base = unit * UNIT, dice;

    if (k == 0) {
        object->size = 48;
        for (uint32_t i = 0; i < 4; i++)
            point(object, 2 + i, base + 1 + i);
    } else if (k < 5) { /* a bucket: keys 5..36, values 37..63 */
        object->size = 288;
        for (uint32_t i = 0; i < 8; i++)
            point(object, 1 + 2 * i, base + 5 + (k - 1) * 8 + i);
        for (uint32_t i = 0; i < 8; i++) {
            uint64_t value = 37 + (k - 1) * 8 + i;

            point(object, 17 + i, value < UNIT ? base + value : graph->count);
        }
    } else if (k > 36 && k % 2 == 0) { /* a value that refers elsewhere */
        dice = heapdump_hash(graph->seed ^ 4, base + k);
        object->size = 64;
        point(object, 1,
              (unit - unit % DIRECTORY + 1 + dice % (DIRECTORY - 1)) * UNIT +
                  (dice >> 32) % 8);
    } else {
        leaf(graph, base + k, object);
    }
}

static void mesh(const struct heapdump_graph *graph, uint64_t unit, unsigned k,
                 struct heapdump_object *object)
{
    uint64_t base = unit * UNIT;

    if (k > 23) {
        leaf(graph, base + k, object);
        return;
    }
    object->size = 80;
    point(object, 0, base + (k + 1) % 24);
    for (uint32_t i = 1; i < 4; i++)
        point(object, i,
              base + heapdump_hash(graph->seed ^ 5, (base + k) * 4 + i) % 24);
    point(object, 5, base + 24 + k);
    if (k < 16)
        point(object, 6, base + 48 + k);
}

/* The shapes that only try the algorithms: a hub, 0, then pairs of a node, odd,
 * and its payload, even. */
static void regular(const struct heapdump_graph *graph, uint64_t number,
                    struct heapdump_object *object)
{
    bool slice = graph->shape == SHAPE_SLICE || graph->shape == SHAPE_STAR;
    uint64_t nodes = graph->count / 2, last = nodes * 2 - 1;

    if (number == 0 && slice) {
        *object = (struct heapdump_object){.size = (nodes * 8 + 8191) & ~8191ul,
                                           .scan = true,
                                           .first = 1,
                                           .step = 2,
                                           .length = nodes};
    } else if (number == 0) {
        object->size = 32;
        point(object, 0, 1);
        point(object, 1, last);
    } else if (number % 2 == 0) {
        object->size = 16;
    } else {
        object->size = 48;
        if (!slice) {
            uint64_t end = graph->shape == SHAPE_RING ? 0 : graph->count;

            point(object, 0, number == last ? end : number + 2);
            point(object, 1, number == 1 ? end : number - 2);
        }
        if (graph->shape != SHAPE_SLICE && graph->shape != SHAPE_RING)
            point(object, 2, 0);
        point(object, 3, number + 1);
    }
}

void heapdump_describe(const struct heapdump_graph *graph, uint64_t number,
                       struct heapdump_object *object)
{
    uint64_t unit = number / UNIT;
    unsigned k = number % UNIT;

    object->scan = false;
    object->pointers = 0;
    object->length = 0;
    if (graph->shape > SHAPE_FRAGMENTED) {
        regular(graph, number, object);
        return;
    }
    switch (kind_of(graph, unit)) {
    case DIRECTORY_UNIT:
        directory(graph, unit, k, object);
        return;
    case RECORDS:
        records(graph, unit, k, object);
        return;
    case LIST:
        list(graph, unit, k, object);
        return;
    case TREE:
        tree(graph, unit, k, object);
        return;
    case MAP:
        map(graph, unit, k, object);
        return;
    case MESH:
        mesh(graph, unit, k, object);
        return;
    }
}

uint64_t heapdump_root_count(const struct heapdump_graph *graph)
{
    if (graph->shape > SHAPE_FRAGMENTED)
        return 1;
    return graph->count / (UNIT * DIRECTORY * CHAIN) + 1;
}

uint64_t heapdump_root(const struct heapdump_graph *graph, uint64_t i)
{
    return graph->shape > SHAPE_FRAGMENTED ? 0 : i * UNIT * DIRECTORY * CHAIN;
}
