/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention.c - from heap and holders to dominators, and the plain questions.
 *
 * While dominators and sharing are worked out on one thread, another finds the
 * root paths: both only read the arcs.
 */
#include "algo/retention.h"

#include <string.h>

#include "algo/bfs.h"
#include "algo/retention_impl.h"

struct deal {
    struct retention_work *work;
    void (*step)(struct retention_work *, struct retention_part *, unsigned);
};

static void take_parts(void *context, unsigned thread)
{
    struct deal *deal = context;
    struct retention_work *work = deal->work;
    unsigned i;

    while ((i = atomic_fetch_add(&work->next, 1)) < work->part_count)
        deal->step(work, &work->parts[i], thread);
}

void hs_retention_each(struct retention_work *work,
                       void (*step)(struct retention_work *,
                                    struct retention_part *, unsigned))
{
    struct deal deal = {work, step};

    atomic_store(&work->next, 0);
    hs_parallel_run(work->threads, take_parts, &deal);
}

/* Root paths beside dominators, which take about as long. */
struct solving {
    struct retention_work *work;
    struct hs_bitset deferred;
    struct hs_arena arena; /* of the second thread */
    struct hs_column turns;
};

static void solve(void *context, unsigned part)
{
    struct solving *solving = context;
    struct hs_retention *r = solving->work->r;

    if (part == 0) {
        hs_dominators_solve(&r->dom);
        hs_retention_share(r, solving->work->scratch);
    } else {
        solving->turns =
            hs_bfs_find(&r->dom.arcs, &solving->deferred, &solving->arena);
    }
}

/* Turns the positions of a part of all rows into their numbers, and keeps the
 * weights of those that are folded. */
static void number_part(void *context, unsigned part)
{
    const struct retention_work *work = context;
    struct hs_retention *r = work->r;
    uint64_t rows = (uint64_t)r->vertices + work->holders->holder_count;
    uint64_t end = hs_parallel_share(rows, part + 1, work->threads);

    for (uint64_t v = hs_parallel_share(rows, part, work->threads); v < end;
         v++) {
        const uint32_t *row = r->graph.words + r->positions[v];

        if (row[0] & ROW_FOLDED)
            r->weights[v] = row[1];
        r->positions[v] = row[0];
    }
}

/* Numbers all rows.  What they say is then known by number, and their memory is
 * wanted for that. */
static bool walk(struct retention_work *work, struct hs_err *err)
{
    struct hs_retention *r = work->r;

    if (!hs_dominators_walk(&r->dom, &r->graph, r->positions[r->vertices],
                            work->threads, r->arena, err))
        return false;
    r->weights = hs_arena_alloc(r->arena, ((size_t)r->vertices + 1) *
                                              sizeof(*r->weights));
    hs_parallel_run(work->threads, number_part, work);
    r->numbers = r->positions;
    r->positions = NULL;
    hs_digraph_release(&r->graph, r->arena);
    return true;
}

static bool find_dominators(struct retention_work *work, struct hs_err *err)
{
    struct hs_retention *r = work->r;
    const struct hs_holders *holders = work->holders;
    struct solving solving = {.work = work};

    if (!walk(work, err))
        return false;
    solving.deferred = hs_bitset_new((uint64_t)r->dom.count + 1, work->scratch);
    for (uint32_t h = 0; h < holders->holder_count; h++)
        if (holders->holders[h].deferred)
            hs_bitset_add(&solving.deferred, r->numbers[r->vertices + h]);
    if (work->threads > 1) {
        hs_parallel_run(2, solve, &solving);
    } else {
        solve(&solving, 0);
        solve(&solving, 1);
    }
    hs_bfs_settle(&r->dom.arcs, &solving.turns, work->threads);
    hs_arc_lists_release(&r->dom.arcs.out, r->arena);
    hs_bitset_release(&solving.deferred, work->scratch);
    hs_arena_free(&solving.arena);
    return true;
}

