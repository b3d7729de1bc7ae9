/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart.h - the numbers of a chart, for the reports that draw it.
 */
#ifndef HS_REPORT_CHART_H
#define HS_REPORT_CHART_H

#include "report/document.h"

/* What there is to draw. */
struct hs_chart {
    const struct hs_block *block;
    double from, to;                /* the time */
    double top;                     /* the highest number, at least 0 */
    const struct hs_value *highest; /* the value that is it, or NULL */
    enum hs_unit unit;              /* of the first series */
};

struct hs_chart hs_chart_of(const struct hs_block *block);

/* True if COLUMN marks moments and is no series. */
bool hs_chart_marks(const struct hs_chart *chart, size_t column);

/* VALUE as a number; NaN if it is none. */
double hs_chart_number(const struct hs_value *value);

/* For each of COUNT equal steps of the time, the highest number that COLUMN has
 * in it; NaN as long as there was none.  Of marks, 1 or NaN. */
void hs_chart_steps(const struct hs_chart *chart, size_t column, double *steps,
                    size_t count);

#endif
