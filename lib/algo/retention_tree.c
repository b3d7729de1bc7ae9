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

/* Where NODE is. */
struct place {
    uint32_t number; /* of its row; 0 if it has none, or is not reached */
    uint32_t vertex; /* of its row, be it folded; or HS_NO_VERTEX */
    uint32_t above;  /* vertex of what it is folded into, or HS_NO_VERTEX */
};

static struct place place_in(const struct hs_retention *r, uint32_t slot)
{
    struct place place = {0, HS_NO_VERTEX, HS_NO_VERTEX};

    if (is_folded(r, slot)) {
        place.above = r->referrers[hs_retention_fold_of(r->groups, slot)];
    } else if (r->groups[slot / 64].node >> slot % 64 & 1) {
        place.vertex = hs_retention_vertex(r->groups, slot);
        place.number = r->numbers[place.vertex];
        if (place.number & ROW_FOLDED) {
            place.above = place.number & ~ROW_FOLDED;
            place.number = 0;
        }
    }
    return place;
}

static struct place place_of(const struct hs_retention *r, uint32_t node)
{
    if (node < r->objects)
        return place_in(r, hs_heap_slot_of(r->heap->store, node));
    return (struct place){.number =
                              r->numbers[r->vertices + (node - r->objects)],
                          .vertex = r->vertices + (node - r->objects),
                          .above = HS_NO_VERTEX};
}

/* The number of the row that what is at PLACE is part of; 0 if no root reaches
 * it. */
static uint32_t number_of(const struct hs_retention *r,
                          const struct place *place)
{
    return place->above == HS_NO_VERTEX
               ? place->number
               : hs_retention_row_number(r, place->above);
}

/* What the object in SLOT, which is folded, retains. */
static struct hs_row weight_in(const struct hs_retention *r, uint32_t slot)
{
    if (is_folded(r, slot))
        return (struct hs_row){.bytes = hs_heap_slot_size(r->heap->store, slot),
                               .objects = 1};
    return hs_retention_weight(r, hs_retention_vertex(r->groups, slot));
}

/* What NODE, which is at PLACE, retains. */
static struct hs_row weight_of(const struct hs_retention *r, uint32_t node,
                               const struct place *place)
{
    const struct hs_retained *retained = &r->dom.retained[place->number];

    if (place->number)
        return (struct hs_row){.bytes = retained->bytes,
                               .objects = retained->objects};
    if (node >= r->objects)
        return (struct hs_row){0};
    /* What no root reaches retains itself only. */
    if (place->vertex == HS_NO_VERTEX || !number_of(r, place))
        return (struct hs_row){.bytes = hs_heap_size(r->heap, node),
                               .objects = 1};
    return hs_retention_weight(r, place->vertex);
}

/* The node of VERTEX, which is an object and may be folded. */
static uint32_t node_of(const struct hs_retention *r, uint32_t vertex)
{
    size_t low = 0, high = r->heap->store->group_count;
    uint32_t number = r->numbers[vertex];

    if (!(number & ROW_FOLDED))
        return hs_retention_node(r, number);
    /* The last group whose first vertex is not above. */
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;

        if (r->groups[middle].rank <= vertex)
            low = middle;
        else
            high = middle;
    }
    return hs_heap_slot_object(
        r->heap->store,
        (uint32_t)(low * 64) +
            hs_bits_select(r->groups[low].node, vertex - r->groups[low].rank));
}

uint32_t hs_retention_number(const struct hs_retention *r, uint32_t node)
{
    return place_of(r, node).number;
}

uint32_t hs_retention_number_above(const struct hs_retention *r, uint32_t node)
{
    struct place place = place_of(r, node);

    return number_of(r, &place);
}

bool hs_retention_reached(const struct hs_retention *r, uint32_t node)
{
    return hs_retention_number_above(r, node) != 0;
}

static struct hs_retained retained_of(const struct hs_row *row)
{
    return (struct hs_retained){.bytes = row->bytes, .objects = row->objects};
}

struct hs_retained hs_retention_of(const struct hs_retention *r, uint32_t node)
{
    struct place place = place_of(r, node);
    struct hs_row row = weight_of(r, node, &place);

    return retained_of(&row);
}

uint64_t hs_retention_bytes(const struct hs_retention *r, uint32_t node)
{
    return hs_retention_of(r, node).bytes;
}

uint64_t hs_retention_objects(const struct hs_retention *r, uint32_t node)
{
    return hs_retention_of(r, node).objects;
}

/* What NODE, at PLACE, is folded into; HS_NO_NODE if nothing reaches that. */
static uint32_t node_above(const struct hs_retention *r,
                           const struct place *place)
{
    return number_of(r, place) ? node_of(r, place->above) : HS_NO_NODE;
}

uint32_t hs_retention_dominator(const struct hs_retention *r, uint32_t node)
{
    struct place place = place_of(r, node);

    if (place.above != HS_NO_VERTEX)
        return node_above(r, &place);
    return hs_retention_node(r, r->dom.idom[place.number]);
}

uint32_t hs_retention_parent(const struct hs_retention *r, uint32_t node)
{
    struct place place = place_of(r, node);

    if (place.above != HS_NO_VERTEX)
        return node_above(r, &place);
    return hs_retention_node(r, r->dom.arcs.up[place.number]);
}

/* The biggest children so far, as a heap with the smallest of them on top. */
struct best {
    struct hs_child *heap;
    uint32_t count, most, all;
};

