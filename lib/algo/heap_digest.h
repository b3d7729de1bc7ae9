/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_digest.h - a heap's rows of a digest.
 */
#ifndef HS_ALGO_HEAP_DIGEST_H
#define HS_ALGO_HEAP_DIGEST_H

#include "algo/heap_case.h"
#include "model/digest.h"

/*
 * Adds a row for every variable, package, group of goroutines, function of
 * finalizers and further holder: bytes are what it owns, objects what it
 * retains, of goroutines and finalizers how many they are.  Then what no root
 * reaches, and the lines at which sampled objects were allocated (kind
 * "site"): bytes and objects are those of the samples, not scaled.
 */
void hs_heap_digest_holders(const struct hs_heap_case *c,
                            struct hs_digest *digest, struct hs_arena *arena);
void hs_heap_digest_sites(const struct hs_heap_case *c,
                          struct hs_digest *digest, struct hs_arena *arena);

#endif
