/* SPDX-License-Identifier: Apache-2.0 */
/*
 * svg_chart.c - charts as SVG: an area, lines, and marks on the axis.
 *
 * A column of pixels shows the highest number in its stretch of time, so that a
 * picture has a bounded size.
 */
#include "report/svg_chart.h"

#include <math.h>
#include <stdio.h>

#include "base/size.h"
#include "report/chart.h"

#define LEFT   90 /* of the plot: room for the numbers */
#define WIDTH  860
#define RIGHT  20
#define HEIGHT 200
#define ABOVE  44 /* title and legend */
#define BELOW  46 /* times */

#define LEGEND 24 /* columns of a name before its folders go */
#define TICKS  16 /* at most, on an axis */

#define GREY "#5b5b5b"
#define FONT "font-family=\"Helvetica,sans-Serif\" font-size=\"12\""

static const char *const colours[] = {"#4c78a8", "#e45756", "#54a24b",
                                      "#b279a2"};

struct canvas {
    struct hs_output *out;
    struct hs_arena *arena;
    struct hs_chart chart;
    int y; /* of the plot's top */
};

void hs_svg_text(struct hs_output *out, struct hs_str text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.text[i];

        if (c == '&')
            hs_output_puts(out, "&amp;");
        else if (c == '<')
            hs_output_puts(out, "&lt;");
        else if (c == '>')
            hs_output_puts(out, "&gt;");
        else
            hs_output_put(out, &c, 1);
    }
}

static void put(struct canvas *canvas, const char *format, ...) HS_PRINTF(2, 3);

static void put(struct canvas *canvas, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    hs_output_puts(canvas->out, hs_arena_vprintf(canvas->arena, format, args));
    va_end(args);
}

static void put_label(struct canvas *canvas, double x, double y,
                      const char *anchor, const char *text)
{
    put(canvas,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"" GREY "\" " FONT
        ">",
        x, y, anchor);
    hs_svg_text(canvas->out, hs_text_clean(canvas->arena, hs_str_of(text)));
    put(canvas, "</text>\n");
}

static struct hs_shown show(enum hs_unit unit, double number)
{
    switch (unit) {
    case HS_UNIT_BYTES:
        return hs_show_bytes((int64_t)number);
    case HS_UNIT_NANOS:
        return hs_show_nanos((int64_t)number);
    case HS_UNIT_SHARE:
        return hs_show_share(number);
    case HS_UNIT_NUMBER:
        return hs_show_number(number);
    default:
        return hs_show_count((int64_t)number);
    }
}

/* A round number so that at most MOST of them fit into SPAN. */
static double round_step(enum hs_unit unit, double span, unsigned most)
{
    static const double factors[] = {2, 2.5, 2};
    double step = 1;

    for (unsigned i = 0; span / step > most && i < 200; i++)
        step *= unit == HS_UNIT_BYTES ? 2 : factors[i % 3];
    return step;
}

static double y_of(const struct canvas *canvas, double number)
{
    double share = canvas->chart.top > 0 ? number / canvas->chart.top : 0;

    return canvas->y + HEIGHT - share * HEIGHT;
}

static void put_grid(struct canvas *canvas)
{
    const struct hs_chart *chart = &canvas->chart;
    enum hs_unit time = chart->block->columns[0].unit;
    double step = round_step(chart->unit, chart->top, 5);
    double span = chart->to - chart->from;

    for (int i = 0; i * step <= chart->top && i < TICKS; i++) {
        double number = i * step, y = y_of(canvas, number);

        put(canvas,
            "<path d=\"M%d,%.1fh%d\" stroke=\"#dddddd\" fill=\"none\"/>\n",
            LEFT, y, WIDTH);
        put_label(canvas, LEFT - 6, y + 4, "end",
                  show(chart->unit, number).text);
    }
    step = round_step(time, span, 8);
    for (int i = 0; i * step <= span && span > 0 && i < TICKS; i++)
        put_label(canvas, LEFT + i * step / span * WIDTH,
                  canvas->y + HEIGHT + 22, i ? "middle" : "start",
                  show(time, chart->from + i * step).text);
}

/* The line of a series; AREA: down to the axis at both ends. */
static void put_series(struct canvas *canvas, size_t column, bool area)
{
    double steps[WIDTH] = {0};
    bool begun = false;
    int last = 0;

    hs_chart_steps(&canvas->chart, column, steps, WIDTH);
    for (int i = 0; i < WIDTH; i++) {
        double y = y_of(canvas, steps[i]);

        if (isnan(steps[i]))
            continue;
        if (!begun && area)
            put(canvas, "M%d,%dV%.1f", LEFT + i, canvas->y + HEIGHT, y);
        else if (!begun)
            put(canvas, "M%d,%.1f", LEFT + i, y);
        else if (!(steps[i] >= steps[i - 1] && steps[i] <= steps[i - 1]))
            put(canvas, "H%dV%.1f", LEFT + i, y);
        begun = true;
        last = i + 1;
    }
    put(canvas, "H%d", LEFT + last);
    if (area)
        put(canvas, "V%dZ", canvas->y + HEIGHT);
}

