/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_dominators.c - the picture of a heap's dominator tree: below
 * each node what goes when it goes.
 */
#include "base/size.h"
#include "heap_draw.h"
#include "heap_look.h"
#include "section.h"

#define EACH  7   /* children drawn of one node */
#define LEAST 200 /* a node is drawn for that part of all */

static uint32_t biggest_child(const struct hs_twigs *twigs, uint32_t number)
{
    uint32_t best = hs_twig_at(twigs, number)->first;

    for (uint32_t t = best; t != HS_NO_TWIG; t = hs_twig_at(twigs, t)->next)
        if (hs_twig_at(twigs, t)->bytes > hs_twig_at(twigs, best)->bytes)
            best = t;
    return best;
}

static void draw_edges(struct hs_block *graph, const struct hs_twigs *twigs)
{
    uint32_t bold = 0; /* the end of the biggest path, as far as it is drawn */

    /* Twigs stand behind their parents. */
    for (uint32_t i = 0; i < twigs->list.count; i++) {
        uint32_t biggest = i == bold ? biggest_child(twigs, i) : HS_NO_TWIG;

        for (uint32_t t = hs_twig_at(twigs, i)->first; t != HS_NO_TWIG;
             t = hs_twig_at(twigs, t)->next) {
            struct hs_doc_edge edge = {
                .from = i,
                .to = t,
                .weight =
                    hs_draw_share(twigs->c, hs_twig_at(twigs, t)->bytes *
                                                hs_twig_at(twigs, t)->times),
                .bold = t == biggest,
            };

            hs_column_push(&graph->edges, &edge);
        }
        if (biggest != HS_NO_TWIG)
            bold = biggest;
    }
}

bool hs_heap_dominators_section(struct hs_run *run, struct hs_err *err)
{
    const struct hs_heap_case *c = hs_look_heap(run, 0, err);
    struct hs_document *doc = run->doc;
    const struct hs_origin *origins;
    struct hs_twigs_plan plan = {.each = EACH, .samples = true};
    struct hs_twigs twigs;
    struct hs_block *graph;
    uint32_t *nodes;

    if (!c)
        return false;
    plan.root = hs_retention_holder(c->retention, 0);
    plan.limit = run->options->nodes;
    plan.least = plan.limit ? c->totals.reachable_bytes / LEAST : 0;
    hs_twigs_grow(&twigs, c, &plan, run->scratch);
    nodes = hs_arena_zeroed(run->scratch, twigs.list.count, sizeof(*nodes));
    for (uint32_t i = 0; i < twigs.list.count; i++)
        nodes[i] = hs_twig_at(&twigs, i)->node;
    origins = hs_draw_origins(c, nodes, twigs.list.count, run->scratch);
    graph = hs_doc_graph(
        doc, doc->top, "dominators",
        hs_doc_printf(
            doc,
            "Dominators of %s live in %s objects: below each, what goes when "
            "it goes",
            hs_show_bytes((int64_t)c->totals.reachable_bytes).text,
            hs_show_count((int64_t)c->totals.reachable_objects).text));
    graph->rank_down = true;
    for (uint32_t i = 0; i < twigs.list.count; i++)
        hs_draw_twig(doc, graph, c, hs_twig_at(&twigs, i), &origins[i]);
    draw_edges(graph, &twigs);
    return true;
}
