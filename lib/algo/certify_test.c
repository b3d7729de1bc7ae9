/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certify_test.c - finds a low-high order, then checks all that it proves.
 *
 * Two spanning trees B and R in which the ways from the root to a node have
 * nothing in common but its dominators come from a depth first walk and its
 * semidominators: one of them enters v over the walk's edge t(v), the other
 * over the last edge g(v) of a way past the walk's tree.  Which is which
 * follows from the node between sd(v) and v with the least semidominator: what
 * enters that one over the tree passes sd(v).
 *
 * Their edges, each lifted to the sibling of v it comes from below of (or to
 * v's parent), leave a graph of two edges into each node.  Such a graph has a
 * node with one edge out, or none: it goes, and who it led to is led to by the
 * one before.  Put back in the opposite order, each node finds its place
 * beside another one, between its two predecessors.
 */
#include "algo/certify_test.h"

#include "base/test.h"

#define TOP ((uint64_t)1 << 62) /* labels are below */

struct proof {
    const struct certify_graph *graph;
    const uint32_t *idom;
    uint32_t count;
    struct hs_arena arena;

    /* The tree D: children of v are child[below[v]] .. child[below[v + 1] - 1],
     * those of one parent by IN; v is above all from in[v] to before out[v]. */
    uint32_t *below, *child, *in, *out;
    /* Depth first walk: by number, the node; by node, its number; by number,
     * the tree's parent, and semidominators (numbers). */
    uint32_t *node, *number, *tree, *semi, *last, *relative;
    uint32_t *ancestor, *label, *stack;
    bool *blue_tree; /* by number: B enters it over the walk's edge */

    /* By node: the sibling before it in B and R, 0 for the parent; edges out,
     * and the XOR of where they lead. */
    uint32_t *into[2], *degree, *leads;
    /* What was so when the node went. */
    uint32_t *gone, *was[2], *led, *other;
    uint8_t *side;
    /* The siblings' lists, and where in them: smaller is before. */
    uint32_t *head, *next, *prev;
    uint64_t *at;
};

static uint32_t *numbers(struct proof *p)
{
    return hs_arena_zeroed(&p->arena, (size_t)p->count + 3, sizeof(uint32_t));
}

/* Sets in and out by a walk over the children as they stand. */
static uint32_t walk_tree(struct proof *p)
{
    uint32_t depth = 0, seen = 0;

    for (uint32_t v = 1; v <= p->count; v++)
        p->in[v] = p->out[v] = 0;
    p->stack[depth++] = 1;
    p->in[1] = ++seen;
    while (depth) {
        uint32_t v = p->stack[depth - 1], at = p->out[v]++, child;

        if (p->below[v] + at == p->below[v + 1]) {
            p->out[v] = seen + 1;
            depth--;
            continue;
        }
        child = p->child[p->below[v] + at];
        p->in[child] = ++seen;
        p->stack[depth++] = child;
    }
    return seen;
}

static const char *read_tree(struct proof *p)
{
    if (p->idom[1] != 0)
        return "the root has a dominator";
    for (uint32_t v = 2; v <= p->count; v++) {
        if (p->idom[v] == 0 || p->idom[v] > p->count || p->idom[v] == v)
            return "a node has no dominator";
        p->below[p->idom[v] + 2]++;
    }
    for (uint32_t v = 2; v <= p->count + 2; v++)
        p->below[v] += p->below[v - 1];
    for (uint32_t v = 2; v <= p->count; v++)
        p->child[p->below[p->idom[v] + 1]++] = v;
    return walk_tree(p) == p->count ? NULL : "dominators in a ring";
}

static bool is_above(const struct proof *p, uint32_t above, uint32_t v)
{
    return p->in[above] <= p->in[v] && p->in[v] < p->out[above];
}

static const char *check_parents(const struct proof *p)
{
    const struct certify_graph *g = p->graph;

    for (uint32_t u = 1; u <= p->count; u++)
        for (uint64_t e = g->first[u]; e < g->first[u + 1]; e++)
            if (g->to[e] != 1 && !is_above(p, p->idom[g->to[e]], u))
                return "an edge goes around a dominator";
    return NULL;
}

static const char *walk_graph(struct proof *p)
{
    const struct certify_graph *g = p->graph;
    uint64_t *at =
        hs_arena_zeroed(&p->arena, (size_t)p->count + 2, sizeof(*at));
    uint32_t depth = 0, seen = 0;

    p->stack[depth++] = 1;
    p->number[1] = ++seen;
    p->node[1] = 1;
    while (depth) {
        uint32_t v = p->stack[depth - 1], to;

        if (g->first[v] + at[v] == g->first[v + 1]) {
            depth--;
            continue;
        }
        to = g->to[g->first[v] + at[v]++];
        if (p->number[to])
            continue;
        p->number[to] = ++seen;
        p->node[seen] = to;
        p->tree[seen] = p->number[v];
        p->stack[depth++] = to;
    }
    return seen == p->count ? NULL : "a node is out of reach";
}

/* The node with the least semidominator from V up to where links end. */
static uint32_t eval(struct proof *p, uint32_t v)
{
    uint32_t depth = 0;

    if (!p->ancestor[v])
        return v;
    for (uint32_t u = v; p->ancestor[p->ancestor[u]]; u = p->ancestor[u])
        p->stack[depth++] = u;
    while (depth) {
        uint32_t u = p->stack[--depth], up = p->ancestor[u];

        if (p->semi[p->label[up]] < p->semi[p->label[u]])
            p->label[u] = p->label[up];
        p->ancestor[u] = p->ancestor[up];
    }
    return p->label[v];
}

/* Predecessors of each number: before[from[w]] .. before[from[w + 1] - 1]. */
static uint64_t *list_before(struct proof *p, uint32_t **before)
{
    const struct certify_graph *g = p->graph;
    uint64_t *from =
        hs_arena_zeroed(&p->arena, (size_t)p->count + 3, sizeof(*from));
    uint64_t edges = g->first[p->count + 1];

    *before = hs_arena_alloc(&p->arena, (edges + 1) * sizeof(**before));
    for (uint64_t e = 0; e < edges; e++)
        from[p->number[g->to[e]] + 2]++;
    for (uint32_t w = 2; w <= p->count + 2; w++)
        from[w] += from[w - 1];
    for (uint32_t v = 1; v <= p->count; v++)
        for (uint64_t e = g->first[v]; e < g->first[v + 1]; e++)
            (*before)[from[p->number[g->to[e]] + 1]++] = p->number[v];
    return from;
}

/* Semidominators, the last edge of a way from there, and what is least between
 * them and the node: Lengauer and Tarjan, 1979. */
static void find_semis(struct proof *p)
{
    uint32_t *first = numbers(p), *link = numbers(p), *before;
    uint64_t *from = list_before(p, &before);

    for (uint32_t v = 1; v <= p->count; v++)
        p->semi[v] = p->label[v] = v;
    for (uint32_t w = p->count; w > 1; w--) {
        for (uint64_t i = from[w]; i < from[w + 1]; i++) {
            uint32_t least = p->semi[eval(p, before[i])];

            if (least >= p->semi[w])
                continue;
            p->semi[w] = least;
            p->last[w] = before[i];
        }
        link[w] = first[p->semi[w]];
        first[p->semi[w]] = w;
        p->ancestor[w] = p->tree[w];
        for (uint32_t v = first[p->tree[w]]; v; v = link[v])
            p->relative[v] = eval(p, v);
        first[p->tree[w]] = 0;
    }
}

/* The sibling of V that U is below of; 0 if U is V's parent. */
static uint32_t lift(const struct proof *p, uint32_t u, uint32_t v)
{
    uint32_t parent = p->idom[v];
    uint32_t low = p->below[parent], high = p->below[parent + 1];

    if (u == parent)
        return 0;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (p->in[p->child[middle]] <= p->in[u])
            low = middle;
        else
            high = middle;
    }
    return p->child[low];
}

