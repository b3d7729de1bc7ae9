/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_impl.h - how a heap becomes a digraph: what the files share.
 *
 * Objects are named by slots (model/heap_store.h) until they have rows.
 *
 *   edges   each object of a page with pointers writes a row of the slots it
 *           points to, in place where its final row will be; who is pointed
 *           to is marked: *seen*, and *again* from the second edge on
 *   fold    an object that points to nothing (a *leaf*) and is seen once goes
 *           into the row that points to it; other rows move together
 *   deepen  what points only to what is folded, and is seen once, may be folded
 *           as well: small trees become one row
 *   rows    that is done, and slots become positions of rows; holders get rows
 *
 * Work is dealt out in parts, runs of pages.  A part writes its rows into a
 * segment of the digraph of its own, so the threads never meet:
 *
 *   words:  [part 0 ....gap][part 1 ......gap] ... [holders][shared leaves]
 *
 * A segment has room for the worst case, which costs addresses but no memory.
 *
 * Pages without pointer words are never read.  Their objects, if they are not
 * folded, have rows behind all others.
 */
#ifndef HS_ALGO_RETENTION_IMPL_H
#define HS_ALGO_RETENTION_IMPL_H

#include <stdatomic.h>

#include "algo/dominators.h"
#include "algo/retention.h"
#include "algo/retention_walk.h"
#include "base/bitset.h"
#include "base/parallel.h"
#include "model/heap_lookup.h"
#include "model/heap_walk.h"

/* What is known of the 64 slots of a group.  Half a cache line: whoever looks
 * up a random edge's target finds all it needs at once. */
struct retention_group {
    uint64_t node;   /* has a row of its own */
    uint64_t folded; /* is in the row of the one that points to it; while
                      * edges are made: is a leaf */
    uint32_t rank;   /* vertex number of the group's first node */
    uint32_t folds;  /* folded objects in the groups before */
    union {
        struct {           /* while edges are made and the first are folded */
            uint32_t size; /* of each object; 0: they differ */
            bool captive;  /* some may be held by roots only: see captives */
        };
        uint64_t leaf; /* then: has a row, and goes into the one that points to
                        * it; see retention_deep.c */
    };
};

/*
 * A *vertex* is an object with a row, numbered in address order, or a holder,
 * numbered behind them.
 */
struct hs_retention {
    const struct hs_heap *heap;
    const struct hs_holders *holders;
    struct hs_arena *arena;
    struct retention_group *groups;
    uint32_t objects;        /* of the heap */
    uint32_t vertices;       /* that are objects */
    uint32_t folded;         /* objects that have no row */
    struct hs_digraph graph; /* no rows any more once it is walked */
    uint32_t *positions;     /* by vertex: of its row; until it is walked */
    uint32_t *numbers;       /* by vertex, from then on; 0: not reached; or what
                              * it is folded into: ROW_FOLDED */
    uint32_t *weights;       /* by vertex: of what is folded, as in a row */
    struct hs_dominators dom; /* mark[number] is its node; arcs.up the number
                               * before it on the way */
    uint32_t *referrers;      /* by fold: vertex of who points to it */
    /* By number: first child, and its next sibling; 0 ends; NULL: not yet
     * made.  How many numbers were looked at for want of them. */
    uint32_t *first_child, *next_child;
    uint64_t scanned;
    struct hs_heap_walk reader; /* of what is folded into them */
    struct hs_totals totals;
    uint64_t *joint; /* by holder: owned beyond retained */
    struct hs_shared *shared;
    size_t shared_count;
};

/* Marks of one thread, beside a copy of what else an edge's target is asked
 * for. */
struct retention_marks {
    uint64_t bits, seen, again;
    uint32_t size; /* of each object; 0: they differ */
};

struct retention_part {
    size_t page, page_end;         /* indices of pages */
    size_t group, group_end;       /* and their groups */
    uint64_t segment, segment_end; /* words of the digraph */
    uint64_t used;                 /* where its rows end */
    uint64_t bytes;                /* of all its rows */
    uint32_t nodes, folds;         /* how many it has */
    uint64_t leaves;               /* where nodes of pages without pointers
                                    * have their rows */
    uint64_t leaf_words;           /* and how many words those take */
    uint32_t taken;                /* rows folded into rows of its own */
};

