/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_draw.c - the labels of a picture's nodes.
 */
#include "heap_draw.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/size.h"
#include "model/goname.h"

double hs_draw_share(const struct hs_heap_case *c, uint64_t bytes)
{
    uint64_t live = c->totals.reachable_bytes;

    return live ? (double)bytes / (double)live : 0;
}

/* TEXT and LINE below it, if there is one. */
static const char *append(struct hs_document *doc, const char *text,
                          const char *line)
{
    return line ? hs_doc_printf(doc, "%s\n%s", text, line) : text;
}

/* "309.8 MiB (62.1%)", "2.9 KiB in each" */
static const char *weight_line(struct hs_document *doc,
                               const struct hs_heap_case *c,
                               const struct hs_twig *twig)
{
    uint64_t bytes = twig->bytes;

    if (bytes == 0)
        return "nothing alone";
    if (twig->times > 1)
        return hs_doc_printf(doc, "%s in one of %s",
                             hs_show_bytes((int64_t)bytes).text,
                             hs_show_count((int64_t)twig->times).text);
    return hs_doc_printf(doc, "%s (%s)", hs_show_bytes((int64_t)bytes).text,
                         hs_show_share(hs_draw_share(c, bytes)).text);
}

/* What the holder of TWIG owns, or the twig retains, whichever is more. */
static uint64_t owned_by(const struct hs_heap_case *c,
                         const struct hs_twig *twig)
{
    uint32_t holder = twig->node - hs_heap_count(c->heap);
    uint64_t owned = 0;

    if (hs_twig_is_holder(c, twig->node) && c->holders->holders[holder].unit)
        owned = hs_retention_owned(c->retention, holder);
    return owned > twig->bytes ? owned : twig->bytes;
}

/* "owns 441.0 MiB", if that is more than it retains. */
static const char *owned_line(struct hs_document *doc,
                              const struct hs_twig *twig, uint64_t owned)
{
    if (owned == twig->bytes)
        return NULL;
    return hs_doc_printf(doc, "owns %s", hs_show_bytes((int64_t)owned).text);
}

/* "+1 204 more, 3.1 MiB"; of a chain, what hangs on it. */
static const char *rest_line(struct hs_document *doc,
                             const struct hs_twig *twig)
{
    const char *bytes;

    if (!hs_twig_has_rest(twig))
        return NULL;
    bytes =
        hs_doc_printf(doc, "%s", hs_show_bytes((int64_t)twig->rest_bytes).text);
    if (twig->chain)
        return hs_doc_printf(doc, "+%s objects, %s",
                             hs_show_count((int64_t)twig->rest_objects).text,
                             bytes);
    return hs_doc_printf(doc, "+%s more, %s",
                         hs_show_count(twig->rest_count).text, bytes);
}

/* "from main.go:52" */
static const char *origin_line(struct hs_document *doc,
                               const struct hs_origin *origin)
{
    const struct hs_stack_line *line = origin->line;
    struct hs_str file;

    if (!line || hs_goname_plumbing(line->function))
        return NULL;
    file = hs_stack_line_file(line);
    return hs_doc_printf(
        doc, "from %.*s:%" PRIu64 "%s", (int)file.size, file.text, line->line,
        origin->at_line < origin->sampled ? " and others" : "");
}

/* A holder of holders was allocated nowhere in particular. */
static bool has_origin(const struct hs_heap_case *c, uint32_t node)
{
    return !hs_twig_is_holder(c, node) ||
           c->holders->holders[node - hs_heap_count(c->heap)].unit;
}

void hs_draw_twig(struct hs_document *doc, struct hs_block *graph,
                  const struct hs_heap_case *c, const struct hs_twig *twig,
                  const struct hs_origin *origin)
{
    const char *detail = weight_line(doc, c, twig);
    uint64_t owned = owned_by(c, twig);
    double share = hs_draw_share(c, owned * twig->times);
    struct hs_doc_node node = {
        .name = hs_twig_name(doc, c, twig),
        .size = 0.7 * sqrt(share),
        .heat = share,
        .box = hs_twig_is_holder(c, twig->node),
    };

    detail = append(doc, detail, owned_line(doc, twig, owned));
    detail = append(doc, detail, rest_line(doc, twig));
    if (origin && has_origin(c, twig->node))
        detail = append(doc, detail, origin_line(doc, origin));
    node.detail = detail;
    hs_column_push(&graph->nodes, &node);
}

struct hs_origin *hs_draw_origins(const struct hs_heap_case *c,
                                  const uint32_t *nodes, size_t count,
                                  struct hs_arena *arena)
{
    struct hs_origin *origins =
        hs_arena_zeroed(arena, count + 1, sizeof(*origins));

    hs_allocations_origins(c->allocations, c->retention, nodes, count, origins,
                           arena);
    return origins;
}
