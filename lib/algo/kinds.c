/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds.c - walks down from some nodes to the first of other kinds.
 */
#include "algo/kinds.h"

#include <stdlib.h>

#include "base/map.h"

/* Sorts of keys; the rest of a key is a number of that sort. */
#define KEY_FRAME  ((uint64_t)1 << 63) /* entry of the function */
#define KEY_HOLDER ((uint64_t)1 << 62) /* node */
#define KEY_MANY   ((uint64_t)1 << 61) /* enum hs_holder_kind */
#define KEY_SIZE   ((uint64_t)1 << 60) /* bytes */
#define KEY_NONE   UINT64_MAX

#define FEW 64 /* children */

struct finding {
    const struct hs_heap *heap;
    const struct hs_holders *holders;
    const struct hs_retention *retention;
    struct hs_arena *arena;
    struct hs_kinds kinds;
    struct hs_map number;   /* by key: in kinds.list */
    struct hs_column work;  /* uint32_t: whose children are to be added */
    struct hs_column found; /* struct hs_child: of one */
    uint64_t own;           /* key of the nodes themselves, if they join */
};

static uint64_t holder_key(const struct hs_heap *heap,
                           const struct hs_holders *holders, uint32_t node)
{
    const struct hs_holder *holder =
        &holders->holders[node - hs_heap_count(heap)];
    const struct hs_frame *frames = heap->frames.at;

    if (holder->kind == HS_HOLDER_FRAME)
        return KEY_FRAME | frames[holder->record].entry;
    if (holder->kind == HS_HOLDER_GOROUTINE ||
        holder->kind == HS_HOLDER_FINALIZER)
        return KEY_MANY | holder->kind;
    return KEY_HOLDER | node;
}

uint64_t hs_kind_of(const struct hs_heap *heap,
                    const struct hs_holders *holders, uint32_t node)
{
    uint32_t typing;

    if (node >= hs_heap_count(heap))
        return holder_key(heap, holders, node);
    typing = hs_names_typing(heap->names, node);
    if (hs_typing_type(typing) == HS_NO_TYPE ||
        hs_typing_evidence(typing) <= HS_EVIDENCE_GUESS)
        return KEY_SIZE | hs_heap_size(heap, node);
    return hs_typing(hs_typing_type(typing), hs_typing_shape(typing),
                     HS_EVIDENCE_NONE, false);
}

/* Is NODE a part of a map or a channel, but not its header? */
static bool is_part(const struct hs_heap *heap, uint32_t node)
{
    uint32_t typing;

    if (node >= hs_heap_count(heap))
        return false;
    typing = hs_names_typing(heap->names, node);
    return typing && hs_typing_inner(heap->names, typing) &&
           hs_typing_shape(typing) != HS_SHAPE_MAP;
}

static void add_child(struct finding *f, const struct hs_child *child)
{
    uint32_t node = child->node;
    uint64_t key = hs_kind_of(f->heap, f->holders, node);
    struct hs_retained retained = child->retained;
    struct hs_kind fresh = {
        .key = key, .largest = node, .members = HS_COLUMN(uint32_t, f->arena)};
    struct hs_kind *kind;
    uint32_t number;

    if (key == f->own || is_part(f->heap, node)) {
        f->kinds.joined += key == f->own;
        f->kinds.inner |= key != f->own;
        hs_column_push(&f->work, &node);
        return;
    }
    number = hs_map_add(&f->number, key, (uint32_t)f->kinds.list.count);
    if (number == f->kinds.list.count)
        hs_column_push(&f->kinds.list, &fresh);
    kind = (struct hs_kind *)f->kinds.list.at + number;
    if (retained.bytes > kind->most_bytes) {
        kind->largest = node;
        kind->most_bytes = retained.bytes;
    }
    kind->bytes += retained.bytes;
    kind->objects += retained.objects;
    kind->count++;
    hs_column_push(&kind->members, &node);
}

/* Most nodes have no children or a few, and there may be millions of them:
 * those are asked for once. */
static void add_children(struct finding *f, uint32_t node)
{
    bool object = node < hs_heap_count(f->heap);
    struct hs_child *children = f->found.at;
    uint32_t all, found = hs_retention_list_children(f->retention, node,
                                                     children, FEW, &all);

    if (object && !is_part(f->heap, node))
        f->kinds.own_bytes += hs_heap_size(f->heap, node);
    if (all > found) {
        f->found.count = 0;
        children = hs_column_extend(&f->found, all);
        found =
            hs_retention_list_children(f->retention, node, children, all, &all);
    }
    for (uint32_t i = 0; i < found; i++)
        add_child(f, &children[i]);
}

static int by_node(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Makes the COUNT nodes NODES the work, the lowest first: that is how their
 * bytes are read fast. */
static void add_work(struct finding *f, const uint32_t *nodes, size_t count)
{
    uint32_t *work = hs_column_extend(&f->work, count);
    bool sorted = true;

    for (size_t i = 0; i < count; i++) {
        work[i] = nodes[count - 1 - i];
        sorted &= i == 0 || work[i - 1] >= work[i];
    }
    if (sorted)
        return;
    qsort(work, count, sizeof(*work), by_node);
    for (size_t i = 0; i < count / 2; i++) {
        uint32_t low = work[i];

        work[i] = work[count - 1 - i];
        work[count - 1 - i] = low;
    }
}

static int by_bytes(const void *a, const void *b)
{
    const struct hs_kind *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return (x->largest > y->largest) - (x->largest < y->largest);
}

struct hs_kinds hs_kinds_find(const struct hs_heap *heap,
                              const struct hs_holders *holders,
                              const struct hs_retention *retention,
                              const uint32_t *nodes, size_t count, bool join,
                              struct hs_arena *arena)
{
    struct finding f = {.heap = heap,
                        .holders = holders,
                        .retention = retention,
                        .arena = arena,
                        .kinds.list = HS_COLUMN(struct hs_kind, arena),
                        .work = HS_COLUMN(uint32_t, arena),
                        .found = HS_COLUMN(struct hs_child, arena),
                        .own = KEY_NONE};

    hs_map_init(&f.number, arena, 64);
    hs_column_extend(&f.found, FEW);
    if (join && count && nodes[0] < hs_heap_count(heap) &&
        hs_typing_type(hs_names_typing(heap->names, nodes[0])) != HS_NO_TYPE)
        f.own = hs_kind_of(heap, holders, nodes[0]);
    add_work(&f, nodes, count);
    while (f.work.count)
        add_children(&f, ((const uint32_t *)f.work.at)[--f.work.count]);
    if (f.kinds.list.count)
        qsort(f.kinds.list.at, f.kinds.list.count, sizeof(struct hs_kind),
              by_bytes);
    return f.kinds;
}
