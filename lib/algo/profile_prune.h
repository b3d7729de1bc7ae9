/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_prune.h - which frames drop_frames and keep_frames take away.
 */
#ifndef HS_ALGO_PROFILE_PRUNE_H
#define HS_ALGO_PROFILE_PRUNE_H

#include "algo/profile_view.h"

enum hs_location_mark {
    HS_MARK_DROP = 1,       /* the whole location is to be dropped */
    HS_MARK_DROP_BELOW = 2, /* its inlined lines are, and what it calls */
    HS_MARK_FOCUS = 4,      /* --focus names it, or there is no --focus */
    HS_MARK_IGNORE = 8,     /* --ignore names it */
    HS_MARK_HIDE = 16,      /* --hide and --show leave no line of it */
    HS_MARK_FROM = 32,      /* --show-from names it */
};

/*
 * Fills MARKS and FIRST_LINE, one element per location: how many of its
 * innermost lines are taken away wherever it stands.  A bad expression in the
 * profile drops nothing; the return value then says so, else it is NULL.
 */
const char *hs_profile_prune(const struct hs_profile *profile, uint8_t *marks,
                             uint32_t *first_line, struct hs_arena *arena);

#endif
