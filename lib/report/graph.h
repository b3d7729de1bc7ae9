/* SPDX-License-Identifier: Apache-2.0 */
/*
 * graph.h - a drawn graph as cgraph holds it, for the reports that draw.
 *
 * Only dot.c and svg.c include this: cgraph and gvc stay in this folder.
 */
#ifndef HS_REPORT_GRAPH_H
#define HS_REPORT_GRAPH_H

#include <graphviz/cgraph.h>

#include "base/text.h"
#include "report/document.h"

/* A private character, U+E000, that no label holds otherwise. */
#define HS_PICTURE_AMPERSAND "\xee\x80\x80"

struct hs_picture {
    const struct hs_block *graph; /* the first one in the document */
    Agraph_t *drawn;              /* node N of GRAPH is called "nN" */
    struct hs_arena *arena;
    bool tooltips; /* full names as attributes: labels shorten them */
};

/* Finds the graph in DOC and builds it, with all that decides how it looks.
 * AMPERSAND stands for '&' in labels.  IO is how agwrite writes, or NULL. */
bool hs_picture_open(struct hs_picture *picture, const struct hs_document *doc,
                     struct hs_arena *arena, const char *ampersand,
                     Agiodisc_t *io, struct hs_err *err);
void hs_picture_close(struct hs_picture *picture);

/* What the picture is called. */
struct hs_str hs_picture_title(const struct hs_picture *picture);

#endif
