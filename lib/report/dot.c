/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dot.c - the document's graph in the DOT language, as cgraph writes it.
 */
#include "report/graph.h"
#include "report/output.h"

static int put_string(void *to, const char *string)
{
    hs_output_puts(to, string);
    return 0;
}

static int flush_nothing(void *to)
{
    (void)to;
    return 0;
}

static bool render(const struct hs_document *doc, struct hs_output *out,
                   struct hs_err *err)
{
    Agiodisc_t io = {.putstr = put_string, .flush = flush_nothing};
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_picture picture = {0};
    bool good;

    good = hs_picture_open(&picture, doc, &arena, "&amp;", &io, err);
    if (good && agwrite(picture.drawn, out) != 0)
        good =
            hs_fail(err, HS_EDATA, HS_NOWHERE, "cgraph cannot write the graph");
    hs_picture_close(&picture);
    hs_arena_free(&arena);
    return hs_output_finish(out, err) && good;
}

const struct hs_report hs_report_dot = {
    .name = "dot",
    .title = "a graph in the DOT language",
    .draws = true,
    .render = render,
};