static void set_into(struct proof *p, unsigned side, uint32_t v, uint32_t from)
{
    uint32_t old = p->into[side][v];

    p->degree[old]--;
    p->leads[old] ^= v;
    p->into[side][v] = from;
    p->degree[from]++;
    p->leads[from] ^= v;
}

/* A node that its parent points to needs nobody else. */
static void ease(struct proof *p, uint32_t v)
{
    if (p->into[0][v] && p->into[1][v])
        return;
    set_into(p, 0, v, 0);
    set_into(p, 1, v, 0);
}

static void find_trees(struct proof *p)
{
    for (uint32_t w = 2; w <= p->count; w++) {
        uint32_t v = p->node[w], least = p->relative[w];
        uint32_t tree = p->node[p->tree[w]], past = p->node[p->last[w]];
        bool direct = p->semi[least] == p->semi[w];

        p->blue_tree[w] = direct || !p->blue_tree[least];
        set_into(p, p->blue_tree[w] ? 0 : 1, v, lift(p, tree, v));
        set_into(p, p->blue_tree[w] ? 1 : 0, v, lift(p, past, v));
        ease(p, v);
    }
}

/* Takes V, which has at most one edge out, away. */
static void take_away(struct proof *p, uint32_t v)
{
    uint32_t w = p->degree[v] ? p->leads[v] : 0;

    p->was[0][v] = p->into[0][v];
    p->was[1][v] = p->into[1][v];
    p->led[v] = w;
    if (w) {
        unsigned side = p->into[0][w] == v ? 0 : 1;

        p->side[v] = (uint8_t)side;
        p->other[v] = p->into[!side][w];
        set_into(p, side, w, p->into[side][v]);
        ease(p, w);
    }
    set_into(p, 0, v, 0);
    set_into(p, 1, v, 0);
}