/* Tells each number its node, in the retained table's spare column. */
static void name_part(struct retention_work *work, struct retention_part *part,
                      unsigned thread)
{
    const struct retention_group *groups = work->r->groups;
    const uint32_t *numbers = work->r->numbers;
    uint32_t *node = work->r->dom.mark;

    (void)thread;
    for (size_t g = part->group; g < part->group_end; g++) {
        uint32_t slot = (uint32_t)(g * 64), vertex = groups[g].rank;

        for (uint64_t bits = groups[g].node; bits; bits &= bits - 1) {
            uint32_t number = numbers[vertex++];

            if (number && !(number & ROW_FOLDED))
                node[number] = hs_heap_slot_object(
                    work->store, slot + (uint32_t)__builtin_ctzll(bits));
        }
    }
}

static void name_nodes(struct retention_work *work)
{
    struct hs_retention *r = work->r;

    hs_retention_each(work, name_part);
    for (uint32_t h = 0; h < work->holders->holder_count; h++) {
        uint32_t number = r->numbers[r->vertices + h];

        if (number)
            r->dom.mark[number] = r->objects + h;
    }
    r->dom.mark[0] = HS_NO_NODE;
}

static void add_up(struct hs_retention *r)
{
    const struct hs_retained *all = &r->dom.retained[1];
    struct hs_totals *t = &r->totals;

    t->objects = r->objects;
    t->bytes = r->heap->object_bytes;
    t->reachable_objects = all->objects;
    t->reachable_bytes = all->bytes;
    t->unreachable_objects = t->objects - t->reachable_objects;
    t->unreachable_bytes = t->bytes - t->reachable_bytes;
}

static unsigned choose_threads(unsigned threads)
{
    unsigned most = hs_parallel_processors();

    if (threads == 0)
        threads = most < 2 ? most : 2;
    return threads < HS_PARALLEL_MOST ? threads : HS_PARALLEL_MOST;
}

bool hs_retention_graph(struct retention_work *work, struct hs_err *err)
{
    struct hs_retention *r = work->r;

    if (work->holders->holder_count > UINT32_MAX - HS_MOST_OBJECTS - 1)
        return hs_fail(err, HS_ELIMIT, HS_NOWHERE, "too many holders");
    r->groups = hs_arena_zeroed(r->arena, work->store->group_count + 1,
                                sizeof(*r->groups));
    hs_retention_deal(work);
    if (!hs_retention_reserve(work, err))
        return false;
    hs_retention_edges(work);
    hs_retention_fold(work);
    hs_retention_deepen(work);
    hs_retention_rows(work);
    return true;
}

bool hs_retention_new(const struct hs_heap *heap,
                      const struct hs_holders *holders, unsigned threads,
                      struct hs_arena *arena, struct hs_arena *scratch,
                      struct hs_retention **retention, struct hs_err *err)
{
    struct hs_retention *r = hs_arena_zeroed(arena, 1, sizeof(*r));
    struct retention_work work = {.r = r,
                                  .heap = heap,
                                  .store = heap->store,
                                  .holders = holders,
                                  .scratch = scratch,
                                  .threads = choose_threads(threads)};

    *retention = r;
    *r = (struct hs_retention){.heap = heap,
                               .holders = holders,
                               .arena = arena,
                               .objects = heap->store->count};
    if (!hs_retention_graph(&work, err) || !find_dominators(&work, err))
        return false;
    name_nodes(&work);
    add_up(r);
    return true;
}

struct hs_totals hs_retention_totals(const struct hs_retention *retention)
{
    return retention->totals;
}

uint32_t hs_retention_holder(const struct hs_retention *r, uint32_t holder)
{
    return r->objects + holder;
}

const struct hs_dominators *hs_retention_numbers(const struct hs_retention *r)
{
    return &r->dom;
}

uint32_t hs_retention_node(const struct hs_retention *r, uint32_t number)
{
    return r->dom.mark[number];
}
