/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dominators.c - Lengauer and Tarjan's dominators over compact rows.
 *
 * T. Lengauer, R. E. Tarjan, "A fast algorithm for finding dominators in a
 * flowgraph", TOPLAS 1(1), 1979, the version with simple path compression,
 * O(m log n).  Where this differs:
 *
 * - The walk pushes all successors of a node, each with the pusher's number,
 *   and looks at them when they are popped.  One that is new becomes a child
 *   of its pusher: this is a true depth-first tree.  Only the others (about one
 *   in eight edges on heaps) have a place among the predecessors of their
 *   target.
 * - A node W is linked into the forest when it was handled, and nodes are
 *   handled from the last to the first; "linked" is just "number > W", and the
 *   forest starts as the tree of parents.
 * - A node whose semidominator is its parent is dominated by it directly; only
 *   the others go through buckets.  (Semi-NCA's climbs instead of buckets were
 *   seen to take 10^9 steps on a heap of 50 M objects.)
 * - A bucket of S is emptied when S itself is reached, not after each child:
 *   all below S is linked then, and S is not.
 *
 * Memory is time, so fields are lent while they have no use of their own.  A
 * bucket's list hangs in the *best* of its node, which matters only later, and
 * runs through idom[] of the nodes in it.  The 12 bytes of work area per node
 * hold the retained sizes in the end, and what the walk has read of a node's
 * weight becomes its mark.
 */
#include "algo/dominators.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

#include "base/pages.h"
#include "base/parallel.h"

/* In idom[] while solving: the idom is that of this node, found later. */
#define SAME_AS 0x80000000u
/* Pops ahead of which a row is called for, and what it leads to first. */
#define AHEAD 6
#define NEAR  3
/* How many scouts, and how far each goes at most: there are rings. */
#define SCOUTS     8
#define MOST_STEPS 32
/* Successors that are worth sending scouts to, rather than to older ones. */
#define MANY 4
/* Words from one row to the next that tell a scattered heap. */
#define FAR 16384u

struct link {
    uint32_t up;   /* the parent, or after compression a farther ancestor */
    uint32_t semi; /* the least semidominator from here up to below UP */
    uint32_t best; /* whose it is; 0: this node's own (or a bucket, above) */
};

/* The two lives of a slot. */
union slot {
    struct link link;
    struct hs_retained retained;
};

struct visit {
    uint32_t position, parent;
};

/* The weight of a wide row. */
struct weight {
    uint64_t bytes;
    uint32_t objects;
};

struct hs_dominators_walk {
    struct hs_arena *arena;
    union slot *slots;
    uint32_t *own; /* by number: the word of the row that tells its weight */
    struct hs_column wide;  /* of struct weight: of wide rows, in order */
    struct hs_column stack; /* of struct visit */
    struct hs_column arcs;  /* of struct hs_arc: not of the tree */
};

/* Room for EXTRA more elements in COLUMN beside USED.  The walk keeps count
 * itself, in a register. */
static void reserve(struct hs_column *column, size_t used, size_t extra)
{
    column->count = used;
    hs_column_extend(column, extra);
}

/* Makes the unvisited row at AT.position the node NUMBER and pushes its
 * successors; STACK has TOP entries.  Returns the new top. */
static size_t arrive(struct hs_dominators *dom, struct visit at,
                     uint32_t number, size_t top)
{
    struct hs_column *stack = &dom->walk->stack;
    uint32_t *words = dom->graph->words, *row = words + at.position;
    uint32_t own = row[1], degree = own & HS_ROW_MAX_DEGREE;
    const uint32_t *edges = row + HS_ROW_HEAD;
    struct visit *push;

    row[0] = number;
    dom->arcs.up[number] = at.parent;
    dom->walk->own[number] = own;
    if (own & HS_ROW_WIDE) {
        struct hs_row wide = hs_row_read(row);

        degree = wide.degree;
        edges = wide.edges;
        hs_column_push(&dom->walk->wide,
                       &(struct weight){wide.bytes, wide.objects});
    }
    if (top + degree > stack->room)
        reserve(stack, top, degree);
    push = (struct visit *)stack->at + top;
    for (uint32_t i = 0; i < degree && i < AHEAD; i++)
        __builtin_prefetch(words + edges[i]);
    for (uint32_t i = 0; i < degree; i++) /* the first will be popped first */
        push[degree - 1 - i] = (struct visit){edges[i], number};
    return top + degree;
}

