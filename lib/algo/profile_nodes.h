/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_nodes.h - the nodes of a profile view; a part of profile_view.c.
 */
#ifndef HS_ALGO_PROFILE_NODES_H
#define HS_ALGO_PROFILE_NODES_H

#include "algo/profile_view.h"

struct hs_node_table {
    struct hs_column nodes; /* struct hs_view_node */
    uint32_t *group;        /* of a function; of a mapping, behind them; and
                             * of no mapping at all, last */
    uint32_t *of_group;     /* the group's node (by line: without a line) */
    uint32_t *of_line;      /* by line, of the profile's lines; else NULL */
    bool unnamed;           /* see struct hs_view_options */
};

/* Makes TABLE, in ARENA. */
void hs_node_table_make(struct hs_node_table *table,
                        const struct hs_profile *profile,
                        const struct hs_view_options *options,
                        struct hs_arena *arena);

/* What line LINE of PROFILE stands for. */
static inline uint32_t hs_node_of_line(const struct hs_node_table *table,
                                       const struct hs_profile *profile,
                                       size_t line)
{
    if (table->of_line)
        return table->of_line[line];
    return table->of_group[table->group[profile->lines[line].function]];
}

#endif
