/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_chart.c - a chart in lines of text.
 *
 *   12.4 MiB ┤     · · · ·
 *            │ ▄▆█ ▂▄▆█
 *            │ ███▆████
 *        0 B └┴──┴───┴────
 *             0 ns                 1.25 s
 *             █ live  · goal  ┴ collections
 *
 * A column of text is a stretch of time and shows the highest number in it, in
 * eighths of a line; in ASCII, in halves.
 */
#include "report/text_page.h"

#include <math.h>

#include "report/chart.h"

#define LINES      7
#define WIDTH      72 /* where there is no terminal */
#define WIDTH_MOST 100
#define LEGEND     24 /* columns of a name before its folders go */
#define LEAST      8  /* columns below which nothing is drawn */

struct canvas {
    struct hs_page *page;
    struct hs_chart chart;
    size_t indent, labels, width;
    double **steps; /* by column of the block */
};

static const char *glyph(const struct hs_page *page, unsigned eighths)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄",
                                         "▅", "▆", "▇", "█"};

    if (page->out->unicode)
        return blocks[eighths];
    return eighths == 8 ? "#" : eighths >= 4 ? ":" : eighths ? "." : " ";
}

static const char *either(const struct hs_page *page, const char *unicode,
                          const char *ascii)
{
    return page->out->unicode ? unicode : ascii;
}

/* How many eighths of LINE, counted from the bottom, NUMBER fills. */
static unsigned filled(const struct canvas *canvas, double number, size_t line)
{
    double height;

    if (isnan(number) || canvas->chart.top <= 0)
        return 0;
    height = number / canvas->chart.top * LINES * 8;
    /* What is not nothing shows. */
    if (number > 0 && height < 1)
        height = 1;
    height -= (double)line * 8;
    return height <= 0 ? 0 : height >= 8 ? 8 : (unsigned)(height + 0.5);
}

/* Does a line series pass through LINE of text at STEP? */
static bool is_crossed(const struct canvas *canvas, size_t step, size_t line)
{
    const struct hs_block *block = canvas->chart.block;

    for (size_t c = 2; c < block->column_count; c++) {
        double height = canvas->steps[c][step] / canvas->chart.top * LINES;

        if (!hs_chart_marks(&canvas->chart, c) && height > 0 &&
            ceil(height) == (double)(line + 1))
            return true;
    }
    return false;
}

static void put_label(struct canvas *canvas, double number)
{
    struct hs_value value = {.unit = canvas->chart.unit};
    struct hs_cell cell;

    if (value.unit == HS_UNIT_SHARE || value.unit == HS_UNIT_NUMBER)
        value.number = number;
    else
        value.integer = (int64_t)number;
    cell = hs_cell_of(canvas->page, &value, false);
    hs_page_skip(canvas->page, canvas->indent + canvas->labels - cell.width);
    hs_page_put(canvas->page, cell.text, HS_STYLE_DIM);
    hs_page_skip(canvas->page, 1);
}

static void put_line(struct canvas *canvas, size_t line)
{
    struct hs_page *page = canvas->page;

    if (line + 1 == LINES) {
        put_label(canvas, canvas->chart.top);
        hs_page_puts(page, either(page, "┤", "+"), HS_STYLE_DIM);
    } else {
        hs_page_skip(page, canvas->indent + canvas->labels + 1);
        hs_page_puts(page, either(page, "│", "|"), HS_STYLE_DIM);
    }
    for (size_t step = 0; step < canvas->width; step++) {
        unsigned eighths = filled(canvas, canvas->steps[1][step], line);

        if (eighths == 0 && is_crossed(canvas, step, line))
            hs_page_puts(page, either(page, "·", "-"), HS_STYLE_DIM);
        else if (eighths == 0)
            hs_page_skip(page, 1);
        else
            hs_page_puts(page, glyph(page, eighths), HS_STYLE_PLAIN);
    }
    hs_page_end_line(page);
}

static bool is_marked(const struct canvas *canvas, size_t step)
{
    for (size_t c = 2; c < canvas->chart.block->column_count; c++)
        if (hs_chart_marks(&canvas->chart, c) && !isnan(canvas->steps[c][step]))
            return true;
    return false;
}

