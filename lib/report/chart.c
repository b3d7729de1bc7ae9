/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart.c - where the numbers of a chart lie.
 */
#include "report/chart.h"

#include <math.h>

double hs_chart_number(const struct hs_value *value)
{
    switch (value->unit) {
    case HS_UNIT_COUNT:
    case HS_UNIT_BYTES:
    case HS_UNIT_NANOS:
    case HS_UNIT_TIME:
        return (double)value->integer;
    case HS_UNIT_SHARE:
    case HS_UNIT_NUMBER:
        return isfinite(value->number) ? value->number : (double)NAN;
    default:
        return (double)NAN;
    }
}

bool hs_chart_marks(const struct hs_chart *chart, size_t column)
{
    return chart->block->columns[column].unit == HS_UNIT_BOOL;
}

struct hs_chart hs_chart_of(const struct hs_block *block)
{
    struct hs_chart chart = {.block = block};

    for (const struct hs_doc_row *row = block->first_row; row;
         row = row->next) {
        double x = hs_chart_number(&row->values[0]);

        if (row == block->first_row || x < chart.from)
            chart.from = x;
        if (row == block->first_row || x > chart.to)
            chart.to = x;
        for (size_t c = 1; c < block->column_count; c++) {
            double y = hs_chart_number(&row->values[c]);

            if (isnan(y) || y <= chart.top)
                continue;
            chart.top = y;
            chart.highest = &row->values[c];
        }
    }
    chart.unit =
        block->column_count > 1 ? block->columns[1].unit : HS_UNIT_NUMBER;
    return chart;
}

static size_t step_of(const struct hs_chart *chart, double x, size_t count)
{
    double share = chart->to > chart->from
                       ? (x - chart->from) / (chart->to - chart->from)
                       : 0;
    double step = floor(share * (double)count);

    if (!(step > 0))
        return 0;
    return step < (double)count ? (size_t)step : count - 1;
}

/* A number holds until the next one, so a step without any has the last. */
void hs_chart_steps(const struct hs_chart *chart, size_t column, double *steps,
                    size_t count)
{
    bool marks = hs_chart_marks(chart, column);
    double last = (double)NAN;
    size_t next = 0;

    for (const struct hs_doc_row *row = chart->block->first_row; row;
         row = row->next) {
        const struct hs_value *value = &row->values[column];
        double y = hs_chart_number(value);
        size_t step = step_of(chart, hs_chart_number(&row->values[0]), count);

        if (marks)
            y = value->unit == HS_UNIT_BOOL && value->truth ? 1 : (double)NAN;
        if (isnan(y))
            continue;
        while (next <= step)
            steps[next++] = marks ? (double)NAN : last;
        /* NaN compares with nothing; times that go back change their step. */
        if (!(steps[step] >= y))
            steps[step] = y;
        last = y;
    }
    while (next < count)
        steps[next++] = marks ? (double)NAN : last;
}
