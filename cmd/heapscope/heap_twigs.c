/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_twigs.c - opens the biggest branches of a dominator tree.
 */
#include "heap_twigs_impl.h"

#include <inttypes.h>

#include "base/size.h"
#include "heap_look.h"

#define CHILDREN  256 /* looked at of one node */
#define MIN_CHAIN 4

struct hs_twig *hs_twig_at(const struct hs_twigs *twigs, uint32_t number)
{
    return (struct hs_twig *)twigs->list.at + number;
}

static const struct hs_holder *holder_of(const struct hs_heap_case *c,
                                         uint32_t node)
{
    return &c->holders->holders[node - hs_heap_count(c->heap)];
}

/* Goroutines of a group, finalizers of a function: only numbers tell them
 * apart. */
static bool one_of_many(const struct hs_holder *holder)
{
    return holder->kind == HS_HOLDER_GOROUTINE ||
           holder->kind == HS_HOLDER_FINALIZER;
}

/* Objects of one size, or holders of which there are many. */
static bool same_kind(const struct hs_heap_case *c, uint32_t a, uint32_t b)
{
    if (hs_twig_is_holder(c, a) != hs_twig_is_holder(c, b))
        return false;
    if (!hs_twig_is_holder(c, a))
        return hs_heap_size(c->heap, a) == hs_heap_size(c->heap, b);
    return one_of_many(holder_of(c, a)) && one_of_many(holder_of(c, b));
}

static bool alike(const struct hs_heap_case *c, uint32_t a, uint32_t b)
{
    return hs_retention_bytes(c->retention, a) ==
               hs_retention_bytes(c->retention, b) &&
           same_kind(c, a, b);
}

/* Follows the chain down from object NODE, each of which has the next as a
 * child of its own size that retains at least half of what it retains itself:
 * there can be but one such child.  Numbers grow from dominator to dominated,
 * so one pass over them is enough, however long the chain. */
static uint32_t follow_chain(const struct hs_heap_case *c, uint32_t node,
                             uint32_t *last)
{
    const struct hs_dominators *dom = hs_retention_numbers(c->retention);
    uint64_t size = hs_heap_size(c->heap, node), left;
    uint32_t at = hs_retention_number(c->retention, node), count = 1;

    *last = node;
    left = at ? dom->retained[at].bytes : 0;
    for (uint32_t v = at + 1; at && v <= dom->count; v++) {
        uint64_t bytes;
        uint32_t next;

        if (dom->idom[v] != at)
            continue;
        bytes = dom->retained[v].bytes;
        next = hs_retention_node(c->retention, v);
        if (bytes >= dom->retained[at].bytes - bytes &&
            !hs_twig_is_holder(c, next) &&
            hs_heap_size(c->heap, next) == size) {
            at = v;
            left = bytes;
            *last = next;
            count++;
            continue;
        }
        left -= bytes;
        if (left < dom->retained[at].bytes - left)
            break; /* no child can have half any more */
    }
    return count;
}

uint32_t hs_twigs_chain(const struct hs_heap_case *c, uint32_t node,
                        uint32_t *last)
{
    const struct hs_retention *r = c->retention;
    uint32_t child, all, count;

    *last = node;
    if (hs_twig_is_holder(c, node) ||
        !hs_retention_children(r, node, &child, 1, &all) ||
        !same_kind(c, node, child) ||
        hs_retention_bytes(r, child) < hs_retention_bytes(r, node) / 2)
        return 1;
    count = follow_chain(c, node, last);
    /* The last few may be folded. */
    while (hs_retention_children(r, *last, &child, 1, &all) &&
           same_kind(c, *last, child) &&
           hs_retention_bytes(r, child) >= hs_retention_bytes(r, *last) / 2) {
        *last = child;
        count++;
    }
    if (count >= MIN_CHAIN)
        return count;
    *last = node;
    return 1;
}

uint32_t hs_twig_add(struct grower *g, uint32_t node, uint32_t count,
                     uint32_t depth, uint64_t times)
{
    const struct hs_retention *r = g->c->retention;
    struct hs_twig twig = {.node = node,
                           .last = node,
                           .count = count,
                           .times = times,
                           .bytes = count * hs_retention_bytes(r, node),
                           .objects = hs_retention_objects(r, node),
                           .depth = depth,
                           .first = HS_NO_TWIG,
                           .next = HS_NO_TWIG};

    hs_column_push(&g->twigs->list, &twig);
    return (uint32_t)g->twigs->list.count - 1;
}

/* The biggest dominator children of NODE. */
static uint32_t *find_children(struct grower *g, uint32_t node, uint32_t *found,
                               uint32_t *all)
{
    const struct hs_retention *r = g->c->retention;
    uint32_t most = g->plan->limit ? CHILDREN : UINT32_MAX, first;
    uint32_t *children;

    hs_retention_children(r, node, &first, 1, all);
    if (most > *all)
        most = *all;
    children = hs_arena_alloc(g->arena, ((size_t)most + 1) * 4);
    *found = hs_retention_children(r, node, children, most, all);
    return children;
}

