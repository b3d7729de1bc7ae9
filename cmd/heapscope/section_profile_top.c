/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_profile_top.c - the biggest nodes of a profile, flat and cum.
 */
#include "section_profile.h"

#include <string.h>

#include "algo/profile_digest.h"
#include "algo/profile_select.h"

#define USUAL_ROWS 30

static void add_rows(struct hs_run *run, struct hs_block *table,
                     const struct hs_look *look)
{
    uint64_t limit = hs_run_limit(run, USUAL_ROWS);
    size_t count;
    const uint32_t *order =
        hs_profile_order(look->view, look->sums, run->options->cum,
                         limit ? limit : SIZE_MAX, &count, run->scratch);

    for (size_t i = 0; i < count && (limit == 0 || i < limit); i++) {
        const struct hs_node_sum *sum = &look->sums->nodes[order[i]];
        struct hs_str name = look->view->nodes[order[i]].name;
        struct hs_value row[] = {
            hs_value_name(name.text, name.size),
            hs_look_value(look, sum->flat),
            hs_value_share(hs_sum_share(sum->flat, look->sums->total)),
            hs_look_value(look, sum->cum),
            hs_value_share(hs_sum_share(sum->cum, look->sums->total)),
        };

        hs_doc_row(run->doc, table, row);
    }
    if (limit != 0 && count > limit)
        table->rows_left_out = count - limit;
}

static void add_nodes(struct hs_run *run, const struct hs_look *look)
{
    static const struct hs_doc_column columns[] = {
        {"name", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"flat", "flat", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"flat_share", NULL, HS_UNIT_SHARE, HS_ROLE_HEAT},
        {"cum", "cum", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"cum_share", NULL, HS_UNIT_SHARE, HS_ROLE_HEAT},
    };

    add_rows(run,
             hs_doc_table(run->doc, run->doc->top, "rows",
                          hs_granularity_name(look->view->by), columns,
                          sizeof(columns) / sizeof(columns[0])),
             look);
}

bool hs_profile_top_section(struct hs_run *run, struct hs_err *err)
{
    const enum hs_granularity function = HS_BY_FUNCTION;
    bool tags = run->options->by && strcmp(run->options->by, "tag") == 0;
    struct hs_look look;

    if (!hs_look(run, &run->snapshots[0], tags ? &function : NULL, &look, err))
        return false;
    hs_look_head(run, &look);
    if (tags)
        hs_profile_tags_part(run, &look);
    else
        add_nodes(run, &look);
    hs_look_notes(run, run->doc->top, &look);
    return true;
}