/* True if A comes after B: smaller, or as big and with a bigger number. */
static bool is_after(const struct hs_child *a, const struct hs_child *b)
{
    return a->retained.bytes != b->retained.bytes
               ? a->retained.bytes < b->retained.bytes
               : a->node > b->node;
}

/* Puts CHILD in the place of the top, which is gone. */
static void sift_down(struct best *best, struct hs_child child)
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

static void offer(struct best *best, uint32_t node, struct hs_retained retained)
{
    struct hs_child child = {.node = node, .retained = retained};
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
    struct folded folded;

    if (!hs_heap_near(r->heap->store, hs_heap_slot_of(r->heap->store, object),
                      object, &folded.memory))
        folded.memory = hs_heap_walk_to(&cache->reader, r->heap, object);
    folded.fields = (struct hs_fields){0};
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

        if (slot != HS_NO_SLOT && place_in(r, slot).above != HS_NO_VERTEX)
            return slot;
    }
    return HS_NO_SLOT;
}

/* Offers what is folded into OBJECT; returns how many objects that retains. */
static uint64_t offer_folded(const struct hs_retention *r, uint32_t object,
                             struct best *best)
{
    struct folded folded = folded_into(r, object);
    uint64_t objects = 0;
    uint32_t slot;

    while ((slot = next_folded(r, &folded)) != HS_NO_SLOT) {
        struct hs_row weight = weight_in(r, slot);

        offer(best, hs_heap_slot_object(r->heap->store, slot),
              retained_of(&weight));
        objects += weight.objects;
    }
    return objects;
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
            offer(best, hs_retention_node(r, v), dom->retained[v]);
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
        offer(best, hs_retention_node(r, v), dom->retained[v]);
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

/* The smallest go to the end, one after another. */
static void sort_best(struct best *best)
{
    while (best->count) {
        struct hs_child smallest = best->heap[0];
        struct hs_child last = best->heap[--best->count];

        if (best->count)
            sift_down(best, last);
        best->heap[best->count] = smallest;
    }
}

uint32_t hs_retention_list_children(const struct hs_retention *r, uint32_t node,
                                    struct hs_child *children, uint32_t most,
                                    uint32_t *all)
{
    struct place place = place_of(r, node);
    uint64_t objects = weight_of(r, node, &place).objects;
    struct best best = {.most = most, .heap = children};
    uint32_t count;

    *all = 0;
    if (node < r->objects)
        objects--;
    if (objects == 0 || !number_of(r, &place) || place.vertex == HS_NO_VERTEX)
        return 0;
    if (!place.number || hs_bitset_has(&r->dom.joined, place.number))
        objects -= offer_folded(r, node, &best);
    if (place.number)
        offer_rows(r, place.number, objects, &best);
    count = best.count;
    *all = best.all;
    sort_best(&best);
    return count;
}

uint32_t hs_retention_children(const struct hs_retention *r, uint32_t node,
                               uint32_t *nodes, uint32_t most, uint32_t *all)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_child few[FEW], *children = few;
    uint32_t count;

    if (most > FEW)
        children = hs_arena_alloc(&arena, most * sizeof(*children));
    count = hs_retention_list_children(r, node, children, most, all);
    for (uint32_t i = 0; i < count; i++)
        nodes[i] = children[i].node;
    hs_arena_free(&arena);
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

/* Children that are like LIKE, which retains BYTES. */
struct alike {
    uint32_t like;
    uint64_t bytes;
    uint32_t count;   /* those found */
    uint64_t objects; /* that they retain */
    uint64_t left;    /* of the objects of all children */
};

static void compare(const struct hs_retention *r, uint32_t node,
                    const struct hs_row *weight, struct alike *alike)
{
    alike->left -= weight->objects;
    if (weight->bytes != alike->bytes || !is_like(r, node, alike->like))
        return;
    alike->count++;
    alike->objects += weight->objects;
}

static void compare_folded(const struct hs_retention *r, uint32_t object,
                           struct alike *alike)
{
    struct folded folded = folded_into(r, object);
    uint32_t slot;

    while ((slot = next_folded(r, &folded)) != HS_NO_SLOT) {
        struct hs_row weight = weight_in(r, slot);

        compare(r, hs_heap_slot_object(r->heap->store, slot), &weight, alike);
    }
}

static void compare_rows(const struct hs_retention *r, uint32_t number,
                         struct alike *alike)
{
    const struct hs_dominators *dom = &r->dom;

    for (uint32_t v = number + 1; v <= dom->count && alike->left; v++) {
        struct hs_row weight = {.bytes = dom->retained[v].bytes,
                                .objects = dom->retained[v].objects};

        if (dom->idom[v] == number && weight.objects)
            compare(r, hs_retention_node(r, v), &weight, alike);
    }
}

uint32_t hs_retention_alike(const struct hs_retention *r, uint32_t node,
                            uint32_t like, uint64_t *objects)
{
    struct place place = place_of(r, node);
    struct alike alike = {.like = like,
                          .bytes = hs_retention_bytes(r, like),
                          .left = weight_of(r, node, &place).objects};

    *objects = 0;
    if (!number_of(r, &place))
        return 0;
    if (node < r->objects) {
        alike.left--;
        compare_folded(r, node, &alike);
    }
    if (place.number)
        compare_rows(r, place.number, &alike);
    *objects = alike.objects;
    return alike.count;
}
