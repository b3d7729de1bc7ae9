/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - yardstick FILE: how long one plain breadth-first search takes over
 * the heap dump FILE, in seconds: the median of five.  For scripts/bench.
 *
 * Plain is what a textbook has: one thread, all objects, all edges in one array
 * behind another, a queue, a parent for each object.  Reading the dump, looking
 * its pointers up and making the arrays do not count, so this is about the
 * least that anything can cost which looks at every edge once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "algo/holders.h"
#include "format/format.h"
#include "model/heap_lookup.h"
#include "model/heap_walk.h"

#define RUNS 5

/* The edges of object i are to[first[i]] .. to[first[i + 1] - 1]. */
struct plain {
    uint32_t objects;
    uint64_t *first;
    uint32_t *to;
    const struct hs_holders *holders;
    uint32_t *parent, *queue;
};

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void list_edges(struct plain *p, const struct hs_heap *heap,
                       struct hs_arena *arena)
{
    const struct hs_heap_store *store = heap->store;
    const struct hs_memory *memory;
    struct hs_column to = HS_COLUMN(uint32_t, arena);
    struct hs_heap_walk walk;

    p->objects = store->count;
    p->first =
        hs_arena_zeroed(arena, (size_t)store->count + 1, sizeof(*p->first));
    hs_heap_walk_init(&walk, heap, 0, store->count);
    while ((memory = hs_heap_walk_next(&walk))) {
        struct hs_fields fields = hs_fields_of(memory);
        uint64_t offset;

        while (hs_fields_next(&fields, &offset)) {
            uint32_t slot = hs_heap_slot_at(
                store, hs_heap_word(heap, memory->bytes + offset));
            uint32_t object;

            if (slot == HS_NO_SLOT)
                continue;
            object = hs_heap_slot_object(store, slot);
            hs_column_push(&to, &object);
        }
        p->first[walk.object + 1] = to.count;
    }
    p->to = to.at;
}

static uint32_t reach(struct plain *p, uint32_t to, uint32_t from, uint32_t end)
{
    if (p->parent[to] == HS_NO_OBJECT) {
        p->parent[to] = from;
        p->queue[end++] = to;
    }
    return end;
}

/* Says how many objects it has found. */
static uint32_t search(struct plain *p)
{
    uint32_t end = 0;

    for (size_t i = 0; i < p->holders->root_count; i++)
        end = reach(p, p->holders->roots[i].object, p->objects, end);
    for (uint32_t at = 0; at < end; at++) {
        uint32_t from = p->queue[at];

        for (uint64_t i = p->first[from]; i < p->first[from + 1]; i++)
            end = reach(p, p->to[i], from, end);
    }
    return end;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void time_search(const struct hs_heap *heap, struct hs_arena *arena)
{
    size_t bytes = hs_heap_count(heap) * sizeof(uint32_t);
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct plain p = {.holders = hs_holders_new(heap, arena, &scratch)};
    double times[RUNS];
    uint32_t found = 0;

    list_edges(&p, heap, arena);
    p.parent = hs_arena_alloc(arena, bytes);
    p.queue = hs_arena_zeroed(arena, bytes, 1);
    for (int i = 0; i <= RUNS; i++) { /* the first one warms up */
        double start;

        memset(p.parent, 0xff, bytes);
        start = seconds();
        found = search(&p);
        times[i ? i - 1 : 0] = seconds() - start;
    }
    qsort(times, RUNS, sizeof(*times), by_size);
    printf("%.4f %u\n", times[RUNS / 2], found);
    hs_arena_free(&scratch);
}

int main(int argc, char **argv)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_snapshot snapshot;
    struct hs_input *input;

    if (argc != 2) {
        fputs("Usage: yardstick FILE\n", stderr);
        return 64;
    }
    input = hs_input_open(argv[1], NULL, &err);
    hs_snapshot_init(&snapshot);
    if (input)
        hs_column_push(&snapshot.sources,
                       &(struct hs_source){.path = argv[1], .input = input});
    if (!input || !hs_format_named("godump")->decode(input, &snapshot, &err)) {
        fprintf(stderr, "yardstick: %s: %s\n", argv[1], err.message);
        return 2;
    }
    time_search(snapshot.heap, &arena);
    hs_arena_free(&arena);
    hs_snapshot_close(&snapshot);
    return 0;
}