static bool is_empty(struct canvas *canvas, size_t column)
{
    double one[1];

    hs_chart_steps(&canvas->chart, column, one, 1);
    return isnan(one[0]);
}

static void put_marks(struct canvas *canvas, size_t column)
{
    double steps[WIDTH] = {0};

    hs_chart_steps(&canvas->chart, column, steps, WIDTH);
    put(canvas, "<path stroke=\"" GREY "\" d=\"");
    for (int i = 0; i < WIDTH; i++)
        if (!isnan(steps[i]))
            put(canvas, "M%d,%dv6", LEFT + i, canvas->y + HEIGHT);
    put(canvas, "\"/>\n");
}

/* The name of each series in its colour. */
static void put_legend(struct canvas *canvas)
{
    const struct hs_block *block = canvas->chart.block;
    int x = LEFT;

    for (size_t c = 1; c < block->column_count; c++) {
        const char *title = block->columns[c].title;
        struct hs_str name;
        bool marks = hs_chart_marks(&canvas->chart, c);

        if (!title || is_empty(canvas, c))
            continue;
        put(canvas,
            "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"%d\" "
            "fill=\"%s\"/>\n",
            x, canvas->y - (c == 1 ? 18 : 13), c == 1 ? 10 : 2,
            marks ? GREY : colours[(c - 1) % 4]);
        name = hs_text_shorten(canvas->arena,
                               hs_text_clean(canvas->arena, hs_str_of(title)),
                               LEGEND, "…");
        put_label(canvas, x + 18, canvas->y - 8, "start",
                  hs_arena_copy(canvas->arena, name.text, name.size));
        x += 40 + 7 * (int)hs_text_width(name);
    }
}

static void put_chart(struct canvas *canvas)
{
    const struct hs_block *block = canvas->chart.block;

    put(canvas,
        "<text x=\"%d\" y=\"%d\" font-weight=\"bold\" "
        "font-family=\"Helvetica,sans-Serif\" font-size=\"14\">",
        LEFT, canvas->y - 28);
    hs_svg_text(canvas->out,
                hs_text_clean(canvas->arena,
                              hs_str_of(block->title ? block->title : "")));
    put(canvas, "</text>\n");
    put_legend(canvas);
    put_grid(canvas);
    for (size_t c = 1; c < block->column_count; c++) {
        const char *colour = colours[(c - 1) % 4];

        if (is_empty(canvas, c))
            continue;
        if (hs_chart_marks(&canvas->chart, c)) {
            put_marks(canvas, c);
            continue;
        }
        put(canvas, "<path d=\"");
        put_series(canvas, c, c == 1);
        if (c == 1)
            put(canvas, "\" fill=\"%s\" fill-opacity=\"0.7\"/>\n", colour);
        else
            put(canvas, "\" fill=\"none\" stroke=\"%s\"/>\n", colour);
    }
}

static const struct hs_block *next_chart(const struct hs_block *block)
{
    do {
        if (block->first) {
            block = block->first;
            continue;
        }
        while (block && !block->next)
            block = block->parent;
        block = block ? block->next : NULL;
    } while (block && (block->kind != HS_BLOCK_CHART || block->row_count < 2 ||
                       block->column_count < 2));
    return block;
}

bool hs_svg_charts(const struct hs_document *doc, struct hs_output *out)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct canvas canvas = {.out = out, .arena = &arena, .y = ABOVE + 10};
    const struct hs_block *chart;
    int count = 0, height;

    for (chart = next_chart(doc->top); chart; chart = next_chart(chart))
        count++;
    if (count == 0)
        return false;
    height = 10 + count * (ABOVE + HEIGHT + BELOW);
    put(&canvas,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
        "xmlns=\"http://www.w3.org/2000/svg\">\n"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
        LEFT + WIDTH + RIGHT, height, LEFT + WIDTH + RIGHT, height);
    for (chart = next_chart(doc->top); chart; chart = next_chart(chart)) {
        canvas.chart = hs_chart_of(chart);
        put_chart(&canvas);
        canvas.y += ABOVE + HEIGHT + BELOW;
        hs_arena_reset(&arena);
    }
    put(&canvas, "</svg>\n");
    hs_arena_free(&arena);
    return true;
}
