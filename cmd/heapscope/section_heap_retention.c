/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_retention.c - the picture of what keeps the biggest memory
 * alive: from each holder over references down to where it piles up.
 *
 * The dominator tree says what the biggest branches are and where each piles
 * up: where no child retains KEEP of its parent any more.  What is drawn are
 * not its edges but references: the shortest way from a root to each of these
 * points, and, for what no holder has alone, the ways from the others, merged
 * into one graph.  Of what hangs below a point only the biggest kinds are
 * drawn.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "algo/claims.h"
#include "algo/kinds.h"
#include "algo/paths.h"
#include "base/map.h"
#include "base/size.h"
#include "heap_draw.h"
#include "heap_steps.h"
#include "section.h"

#define KEEP    0.7  /* a point is where less goes on down one way */
#define DEEPEST 4096 /* steps to a point */
#define LEAST   100  /* a branch is drawn for that part of all */
#define MOST    12   /* branches drawn */
#define STEPS   5    /* objects drawn of a way, the rest is one dashed edge */
#define BELOW   3    /* kinds drawn below a point, and as many below those */
#define WAYS    4    /* ways drawn to what several hold, per point */

struct branch {
    uint32_t top;   /* a unit, or the largest object that several share */
    uint32_t point; /* where it piles up: at or below the top */
    uint64_t bytes;
    const struct hs_shared *shared; /* NULL: of a unit */
};

struct picture {
    const struct hs_heap_case *c;
    struct hs_arena *scratch;
    struct hs_column twigs;  /* struct hs_twig, one a node */
    struct hs_column edges;  /* struct hs_doc_edge */
    struct hs_map node_of;   /* node of the heap -> number of a twig */
    struct hs_map edge_of;   /* from << 32 | to -> number of an edge */
    struct hs_document *doc; /* for labels */
    uint64_t limit;
};

/* Down from TOP as long as nearly all goes down with one child. */
static uint32_t find_point(const struct hs_heap_case *c, uint32_t top)
{
    uint32_t node = top, child, all;

    for (uint32_t i = 0; i < DEEPEST; i++) {
        uint32_t last;

        if (hs_twigs_chain(c, node, &last) > 1 ||
            !hs_retention_children(c->retention, node, &child, 1, &all) ||
            (double)hs_retention_bytes(c->retention, child) <
                KEEP * (double)hs_retention_bytes(c->retention, node))
            break;
        node = child;
    }
    return node;
}

static int by_bytes(const void *a, const void *b)
{
    const struct branch *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return (x->top > y->top) - (x->top < y->top);
}

/* Units with what they retain, and what several hold together. */
static struct hs_column find_branches(const struct hs_heap_case *c,
                                      struct hs_arena *arena)
{
    struct hs_column branches = HS_COLUMN(struct branch, arena);
    const struct hs_shared *shared;
    size_t count;

    for (uint32_t h = 0; h < c->holders->holder_count; h++) {
        struct branch branch = {.top = hs_retention_holder(c->retention, h)};

        branch.bytes = hs_retention_bytes(c->retention, branch.top);
        if (c->holders->holders[h].unit && branch.bytes)
            hs_column_push(&branches, &branch);
    }
    shared = hs_retention_shared(c->retention, &count);
    for (size_t i = 0; i < count; i++) {
        struct branch branch = {.top =
                                    hs_shared_largest(c->retention, &shared[i]),
                                .bytes = shared[i].bytes,
                                .shared = &shared[i]};

        if (branch.top != HS_NO_NODE)
            hs_column_push(&branches, &branch);
    }
    if (branches.count)
        qsort(branches.at, branches.count, sizeof(struct branch), by_bytes);
    return branches;
}

static struct hs_twig *twig_at(const struct picture *p, uint32_t number)
{
    return (struct hs_twig *)p->twigs.at + number;
}

/* The twig of NODE, made when first asked for. */
static uint32_t draw_node(struct picture *p, uint32_t node)
{
    uint32_t number = hs_map_add(&p->node_of, node, (uint32_t)p->twigs.count);
    struct hs_twig twig = {
        .node = node,
        .last = node,
        .count = 1,
        .times = 1,
        .bytes = hs_retention_bytes(p->c->retention, node),
        .objects = hs_retention_objects(p->c->retention, node),
    };

    if (number == p->twigs.count)
        hs_column_push(&p->twigs, &twig);
    return number;
}

static void draw_edge(struct picture *p, uint32_t from, uint32_t to,
                      const char *label, bool dashed, bool bold)
{
    uint32_t number = hs_map_add(&p->edge_of, (uint64_t)from << 32 | to,
                                 (uint32_t)p->edges.count);
    const struct hs_twig *twig = twig_at(p, to);
    struct hs_doc_edge edge = {
        .from = from,
        .to = to,
        .label = label,
        .weight = hs_draw_share(p->c, twig->bytes * twig->times),
        .dashed = dashed,
        .bold = bold,
    };

    if (number == p->edges.count)
        hs_column_push(&p->edges, &edge);
}

