/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_merge.h - several profiles become one: their values are added up.
 *
 * The rules are pprof's.  What all profiles measure is kept, in the order of
 * the first and in the finest of their units; what one of them does not is
 * left out.  Samples are one if their stacks and labels are equal: locations
 * by mapping, address in it and lines; mappings by size, offset and build id,
 * or else file; functions by names, file and first line.  Samples without a
 * value are left out.
 *
 * Where pprof and this differ: a sum of two samples that 64 bits cannot hold
 * stays two samples, locations that differ in a line's column stay two, and
 * no sample is lost whose values are in units that need no conversion.
 */
#ifndef HS_ALGO_PROFILE_MERGE_H
#define HS_ALGO_PROFILE_MERGE_H

#include "base/arena.h"
#include "base/err.h"
#include "model/profile.h"

/*
 * Merges COUNT profiles, at least one, into MERGED, which lives in ARENA and
 * needs none of them any more.  False with ERR filled: HS_EUSAGE if they do
 * not measure the same, HS_ELIMIT if they are too big together.
 */
bool hs_profile_merge(const struct hs_profile *const *profiles, size_t count,
                      struct hs_profile *merged, struct hs_arena *arena,
                      struct hs_err *err);

#endif
