/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_profile_callgraph.c - the picture of a profile: who calls whom, and
 * what it costs.
 */
#include "section_profile.h"

#include <inttypes.h>
#include <math.h>

#include "algo/profile_draw.h"
#include "algo/profile_graph.h"
#include "algo/profile_select.h"
#include "base/size.h"

/* A value as the text of a label. */
static const char *words(struct hs_run *run, const struct hs_look *look,
                         __int128 sum)
{
    bool clamped = false;
    int64_t value = hs_sum_clamp(sum, &clamped);

    switch (look->unit) {
    case HS_UNIT_BYTES:
        return hs_doc_printf(run->doc, "%s", hs_show_bytes(value).text);
    case HS_UNIT_NANOS:
        return hs_doc_printf(run->doc, "%s", hs_show_nanos(value).text);
    default:
        return hs_doc_printf(run->doc, "%s", hs_show_count(value).text);
    }
}

static double share(const struct hs_look *look, __int128 sum)
{
    return fabs(hs_sum_share(sum, look->sums->total));
}

static void add_node(struct hs_run *run, struct hs_block *graph,
                     const struct hs_look *look, uint32_t node, bool gateway)
{
    const struct hs_node_sum *sum = &look->sums->nodes[node];
    struct hs_str name = look->view->nodes[node].name;
    const char *cum = words(run, look, sum->cum);
    double percent = 100 * hs_sum_share(sum->cum, look->sums->total);
    struct hs_doc_node drawn = {
        .name = hs_arena_copy(run->scratch, name.text, name.size),
        .size = sqrt(share(look, sum->cum)),
        .heat = hs_sum_share(sum->cum, look->sums->total),
        .marked = gateway,
    };

    if (sum->flat == sum->cum)
        drawn.detail = hs_doc_printf(run->doc, "%s (%.1f%%)", cum, percent);
    else if (sum->flat == 0)
        drawn.detail =
            hs_doc_printf(run->doc, "0 of %s (%.1f%%)", cum, percent);
    else
        drawn.detail = hs_doc_printf(run->doc, "%s\nof %s (%.1f%%)",
                                     words(run, look, sum->flat), cum, percent);
    hs_column_push(&graph->nodes, &drawn);
}

static void add_rest(struct hs_run *run, struct hs_block *graph,
                     const struct hs_look *look,
                     const struct hs_drawing *drawing)
{
    struct hs_doc_node rest = {
        .name =
            hs_doc_printf(run->doc, "%zu more functions", drawing->left_out),
        .detail = hs_doc_printf(run->doc, "%s flat",
                                words(run, look, drawing->left_out_flat)),
        .size = sqrt(share(look, drawing->left_out_flat)),
        .heat = 0,
        .box = true,
    };

    if (drawing->left_out > 0)
        hs_column_push(&graph->nodes, &rest);
}

static void add_edges(struct hs_run *run, struct hs_block *graph,
                      const struct hs_look *look,
                      const struct hs_drawing *drawing)
{
    for (size_t i = 0; i < drawing->edge_count; i++) {
        const struct hs_drawn_edge *edge = &drawing->edges[i];
        struct hs_doc_edge drawn = {
            .from = edge->from,
            .to = edge->to,
            .label = words(run, look, edge->weight),
            .weight = share(look, edge->weight),
            .dashed = edge->residual,
        };

        hs_column_push(&graph->edges, &drawn);
    }
}

/* The functions that the picture marks, by node of the view. */
static bool *gateways(struct hs_run *run, const struct hs_look *look,
                      struct hs_err *err)
{
    bool *marked =
        hs_arena_zeroed(run->scratch, look->view->node_count + 1u, 1);
    struct hs_gateways found;

    if (!hs_profile_gateways(look->view, look->sums, look->type, &found,
                             run->scratch, err))
        return NULL;
    for (size_t i = 0; i < found.count; i++)
        marked[found.list[i].node] = true;
    return marked;
}

bool hs_profile_callgraph_section(struct hs_run *run, struct hs_err *err)
{
    struct hs_document *doc = run->doc;
    const struct hs_drawing *drawing;
    struct hs_block *graph;
    struct hs_look look;
    struct hs_str type;
    bool *marked;

    if (!hs_look(run, &run->snapshots[0], NULL, &look, err) ||
        !(marked = gateways(run, &look, err)))
        return false;
    type = hs_profile_type_name(look.profile, look.type);
    drawing = hs_profile_draw(look.view, look.sums, look.type,
                              run->options->nodes, run->scratch);
    graph = hs_doc_graph(doc, doc->top, "callgraph",
                         hs_doc_printf(doc, "%.*s, %s in all", (int)type.size,
                                       type.text,
                                       words(run, &look, look.sums->total)));
    graph->rank_down = true;
    for (uint32_t i = 0; i < drawing->count; i++)
        add_node(run, graph, &look, drawing->nodes[i],
                 marked[drawing->nodes[i]]);
    add_rest(run, graph, &look, drawing);
    add_edges(run, graph, &look, drawing);
    hs_look_notes(run, doc->top, &look);
    return true;
}
