/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_select.h - which of a profile's values is meant.
 */
#ifndef HS_ALGO_PROFILE_SELECT_H
#define HS_ALGO_PROFILE_SELECT_H

#include "base/err.h"
#include "model/profile.h"

/*
 * Selects the sample type called WANTED, or number WANTED, as pprof does; if
 * WANTED is NULL, the profile's default type, else the last one.  Fails with
 * HS_EUSAGE, naming the types there are.
 */
bool hs_profile_select(const struct hs_profile *profile, const char *wanted,
                       size_t *type, struct hs_err *err);

/* Finds the type called NAME exactly; false if there is none. */
bool hs_profile_find_type(const struct hs_profile *profile, const char *name,
                          size_t *type);

struct hs_str hs_profile_type_name(const struct hs_profile *profile,
                                   size_t type);
struct hs_str hs_profile_type_unit(const struct hs_profile *profile,
                                   size_t type);

#endif