/* Takes all nodes away, in the order of GONE. */
static const char *reduce(struct proof *p)
{
    uint32_t *queue = p->gone, *queued = p->ancestor;
    uint32_t tail = 0;

    for (uint32_t v = 2; v <= p->count; v++) {
        if (p->into[0][v] && p->into[0][v] == p->into[1][v])
            return "two ways lead through one sibling";
        queued[v] = p->degree[v] < 2;
        if (queued[v])
            queue[tail++] = v;
    }
    for (uint32_t head = 0; head < tail; head++) {
        uint32_t v = queue[head], w = p->degree[v] ? p->leads[v] : 0;
        uint32_t touched[] = {p->into[0][v], p->into[1][v],
                              w ? p->into[0][w] : 0, w ? p->into[1][w] : 0};

        take_away(p, v);
        for (size_t i = 0; i < 4; i++) {
            uint32_t u = touched[i];

            if (u < 2 || queued[u] || p->degree[u] > 1)
                continue;
            queued[u] = true;
            queue[tail++] = u;
        }
    }
    return tail == p->count - 1 ? NULL : "siblings that lead to one another";
}

/* Spreads the labels around V so that there is room on both its sides: the
 * smallest range of 2^I labels that is not crowded (Bender and others, Two
 * simplified algorithms for maintaining order in a list, 2002). */
static void make_room(struct proof *p, uint32_t v)
{
    uint32_t first = v, last = v, count = 1;
    double crowd = 1;

    for (unsigned i = 1; i <= 62; i++) {
        uint64_t low = p->at[v] >> i << i, size = (uint64_t)1 << i, step;

        while (p->prev[first] && p->at[p->prev[first]] >= low) {
            first = p->prev[first];
            count++;
        }
        while (p->next[last] && p->at[p->next[last]] - low < size) {
            last = p->next[last];
            count++;
        }
        crowd *= 1.4;
        if (count * 4.0 > (double)size || count > crowd)
            continue;
        step = size / (count + 1);
        for (uint32_t u = first; count--; u = p->next[u])
            p->at[u] = low += step;
        return;
    }
    fail_msg("a list of siblings is too long");
}

