/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_walk.h - all objects in order, each with its place in the graph.
 *
 *     hs_retention_walk_init(&walk, retention);
 *     while (hs_retention_walk_next(&walk))
 *         ... walk.object, walk.number ...
 *
 * To ask hs_retention_number() for every object would look each of them up.
 */
#ifndef HS_ALGO_RETENTION_WALK_H
#define HS_ALGO_RETENTION_WALK_H

#include "algo/retention.h"

#define HS_NO_VERTEX UINT32_MAX

struct hs_retention_walk {
    uint32_t object;
    uint32_t slot;   /* model/heap_store.h */
    uint32_t page;   /* index of its page there */
    uint32_t number; /* of its row, or of the row it is folded into; 0: no root
                      * reaches it */
    bool folded;
    /* Of a folded object: the vertex of what it is folded into, and its own and
     * the bytes that it retains if others are folded into it. */
    uint32_t above, vertex;
    uint64_t bytes;

    /* Arrays by number that the caller looks into, and the bytes of their
     * elements: set them after init, and they come from memory in time. */
    const void *wanted[3];
    unsigned wanted_size[3];

    const struct hs_retention *retention;
    size_t group, end;
    uint64_t left; /* of the group's bits */
    uint64_t folds;
    uint32_t next_object;
    unsigned at, count;
    uint32_t vertices[64]; /* of the group's objects */
    uint32_t numbers[64];
};

void hs_retention_walk_init(struct hs_retention_walk *walk,
                            const struct hs_retention *retention);

/* Walks only the objects of part PART of PARTS equal parts, whole pages each;
 * threads may walk one retention at once. */
void hs_retention_walk_part(struct hs_retention_walk *walk,
                            const struct hs_retention *retention, unsigned part,
                            unsigned parts);
bool hs_retention_walk_next(struct hs_retention_walk *walk);

/* What VERTEX is folded into, or HS_NO_VERTEX; its number if that is so; and
 * how many vertices there are. */
uint32_t hs_retention_vertex_above(const struct hs_retention *retention,
                                   uint32_t vertex);
uint32_t hs_retention_vertex_number(const struct hs_retention *retention,
                                    uint32_t vertex);
uint32_t hs_retention_vertices(const struct hs_retention *retention);

#endif
