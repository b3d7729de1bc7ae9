/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_fold.c - what points to nothing goes into the one that points to
 * it.
 *
 * Three of five objects have no pointers, and nearly all of those have one
 * referrer, which is then their dominator.  Its row takes their bytes, and
 * every walk from here on runs over 0.4 of the nodes.
 */
#include <string.h>

#include "algo/retention_impl.h"

/* Rows, and words of a row, whose targets are called from memory early: what is
 * done with them branches on what they are. */
#define ROWS_AHEAD 24
#define MOST_AHEAD 32
/* Referrers that wait for their places to come from memory; a power of 2. */
#define WAITING 32

/* Puts the marks of all threads together: a leaf seen once is folded, every
 * other object that is seen, or points to something, is a node. */
static void merge_part(struct retention_work *work, struct retention_part *part,
                       unsigned thread)
{
    const struct hs_heap_store *store = work->store;
    struct retention_group *group = work->r->groups + part->group;

    (void)thread;
    for (size_t g = part->group; g < part->group_end; g++, group++) {
        const struct hs_page *page = &store->pages[store->groups[g].page];
        uint64_t seen = 0, again = 0, leaf = group->folded;

        for (unsigned t = 0; t < work->threads; t++) {
            const struct retention_marks *marks = &work->marks[t][g];

            again |= marks->again | (seen & marks->seen);
            seen |= marks->seen;
        }
        group->node = (store->groups[g].bits & ~leaf) | again;
        work->marks[0][g].seen = group->node & seen & ~again;
        work->marks[0][g].again = 0;
        group->folded = leaf & seen & ~again;
        group->rank = part->nodes;
        group->folds = part->folds;
        part->nodes += hs_bits_of(group->node);
        part->folds += hs_bits_of(group->folded);
        if (!page->scan)
            part->leaf_words +=
                hs_bits_of(group->node) * hs_row_words(page->size, 1, 0);
    }
}

static inline bool is_kept(const struct retention_work *work, uint32_t slot)
{
    const struct retention_group *group = &work->r->groups[slot / 64];

    return (group->node >> slot % 64 & 1) &&
           !(group->captive && hs_bitset_has(&work->captives, slot));
}

/* The rows of a part on their way down: read at FROM, written at TO.  What the
 * row at AHEAD will ask for is called from memory. */
struct moving {
    const uint32_t *from, *ahead, *end;
    uint32_t *to;
    uint32_t vertex; /* of the row at TO */
    uint64_t bytes;
    struct {
        uint32_t *at, vertex;
    } waiting[WAITING]; /* a ring; AT may be NULL */
    unsigned next;
};

/* VERTEX is to be written at AT, which misses the cache on scattered heaps:
 * it is called for, and what has waited longest is written. */
static inline void wait_for(struct moving *m, uint32_t *at, uint32_t vertex)
{
    unsigned i = m->next++ % WAITING;

    if (m->waiting[i].at)
        *m->waiting[i].at = m->waiting[i].vertex;
    __builtin_prefetch(at, 1);
    m->waiting[i].at = at;
    m->waiting[i].vertex = vertex;
}

/* Moves the row at FROM, of an object of BYTES, to where it goes, which is not
 * behind it, and folds into it what can be.  True if it points to nothing more
 * and is narrow: then it can be folded itself. */
static inline bool fold_row(const struct retention_work *work, struct moving *m,
                            const uint32_t *from, uint64_t bytes)
{
    const struct retention_group *groups = work->r->groups;
    uint32_t *head = m->to, *to;
    uint32_t degree = from[1] & ~HS_ROW_WIDE, kept = 0, objects = 1;
    const uint32_t *slots =
        from + (from[1] & HS_ROW_WIDE ? HS_ROW_WIDE_HEAD : HS_ROW_HEAD);

    for (uint32_t i = 0; i < degree; i++) {
        const struct retention_group *group = &groups[slots[i] / 64];

        if (is_kept(work, slots[i])) {
            kept++;
        } else if (group->folded >> slots[i] % 64 & 1) {
            bytes += hs_retention_size(work->store, slots[i], group->size);
            objects++;
            wait_for(
                m, &work->r->referrers[hs_retention_fold_of(groups, slots[i])],
                m->vertex);
        }
    }
    m->bytes += bytes;
    to = hs_row_write(head, bytes, objects, kept);
    for (uint32_t i = 0; i < degree; i++)
        if (is_kept(work, slots[i]))
            *to++ = slots[i];
    m->to = to;
    return kept == 0 && !(head[1] & HS_ROW_WIDE);
}

static inline uint32_t row_words(const uint32_t *row)
{
    return row[1] & HS_ROW_WIDE ? HS_ROW_WIDE_HEAD + (row[1] & ~HS_ROW_WIDE)
                                : HS_ROW_HEAD + row[1];
}

static inline void look_ahead(const struct retention_group *groups,
                              struct moving *m)
{
    const uint32_t *row = m->ahead;
    uint32_t words;

    if (row >= m->end)
        return;
    words = row_words(row);
    for (uint32_t i = HS_ROW_HEAD; i < words && i < MOST_AHEAD; i++)
        __builtin_prefetch(&groups[row[i] / 64]);
    m->ahead += words;
}