struct retention_work {
    struct hs_retention *r;
    const struct hs_heap *heap;
    const struct hs_heap_store *store;
    const struct hs_holders *holders;
    struct hs_arena *scratch;
    unsigned threads;
    struct retention_part *parts;
    unsigned part_count;
    atomic_uint next; /* part that no thread has taken */
    /* After the first fold, of marks[0] only: *seen* is who may be folded yet,
     * *again* who is a leaf. */
    struct retention_marks *marks[HS_PARALLEL_MOST];
    struct hs_column cleanups; /* uint32_t: slots that cleanups hold */
    uint64_t leaf_words;       /* of rows of all objects without pointers */
    struct hs_bitset captives; /* by slot; where group.captive says so */
    uint64_t holders_at;       /* where the rows of holders start */
    uint64_t leaves_at;        /* and those of shared leaves */
};

/* Turns the slots in the rows of PART into positions, and folds leaves. */
void hs_retention_link(struct retention_work *work, struct retention_part *part,
                       unsigned thread);

/* Does STEP for every part, on all threads. */
void hs_retention_each(struct retention_work *work,
                       void (*step)(struct retention_work *,
                                    struct retention_part *, unsigned));

/* Deals the heap out into parts; then makes room for all rows. */
void hs_retention_deal(struct retention_work *work);
bool hs_retention_reserve(struct retention_work *work, struct hs_err *err);

/* From heap and holders to digraph; then its four steps. */
bool hs_retention_graph(struct retention_work *work, struct hs_err *err);
void hs_retention_edges(struct retention_work *work);
void hs_retention_fold(struct retention_work *work);
void hs_retention_deepen(struct retention_work *work);
void hs_retention_rows(struct retention_work *work);

/* Finds what cleanups hold: once all edges and roots are marked, before rows
 * move.  At most so many as ..._room() says. */
void hs_retention_cleanups(struct retention_work *work);
uint64_t hs_retention_cleanup_room(const struct retention_work *work);

/* Fills in shared and joint. */
void hs_retention_share(struct hs_retention *r, struct hs_arena *scratch);

/* In the number of a row that was folded, beside the vertex of the one that
 * points to it.  (Such a row is narrow.) */
#define ROW_FOLDED 0x80000000u

/* The size of the object in SLOT, where SIZE is that of its group. */
static inline uint64_t hs_retention_size(const struct hs_heap_store *store,
                                         uint32_t slot, uint32_t size)
{
    return size ? size : hs_heap_slot_size(store, slot);
}

/* The slot that the pointer at BYTES leads to, or HS_NO_SLOT. */
static inline uint32_t hs_retention_slot(const struct hs_heap *heap,
                                         const uint8_t *bytes)
{
    return hs_heap_slot_at(heap->store, hs_heap_word(heap, bytes));
}

/* The number, among all that are folded, of the object in SLOT, which is. */
static inline uint32_t
hs_retention_fold_of(const struct retention_group *groups, uint32_t slot)
{
    const struct retention_group *group = groups + slot / 64;

    return group->folds +
           hs_bits_of(group->folded & (((uint64_t)1 << slot % 64) - 1));
}

/* The vertex in SLOT, which is one. */
static inline uint32_t hs_retention_vertex(const struct retention_group *groups,
                                           uint32_t slot)
{
    const struct retention_group *group = groups + slot / 64;

    return group->rank +
           hs_bits_of(group->node & (((uint64_t)1 << slot % 64) - 1));
}

/* The number of the row that VERTEX is folded into, or its own. */
static inline uint32_t hs_retention_row_number(const struct hs_retention *r,
                                               uint32_t vertex)
{
    uint32_t number;

    while ((number = r->numbers[vertex]) & ROW_FOLDED)
        vertex = number & ~ROW_FOLDED;
    return number;
}

/* What VERTEX, which is folded, retains. */
static inline struct hs_row hs_retention_weight(const struct hs_retention *r,
                                                uint32_t vertex)
{
    uint32_t own = r->weights[vertex];

    return (struct hs_row){.bytes = (uint64_t)(own >> 15) << 3,
                           .objects = own >> 8 & HS_ROW_MAX_OBJECTS};
}

#endif
