/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_deep.c - small trees become one row.
 *
 * Real heaps are made of them: a list element, its value, the bytes of its
 * name.  After the first fold the value points to nothing, and is a *leaf* if
 * it is seen once; so is the element, when all that it points to are leaves.
 * Each pass finds the next level.  Long lists would take a pass for each
 * element, so there are but a few.
 *
 * A leaf takes the weight of those below it when it is found, and all others
 * take theirs when they are linked.  Rows do not move any more: one that was
 * taken stays where it is, with its weight, which is what it retains, and says
 * who took it.  Nothing points to it.
 *
 * Leaves are bits of their groups, which stay in the cache even of scattered
 * heaps; rows are looked at only where there is something to take.  Bits that
 * others look at change between passes only.
 */
#include "algo/retention_impl.h"

/* More than these: 1 % fewer nodes on real heaps. */
#define PASSES 2
/* Vertices ahead of which the groups of a row's edges are called from memory,
 * and edges of it. */
#define ROWS_AHEAD 16
#define MOST_AHEAD 16
/* Edges whose targets are looked up together. */
#define BATCH 64

static inline bool is_leaf(const struct hs_retention *r, uint32_t slot)
{
    return r->groups[slot / 64].leaf >> slot % 64 & 1;
}

static inline uint32_t *row_in(const struct hs_retention *r, uint32_t slot)
{
    return r->graph.words + r->positions[hs_retention_vertex(r->groups, slot)];
}

/* Adds the weight of the leaf in SLOT to ROW, which is not WIDE; false if that
 * has no room for it. */
static inline bool add_leaf(const struct hs_retention *r, struct hs_row *row,
                            bool wide, uint32_t slot)
{
    struct hs_row leaf = hs_row_read(row_in(r, slot));

    if (!wide &&
        hs_row_is_wide(row->bytes + leaf.bytes, row->objects + leaf.objects, 0))
        return false;
    row->bytes += leaf.bytes;
    row->objects += leaf.objects;
    return true;
}

/* Writes back what ROW, read from AT, has now. */
static inline void update_row(uint32_t *at, const struct hs_row *row)
{
    if (!(at[1] & HS_ROW_WIDE)) {
        hs_row_write(at, row->bytes, row->objects, row->degree);
        return;
    }
    at[2] = (uint32_t)row->bytes;
    at[3] = (uint32_t)(row->bytes >> 32);
    at[4] = row->objects;
    at[5] = row->degree;
}

/* Can the row of VERTEX become a leaf: does it point to leaves only? */
static inline bool is_ripe(const struct hs_retention *r, uint32_t vertex)
{
    uint32_t *at = r->graph.words + r->positions[vertex];
    struct hs_row row = hs_row_read(at);

    for (uint32_t i = 0; i < row.degree; i++)
        if (!is_leaf(r, row.edges[i]))
            return false;
    return !(at[1] & HS_ROW_WIDE);
}

/* Makes the row of VERTEX, which is ripe, a leaf if it has room. */
static inline bool take_all(const struct hs_retention *r, uint32_t vertex)
{
    uint32_t *at = r->graph.words + r->positions[vertex];
    struct hs_row row = hs_row_read(at);

    for (uint32_t i = 0; i < row.degree; i++)
        if (!add_leaf(r, &row, false, row.edges[i]))
            return false;
    for (uint32_t i = 0; i < row.degree; i++)
        row_in(r, row.edges[i])[0] = ROW_FOLDED | vertex;
    row.degree = 0;
    update_row(at, &row);
    return true;
}

/* Makes leaves of the COUNT objects in SLOTS, which are ripe.  What they take
 * is all over a scattered heap, and is called from memory for all of them
 * before the first takes it. */
static void take_batch(struct retention_work *work, const uint32_t *slots,
                       unsigned count)
{
    const struct hs_retention *r = work->r;

    for (unsigned step = 0; step < 2; step++)
        for (unsigned i = 0; i < count; i++) {
            struct hs_row row = hs_row_read(row_in(r, slots[i]));

            for (uint32_t e = 0; e < row.degree; e++)
                __builtin_prefetch(step ? row_in(r, row.edges[e])
                                        : &r->positions[hs_retention_vertex(
                                              r->groups, row.edges[e])]);
        }
    for (unsigned i = 0; i < count; i++)
        if (take_all(r, hs_retention_vertex(r->groups, slots[i])))
            work->marks[0][slots[i] / 64].again |= (uint64_t)1 << slots[i] % 64;
}

