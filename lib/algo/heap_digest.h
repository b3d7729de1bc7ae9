/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_digest.h - a heap's rows of a digest.
 */
#ifndef HS_ALGO_HEAP_DIGEST_H
#define HS_ALGO_HEAP_DIGEST_H

#include "algo/heap_case.h"
#include "algo/types.h"
#include "model/digest.h"

/* Adds a row for every variable, package, group of goroutines, function of
 * finalizers and further holder: BYTES are what it owns, OBJECTS what it
 * retains, of goroutines and finalizers how many there are.  Then what several
 * hold together and none owns (kind "shared"; goroutines that use what
 * variables hold are left out of the set, as they come and go), and what no
 * root reaches. */
void hs_heap_digest_holders(const struct hs_heap_case *c,
                            struct hs_digest *digest, struct hs_arena *arena);

/* Adds a row for every type of TYPES. */
void hs_heap_digest_types(const struct hs_types *types,
                          struct hs_digest *digest);

/* Adds a row for every line at which sampled objects were allocated (kind
 * "site"); BYTES and OBJECTS are those of the samples, not scaled. */
void hs_heap_digest_sites(const struct hs_heap_case *c,
                          struct hs_digest *digest, struct hs_arena *arena);

#endif
