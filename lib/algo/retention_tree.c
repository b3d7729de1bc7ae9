/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_tree.c - questions about one node, folded objects included.
 *
 * A folded object has no row: its dominator, and the way to it, is the one
 * object that points to it.
 */
#include <string.h>

#include "algo/retention_impl.h"

/* After so many looks at all numbers it pays to list each one's children. */
#define SCANS 4
#define FEW   16 /* children that need no memory */

static bool is_folded(const struct hs_retention *r, uint32_t slot)
{
    return r->groups[slot / 64].folded >> slot % 64 & 1;
}

/* True if OBJECT's own words keep nothing alive. */
static bool is_muted(const struct hs_holders *holders, uint32_t object)
{
    size_t low = 0, high = holders->muted_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (holders->muted[middle] == object)
            return true;
        if (holders->muted[middle] < object)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* The number of the row of the object in SLOT; 0 if it has none. */
static uint32_t number_in(const struct hs_retention *r, uint32_t slot)
{
    if (!(r->groups[slot / 64].node >> slot % 64 & 1))
        return 0;
    return r->numbers[hs_retention_vertex(r->groups, slot)];
}

/* The number of the one object that points to the folded object in SLOT. */
static uint32_t referrer(const struct hs_retention *r, uint32_t slot)
{
    return r->referrers[hs_retention_fold_of(r->groups, slot)];
}

/* The number of NODE's row, 0 if it has none or is not reached.  *SLOT is the
 * slot of a folded object, else HS_NO_SLOT. */
static uint32_t number_of(const struct hs_retention *r, uint32_t node,
                          uint32_t *folded)
{
    uint32_t slot;

    *folded = HS_NO_SLOT;
    if (node >= r->objects)
        return r->numbers[r->vertices + (node - r->objects)];
    slot = hs_heap_slot_of(r->heap->store, node);
    if (is_folded(r, slot))
        *folded = slot;
    return number_in(r, slot);
}

uint32_t hs_retention_number(const struct hs_retention *r, uint32_t node)
{
    uint32_t folded;

    return number_of(r, node, &folded);
}

bool hs_retention_reached(const struct hs_retention *r, uint32_t node)
{
    uint32_t slot, number = number_of(r, node, &slot);

    if (slot != HS_NO_SLOT)
        number = referrer(r, slot);
    return number != 0;
}

uint64_t hs_retention_bytes(const struct hs_retention *r, uint32_t node)
{
    uint32_t slot, number = number_of(r, node, &slot);

    if (number)
        return r->dom.retained[number].bytes;
    return node < r->objects ? hs_heap_size(r->heap, node) : 0;
}

uint64_t hs_retention_objects(const struct hs_retention *r, uint32_t node)
{
    uint32_t slot, number = number_of(r, node, &slot);

    if (number)
        return r->dom.retained[number].objects;
    return node < r->objects;
}

uint32_t hs_retention_dominator(const struct hs_retention *r, uint32_t node)
{
    uint32_t slot, number = number_of(r, node, &slot);

    if (number)
        return hs_retention_node(r, r->dom.idom[number]);
    return slot == HS_NO_SLOT ? HS_NO_NODE
                              : hs_retention_node(r, referrer(r, slot));
}

uint32_t hs_retention_parent(const struct hs_retention *r, uint32_t node)
{
    uint32_t slot, number = number_of(r, node, &slot);

    if (number)
        return hs_retention_node(r, r->dom.arcs.up[number]);
    return hs_retention_dominator(r, node);
}

/* The biggest children so far, as a heap with the smallest of them on top. */
struct child {
    uint64_t bytes;
    uint32_t node;
};

struct best {
    struct child *heap;
    uint32_t count, most, all;
};

/* True if A comes after B: smaller, or as big and with a bigger number. */
static bool is_after(const struct child *a, const struct child *b)
{
    return a->bytes != b->bytes ? a->bytes < b->bytes : a->node > b->node;
}

/* Puts CHILD in the place of the top, which is gone. */
static void sift_down(struct best *best, struct child child)
{
    uint32_t at = 0, below;

    while ((below = 2 * at + 1) < best->count) {
        if (below + 1 < best->count &&
            is_after(&best->heap[below + 1], &best->heap[below]))
            below++;
        if (!is_after(&best->heap[below], &child))
            break;
        best->heap[at] = best->heap[below];
        at = below;
    }
    best->heap[at] = child;
}

static void offer(struct best *best, uint32_t node, uint64_t bytes)
{
    struct child child = {bytes, node};
    uint32_t at;

    best->all++;
    if (best->count == best->most) {
        if (best->most && is_after(&best->heap[0], &child))
            sift_down(best, child);
        return;
    }
    for (at = best->count++; at; at = (at - 1) / 2) {
        if (!is_after(&child, &best->heap[(at - 1) / 2]))
            break;
        best->heap[at] = best->heap[(at - 1) / 2];
    }
    best->heap[at] = child;
}

/* What is folded into an object, slot by slot. */
struct folded {
    struct hs_memory memory;
    struct hs_fields fields;
};

static struct folded folded_into(const struct hs_retention *r, uint32_t object)
{
    struct hs_retention *cache = (struct hs_retention *)(uintptr_t)r;
    struct folded folded = {
        .memory = hs_heap_walk_to(&cache->reader, r->heap, object)};

    if (!is_muted(r->holders, object))
        folded.fields = hs_fields_of(&folded.memory);
    return folded;
}

/* The next slot, or HS_NO_SLOT. */
static uint32_t next_folded(const struct hs_retention *r, struct folded *folded)
{
    uint64_t offset;

    while (hs_fields_next(&folded->fields, &offset)) {
        uint32_t slot =
            hs_retention_slot(r->heap, folded->memory.bytes + offset);

        if (slot != HS_NO_SLOT && is_folded(r, slot))
            return slot;
    }
    return HS_NO_SLOT;
}

/* Offers what is folded into OBJECT; returns how many those are. */
static uint32_t offer_folded(const struct hs_retention *r, uint32_t object,
                             struct best *best)
{
    struct folded folded = folded_into(r, object);
    uint32_t slot, count = 0;

    for (; (slot = next_folded(r, &folded)) != HS_NO_SLOT; count++)
        offer(best, hs_heap_slot_object(r->heap->store, slot),
              hs_heap_slot_size(r->heap->store, slot));
    return count;
}

/* Lists the children of every number, in order. */
static void link_children(struct hs_retention *r)
{
    size_t room = (size_t)r->dom.count + 1;
    uint32_t *first = hs_arena_zeroed(r->arena, room, sizeof(*first));
    uint32_t *next = hs_arena_alloc(r->arena, room * sizeof(*next));

    for (uint32_t v = r->dom.count; v > 1; v--) {
        next[v] = first[r->dom.idom[v]];
        first[r->dom.idom[v]] = v;
    }
    r->first_child = first;
    r->next_child = next;
}

/* The same as scan_rows(), once children are listed. */
static void offer_listed(const struct hs_retention *r, uint32_t number,
                         struct best *best)
{
    const struct hs_dominators *dom = &r->dom;

    for (uint32_t v = r->first_child[number]; v; v = r->next_child[v])
        if (dom->retained[v].objects)
            offer(best, hs_retention_node(r, v), dom->retained[v].bytes);
}

/* Offers the rows that NUMBER dominates at once, which retain OBJECTS
 * altogether; holders that retain nothing are no children.  A node's number is
 * above its dominator's.  Returns how many numbers it looked at. */
static uint32_t scan_rows(const struct hs_retention *r, uint32_t number,
                          uint64_t objects, struct best *best)
{
    const struct hs_dominators *dom = &r->dom;
    uint32_t v = number + 1;

    for (; v <= dom->count && objects; v++) {
        if (dom->idom[v] != number || dom->retained[v].objects == 0)
            continue;
        offer(best, hs_retention_node(r, v), dom->retained[v].bytes);
        objects -= dom->retained[v].objects;
    }
    return v - number;
}

/* A few questions are answered by looking at the numbers behind: that takes no
 * memory.  Whoever goes down a list node by node asks about each, and what a
 * node has beside the next may come behind all of the list. */
static void offer_rows(const struct hs_retention *r, uint32_t number,
                       uint64_t objects, struct best *best)
{
    struct hs_retention *cache = (struct hs_retention *)(uintptr_t)r;

    if (!r->first_child && r->scanned / SCANS > r->dom.count)
        link_children(cache);
    if (r->first_child)
        offer_listed(r, number, best);
    else
        cache->scanned += scan_rows(r, number, objects, best);
}

uint32_t hs_retention_children(const struct hs_retention *r, uint32_t node,
                               uint32_t *nodes, uint32_t most, uint32_t *all)
{
    uint32_t slot, number = number_of(r, node, &slot), count;
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct child few[FEW];
    struct best best = {.most = most, .heap = few};
    uint64_t objects;

    *all = 0;
    if (number == 0)
        return 0;
    if (most > FEW)
        best.heap = hs_arena_alloc(&arena, most * sizeof(*best.heap));
    objects = r->dom.retained[number].objects;
    if (node < r->objects)
        objects--;
    if (hs_bitset_has(&r->dom.joined, number))
        objects -= offer_folded(r, node, &best);
    offer_rows(r, number, objects, &best);
    count = best.count;
    *all = best.all;
    for (uint32_t i = count; i-- > 0;) {
        struct child last = best.heap[--best.count];

        nodes[i] = best.heap[0].node;
        if (best.count)
            sift_down(&best, last);
    }
    hs_arena_free(&arena);
    return count;
}

/* Counts what is folded into OBJECT and has SIZE bytes; *ALL gets all. */
static uint32_t count_folded(const struct hs_retention *r, uint32_t object,
                             uint64_t size, uint64_t *all)
{
    struct folded folded = folded_into(r, object);
    uint32_t slot, count = 0;

    for (*all = 0; (slot = next_folded(r, &folded)) != HS_NO_SLOT; ++*all)
        count += hs_heap_slot_size(r->heap->store, slot) == size;
    return count;
}

static bool is_like(const struct hs_retention *r, uint32_t node, uint32_t like)
{
    if (node >= r->objects || like >= r->objects)
        return node >= r->objects && like >= r->objects &&
               r->holders->holders[node - r->objects].kind ==
                   r->holders->holders[like - r->objects].kind;
    return hs_heap_size(r->heap, node) == hs_heap_size(r->heap, like);
}

uint32_t hs_retention_alike(const struct hs_retention *r, uint32_t node,
                            uint32_t like, uint64_t *objects)
{
    const struct hs_dominators *dom = &r->dom;
    uint64_t bytes = hs_retention_bytes(r, like), left, folded = 0;
    uint32_t slot, number = number_of(r, node, &slot), count = 0;

    *objects = 0;
    if (number == 0)
        return 0;
    left = dom->retained[number].objects;
    if (node < r->objects) {
        uint64_t size =
            like < r->objects ? hs_heap_size(r->heap, like) : UINT64_MAX;

        /* What is folded retains just itself. */
        count =
            count_folded(r, node, size == bytes ? size : UINT64_MAX, &folded);
        *objects = count;
        left -= 1 + folded;
    }
    for (uint32_t v = number + 1; v <= dom->count && left; v++) {
        if (dom->idom[v] != number || dom->retained[v].objects == 0)
            continue;
        left -= dom->retained[v].objects;
        if (dom->retained[v].bytes != bytes ||
            !is_like(r, hs_retention_node(r, v), like))
            continue;
        count++;
        *objects += dom->retained[v].objects;
    }
    return count;
}
