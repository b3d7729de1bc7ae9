/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_deep.c - folding goes on: a row that points to nothing any more
 * goes into the one that points to it.
 *
 * Real heaps are made of small trees: a list element, its value, the bytes of
 * its name.  After the first fold the element's value points to nothing, after
 * the next one the element; each pass is one look at every edge that is left,
 * and every later step has fewer nodes.  Long lists would take a pass for each
 * element, so there are but a few.
 *
 * Nothing moves any more: who takes a row drops its edge and adds its weight.
 * The row stays where it is, with its weight, which is what it retains, and
 * says who took it; nothing points to it.
 *
 * Threads meet in the first word of a row: its owner makes it a leaf of this
 * pass, and who points to it looks for leaves of the pass before.  So the
 * outcome does not depend on who is faster.
 */
#include "algo/retention_impl.h"

/* More than these: 1 % fewer nodes on real heaps. */
#define PASSES 3
/* Rows, and edges of a row, whose targets are called from memory early. */
#define ROWS_AHEAD 16
#define MOST_AHEAD 16

static inline uint32_t state_of(const uint32_t *row)
{
    return __atomic_load_n(row, __ATOMIC_RELAXED);
}

static inline void set_state(uint32_t *row, uint32_t state)
{
    __atomic_store_n(row, state, __ATOMIC_RELAXED);
}

/* Adds the weight of LEAF to ROW; false if that has no room for it. */
static inline bool take(struct hs_row *row, bool wide, uint32_t *leaf)
{
    struct hs_row own = hs_row_read(leaf);

    if (!wide &&
        hs_row_is_wide(row->bytes + own.bytes, row->objects + own.objects, 0))
        return false;
    row->bytes += own.bytes;
    row->objects += own.objects;
    return true;
}

static inline void set_weight(uint32_t *words, const struct hs_row *row)
{
    if (!(words[1] & HS_ROW_WIDE)) {
        hs_row_write(words, row->bytes, row->objects, row->degree);
        return;
    }
    words[2] = (uint32_t)row->bytes;
    words[3] = (uint32_t)(row->bytes >> 32);
    words[4] = row->objects;
    words[5] = row->degree;
}

/* Folds into the row of VERTEX what became a leaf the pass before. */
static inline uint32_t deepen_row(struct retention_work *work, uint32_t vertex)
{
    uint32_t *words = work->r->graph.words;
    uint32_t *at = words + work->r->positions[vertex], kept = 0;
    struct hs_row row = hs_row_read(at);
    uint32_t degree = row.degree, leaf = ROW_LEAF + work->level;
    bool wide = at[1] & HS_ROW_WIDE;

    if (degree == 0)
        return 0;
    for (uint32_t i = 0; i < degree; i++) {
        uint32_t *target = words + row.edges[i];

        if (state_of(target) == leaf) {
            if (take(&row, wide, target)) {
                set_state(target, ROW_FOLDED | vertex);
                continue;
            }
            set_state(target, 0);
        }
        row.edges[kept++] = row.edges[i];
    }
    row.degree = kept;
    if (kept < degree)
        set_weight(at, &row);
    if (work->level + 1 == PASSES || (kept == 0 && wide))
        set_state(at, 0);
    else if (kept == 0 && at[0])
        set_state(at, leaf + 1);
    return degree - kept;
}

static inline void look_ahead(const struct hs_retention *r, uint32_t vertex)
{
    uint32_t *words = r->graph.words;
    struct hs_row row = hs_row_read(words + r->positions[vertex]);

    for (uint32_t i = 0; i < row.degree && i < MOST_AHEAD; i++)
        __builtin_prefetch(words + row.edges[i]);
}

static void deepen_part(struct retention_work *work,
                        struct retention_part *part, unsigned thread)
{
    uint32_t vertex = work->r->groups[part->group].rank;
    uint32_t end = vertex + part->nodes;

    (void)thread;
    if (part->group == part->group_end)
        return;
    for (; vertex < end; vertex++) {
        if (end - vertex > ROWS_AHEAD)
            look_ahead(work->r, vertex + ROWS_AHEAD);
        part->taken += deepen_row(work, vertex);
    }
}

void hs_retention_deepen(struct retention_work *work)
{
    for (work->level = 0; work->level < PASSES; work->level++)
        hs_retention_each(work, deepen_part);
    for (unsigned i = 0; i < work->part_count; i++)
        work->r->graph.nodes -= work->parts[i].taken;
}