/* Where object FROM has a pointer, OFFSET bytes into it. */
static const char *offset_label(struct picture *p, uint32_t from,
                                uint64_t offset)
{
    if (offset == HS_NO_OFFSET || hs_look_plain(p->c, from))
        return NULL;
    return hs_doc_printf(p->doc, "+%" PRIu64, offset);
}

/* How the first object of PATH is reached, if not by the unit's own word. */
static const char *entry_label(struct picture *p, const struct hs_path *path)
{
    const struct hs_holders *all = p->c->holders;
    struct hs_str name, unit = hs_holders_name(all, path->unit, p->scratch);

    if (path->through != HS_NO_RECORD && path->through != path->unit &&
        all->holders[path->through].kind == HS_HOLDER_GLOBAL) {
        name = hs_holders_name(all, path->through, p->scratch);
        return hs_doc_printf(p->doc, "over %.*s", (int)name.size, name.text);
    }
    name = hs_holders_name(all, path->holder, p->scratch);
    if (path->holder == path->unit || hs_str_equal(name, unit))
        return NULL;
    return hs_doc_printf(p->doc, "in %.*s", (int)name.size, name.text);
}

/* How many more nodes may be drawn; one is kept for the rest. */
static uint64_t room(const struct picture *p)
{
    uint64_t used = p->twigs.count + 1;

    if (p->limit == 0)
        return UINT32_MAX;
    return p->limit > used ? p->limit - used : 0;
}

/* What leads to step NUMBER of PATH, which is the FIRST that is drawn or not.
 */
static const char *step_label(struct picture *p, const struct hs_path *path,
                              uint32_t number, bool first)
{
    struct hs_str via = hs_look_via(p->c, path, number, p->scratch);

    if (via.size)
        return hs_doc_printf(p->doc, "%.*s", (int)via.size, via.text);
    if (first)
        return entry_label(p, path);
    return offset_label(p, path->steps[number - 1].object,
                        path->steps[number].offset);
}

/* What the node of STEP says, if the step stands for all of its kind. */
static void tell_kind(struct picture *p, uint32_t number,
                      const struct hs_path_step *step)
{
    struct hs_twig *twig = twig_at(p, number);

    if (step->count <= 1 || step->count < twig->count)
        return;
    twig->count = step->count;
    twig->bytes = step->bytes;
}

/* Which of the COUNT steps STEPS of PATH is the first that stands for several:
 * there it becomes much. */
static uint32_t first_of_many(const struct hs_path *path, const uint32_t *steps,
                              uint32_t count)
{
    uint32_t i = 0;

    while (i < count && path->steps[steps[i]].count <= 1)
        i++;
    return i;
}

/* The unit and at most MOST objects of PATH; returns the number of the last. */
static uint32_t draw_path(struct picture *p, const struct hs_path *path,
                          uint32_t most, bool bold)
{
    uint32_t objects = hs_heap_count(p->c->heap), to, skipped = 0;
    struct hs_column shown = hs_look_steps(p->c, path, p->scratch);
    const uint32_t *steps = shown.at;
    uint32_t from = draw_node(p, objects + path->unit);
    uint32_t n = (uint32_t)shown.count;
    uint32_t head = n > most ? most / 2 : n, tail = most - most / 2;
    uint32_t many = first_of_many(path, steps, n);

    if (many >= head && many < n - tail) {
        if (tail > 1)
            tail--; /* it is shown, too */
        else
            many = n;
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct hs_path_step *step = &path->steps[steps[i]];
        const char *label;

        if (i >= head && i < n - tail && i != many) {
            skipped++;
            continue;
        }
        label = skipped ? hs_doc_printf(p->doc, "over %s more",
                                        hs_show_count(skipped).text)
                        : step_label(p, path, steps[i], i == 0);
        to = draw_node(p, step->object);
        tell_kind(p, to, step);
        draw_edge(p, from, to, label, skipped != 0, bold);
        from = to;
        skipped = 0;
    }
    return from;
}

/* The biggest kinds below POINT, which is node NUMBER of the picture, or is
 * below it, and stands for TIMES alike. */
