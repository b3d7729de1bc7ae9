/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_twigs.h - the part of a dominator tree that is worth showing.
 *
 * A tree of a million nodes is opened where it is thickest: the twig that
 * retains most first, wherever it is, until there are as many as can be shown.
 * Children that are alike (the same kind of node, size and retained size) are
 * one twig with a count, and so is a chain of objects alike, each of which
 * holds the next: a list.  Where types are known, children of one type are one
 * twig.
 */
#ifndef HEAPSCOPE_HEAP_TWIGS_H
#define HEAPSCOPE_HEAP_TWIGS_H

#include "algo/heap_case.h"
#include "report/document.h"

#define HS_NO_TWIG UINT32_MAX

struct hs_twig {
    uint32_t node;  /* the first of those that it stands for */
    uint32_t count; /* how many these are */
    uint32_t last;  /* of a chain, the last; else NODE */
    uint64_t times; /* it is one of so many alike, as its parent
                     * stands for several side by side; else 1 */
    bool chain;     /* each dominates the next */
    bool open;
    bool inner; /* its rest are inner parts of it, or most of that */
    struct hs_column members; /* uint32_t: the nodes, if plan.kinds says so */
    uint64_t bytes, objects;  /* retained by all of them */
    uint32_t depth;
    uint32_t first, next; /* child and sibling, or HS_NO_TWIG */

    /* What it retains beside itself and the children that are twigs. */
    uint32_t rest_count; /* children; 0 of a chain: not counted */
    uint64_t rest_bytes, rest_objects;
};

struct hs_twigs {
    const struct hs_heap_case *c;
    struct hs_column list; /* struct hs_twig; the first is the root */
    size_t rests;          /* twigs that have a rest */
};

struct hs_twigs_plan {
    uint32_t root;  /* a node */
    uint64_t limit; /* of twigs and rests; 0: all */
    uint32_t each;  /* twigs below one, at most */
    uint64_t least; /* bytes that are worth a twig */
    bool samples;   /* of several side by side, open the first */
    bool kinds;     /* children of one type are one twig (for heaps with names)
                     */
};

/* Opens the tree below PLAN's root in ARENA. */
void hs_twigs_grow(struct hs_twigs *twigs, const struct hs_heap_case *c,
                   const struct hs_twigs_plan *plan, struct hs_arena *arena);

/* How many objects there are in the chain that starts with NODE, and the last
 * of them; 1 and NODE itself if it starts none. */
uint32_t hs_twigs_chain(const struct hs_heap_case *c, uint32_t node,
                        uint32_t *last);

struct hs_twig *hs_twig_at(const struct hs_twigs *twigs, uint32_t number);

static inline bool hs_twig_is_holder(const struct hs_heap_case *c,
                                     uint32_t node)
{
    return node >= hs_heap_count(c->heap);
}

static inline bool hs_twig_has_rest(const struct hs_twig *twig)
{
    return twig->rest_bytes || twig->rest_objects;
}

/* What TWIG is called: "main.worker ×12", "48 B ×20 000". */
const char *hs_twig_name(struct hs_document *doc, const struct hs_heap_case *c,
                         const struct hs_twig *twig);

#endif
