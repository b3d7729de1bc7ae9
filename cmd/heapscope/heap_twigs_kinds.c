/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_twigs_kinds.c - opens a twig of a heap whose types are known.
 *
 * All children of one type are one twig, however much each retains, and it
 * stands for what all of them dominate.  Children of the twig's own type, the
 * nodes of a list or a tree, belong to it; so do the inner parts of a map.
 */
#include <stdlib.h>

#include "base/map.h"
#include "heap_twigs_impl.h"

/* A twig of more is not opened: it would take seconds. */
#define MOST_MEMBERS ((uint32_t)1 << 22)

/* Children of one kind. */
struct kind {
    uint64_t bytes, objects;
    uint32_t first, count;    /* node, and how many */
    struct hs_column members; /* uint32_t: nodes */
};

struct kinds {
    struct grower *g;
    struct hs_column list; /* struct kind */
    struct hs_map number;  /* by key */
    struct hs_column work; /* uint32_t: nodes whose children are to be added */
    uint64_t own;          /* key of the twig itself */
    uint32_t joined;       /* of that kind, below it */
    bool inner;            /* some inner parts of maps */
};

#define NO_KEY UINT64_MAX

/* Goroutines of a group are one kind, and so are frames of one function. */
static uint64_t holder_key(const struct hs_heap_case *c, uint32_t node)
{
    const struct hs_holder *holder = hs_twig_holder(c, node);
    const struct hs_frame *frames = c->heap->frames.at;

    if (holder->kind == HS_HOLDER_FRAME)
        return (uint64_t)1 << 63 | frames[holder->record].entry;
    if (hs_twig_one_of_many(holder))
        return (uint64_t)1 << 61 | holder->kind;
    return (uint64_t)1 << 62 | node;
}

/* What tells a kind from others: the type, or the size of what has none. */
static uint64_t key_of(const struct hs_heap_case *c, uint32_t node)
{
    uint32_t typing;

    if (hs_twig_is_holder(c, node))
        return holder_key(c, node);
    typing = hs_names_typing(c->heap->names, node);
    if (hs_typing_type(typing) != HS_NO_TYPE &&
        hs_typing_evidence(typing) > HS_EVIDENCE_GUESS)
        return hs_typing(hs_typing_type(typing), hs_typing_shape(typing), 0,
                         false);
    return (uint64_t)1 << 60 | hs_heap_size(c->heap, node);
}

static bool is_map_part(const struct hs_heap_case *c, uint32_t node)
{
    uint32_t typing;

    if (hs_twig_is_holder(c, node))
        return false;
    typing = hs_names_typing(c->heap->names, node);
    return hs_typing_inner(typing) && hs_typing_shape(typing) != HS_SHAPE_MAP;
}

static void add_child(struct kinds *k, uint32_t node)
{
    const struct hs_heap_case *c = k->g->c;
    uint64_t key = key_of(c, node);
    struct kind fresh = {.first = node,
                         .members = HS_COLUMN(uint32_t, k->g->arena)};
    struct kind *kind;
    uint32_t number;

    if (is_map_part(c, node) || key == k->own) {
        k->inner |= key != k->own;
        k->joined += key == k->own;
        hs_column_push(&k->work, &node);
        return;
    }
    number = hs_map_add(&k->number, key, (uint32_t)k->list.count);
    if (number == k->list.count)
        hs_column_push(&k->list, &fresh);
    kind = (struct kind *)k->list.at + number;
    kind->bytes += hs_retention_bytes(c->retention, node);
    kind->objects += hs_retention_objects(c->retention, node);
    kind->count++;
    hs_column_push(&kind->members, &node);
}

static void add_children_of(struct kinds *k, uint32_t node,
                            struct hs_column *room)
{
    const struct hs_retention *r = k->g->c->retention;
    uint32_t first, all,
        found = hs_retention_children(r, node, &first, 1, &all);
    uint32_t *children;

    room->count = 0;
    children = hs_column_extend(room, all);
    if (all > 1)
        found = hs_retention_children(r, node, children, all, &all);
    else if (all == 1)
        children[0] = first;
    for (uint32_t i = 0; i < found; i++)
        add_child(k, children[i]);
}

static int by_bytes(const void *a, const void *b)
{
    const struct kind *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return (x->first > y->first) - (x->first < y->first);
}