/* Keeps the edge from FROM to TO, which is arc number INDEX. */
static void keep_arc(struct hs_dominators *dom, uint32_t from, uint32_t to,
                     size_t index)
{
    struct hs_column *arcs = &dom->walk->arcs;

    if (index >= arcs->room)
        reserve(arcs, index, 1);
    ((struct hs_arc *)arcs->at)[index] = (struct hs_arc){from, to};
}

/* Calls for the row that the one at POSITION, which has been called for, leads
 * to first.  It need not lead anywhere: then this is for nothing. */
static inline void look_below(const uint32_t *words, uint32_t position)
{
    if (!words[position])
        __builtin_prefetch(words + words[position + HS_ROW_HEAD]);
}

/*
 * On a scattered heap the walk waits for memory at every element of a list,
 * whatever was called for, as each tells only where the next one is.  Meanwhile
 * *scouts* go down the lists that it comes to next.  Each starts at a place on
 * the stack and takes a step when it is its turn; the row that it stands at has
 * come by then.
 */
struct scouts {
    struct scout {
        uint32_t at, steps; /* position, 0: none */
    } scout[SCOUTS];
    unsigned turn;
    size_t sent; /* places on the stack from here on have had one */
};

/* Where the first edge of the row at POSITION leads; 0 where a scout stops. */
static inline uint32_t step_below(const uint32_t *words, uint32_t position)
{
    uint32_t own = words[position + 1];

    if (words[position] || own & HS_ROW_WIDE || !(own & HS_ROW_MAX_DEGREE))
        return 0;
    return words[position + HS_ROW_HEAD];
}

/* Lets one scout take a step, or start anew; STACK has TOP places. */
static inline void look_around(struct scouts *scouts, const uint32_t *words,
                               const struct visit *stack, size_t top)
{
    struct scout *scout = &scouts->scout[scouts->turn++ % SCOUTS];
    uint32_t at = 0;

    if (scout->at && scout->steps++ < MOST_STEPS)
        at = step_below(words, scout->at);
    if (!at) {
        if (scouts->sent > top)
            scouts->sent = top;
        if (scouts->sent > AHEAD)
            at = stack[--scouts->sent].position;
        scout->steps = 0;
    }
    scout->at = at;
    __builtin_prefetch(words + at);
}

/* Numbers all that ROOT reaches; says how many they are. */
static uint32_t walk(struct hs_dominators *dom, uint32_t root)
{
    struct hs_column *stack = &dom->walk->stack;
    const uint32_t *words = dom->graph->words;
    struct scouts scouts = {.sent = AHEAD};
    uint32_t count = 0, last = 0;
    size_t top = AHEAD, arcs = 0;

    reserve(stack, 0, AHEAD + 1);
    memset(stack->at, 0, AHEAD * sizeof(struct visit));
    ((struct visit *)stack->at)[top++] = (struct visit){root, 0};
    while (top > AHEAD) {
        const struct visit *next = (struct visit *)stack->at + --top;
        struct visit at = *next;
        uint32_t number = words[at.position];

        __builtin_prefetch(words + next[-AHEAD].position);
        look_below(words, next[-NEAR].position);
        if (at.position - last + FAR > 2 * FAR) /* either way */
            look_around(&scouts, words, stack->at, top);
        last = at.position;
        if (!number) {
            size_t below = top;

            if (at.position)
                top = arrive(dom, at, ++count, top);
            if (top > below + MANY)
                scouts.sent = top - 1;
        } else if (number != at.parent) {
            keep_arc(dom, at.parent, number, arcs++);
        }
    }
    dom->walk->arcs.count = arcs;
    return count;
}

static void sort_part(void *context, unsigned part)
{
    struct hs_dominators *dom = context;

    if (part == 0)
        hs_arc_lists_by_end(&dom->arcs.in, dom->walk->arcs.at);
    else
        hs_arc_lists_by_start(&dom->arcs.out, dom->walk->arcs.at);
}

