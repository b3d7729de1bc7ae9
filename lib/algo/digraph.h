/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digraph.h - the scratch graph that dominators, paths and sharing run on.
 *
 * A node is a *row* of 32-bit words and is named by its *position*, the index
 * of the row's first word.  Rows stand in any order, from position
 * HS_DIGRAPH_FIRST on; position 0 is no node.
 *
 *   row    = number own edge*
 *          | number own bytes-low bytes-high objects degree edge*    (wide)
 *   number   0, and the preorder number once a walk has reached the row
 *   own      bit 31     wide: what follows has words of its own
 *            bits 15-30 bytes in units of 8      (at most 524,280)
 *            bits 8-14  objects                  (at most 127)
 *            bits 0-7   degree                   (at most 255)
 *   edge     the target's position; 0 leads nowhere (a slot left empty)
 *
 * Bytes and objects are what the node weighs itself, with all that was folded
 * into it; both are exact, and either may be 0 (a holder weighs nothing).
 * Loops and repeated edges are allowed.  A graph holds less than 2^32 words,
 * hence less than 2^31 nodes.
 *
 * A big graph is written by its owner in two passes, each on any number of
 * threads: add up hs_row_words() to place the rows, hs_digraph_reserve() the
 * sum, then hs_row_write() each row where it belongs and fill in its edges.  A
 * small one is made by hs_digraph_build().
 */
#ifndef HS_ALGO_DIGRAPH_H
#define HS_ALGO_DIGRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define HS_DIGRAPH_FIRST 1

struct hs_digraph {
    uint32_t *words;
    uint64_t used;    /* words in use, those before the first row included */
    uint64_t room;    /* words that there is room for */
    uint64_t bytes;   /* of all nodes, reachable or not */
    uint64_t objects; /* the same */
    uint32_t nodes;   /* how many rows */
    /* Of hs_digraph_build() only: node i has its row at positions[i]. */
    uint32_t *positions;
};

/* What a row says, unpacked. */
struct hs_row {
    uint64_t bytes;
    uint32_t objects, degree;
    uint32_t *edges;
};

#define HS_ROW_WIDE        0x80000000u
#define HS_ROW_MAX_BYTES   (8u * 0xffff)
#define HS_ROW_MAX_OBJECTS 0x7fu
#define HS_ROW_MAX_DEGREE  0xffu
#define HS_ROW_HEAD        2 /* words before the edges */
#define HS_ROW_WIDE_HEAD   6

static inline bool hs_row_is_wide(uint64_t bytes, uint32_t objects,
                                  uint32_t degree)
{
    return bytes > HS_ROW_MAX_BYTES || (bytes & 7) != 0 ||
           objects > HS_ROW_MAX_OBJECTS || degree > HS_ROW_MAX_DEGREE;
}

/* How many words a row takes. */
static inline uint64_t hs_row_words(uint64_t bytes, uint32_t objects,
                                    uint32_t degree)
{
    return (uint64_t)degree + (hs_row_is_wide(bytes, objects, degree)
                                   ? HS_ROW_WIDE_HEAD
                                   : HS_ROW_HEAD);
}

/* Writes the row's head at ROW and returns where its DEGREE edges go.  Words
 * past the row are not touched, so threads may write neighbouring rows. */
static inline uint32_t *hs_row_write(uint32_t *row, uint64_t bytes,
                                     uint32_t objects, uint32_t degree)
{
    row[0] = 0;
    if (!hs_row_is_wide(bytes, objects, degree)) {
        row[1] = (uint32_t)bytes >> 3 << 15 | objects << 8 | degree;
        return row + HS_ROW_HEAD;
    }
    row[1] = HS_ROW_WIDE;
    row[2] = (uint32_t)bytes;
    row[3] = (uint32_t)(bytes >> 32);
    row[4] = objects;
    row[5] = degree;
    return row + HS_ROW_WIDE_HEAD;
}

static inline struct hs_row hs_row_read(uint32_t *row)
{
    uint32_t own = row[1];

    if (own & HS_ROW_WIDE)
        return (struct hs_row){.bytes = (uint64_t)row[3] << 32 | row[2],
                               .objects = row[4],
                               .degree = row[5],
                               .edges = row + HS_ROW_WIDE_HEAD};
    return (struct hs_row){.bytes = (uint64_t)(own >> 15) << 3,
                           .objects = own >> 8 & HS_ROW_MAX_OBJECTS,
                           .degree = own & HS_ROW_MAX_DEGREE,
                           .edges = row + HS_ROW_HEAD};
}

static inline struct hs_row hs_digraph_row(const struct hs_digraph *graph,
                                           uint32_t position)
{
    return hs_row_read(graph->words + position);
}

/* The preorder number of the node at POSITION; 0 if no walk has reached it. */
static inline uint32_t hs_digraph_number(const struct hs_digraph *graph,
                                         uint32_t position)
{
    return graph->words[position];
}

/* Makes GRAPH empty with room for rows of ROW_WORDS words altogether; the
 * words live in ARENA.  More than 32 bits can address fails with HS_ELIMIT.
 * Who writes the rows also sets nodes, bytes and objects. */
bool hs_digraph_reserve(struct hs_digraph *graph, uint64_t row_words,
                        struct hs_arena *arena, struct hs_err *err);

/* Gives the rows back to ARENA, when all that they say is known otherwise. */
void hs_digraph_release(struct hs_digraph *graph, struct hs_arena *arena);

struct hs_edge {
    uint32_t from, to;
};

/* What hs_digraph_build() makes a graph of: nodes are 0..nodes-1. */
struct hs_digraph_plan {
    uint32_t nodes;
    const uint64_t *bytes;   /* per node; NULL: all 0 */
    const uint32_t *objects; /* per node; NULL: all 1 */
    const struct hs_edge *edges;
    size_t edge_count;
};

/* A graph in ARENA from a list of edges, which keep their order per node. */
bool hs_digraph_build(struct hs_digraph *graph,
                      const struct hs_digraph_plan *plan,
                      struct hs_arena *arena, struct hs_err *err);

#endif
