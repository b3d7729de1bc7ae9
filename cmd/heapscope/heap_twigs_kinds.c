/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_twigs_kinds.c - opens a twig of a heap whose types are known.
 *
 * All children of one kind (algo/kinds.h) are one twig, however much each
 * retains, and it stands for what all of them dominate.
 */
#include "algo/kinds.h"
#include "heap_twigs_impl.h"

/* A twig of more is not opened: it would take seconds. */
#define MOST_MEMBERS ((uint32_t)1 << 22)

/* Hangs twigs for the biggest KINDS below twig NUMBER; returns how many
 * children these are. */
static uint32_t add_kinds(struct grower *g, uint32_t number,
                          const struct hs_column *kinds, uint64_t room)
{
    const struct hs_kind *kind = kinds->at;
    uint32_t last = HS_NO_TWIG, twig, shown = 0;
    uint32_t depth = hs_twig_at(g->twigs, number)->depth + 1;

    for (size_t i = 0; i < kinds->count && i < room && i < g->each; i++) {
        if (kind[i].bytes == 0 || kind[i].bytes < g->plan->least)
            break;
        twig = hs_twig_add(g, kind[i].largest, kind[i].count, depth, 1);
        hs_twig_at(g->twigs, twig)->bytes = kind[i].bytes;
        hs_twig_at(g->twigs, twig)->objects = kind[i].objects;
        hs_twig_at(g->twigs, twig)->members = kind[i].members;
        if (last == HS_NO_TWIG)
            hs_twig_at(g->twigs, number)->first = twig;
        else
            hs_twig_at(g->twigs, last)->next = twig;
        last = twig;
        shown += kind[i].count;
    }
    return shown;
}

/* What twig NUMBER retains beside its OWN and its children that are twigs. */
static void set_rest(struct grower *g, uint32_t number, uint64_t own_bytes,
                     uint64_t own_objects)
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
    g->twigs->rests += hs_twig_has_rest(twig);
}

void hs_twigs_open_kinds(struct grower *g, uint32_t number, uint64_t room)
{
    struct hs_twig *twig = hs_twig_at(g->twigs, number);
    bool many = twig->members.count != 0;
    uint64_t bytes = 0, objects = 0;
    uint32_t children = 0, shown;
    struct hs_kinds kinds;

    twig->open = true;
    if (twig->count > MOST_MEMBERS || room < 2)
        return;
    kinds = hs_kinds_find(g->c->heap, g->c->holders, g->c->retention,
                          many ? twig->members.at : &twig->node,
                          many ? twig->members.count : 1, true, g->arena);
    for (size_t i = 0; i < kinds.list.count; i++) {
        bytes += ((const struct hs_kind *)kinds.list.at)[i].bytes;
        objects += ((const struct hs_kind *)kinds.list.at)[i].objects;
        children += ((const struct hs_kind *)kinds.list.at)[i].count;
    }
    twig->inner = kinds.inner;
    twig->count += kinds.joined;
    twig->chain = kinds.joined != 0;
    bytes = twig->bytes - bytes;
    objects = twig->objects - objects;
    /* The inner parts are not itself: they are its rest. */
    if (kinds.inner && !hs_twig_is_holder(g->c, twig->node)) {
        bytes = kinds.own_bytes;
        objects = twig->count;
    }
    shown = add_kinds(g, number, &kinds.list, room - 1);
    hs_twig_at(g->twigs, number)->rest_count = children - shown;
    set_rest(g, number, bytes, objects);
}