/* Lists the arcs both by where they start and where they lead. */
static void sort_arcs(struct hs_dominators *dom, unsigned threads)
{
    uint32_t arcs = (uint32_t)dom->walk->arcs.count;
    struct hs_arena *arena = dom->walk->arena;

    dom->arcs.count = dom->count;
    hs_arc_lists_reserve(&dom->arcs.in, dom->count, arcs, arena);
    hs_arc_lists_reserve(&dom->arcs.out, dom->count, arcs, arena);
    if (threads > 1) {
        hs_parallel_run(2, sort_part, dom);
    } else {
        sort_part(dom, 0);
        sort_part(dom, 1);
    }
    hs_column_release(&dom->walk->arcs);
}

struct walking {
    struct hs_dominators *dom;
    uint32_t root;
    atomic_bool done;
};

/* Nodes whose memory is asked for at once. */
#define CHUNK ((size_t)1 << 17)

/* To clear the pages that the walk fills takes about as long as to fill them,
 * and can be done ahead of it. */
static void clear_the_way(struct walking *walking)
{
    const struct hs_dominators *dom = walking->dom;
    size_t room = (size_t)dom->graph->nodes + 1;

    for (size_t at = 0; at < room && !atomic_load(&walking->done);) {
        size_t end = room - at > CHUNK ? at + CHUNK : room;

        hs_pages_populate(dom->arcs.up + at, dom->arcs.up + end);
        hs_pages_populate(dom->walk->own + at, dom->walk->own + end);
        at = end;
    }
}

static void walk_part(void *context, unsigned part)
{
    struct walking *walking = context;

    if (part == 0) {
        walking->dom->count = walk(walking->dom, walking->root);
        atomic_store(&walking->done, true);
    } else {
        clear_the_way(walking);
    }
}

bool hs_dominators_walk(struct hs_dominators *dom, struct hs_digraph *graph,
                        uint32_t root, unsigned threads, struct hs_arena *arena,
                        struct hs_err *err)
{
    size_t room = (size_t)graph->nodes + 1;
    struct walking walking = {.dom = dom, .root = root};
    struct hs_dominators_walk *work;

    if (graph->objects > UINT32_MAX)
        return hs_fail(err, HS_ELIMIT, HS_NOWHERE,
                       "the graph has %" PRIu64 " objects, more than 2^32",
                       graph->objects);
    *dom = (struct hs_dominators){.graph = graph};
    work = hs_arena_zeroed(arena, 1, sizeof(*work));
    work->arena = arena;
    work->wide = HS_COLUMN(struct weight, arena);
    work->stack = HS_COLUMN(struct visit, arena);
    work->arcs = HS_COLUMN(struct hs_arc, arena);
    work->own = hs_arena_alloc(arena, room * sizeof(*work->own));
    work->own[0] = 0;
    dom->walk = work;
    dom->arcs.up = hs_arena_alloc(arena, room * sizeof(*dom->arcs.up));
    dom->arcs.up[0] = 0;
    hs_parallel_run(threads < 2 ? 1 : 2, walk_part, &walking);
    hs_column_release(&work->stack);
    sort_arcs(dom, threads);
    return true;
}

/* The link with the least semidominator on the way from NODE up to below the
 * first node that is not linked, i.e. whose number is at most LAST.  Shortens
 * that way; while going up, UP leads back down. */
static struct link compress(union slot *slots, uint32_t node, uint32_t last)
{
    uint32_t below = 0, top, up;
    struct link least;

    while ((up = slots[node].link.up) > last) {
        slots[node].link.up = below;
        below = node;
        node = up;
    }
    top = up;
    least = slots[node].link;
    if (!least.best)
        least.best = node;
    while (below) {
        struct link *link = &slots[below].link;
        uint32_t next = link->up;

        link->up = top;
        if (least.semi < link->semi) {
            link->semi = least.semi;
            link->best = least.best;
        } else {
            least = *link;
            if (!least.best)
                least.best = below;
        }
        below = next;
    }
    return least;
}

static inline struct link least_above(union slot *slots, uint32_t node,
                                      uint32_t last)
{
    struct link link = slots[node].link;

    if (link.up > last)
        return compress(slots, node, last);
    if (!link.best)
        link.best = node;
    return link;
}

