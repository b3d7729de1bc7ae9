/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intern.h - equal texts become one number.
 *
 * Numbers count from 0 in the order in which texts were first seen, so they
 * may decide output order; the hash behind them does not show.
 */
#ifndef HS_BASE_INTERN_H
#define HS_BASE_INTERN_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct hs_intern {
    struct hs_column texts; /* struct hs_str, by number */
    uint32_t *slots;        /* number + 1, or 0 if free */
    size_t mask;            /* mask + 1 slots, at most half of them in use */
    uint64_t seed;
    struct hs_arena *scratch;
};

/* An empty table.  Texts are kept in ARENA, slots in SCRATCH (may be equal). */
void hs_intern_init(struct hs_intern *intern, struct hs_arena *arena,
                    struct hs_arena *scratch);

/* The number of TEXT, which is copied if it is new. */
uint32_t hs_intern_add(struct hs_intern *intern, struct hs_str text);

/* The text of NUMBER. */
struct hs_str hs_intern_text(const struct hs_intern *intern, uint32_t number);

#endif