/* What twig NUMBER has beyond its children, of which LEFT were not shown. */
static void set_rest(struct grower *g, uint32_t number, uint32_t left)
{
    struct hs_twig *twig = hs_twig_at(g->twigs, number);
    uint64_t bytes = 0, objects = 0;

    if (!hs_twig_is_holder(g->c, twig->node)) {
        objects = twig->count;
        bytes = objects * hs_heap_size(g->c->heap, twig->node);
    }
    for (uint32_t t = twig->first; t != HS_NO_TWIG;
         t = hs_twig_at(g->twigs, t)->next) {
        bytes += hs_twig_at(g->twigs, t)->bytes;
        objects += hs_twig_at(g->twigs, t)->objects;
    }
    twig->rest_bytes = twig->bytes - bytes;
    twig->rest_objects = twig->objects - objects;
    twig->rest_count = twig->chain ? 0 : left;
    g->twigs->rests += hs_twig_has_rest(twig);
}

static bool side_by_side(const struct hs_twig *twig)
{
    return twig->count > 1 && !twig->chain;
}

/* Children that are alike. */
struct run {
    uint32_t listed; /* of them in the list of children */
    uint32_t count;  /* all of them: the list may end in their midst */
    uint64_t objects;
};

/* The run that starts with the first of COUNT children of PARENT; MORE: these
 * are not all. */
static struct run find_run(const struct grower *g, uint32_t parent,
                           const uint32_t *children, uint32_t count, bool more)
{
    const struct hs_retention *r = g->c->retention;
    struct run run = {0};

    while (run.listed < count &&
           (run.listed == 0 || alike(g->c, children[0], children[run.listed])))
        run.objects += hs_retention_objects(r, children[run.listed++]);
    run.count = run.listed;
    if (run.listed > 1 && run.listed == count && more)
        run.count = hs_retention_alike(r, parent, children[0], &run.objects);
    return run;
}

/* Are COUNT children like NODE worth a twig? */
static bool is_worth(const struct grower *g, const struct hs_twig *parent,
                     uint32_t node, uint32_t count, uint64_t times)
{
    uint64_t bytes = count * hs_retention_bytes(g->c->retention, node);

    if (side_by_side(parent) && bytes < parent->bytes / parent->count / 8)
        return false;
    return bytes && bytes * times >= g->plan->least;
}

/* Hangs twigs below twig NUMBER, at most ROOM, of the FOUND biggest of its ALL
 * children; returns how many children they stand for. */
static uint32_t add_children(struct grower *g, uint32_t number,
                             const uint32_t *children, uint32_t found,
                             uint32_t all, uint64_t room)
{
    struct hs_twig parent = *hs_twig_at(g->twigs, number);
    uint64_t times = parent.times * (side_by_side(&parent) ? parent.count : 1);
    uint32_t last = HS_NO_TWIG, shown = 0, twig;
    uint64_t rows = 0;
    struct run run;

    for (uint32_t i = 0; i < found && rows < room && rows < g->each;
         i += run.listed) {
        run = find_run(g, parent.last, children + i, found - i, found < all);
        if (!is_worth(g, &parent, children[i], run.count, times))
            continue;
        twig = hs_twig_add(g, children[i], run.count, parent.depth + 1, times);
        hs_twig_at(g->twigs, twig)->objects = run.objects;
        if (last == HS_NO_TWIG)
            hs_twig_at(g->twigs, number)->first = twig;
        else
            hs_twig_at(g->twigs, last)->next = twig;
        last = twig;
        shown += run.count;
        rows++;
    }
    return shown;
}

static void drop_rest(struct hs_twigs *twigs, uint32_t number)
{
    struct hs_twig *twig = hs_twig_at(twigs, number);

    twigs->rests -= hs_twig_has_rest(twig);
    twig->rest_count = 0;
    twig->rest_bytes = twig->rest_objects = 0;
}

/* Takes the last child of twig NUMBER, which is the last of all, away, so that
 * there is room for the rest; with its only child the rest goes, too. */
static void make_room(struct grower *g, uint32_t number, uint32_t left)
{
    struct hs_twig *parent = hs_twig_at(g->twigs, number);
    uint32_t gone = (uint32_t)g->twigs->list.count - 1;
    uint32_t before = parent->first;

    drop_rest(g->twigs, number);
    g->twigs->list.count--;
    if (before == gone) {
        parent->first = HS_NO_TWIG;
        return;
    }
    left += hs_twig_at(g->twigs, gone)->count;
    while (hs_twig_at(g->twigs, before)->next != gone)
        before = hs_twig_at(g->twigs, before)->next;
    hs_twig_at(g->twigs, before)->next = HS_NO_TWIG;
    set_rest(g, number, left);
}