/* Puts V right behind BESIDE, or right before it. */
static void put_beside(struct proof *p, uint32_t v, uint32_t beside,
                       bool behind)
{
    uint32_t before, after;
    uint64_t low, high;

    for (;;) {
        before = behind ? beside : p->prev[beside];
        after = behind ? p->next[beside] : beside;
        low = before ? p->at[before] : 0;
        high = after ? p->at[after] : TOP;
        if (high - low >= 2)
            break;
        make_room(p, beside);
    }
    p->at[v] = low + (high - low) / 2;
    p->prev[v] = before;
    p->next[v] = after;
    if (after)
        p->prev[after] = v;
    if (before)
        p->next[before] = v;
    else
        p->head[p->idom[v]] = v;
}

static void put_back(struct proof *p, uint32_t v)
{
    uint32_t w = p->led[v], side = w ? p->side[v] : 0;
    uint32_t near = p->was[side][v], far = p->was[!side][v];

    if (near && far)
        put_beside(p, v, near, p->at[far] > p->at[near]);
    else if (w)
        put_beside(p, v, w, p->at[p->other[v]] < p->at[w]);
    else if (p->head[p->idom[v]])
        put_beside(p, v, p->head[p->idom[v]], false);
    else {
        p->head[p->idom[v]] = v;
        p->at[v] = TOP / 2;
    }
}

/* Puts the children of each node in the order of its list; then in and out are
 * of that order. */
static void order_tree(struct proof *p)
{
    for (uint32_t i = p->count - 1; i-- > 0;)
        put_back(p, p->gone[i]);
    for (uint32_t v = 1; v <= p->count; v++) {
        uint32_t at = p->below[v];

        for (uint32_t c = p->head[v]; c; c = p->next[c])
            p->child[at++] = c;
    }
    walk_tree(p);
}

static const char *check_order(struct proof *p)
{
    enum { PARENT = 1, LOW = 2, HIGH = 4 };
    const struct certify_graph *g = p->graph;
    uint32_t *found = numbers(p);

    for (uint32_t u = 1; u <= p->count; u++)
        for (uint64_t e = g->first[u]; e < g->first[u + 1]; e++) {
            uint32_t v = g->to[e];

            if (u == p->idom[v])
                found[v] |= PARENT;
            else if (p->in[u] < p->in[v])
                found[v] |= LOW;
            else if (p->in[u] >= p->out[v])
                found[v] |= HIGH;
        }
    for (uint32_t v = 2; v <= p->count; v++)
        if (!(found[v] & PARENT) && (found[v] & (LOW | HIGH)) != (LOW | HIGH))
            return "something below its dominator dominates a node";
    return NULL;
}

static const char *prove(struct proof *p)
{
    const char *wrong = read_tree(p);

    if (!wrong)
        wrong = check_parents(p);
    if (!wrong)
        wrong = walk_graph(p);
    if (wrong)
        return wrong;
    find_semis(p);
    find_trees(p);
    wrong = reduce(p);
    if (wrong)
        return wrong;
    order_tree(p);
    return check_order(p);
}

const char *certify_tree(const struct certify_graph *graph,
                         const uint32_t *idom)
{
    struct proof p = {.graph = graph, .idom = idom, .count = graph->count};
    size_t room = (size_t)p.count + 2;
    const char *wrong;
    uint32_t **arrays[] = {
        &p.below,    &p.child,  &p.in,    &p.out,    &p.node,
        &p.number,   &p.tree,   &p.semi,  &p.last,   &p.relative,
        &p.ancestor, &p.label,  &p.stack, &p.leads,  &p.into[0],
        &p.into[1],  &p.degree, &p.gone,  &p.was[0], &p.was[1],
        &p.led,      &p.other,  &p.head,  &p.next,   &p.prev};

    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
        *arrays[i] = numbers(&p);
    p.blue_tree = hs_arena_zeroed(&p.arena, room, sizeof(bool));
    p.side = hs_arena_zeroed(&p.arena, room, sizeof(*p.side));
    p.at = hs_arena_zeroed(&p.arena, room, sizeof(*p.at));
    wrong = prove(&p);
    hs_arena_free(&p.arena);
    return wrong;
}

