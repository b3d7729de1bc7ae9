/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_profile_gateways.c - functions that alone lead to the bytes.
 */
#include "section_profile.h"

#include "algo/profile_graph.h"

#define USUAL_ROWS 6

static void fill_digest(struct hs_digest *digest, const struct hs_look *look,
                        const struct hs_gateways *gateways)
{
    for (uint32_t n = 0; n < look->view->node_count; n++) {
        bool clamped = false;
        int64_t bytes = hs_sum_clamp(gateways->retained[n], &clamped);

        if (bytes > 0)
            hs_digest_add(digest, (struct hs_digest_row){
                                      .kind = "gateway",
                                      .name = look->view->nodes[n].name,
                                      .objects = -1,
                                      .bytes = bytes,
                                      .metric = HS_METRIC_RETAINED,
                                      .saturated = clamped});
    }
}

/* Says where to look if most of the value is reached by many ways. */
static void add_note(struct hs_run *run, struct hs_block *group,
                     const struct hs_look *look,
                     const struct hs_gateways *gateways)
{
    const struct hs_profile_sums *sums = look->sums;
    __int128 led = 0, all = look->view->filters ? sums->shown : sums->total;

    for (size_t i = 0; i < gateways->count; i++)
        led += gateways->list[i].retained;
    if (all > 0 && led < all / 2)
        hs_doc_note(run->doc, group,
                    "Most of it is reached on several ways, which no single "
                    "function leads to: 'heapscope tree' shows them, "
                    "'heapscope top --cum' what is on most.");
}

static void add_rows(struct hs_run *run, struct hs_block *table,
                     const struct hs_look *look,
                     const struct hs_gateways *gateways)
{
    uint64_t limit = hs_run_limit(run, USUAL_ROWS);
    size_t shown = gateways->count;

    if (limit != 0 && shown > limit)
        shown = (size_t)limit;
    table->rows_left_out = gateways->count - shown;
    for (size_t i = 0; i < shown; i++) {
        const struct hs_gateway *gateway = &gateways->list[i];
        const struct hs_node_sum *sum = &look->sums->nodes[gateway->node];
        struct hs_str name = look->view->nodes[gateway->node].name;
        struct hs_value row[] = {
            hs_value_name(name.text, name.size),
            hs_look_value(look, gateway->retained),
            hs_value_share(hs_sum_share(gateway->retained, look->sums->total)),
            hs_look_value(look, sum->cum),
            hs_look_value(look, sum->flat),
        };

        hs_doc_row(run->doc, table, row);
    }
}

bool hs_profile_gateways_part(struct hs_run *run, struct hs_block *group,
                              const struct hs_look *look, struct hs_err *err)
{
    static const struct hs_doc_column columns[] = {
        {"function", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"retained", "alone", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"share", NULL, HS_UNIT_SHARE, HS_ROLE_HEAT},
        {"cum", "with others", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"flat", "itself", HS_UNIT_COUNT, HS_ROLE_PLAIN},
    };
    struct hs_gateways gateways;

    if (!hs_profile_gateways(look->view, look->sums, look->type, &gateways,
                             run->scratch, err))
        return false;
    if (run->digest)
        fill_digest(run->digest, look, &gateways);
    add_rows(run,
             hs_doc_table(run->doc, group, "gateways",
                          "Functions that alone lead to it", columns,
                          sizeof(columns) / sizeof(columns[0])),
             look, &gateways);
    add_note(run, group, look, &gateways);
    return true;
}