/* Makes twigs of the children of twig NUMBER, at most ROOM with the rest. */
static void open_twig(struct grower *g, uint32_t number, uint64_t room)
{
    struct hs_twig *twig = hs_twig_at(g->twigs, number);
    size_t before = g->twigs->list.count;
    uint32_t all, found, *children, shown;

    if (g->plan->kinds) {
        hs_twigs_open_kinds(g, number, room);
        return;
    }
    twig->open = true;
    if (g->plan->limit && twig->count == 1)
        twig->count = hs_twigs_chain(g->c, twig->node, &twig->last);
    twig->chain = twig->last != twig->node;
    if (side_by_side(twig) && !g->plan->samples)
        return;
    children = find_children(g, twig->last, &found, &all);
    shown = add_children(g, number, children, found, all, room);
    if (side_by_side(hs_twig_at(g->twigs, number)))
        return;
    set_rest(g, number, all - shown);
    if (hs_twig_has_rest(hs_twig_at(g->twigs, number)) &&
        g->twigs->list.count - before == room)
        make_room(g, number, all - shown);
}

/* The closed twig that retains most, or HS_NO_TWIG. */
static uint32_t biggest_closed(const struct hs_twigs *twigs)
{
    uint32_t best = HS_NO_TWIG;
    uint64_t most = 0;

    for (uint32_t i = 0; i < twigs->list.count; i++) {
        const struct hs_twig *twig = hs_twig_at(twigs, i);

        if (!twig->open &&
            (best == HS_NO_TWIG || twig->bytes * twig->times > most)) {
            best = i;
            most = twig->bytes * twig->times;
        }
    }
    return best;
}

void hs_twigs_grow(struct hs_twigs *twigs, const struct hs_heap_case *c,
                   const struct hs_twigs_plan *plan, struct hs_arena *arena)
{
    struct grower g = {.twigs = twigs,
                       .c = c,
                       .arena = arena,
                       .plan = plan,
                       .each = plan->limit ? plan->each : UINT32_MAX};
    uint32_t next;

    *twigs =
        (struct hs_twigs){.c = c, .list = HS_COLUMN(struct hs_twig, arena)};
    hs_twig_add(&g, plan->root, 1, 0, 1);
    /* Without a limit all are opened, in whatever order. */
    for (uint32_t i = 0; plan->limit == 0 && i < twigs->list.count; i++)
        open_twig(&g, i, UINT64_MAX);
    while (twigs->list.count + twigs->rests < plan->limit &&
           (next = biggest_closed(twigs)) != HS_NO_TWIG)
        open_twig(&g, next, plan->limit - twigs->list.count - twigs->rests);
}

static const char *object_name(struct hs_document *doc,
                               const struct hs_heap_case *c,
                               const struct hs_twig *twig)
{
    struct hs_str name = c->heap->names
                             ? hs_look_type(c, twig->node, doc->arena)
                             : (struct hs_str){0};

    if (!name.size)
        name = hs_look_object(c, twig->node, doc->arena);
    if (twig->count == 1)
        return hs_doc_printf(doc, "%.*s 0x%" PRIx64, (int)name.size, name.text,
                             hs_heap_address(c->heap, twig->node));
    return hs_doc_printf(doc, "%.*s ×%s%s", (int)name.size, name.text,
                         hs_show_count(twig->count).text,
                         twig->chain ? " in a chain" : "");
}

const char *hs_twig_name(struct hs_document *doc, const struct hs_heap_case *c,
                         const struct hs_twig *twig)
{
    const struct hs_holder *holder;
    uint64_t members;
    struct hs_str name;
    uint32_t number;

    if (!hs_twig_is_holder(c, twig->node))
        return object_name(doc, c, twig);
    number = twig->node - hs_heap_count(c->heap);
    holder = &c->holders->holders[number];
    name = hs_holders_name(c->holders, number, doc->arena);
    members = hs_holders_members(c->holders, number);
    if (one_of_many(holder) && twig->count > 1)
        return hs_doc_printf(doc, "%.*s and %s more", (int)name.size, name.text,
                             hs_show_count(twig->count - 1).text);
    if (holder->kind == HS_HOLDER_FRAME && twig->count > 1)
        return hs_doc_printf(doc, "%.*s ×%s", (int)name.size, name.text,
                             hs_show_count(twig->count).text);
    if ((holder->kind == HS_HOLDER_GROUP || holder->kind == HS_HOLDER_TIMERS) &&
        members > 1)
        return hs_doc_printf(doc, "%.*s ×%s", (int)name.size, name.text,
                             hs_show_count((int64_t)members).text);
    return hs_doc_printf(doc, "%.*s", (int)name.size, name.text);
}