static void draw_below(struct picture *p, uint32_t point, uint32_t number,
                       uint64_t times, bool bold)
{
    uint32_t objects = hs_heap_count(p->c->heap), *of;
    struct hs_twigs_plan plan = {
        .root = point,
        .limit = room(p) < 2 * BELOW ? room(p) + 1 : 2 * BELOW + 1,
        .each = BELOW,
        .least = hs_retention_bytes(p->c->retention, point) / 10,
        .samples = true,
    };
    uint32_t bold_at = bold ? 0 : HS_NO_TWIG;
    struct hs_twigs twigs;

    hs_twigs_grow(&twigs, p->c, &plan, p->scratch);
    of = hs_arena_zeroed(p->scratch, twigs.list.count, sizeof(*of));
    of[0] = number;
    if (twig_at(p, number)->node == point)
        *twig_at(p, number) = *hs_twig_at(&twigs, 0);
    for (uint32_t i = 0; i < twigs.list.count; i++) {
        for (uint32_t t = hs_twig_at(&twigs, i)->first; t != HS_NO_TWIG;
             t = hs_twig_at(&twigs, t)->next) {
            uint32_t from = hs_twig_at(&twigs, i)->last;
            uint32_t to = hs_twig_at(&twigs, t)->node;
            uint64_t offset = HS_NO_OFFSET;

            of[t] = draw_node(p, to);
            *twig_at(p, of[t]) = *hs_twig_at(&twigs, t);
            twig_at(p, of[t])->times *= times;
            if (from < objects && to < objects)
                offset = hs_paths_offset(p->c->heap, from, to);
            draw_edge(p, of[i], of[t], offset_label(p, from, offset),
                      from < objects && offset == HS_NO_OFFSET,
                      i == bold_at && t == hs_twig_at(&twigs, i)->first);
        }
        if (i == bold_at)
            bold_at = hs_twig_at(&twigs, i)->first;
    }
}

/* Of SHARED, of which no part is most, those like NODE are drawn as one. */
static void count_alike(const struct picture *p, uint32_t node,
                        const struct hs_shared *shared, struct hs_twig *twig)
{
    const struct hs_heap_case *c = p->c;
    uint64_t size = hs_heap_size(c->heap, node);

    *twig = (struct hs_twig){.node = node, .last = node, .times = 1};
    for (uint32_t i = 0; i < shared->top_count; i++) {
        uint32_t top = hs_retention_node(c->retention, shared->tops[i]);

        if (hs_heap_size(c->heap, top) != size)
            continue;
        twig->count++;
        twig->bytes += hs_retention_bytes(c->retention, top);
        twig->objects += hs_retention_objects(c->retention, top);
    }
    twig->rest_count = shared->top_count - twig->count;
    twig->rest_bytes = shared->bytes - twig->bytes;
    twig->rest_objects = shared->objects - twig->objects;
}

/* Sets the branch's point and returns how many alike it stands for. */
static uint64_t find_parts(const struct picture *p, struct branch *branch,
                           struct hs_twig *twig)
{
    const struct hs_retention *r = p->c->retention;

    if (!branch->shared || (double)hs_retention_bytes(r, branch->top) >=
                               KEEP * (double)branch->bytes) {
        branch->point = find_point(p->c, branch->top);
        return 1;
    }
    branch->point = branch->top;
    count_alike(p, branch->top, branch->shared, twig);
    return twig->count;
}

/* Where types are known: the way from kind to kind. */
static void draw_kinds(struct picture *p, struct branch *branch, bool biggest)
{
    const struct hs_heap_case *c = p->c;
    struct hs_arena passing = HS_ARENA_EMPTY;
    struct hs_kind kind = {.members = HS_COLUMN(uint32_t, &passing)};
    struct hs_path path;

    if (branch->shared) {
        size_t count;
        uint32_t row = (uint32_t)(branch->shared -
                                  hs_retention_shared(c->retention, &count));

        kind = hs_kinds_shared(c->heap, c->holders, c->retention, &row, 1,
                               &passing);
        branch->top = kind.largest;
    } else {
        hs_column_push(&kind.members, &branch->top);
    }
    branch->point = branch->top;
    hs_paths_shortest(c->heap, c->holders, c->retention, branch->top,
                      p->scratch, &path);
    hs_paths_pile(c->heap, c->holders, c->retention, kind.members.at,
                  kind.members.count, kind.bytes, KEEP, p->scratch, &passing,
                  &path);
    hs_arena_free(&passing);
    draw_path(p, &path, room(p) > STEPS ? STEPS : (uint32_t)room(p) - 1,
              biggest);
}

