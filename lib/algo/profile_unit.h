/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_unit.h - the units that profiles write behind their numbers, as
 * pprof knows them: "bytes", "kb", "nanoseconds", "ms", "GCU".
 */
#ifndef HS_ALGO_PROFILE_UNIT_H
#define HS_ALGO_PROFILE_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/*
 * VALUE, which is in units of FROM, in units of TO; *UNIT becomes the name of
 * what it is in now.  A TO that does not measure what FROM does gives bytes,
 * seconds or GCU; a FROM that is no known unit leaves VALUE as it is.
 */
double hs_unit_scale(int64_t value, struct hs_str from, struct hs_str to,
                     struct hs_str *unit);

/* Whether A and B measure the same: they are equal, or known and of a kind. */
bool hs_unit_same_kind(struct hs_str a, struct hs_str b);

#endif
