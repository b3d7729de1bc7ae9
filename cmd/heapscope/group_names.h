/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_names.h - what to call groups of goroutines that are shown together.
 *
 * A group is named after the innermost function that tells something, which
 * for a server's connections is the same as for a client's.  To readers such a
 * name goes on with the outermost call that the groups do not share.
 */
#ifndef HEAPSCOPE_GROUP_NAMES_H
#define HEAPSCOPE_GROUP_NAMES_H

#include "section_heap.h"

struct hs_group_names;

/* Of GROUPS, COUNT of them, in ARENA. */
struct hs_group_names *
hs_group_names_new(const struct hs_case *c,
                   const struct hs_goroutine_group *const *groups, size_t count,
                   struct hs_arena *arena);

/* The name of GROUP, which is one of those. */
struct hs_value hs_group_name(struct hs_run *run,
                              const struct hs_group_names *names,
                              const struct hs_goroutine_group *group);

#endif
