/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_digest.h - a profile's rows of a digest.
 */
#ifndef HS_ALGO_PROFILE_DIGEST_H
#define HS_ALGO_PROFILE_DIGEST_H

#include "algo/profile_sum.h"
#include "model/digest.h"

/*
 * Adds a row for every node of VIEW with a value of TYPE, of kind "function"
 * (or "file", "line", "package", as the view is); CUM: its cumulative value,
 * else its flat one.  Variances are those of Go's heap sampler, or of counting
 * a CPU profile's ticks; other profiles count as exact.
 */
void hs_profile_digest(const struct hs_profile_view *view,
                       const struct hs_profile_sums *sums, size_t type,
                       bool cum, struct hs_digest *digest,
                       struct hs_arena *arena);

#endif