/* Returns false if there is no room left for it. */
static bool draw_branch(struct picture *p, struct branch *branch, bool biggest)
{
    uint32_t objects = hs_heap_count(p->c->heap), number;
    uint64_t times;
    struct hs_twig parts = {0};
    struct hs_path path;

    if (room(p) < 3)
        return false;
    if (p->c->heap->names) {
        draw_kinds(p, branch, biggest);
        return true;
    }
    times = find_parts(p, branch, &parts);
    if (branch->point < objects) {
        hs_paths_shortest(p->c->heap, p->c->holders, p->c->retention,
                          branch->point, p->scratch, &path);
        number = draw_path(
            p, &path, room(p) > STEPS ? STEPS : (uint32_t)room(p) - 1, biggest);
    } else {
        number = draw_node(p, branch->top);
    }
    draw_below(p, branch->point, number, times, biggest);
    if (parts.count)
        *twig_at(p, number) = parts;
    return true;
}

/* Ways from further holders to the POINTS that no unit has alone. */
static void draw_partners(struct picture *p, const struct hs_column *points)
{
    struct hs_arena passing = HS_ARENA_EMPTY;
    struct hs_paths *found =
        hs_arena_zeroed(p->scratch, points->count + 1, sizeof(*found));

    if (points->count == 0)
        return;
    hs_paths_find_each(p->c->heap, p->c->holders, p->c->retention, points->at,
                       points->count, WAYS, p->scratch, &passing, found);
    for (size_t i = 0; i < points->count; i++)
        for (size_t k = 0; k < found[i].count; k++)
            if (room(p) > STEPS)
                draw_path(p, &found[i].paths[k], STEPS, false);
    hs_arena_free(&passing);
}

static void add_rest(struct picture *p, struct hs_block *graph,
                     const struct branch *left, size_t count)
{
    uint64_t bytes = 0;
    struct hs_doc_node node = {.box = true};

    for (size_t i = 0; i < count; i++)
        bytes += left[i].bytes;
    if (bytes == 0)
        return;
    node.name = hs_doc_printf(p->doc, "%s more holders",
                              hs_show_count((int64_t)count).text);
    node.detail =
        hs_doc_printf(p->doc, "%s (%s)", hs_show_bytes((int64_t)bytes).text,
                      hs_show_share(hs_draw_share(p->c, bytes)).text);
    hs_column_push(&graph->nodes, &node);
}

static void finish(struct picture *p, struct hs_block *graph,
                   const struct hs_column *joint)
{
    uint32_t count = (uint32_t)p->twigs.count;
    uint32_t *nodes = hs_arena_zeroed(p->scratch, count + 1, sizeof(*nodes));
    const struct hs_origin *origins;

    for (uint32_t i = 0; i < count; i++)
        nodes[i] = twig_at(p, i)->node;
    origins = hs_draw_origins(p->c, nodes, count, p->scratch);
    for (uint32_t i = 0; i < count; i++)
        hs_draw_twig(p->doc, graph, p->c, twig_at(p, i), &origins[i]);
    for (size_t i = 0; i < joint->count; i++) {
        uint32_t node = ((const uint32_t *)joint->at)[i];
        uint32_t number = hs_map_lookup(&p->node_of, node);

        /* There may have been no room for it. */
        if (number != HS_MAP_NONE)
            ((struct hs_doc_node *)graph->nodes.at)[number].marked = true;
    }
    graph->edges = p->edges;
}

bool hs_heap_retention_section(struct hs_run *run, struct hs_err *err)
{
    const struct hs_heap_case *c = hs_look_heap(run, 0, err);
    struct hs_document *doc = run->doc;
    struct picture p = {
        .c = c,
        .scratch = run->scratch,
        .twigs = HS_COLUMN(struct hs_twig, run->scratch),
        .edges = HS_COLUMN(struct hs_doc_edge, doc->arena),
        .doc = doc,
        .limit = run->options->nodes,
    };
    struct hs_column branches, joint = HS_COLUMN(uint32_t, run->scratch);
    struct hs_block *graph;
    size_t drawn = 0;

    if (!c)
        return false;
    hs_map_init(&p.node_of, run->scratch, 64);
    hs_map_init(&p.edge_of, run->scratch, 64);
    branches = find_branches(c, run->scratch);
    for (; drawn < branches.count; drawn++) {
        struct branch *branch = (struct branch *)branches.at + drawn;

        if ((p.limit && drawn == MOST) ||
            branch->bytes < c->totals.reachable_bytes / LEAST ||
            !draw_branch(&p, branch, drawn == 0))
            break;
        if (branch->shared)
            hs_column_push(&joint, &branch->point);
    }
    draw_partners(&p, &joint);
    graph = hs_doc_graph(
        doc, doc->top, "retention",
        hs_doc_printf(doc,
                      "What keeps %s alive (double border: held by several)",
                      hs_show_bytes((int64_t)c->totals.reachable_bytes).text));
    graph->rank_down = true;
    finish(&p, graph, &joint);
    if (branches.count > drawn)
        add_rest(&p, graph, (struct branch *)branches.at + drawn,
                 branches.count - drawn);
    return true;
}
