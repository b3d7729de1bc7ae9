/* SPDX-License-Identifier: Apache-2.0 */
/*
 * svg_chart.h - charts as a picture, which needs no graphviz.
 */
#ifndef HS_REPORT_SVG_CHART_H
#define HS_REPORT_SVG_CHART_H

#include "report/output.h"

/* Draws all charts of DOC, one below the other; false if it has none. */
bool hs_svg_charts(const struct hs_document *doc, struct hs_output *out);

/* Writes TEXT with what XML has a meaning for escaped. */
void hs_svg_text(struct hs_output *out, struct hs_str text);

#endif
