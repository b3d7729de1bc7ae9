/* SPDX-License-Identifier: Apache-2.0 */
/*
 * svg.c - the document's graph as a picture; gvc lays it out and draws it.
 * Charts, which svg_chart.c draws, come instead of a graph.
 *
 * The two gvc plugins needed are linked in, so that no configuration of
 * graphviz, no font and no other plugin on a machine changes the picture: gvc
 * then estimates the width of letters from tables of its own.
 *
 * What gvc writes is not taken as it is.  The XML prolog names a DTD out on the
 * net: it goes.  <title>nN</title>, which browsers show under the pointer,
 * becomes the full name.  And gvc takes "&lt;" in a label for markup that is
 * escaped already, so an ampersand passes through it as a private character.
 */
#include <graphviz/gvc.h>
#include <graphviz/gvplugin.h>
#include <stdio.h>
#include <string.h>

#include "report/graph.h"
#include "report/output.h"
#include "report/svg_chart.h"

extern gvplugin_library_t gvplugin_core_LTX_library;
extern gvplugin_library_t gvplugin_dot_layout_LTX_library;

static lt_symlist_t plugins[] = {
    {"gvplugin_dot_layout_LTX_library", &gvplugin_dot_layout_LTX_library},
    {"gvplugin_core_LTX_library", &gvplugin_core_LTX_library},
    {NULL, NULL},
};

static void put_clean(const struct hs_picture *picture, struct hs_output *out,
                      const char *text)
{
    hs_svg_text(out, hs_text_clean(picture->arena, hs_str_of(text)));
}

static void put_node_title(const struct hs_picture *picture,
                           struct hs_output *out, size_t n)
{
    const struct hs_doc_node *nodes = picture->graph->nodes.at;
    const char *line = nodes[n].detail;

    put_clean(picture, out, nodes[n].name ? nodes[n].name : "");
    while (line) {
        const char *end = strchrnul(line, '\n');

        hs_output_puts(out, "\n");
        hs_svg_text(out,
                    hs_text_clean(picture->arena,
                                  (struct hs_str){line, (size_t)(end - line)}));
        line = *end ? end + 1 : NULL;
    }
}

/* What stands under the pointer at the node "nN" or the edge "nN->nM"; the
 * group around everything needs nothing. */
static void put_title(const struct hs_picture *picture, struct hs_output *out,
                      const char *id)
{
    const struct hs_doc_node *nodes = picture->graph->nodes.at;
    size_t count = picture->graph->nodes.count;
    unsigned from, to;
    int ends = sscanf(id, "n%u&#45;&gt;n%u", &from, &to);

    if (ends < 1 || from >= count || (ends == 2 && to >= count))
        return;
    hs_output_puts(out, "<title>");
    if (ends == 2) {
        put_clean(picture, out, nodes[from].name ? nodes[from].name : "");
        hs_output_puts(out, " → ");
        put_clean(picture, out, nodes[to].name ? nodes[to].name : "");
    } else {
        put_node_title(picture, out, from);
    }
    hs_output_puts(out, "</title>");
}

/* Writes what stands for the start of SVG; returns how much of it that was. */
static size_t put_piece(const struct hs_picture *picture, struct hs_output *out,
                        struct hs_str svg)
{
    static const char stroke[] = "stroke=\"transparent\""; /* no SVG colour */
    const char *end;

    if (hs_str_starts(svg, HS_PICTURE_AMPERSAND)) {
        hs_output_puts(out, "&amp;");
        return strlen(HS_PICTURE_AMPERSAND);
    }
    if (hs_str_starts(svg, stroke)) {
        hs_output_puts(out, "stroke=\"none\"");
        return strlen(stroke);
    }
    if (hs_str_starts(svg, "<title>") &&
        (end = memmem(svg.text, svg.size, "</title>", 8))) {
        put_title(picture, out, svg.text + 7);
        return (size_t)(end - svg.text) + 8;
    }
    hs_output_put(out, svg.text, 1);
    return 1;
}

/* Writes SVG without prolog, with titles and with its ampersands. */
static void put_svg(const struct hs_picture *picture, struct hs_output *out,
                    struct hs_str svg)
{
    const char *root = memmem(svg.text, svg.size, "<svg", 4);
    const char *body = root ? strchr(root, '>') : NULL;
    size_t at = body ? (size_t)(body - svg.text) + 1 : 0;

    hs_output_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    if (body) {
        hs_output_put(out, root, (size_t)(body - root) + 1);
        hs_output_puts(out, "\n<title>");
        hs_svg_text(out, hs_picture_title(picture));
        hs_output_puts(out, "</title>");
    }
    while (at < svg.size)
        at += put_piece(picture, out,
                        (struct hs_str){svg.text + at, svg.size - at});
}

/* gvc's warnings are not for the user of a report. */
static int swallow(char *message)
{
    (void)message;
    return 0;
}

static bool draw(const struct hs_picture *picture, struct hs_output *out,
                 struct hs_err *err)
{
    agusererrf before = agseterrf(swallow);
    GVC_t *gvc = gvContextPlugins(plugins, 0);
    bool good = false;
    unsigned size = 0;
    char *svg = NULL;

    if (!gvc || gvLayout(gvc, picture->drawn, "dot") != 0) {
        hs_fail(err, HS_EDATA, HS_NOWHERE, "gvc cannot lay out the graph");
        goto out;
    }
    if (gvRenderData(gvc, picture->drawn, "svg", &svg, &size) != 0 || !svg)
        hs_fail(err, HS_EDATA, HS_NOWHERE, "gvc cannot draw the graph");
    else
        good = true;
    if (good)
        put_svg(picture, out, (struct hs_str){svg, size});
    gvFreeRenderData(svg);
    gvFreeLayout(gvc, picture->drawn);
out:
    if (gvc)
        gvFreeContext(gvc);
    agseterrf(before);
    return good;
}

static bool render(const struct hs_document *doc, struct hs_output *out,
                   struct hs_err *err)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_picture picture = {0};
    bool good;

    if (hs_svg_charts(doc, out))
        return hs_output_finish(out, err);
    good =
        hs_picture_open(&picture, doc, &arena, HS_PICTURE_AMPERSAND, NULL, err);
    good = good && draw(&picture, out, err);
    hs_picture_close(&picture);
    hs_arena_free(&arena);
    return hs_output_finish(out, err) && good;
}

#ifdef __SANITIZE_ADDRESS__
/* Graphviz forgets virtual edges when it lays out graphs with cycles. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:gmalloc\n";
}

const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
#endif

const struct hs_report hs_report_svg = {
    .name = "svg",
    .title = "a picture, SVG",
    .draws = true,
    .render = render,
};