/* By number, where its row is: all that the one at ROOT reaches. */
static uint32_t *positions_of(const struct hs_dominators *dom, uint32_t root,
                              struct hs_arena *arena)
{
    const struct hs_digraph *graph = dom->graph;
    size_t room = (size_t)dom->count + 1;
    uint32_t *positions = hs_arena_zeroed(arena, room, sizeof(*positions));
    uint32_t *queue = hs_arena_zeroed(arena, room, sizeof(*queue));
    size_t head = 0, tail = 0;

    CHECK(hs_digraph_number(graph, root) == 1);
    positions[1] = queue[tail++] = root;
    while (head < tail) {
        struct hs_row row = hs_digraph_row(graph, queue[head++]);

        for (uint32_t i = 0; i < row.degree; i++) {
            uint32_t to = row.edges[i], number = hs_digraph_number(graph, to);

            if (!to || (number <= dom->count && positions[number] == to))
                continue;
            CHECK(number && number <= dom->count && positions[number] == 0);
            positions[number] = queue[tail++] = to;
        }
    }
    CHECK(tail == dom->count);
    return positions;
}

struct certify_graph certify_graph_of(const struct hs_dominators *dom,
                                      uint32_t root, struct hs_arena *arena)
{
    struct certify_graph graph = {.count = dom->count};
    struct hs_column to = HS_COLUMN(uint32_t, arena);
    uint64_t *first =
        hs_arena_zeroed(arena, (size_t)dom->count + 2, sizeof(*first));
    const uint32_t *positions = positions_of(dom, root, arena);

    for (uint32_t v = 1; v <= dom->count; v++) {
        struct hs_row row = hs_digraph_row(dom->graph, positions[v]);

        for (uint32_t i = 0; i < row.degree; i++) {
            uint32_t target = row.edges[i];

            if (!target)
                continue;
            target = hs_digraph_number(dom->graph, target);
            CHECK(target != 0 && target <= dom->count);
            hs_column_push(&to, &target);
        }
        first[v + 1] = to.count;
    }
    graph.first = first;
    graph.to = to.at;
    return graph;
}

/* Adds up what the tree has, children first. */
static const char *check_retained(const struct hs_dominators *dom,
                                  uint32_t root, struct hs_arena *arena)
{
    size_t room = (size_t)dom->count + 1;
    uint64_t *bytes = hs_arena_zeroed(arena, room, sizeof(*bytes));
    uint64_t *objects = hs_arena_zeroed(arena, room, sizeof(*objects));
    const uint32_t *positions = positions_of(dom, root, arena);

    for (uint32_t v = dom->count; v > 0; v--) {
        struct hs_row row = hs_digraph_row(dom->graph, positions[v]);

        bytes[v] += row.bytes;
        objects[v] += row.objects;
        if (dom->idom[v] >= v)
            return "a dominator has no smaller number";
        if (bytes[v] != dom->retained[v].bytes ||
            objects[v] != dom->retained[v].objects)
            return "a retained size is not the sum of its parts";
        bytes[dom->idom[v]] += bytes[v];
        objects[dom->idom[v]] += objects[v];
    }
    return NULL;
}

const char *certify_dominators(const struct hs_dominators *dom, uint32_t root)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct certify_graph graph = certify_graph_of(dom, root, &arena);
    const char *wrong = certify_tree(&graph, dom->idom);

    if (!wrong)
        wrong = check_retained(dom, root, &arena);
    hs_arena_free(&arena);
    return wrong;
}