/* The rows of a group of a page with pointers: those of nodes move, the others
 * go. */
static void fold_group(struct retention_work *work, size_t g, struct moving *m)
{
    const struct retention_group *group = &work->r->groups[g];
    uint32_t *positions = work->r->positions;
    struct retention_marks *marks = &work->marks[0][g];

    m->vertex = group->rank;
    for (uint64_t bits = work->store->groups[g].bits; bits; bits &= bits - 1) {
        const uint32_t *row = m->from;
        uint32_t slot = (uint32_t)(g * 64) + (uint32_t)__builtin_ctzll(bits);

        look_ahead(work->r->groups, m);
        m->from += row_words(row);
        if (!(group->node & bits & -bits))
            continue;
        positions[m->vertex] = (uint32_t)(m->to - work->r->graph.words);
        if (fold_row(work, m, row,
                     hs_retention_size(work->store, slot, group->size)))
            marks->again |= marks->seen & bits & -bits;
        m->vertex++;
    }
}

/* The rows of a group of a page without pointers. */
static uint32_t *leaf_group(struct retention_work *work, size_t g,
                            uint64_t *sum, uint32_t *row)
{
    const struct retention_group *group = &work->r->groups[g];
    uint32_t *position = work->r->positions + group->rank;
    uint64_t size = work->store->pages[work->store->groups[g].page].size;

    for (uint64_t bits = group->node; bits; bits &= bits - 1) {
        *position++ = (uint32_t)(row - work->r->graph.words);
        row = hs_row_write(row, size, 1, 0);
        *sum += size;
    }
    return row;
}

static void fold_part(struct retention_work *work, struct retention_part *part,
                      unsigned thread)
{
    const struct hs_heap_store *store = work->store;
    uint32_t *words = work->r->graph.words, *leaf = words + part->leaves;
    struct moving m = {.from = words + part->segment,
                       .ahead = words + part->segment,
                       .end = words + part->used,
                       .to = words + part->segment};

    (void)thread;
    for (unsigned i = 0; i < ROWS_AHEAD; i++)
        look_ahead(work->r->groups, &m);
    for (size_t g = part->group; g < part->group_end; g++) {
        if (store->pages[store->groups[g].page].scan)
            fold_group(work, g, &m);
        else if (work->r->groups[g].node)
            leaf = leaf_group(work, g, &m.bytes, leaf);
    }
    for (unsigned i = 0; i < WAITING; i++)
        if (m.waiting[i].at)
            *m.waiting[i].at = m.waiting[i].vertex;
    part->used = (uint64_t)(m.to - words);
    part->bytes = m.bytes;
}

/* Objects that roots hold become nodes: a holder's row has an edge for each.
 * So do captives, whose edges go. */
static void mark_roots(struct retention_work *work)
{
    const struct hs_holders *holders = work->holders;

    if (holders->captive_count)
        work->captives = hs_bitset_new((uint64_t)work->store->group_count * 64,
                                       work->scratch);
    for (size_t i = 0; i < holders->root_count + holders->captive_count; i++) {
        bool captive = i >= holders->root_count;
        uint32_t object = captive ? holders->captive[i - holders->root_count]
                                  : holders->roots[i].object;
        uint32_t slot = hs_heap_slot_of(work->store, object);
        uint64_t bit = (uint64_t)1 << slot % 64;

        work->marks[0][slot / 64].again |= bit;
        if (captive) {
            work->r->groups[slot / 64].captive = true;
            hs_bitset_add(&work->captives, slot);
        }
    }
}

/* Turns ranks inside parts into ranks; says where shared leaves go. */
static void number_vertices(struct retention_work *work)
{
    uint32_t nodes = 0, folds = 0;
    uint64_t at = work->leaves_at;

    for (unsigned i = 0; i < work->part_count; i++) {
        struct retention_part *part = &work->parts[i];

        for (size_t g = part->group; g < part->group_end; g++) {
            work->r->groups[g].rank += nodes;
            work->r->groups[g].folds += folds;
        }
        nodes += part->nodes;
        folds += part->folds;
        part->leaves = at;
        at += part->leaf_words;
    }
    work->r->graph.used = at;
    work->r->graph.nodes = nodes;
    work->r->vertices = nodes;
    work->r->folded = folds;
}

void hs_retention_fold(struct retention_work *work)
{
    size_t bytes = work->store->group_count * sizeof(*work->marks[0]);
    size_t holders = work->holders->holder_count;

    mark_roots(work);
    hs_retention_cleanups(work);
    hs_retention_each(work, merge_part);
    /* The first are of use yet. */
    for (unsigned i = 1; i < work->threads; i++)
        hs_arena_release(work->scratch, work->marks[i], bytes);
    number_vertices(work);
    work->r->positions =
        hs_arena_alloc(work->r->arena, (work->r->vertices + holders + 1) *
                                           sizeof(*work->r->positions));
    work->r->referrers =
        hs_arena_alloc(work->r->arena, ((size_t)work->r->folded + 1) *
                                           sizeof(*work->r->referrers));
    hs_retention_each(work, fold_part);
    hs_bitset_release(&work->captives, work->scratch);
}