static inline void look_ahead(const struct hs_retention *r, uint32_t vertex)
{
    struct hs_row row = hs_row_read(r->graph.words + r->positions[vertex]);

    for (uint32_t i = 0; i < row.degree && i < MOST_AHEAD; i++)
        __builtin_prefetch(&r->groups[row.edges[i] / 64]);
}

static void deepen_part(struct retention_work *work,
                        struct retention_part *part, unsigned thread)
{
    const struct hs_retention *r = work->r;
    uint32_t batch[BATCH];
    unsigned count = 0;

    (void)thread;
    for (size_t g = part->group; g < part->group_end; g++) {
        const struct retention_marks *marks = &work->marks[0][g];

        for (uint64_t left = marks->seen & ~marks->again; left;
             left &= left - 1) {
            uint32_t slot =
                (uint32_t)(g * 64) + (uint32_t)__builtin_ctzll(left);

            if (!is_ripe(r, hs_retention_vertex(r->groups, slot)))
                continue;
            batch[count++] = slot;
            if (count == BATCH) {
                take_batch(work, batch, count);
                count = 0;
            }
        }
    }
    take_batch(work, batch, count);
}

/* Leaves that were found become leaves for all. */
static void publish_part(struct retention_work *work,
                         struct retention_part *part, unsigned thread)
{
    (void)thread;
    for (size_t g = part->group; g < part->group_end; g++)
        work->r->groups[g].leaf = work->marks[0][g].again;
}

void hs_retention_deepen(struct retention_work *work)
{
    hs_retention_each(work, publish_part);
    for (unsigned pass = 0; pass < PASSES; pass++) {
        hs_retention_each(work, deepen_part);
        hs_retention_each(work, publish_part);
    }
}

/* Slots become positions.  Each step of a look-up is done for all of EDGES
 * before the next one: on scattered heaps all of them miss the cache, and so
 * they do not wait for one another. */
static void link_edges(const struct hs_retention *r, uint32_t *const *edges,
                       unsigned count)
{
    const uint32_t *positions = r->positions;

    for (unsigned i = 0; i < count; i++) {
        uint32_t vertex = hs_retention_vertex(r->groups, *edges[i]);

        __builtin_prefetch(&positions[vertex]);
        *edges[i] = vertex;
    }
    for (unsigned i = 0; i < count; i++)
        *edges[i] = positions[*edges[i]];
}

/* Takes what leaves the row of VERTEX points to; returns how many. */
static inline uint32_t take_leaves(const struct hs_retention *r,
                                   uint32_t vertex, struct hs_row *row,
                                   uint32_t *at)
{
    uint32_t kept = 0, degree = row->degree;
    bool wide = at[1] & HS_ROW_WIDE;

    for (uint32_t i = 0; i < degree; i++) {
        uint32_t slot = row->edges[i];

        if (is_leaf(r, slot) && add_leaf(r, row, wide, slot))
            row_in(r, slot)[0] = ROW_FOLDED | vertex;
        else
            row->edges[kept++] = slot;
    }
    if (kept == degree)
        return 0;
    row->degree = kept;
    update_row(at, row);
    return degree - kept;
}

void hs_retention_link(struct retention_work *work, struct retention_part *part,
                       unsigned thread)
{
    const struct hs_retention *r = work->r;
    uint32_t vertex = r->groups[part->group].rank;
    uint32_t end = vertex + part->nodes;
    uint32_t *batch[BATCH];
    unsigned count = 0;

    (void)thread;
    for (; vertex < end; vertex++) {
        uint32_t *at = r->graph.words + r->positions[vertex];
        struct hs_row row = hs_row_read(at);

        if (end - vertex > ROWS_AHEAD)
            look_ahead(r, vertex + ROWS_AHEAD);
        part->taken += take_leaves(r, vertex, &row, at);
        for (uint32_t i = 0; i < row.degree; i++) {
            batch[count++] = &row.edges[i];
            if (count == BATCH) {
                link_edges(r, batch, count);
                count = 0;
            }
        }
    }
    link_edges(r, batch, count);
}