static void put_axis(struct canvas *canvas)
{
    struct hs_page *page = canvas->page;

    put_label(canvas, 0);
    hs_page_puts(page, either(page, "└", "+"), HS_STYLE_DIM);
    for (size_t step = 0; step < canvas->width; step++)
        hs_page_puts(page,
                     is_marked(canvas, step) ? either(page, "┴", "^")
                                             : either(page, "─", "-"),
                     HS_STYLE_DIM);
    hs_page_end_line(page);
}

/* The time on the left and on the right. */
static void put_times(struct canvas *canvas)
{
    struct hs_page *page = canvas->page;
    enum hs_unit unit = canvas->chart.block->columns[0].unit;
    struct hs_value ends[] = {
        hs_value_of(unit, (int64_t)canvas->chart.from),
        hs_value_of(unit, (int64_t)canvas->chart.to),
    };
    struct hs_cell left = hs_cell_of(page, &ends[0], false);
    struct hs_cell right = hs_cell_of(page, &ends[1], false);

    hs_page_skip(page, canvas->indent + canvas->labels + 2);
    hs_page_put(page, left.text, HS_STYLE_DIM);
    if (left.width + right.width < canvas->width)
        hs_page_skip(page, canvas->width - left.width - right.width);
    else
        hs_page_skip(page, 2);
    hs_page_put(page, right.text, HS_STYLE_DIM);
    hs_page_end_line(page);
}

static bool is_empty(const struct canvas *canvas, size_t column)
{
    for (size_t step = 0; step < canvas->width; step++)
        if (!isnan(canvas->steps[column][step]))
            return false;
    return true;
}

static void put_legend(struct canvas *canvas)
{
    const struct hs_block *block = canvas->chart.block;
    struct hs_page *page = canvas->page;
    bool any = false;

    for (size_t c = 1; c < block->column_count; c++) {
        const char *mark = c == 1 ? either(page, "█", "#")
                           : hs_chart_marks(&canvas->chart, c)
                               ? either(page, "┴", "^")
                               : either(page, "·", "-");
        struct hs_str title;

        if (!block->columns[c].title || is_empty(canvas, c))
            continue;
        hs_page_skip(page, any ? 2 : canvas->indent + canvas->labels + 2);
        hs_page_puts(page, mark, c == 1 ? HS_STYLE_PLAIN : HS_STYLE_DIM);
        hs_page_skip(page, 1);
        title = hs_page_clean(page, page->cells,
                              hs_str_of(block->columns[c].title));
        hs_page_put(page,
                    hs_text_shorten(page->cells, title, LEGEND, page->ellipsis),
                    HS_STYLE_DIM);
        any = true;
    }
    if (any)
        hs_page_end_line(page);
}

static size_t label_width(struct canvas *canvas)
{
    struct hs_value zero = {.unit = canvas->chart.unit};
    size_t low = hs_cell_of(canvas->page, &zero, false).width, high = 0;

    if (canvas->chart.highest)
        high = hs_cell_of(canvas->page, canvas->chart.highest, false).width;
    return high > low ? high : low;
}

void hs_page_chart(struct hs_page *page, const struct hs_block *chart,
                   size_t indent)
{
    struct canvas canvas = {
        .page = page, .chart = hs_chart_of(chart), .indent = indent};
    size_t room = page->out->width > 0 ? (size_t)page->out->width : WIDTH, used;

    if (chart->column_count < 2)
        return;
    canvas.labels = label_width(&canvas);
    used = indent + canvas.labels + 2;
    if (room < used + LEAST)
        return;
    canvas.width = room - used < WIDTH_MOST ? room - used : WIDTH_MOST;
    canvas.steps = hs_arena_zeroed(page->arena, chart->column_count,
                                   sizeof(*canvas.steps));
    for (size_t c = 1; c < chart->column_count; c++) {
        canvas.steps[c] =
            hs_arena_zeroed(page->arena, canvas.width, sizeof(double));
        hs_chart_steps(&canvas.chart, c, canvas.steps[c], canvas.width);
    }
    for (size_t line = LINES; line-- > 0;)
        put_line(&canvas, line);
    put_axis(&canvas);
    put_times(&canvas);
    put_legend(&canvas);
}
