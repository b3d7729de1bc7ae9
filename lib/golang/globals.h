/* SPDX-License-Identifier: Apache-2.0 */
/*
 * globals.h - gathers names->globals, for symbols.c and debug.c only.
 */
#ifndef HS_GOLANG_GLOBALS_H
#define HS_GOLANG_GLOBALS_H

#include "golang/golang_impl.h"

struct globals {
    struct golang *g;
    struct golang_span spans[4]; /* of variables, by the module */
    struct hs_column found;      /* struct hs_global; not yet in names */
    uint64_t budget;             /* bytes of names that may still be copied */
};

void hs_globals_begin(struct globals *globals, struct golang *g);

/* A variable at ADDRESS, called SYMBOL by the linker.  It is left out if it is
 * none, or not wholly inside one of Go's four spans of variables. */
void hs_globals_add(struct globals *globals, struct hs_str symbol,
                    uint64_t address, uint64_t size, uint32_t type);

/* Puts what was added among names->globals: sorted, and of those that overlap
 * the first, at one address the largest. */
void hs_globals_settle(struct globals *globals);

#endif