/* All that have SEMI as their semidominator get their idom. */
static void empty_bucket(union slot *slots, uint32_t *idom, uint32_t semi)
{
    uint32_t node = slots[semi].link.best, next;

    slots[semi].link.best = 0;
    for (; node; node = next) {
        struct link least;

        next = idom[node];
        __builtin_prefetch(slots + next);
        __builtin_prefetch(idom + next);
        least = least_above(slots, node, semi);
        idom[node] = least.semi < semi ? least.best | SAME_AS : semi;
    }
}

/* The least semidominator that arcs from the numbers from SOURCE to below END
 * bring NODE.  One that comes from an ancestor, which is not linked yet, is a
 * candidate itself. */
static uint32_t least_source(union slot *slots, uint32_t node, uint32_t semi,
                             const uint32_t *source, const uint32_t *end)
{
    for (; source < end; source++) {
        uint32_t least =
            *source < node ? *source : least_above(slots, *source, node).semi;

        if (least < semi)
            semi = least;
    }
    return semi;
}

/* Fills idom[], but for those that are SAME_AS another. */
static void find_idoms(struct hs_dominators *dom)
{
    union slot *slots = dom->walk->slots;
    const struct hs_arc_lists *in = &dom->arcs.in;
    const uint32_t *start = in->ends + in->arcs;
    uint32_t *idom = dom->idom, list = in->lists;

    for (uint32_t node = dom->count; node > 0; node--) {
        uint32_t semi = dom->arcs.up[node];
        struct link *link = &slots[node].link;

        if (link->best)
            empty_bucket(slots, idom, node);
        link->up = semi;
        if (hs_bitset_has(&in->has, node)) {
            const uint32_t *end = start;

            start = in->ends + in->first[--list];
            if (start - in->ends >= AHEAD)
                __builtin_prefetch(slots + start[-AHEAD]);
            semi = least_source(slots, node, semi, start, end);
        }
        link->semi = semi;
        if (semi == link->up) {
            idom[node] = semi;
        } else {
            idom[node] = slots[semi].link.best;
            slots[semi].link.best = node;
        }
    }
}

/* Settles the idoms that wait for another and turns each link into the
 * node's own weight. */
static void weigh(struct hs_dominators *dom)
{
    const struct weight *wide = dom->walk->wide.at;
    union slot *slots = dom->walk->slots;
    uint32_t *idom = dom->idom;

    for (uint32_t node = 1; node <= dom->count; node++) {
        uint32_t own = dom->mark[node];
        struct hs_retained *retained = &slots[node].retained;

        if (idom[node] & SAME_AS)
            idom[node] = idom[idom[node] & ~SAME_AS];
        if (own & HS_ROW_WIDE) {
            *retained = (struct hs_retained){wide->bytes, wide->objects};
            wide++;
        } else {
            *retained = (struct hs_retained){(uint64_t)(own >> 15) << 3,
                                             own >> 8 & HS_ROW_MAX_OBJECTS};
        }
        if (retained->objects > 1)
            hs_bitset_add(&dom->joined, node);
        dom->mark[node] = 0;
    }
}

void hs_dominators_solve(struct hs_dominators *dom)
{
    struct hs_dominators_walk *work = dom->walk;
    size_t room = (size_t)dom->count + 1;

    dom->idom = hs_arena_alloc(work->arena, room * sizeof(*dom->idom));
    dom->idom[0] = 0;
    work->slots = hs_arena_zeroed(work->arena, room, sizeof(*work->slots));
    find_idoms(dom);
    dom->mark = work->own;
    dom->joined = hs_bitset_new(room, work->arena);
    weigh(dom);
    hs_column_release(&work->wide);
    dom->retained = &work->slots->retained;
    dom->walk = NULL;
    for (uint32_t node = dom->count; node > 1; node--) {
        struct hs_retained *above = &dom->retained[dom->idom[node]];

        above->bytes += dom->retained[node].bytes;
        above->objects += dom->retained[node].objects;
    }
    dom->lost_bytes = dom->graph->bytes - dom->retained[1].bytes;
    dom->lost_objects = dom->graph->objects - dom->retained[1].objects;
}

bool hs_dominators_find(struct hs_dominators *dom, struct hs_digraph *graph,
                        uint32_t root, struct hs_arena *arena,
                        struct hs_err *err)
{
    if (!hs_dominators_walk(dom, graph, root, 1, arena, err))
        return false;
    hs_dominators_solve(dom);
    return true;
}
