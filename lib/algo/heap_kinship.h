/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_kinship.h - are two dumps of one build, and of one process?
 *
 * Without an executable a variable is a place in a segment, which means the
 * same only in one build; and an object is the same as another of its address
 * only in one process, as Go does not move objects.  So before two heaps are
 * compared, it has to be told what may be compared.
 */
#ifndef HS_ALGO_HEAP_KINSHIP_H
#define HS_ALGO_HEAP_KINSHIP_H

#include "model/heap.h"

enum hs_same {
    HS_SAME_UNKNOWN,
    HS_SAME_NO,
    HS_SAME_YES,
};

struct hs_kinship {
    enum hs_same build;
    const char *build_differs; /* in what: "Go version"; NULL if in nothing */
    enum hs_same process;
    int order; /* > 0: B is later; < 0: A is; 0: not known */
};

struct hs_kinship hs_heap_kinship(const struct hs_heap *a,
                                  const struct hs_heap *b,
                                  struct hs_arena *scratch);

#endif
