/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds.h - what hangs below some nodes of the dominator tree, by kind.
 *
 * Ten thousand sessions that retain ten thousand different sizes are one thing
 * to the reader: main.Session.  Objects of one type are a kind, or of one size
 * where the type is not known; so are the goroutines of a group and frames of
 * one function; every other holder is a kind of its own.
 *
 * The inner parts of a map (tables, entries) or a channel are no kind: what
 * hangs below them hangs below the map.
 */
#ifndef HS_ALGO_KINDS_H
#define HS_ALGO_KINDS_H

#include "algo/retention.h"

struct hs_kind {
    uint64_t key;            /* equal for nodes of one kind */
    uint64_t bytes, objects; /* retained by all of them */
    uint32_t count;
    uint32_t largest; /* the node that retains most, the first of equals, ... */
    uint64_t most_bytes;      /* ... and what it retains */
    struct hs_column members; /* uint32_t: nodes */
};

struct hs_kinds {
    struct hs_column list; /* struct hs_kind, most bytes first */
    uint32_t joined;       /* nodes of the own kind that were passed through */
    bool inner;            /* inner parts were */
    uint64_t own_bytes;    /* of the nodes and those joined themselves */
};

uint64_t hs_kind_of(const struct hs_heap *heap,
                    const struct hs_holders *holders, uint32_t node);

/* The kinds of what NODES, COUNT of one kind, dominate at once, in ARENA.
 * JOIN: what is of their own kind and of a known type, as in a list or a tree,
 * is passed through as well. */
struct hs_kinds hs_kinds_find(const struct hs_heap *heap,
                              const struct hs_holders *holders,
                              const struct hs_retention *retention,
                              const uint32_t *nodes, size_t count, bool join,
                              struct hs_arena *arena);

/* Of the parts that the rows ROWS of hs_retention_shared(), COUNT of them, are
 * made of, the kind that is most, in ARENA; its members begin with the largest.
 * Without parts that is HS_NO_NODE. */
struct hs_kind hs_kinds_shared(const struct hs_heap *heap,
                               const struct hs_holders *holders,
                               const struct hs_retention *retention,
                               const uint32_t *rows, size_t count,
                               struct hs_arena *arena);

#endif