static struct kinds find_kinds(struct grower *g, const struct hs_twig *twig)
{
    struct kinds k = {.g = g,
                      .list = HS_COLUMN(struct kind, g->arena),
                      .work = HS_COLUMN(uint32_t, g->arena),
                      .own = NO_KEY};
    struct hs_column room = HS_COLUMN(uint32_t, g->arena);

    hs_map_init(&k.number, g->arena, 64);
    if (!hs_twig_is_holder(g->c, twig->node) &&
        hs_typing_type(hs_names_typing(g->c->heap->names, twig->node)))
        k.own = key_of(g->c, twig->node);
    if (twig->members.count)
        memcpy(hs_column_extend(&k.work, twig->members.count), twig->members.at,
               twig->members.count * sizeof(uint32_t));
    else
        hs_column_push(&k.work, &twig->node);
    while (k.work.count)
        add_children_of(&k, ((uint32_t *)k.work.at)[--k.work.count], &room);
    if (k.list.count)
        qsort(k.list.at, k.list.count, sizeof(struct kind), by_bytes);
    return k;
}

/* Hangs twigs for the biggest kinds below twig NUMBER; returns how many
 * children these are. */
static uint32_t add_kinds(struct grower *g, uint32_t number,
                          const struct kinds *k, uint64_t room)
{
    const struct kind *kinds = k->list.at;
    uint32_t last = HS_NO_TWIG, twig, shown = 0;
    uint32_t depth = hs_twig_at(g->twigs, number)->depth + 1;

    for (size_t i = 0; i < k->list.count && i < room && i < g->each; i++) {
        if (kinds[i].bytes == 0 || kinds[i].bytes < g->plan->least)
            break;
        twig = hs_twig_add(g, kinds[i].first, kinds[i].count, depth, 1);
        hs_twig_at(g->twigs, twig)->bytes = kinds[i].bytes;
        hs_twig_at(g->twigs, twig)->objects = kinds[i].objects;
        hs_twig_at(g->twigs, twig)->members = kinds[i].members;
        if (last == HS_NO_TWIG)
            hs_twig_at(g->twigs, number)->first = twig;
        else
            hs_twig_at(g->twigs, last)->next = twig;
        last = twig;
        shown += kinds[i].count;
    }
    return shown;
}

/* What twig NUMBER has beyond its children: its own objects are its name. */
static void set_rest(struct grower *g, uint32_t number, uint64_t own_bytes,
                     uint64_t own_objects, uint32_t left)
{
    struct hs_twig *twig = hs_twig_at(g->twigs, number);
    uint64_t bytes = own_bytes, objects = own_objects;

    for (uint32_t t = twig->first; t != HS_NO_TWIG;
         t = hs_twig_at(g->twigs, t)->next) {
        bytes += hs_twig_at(g->twigs, t)->bytes;
        objects += hs_twig_at(g->twigs, t)->objects;
    }
    twig->rest_bytes = twig->bytes > bytes ? twig->bytes - bytes : 0;
    twig->rest_objects = twig->objects > objects ? twig->objects - objects : 0;
    twig->rest_count = left;
    g->twigs->rests += hs_twig_has_rest(twig);
}

void hs_twigs_open_kinds(struct grower *g, uint32_t number, uint64_t room)
{
    struct hs_twig *twig = hs_twig_at(g->twigs, number);
    uint64_t bytes = 0, objects = 0;
    uint32_t left = 0, shown;
    struct kinds k;

    twig->open = true;
    if (twig->count > MOST_MEMBERS || room < 2)
        return;
    k = find_kinds(g, twig);
    for (size_t i = 0; i < k.list.count; i++) {
        bytes += ((const struct kind *)k.list.at)[i].bytes;
        objects += ((const struct kind *)k.list.at)[i].objects;
        left += ((const struct kind *)k.list.at)[i].count;
    }
    twig->inner = k.inner;
    twig->count += k.joined;
    twig->chain = k.joined != 0;
    bytes = twig->bytes - bytes;
    objects = twig->objects - objects;
    /* The inner parts of a map are not itself: they are its rest. */
    if (k.inner && !hs_twig_is_holder(g->c, twig->node)) {
        bytes = hs_heap_size(g->c->heap, twig->node) * twig->count;
        objects = twig->count;
    }
    shown = add_kinds(g, number, &k, room - 1);
    set_rest(g, number, bytes, objects, left - shown);
}
