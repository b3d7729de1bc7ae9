/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_table.c - plain tables and trees in aligned columns.
 *
 *   Who holds it                    alone     with partners
 *     main.(*Client).Quote      309.8 MiB   441.0 MiB 90.7%
 *     ├─ main.sessions           18.2 MiB    18.2 MiB  3.7%
 *     ... and 412 more
 *
 * Rows are formatted twice, once to be measured (text_layout.c) and once to be
 * written.  What gives way in a narrow terminal is decided in text_fit.c.
 */
#include "report/text_layout.h"

#include <string.h>

#include "base/size.h"
#include "report/stream.h"

static void put_cell(struct hs_layout *layout, size_t c, struct hs_str before,
                     const struct hs_cell *cell)
{
    struct hs_layout_column *column = &layout->columns[c];
    size_t pad = cell->width < column->width ? column->width - cell->width : 0;

    if (c > 0)
        hs_page_skip(layout->page, column->attached ? 1 : layout->gap);
    if (column->right)
        hs_page_skip(layout->page, pad);
    hs_page_put(layout->page, before, HS_STYLE_DIM);
    hs_page_put(layout->page, cell->text, cell->style);
    if (!column->right)
        hs_page_skip(layout->page, pad);
}

static void put_header(struct hs_layout *layout)
{
    struct hs_page *page = layout->page;

    for (size_t c = 0; c < layout->count; c++) {
        struct hs_layout_column *column = &layout->columns[c];
        size_t width = hs_layout_span(layout, c),
               title = hs_text_width(column->title);
        size_t pad = width > title ? width - title : 0;

        if (column->attached || column->hung)
            continue;
        if (c > 0)
            hs_page_skip(page, layout->gap);
        if (column->right)
            hs_page_skip(page, pad);
        hs_page_put(page, column->title,
                    c == 0 && layout->merged ? HS_STYLE_HEADING : HS_STYLE_DIM);
        if (!column->right)
            hs_page_skip(page, pad);
    }
    hs_page_end_line(page);
}

/* The last column, on a line of its own after its title. */
static void put_hung(struct hs_layout *layout, const struct hs_cell *cell)
{
    struct hs_page *page = layout->page;
    struct hs_str title = layout->columns[layout->count - 1].title;

    if (cell->width == 0)
        return;
    hs_page_skip(page, layout->indent + HS_LAYOUT_HANG);
    if (title.size > 0) {
        hs_page_put(page, title, HS_STYLE_DIM);
        hs_page_skip(page, 1);
    }
    hs_page_put(page, cell->text, cell->style);
    hs_page_end_line(page);
}

static void put_rows(struct hs_layout *layout)
{
    struct hs_page *page = layout->page;
    struct hs_str rest = {0};
    size_t n = 0, folded = 0;

    for (const struct hs_doc_row *row = hs_doc_first_row(layout->table); row;
         row = hs_doc_next_row(layout->table, row), n++) {
        struct hs_cell hung = {.width = 0};

        hs_page_skip(page, layout->indent);
        for (size_t c = 0; c < layout->count; c++) {
            struct hs_str before;
            struct hs_cell cell = hs_layout_cell(layout, row, n, c, &before);

            if (layout->columns[c].hung) {
                hung = cell;
                break; /* it is the last one */
            }
            if (layout->columns[c].folded) {
                folded = c;
                rest = cell.text;
                cell.text = hs_layout_words(&rest, layout->columns[c].width);
                cell.width = hs_text_width(cell.text);
            }
            put_cell(layout, c, before, &cell);
        }
        hs_page_end_line(page);
        while (rest.size > 0) {
            hs_page_skip(page, hs_layout_start(layout, folded));
            hs_page_put(page,
                        hs_layout_words(&rest, layout->columns[folded].width),
                        HS_STYLE_PLAIN);
            hs_page_end_line(page);
        }
        put_hung(layout, &hung);
        hs_arena_reset(page->cells);
    }
}

static void put_left_out(struct hs_layout *layout)
{
    struct hs_page *page = layout->page;
    uint64_t left_out = layout->table->rows_left_out;

    if (!left_out && layout->table->row_count)
        return;
    hs_page_skip(page, layout->indent);
    if (left_out) {
        hs_page_puts(page,
                     hs_arena_printf(page->cells, "... and %s more",
                                     hs_show_count((int64_t)left_out).text),
                     HS_STYLE_DIM);
    } else {
        hs_page_puts(page, "none", HS_STYLE_DIM);
    }
    hs_page_end_line(page);
}

static void put_title(struct hs_layout *layout, struct hs_str title)
{
    struct hs_page *page = layout->page;
    size_t left = layout->indent;

    if (title.size > 0)
        left -= HS_LAYOUT_GAP;
    if (!layout->merged && title.size > 0) {
        hs_page_skip(page, left);
        hs_page_put(page, title, HS_STYLE_HEADING);
        hs_page_end_line(page);
        left = layout->indent;
    }
    if (!layout->headed || !layout->table->row_count)
        return;
    if (layout->merged)
        layout->columns[0].width += HS_LAYOUT_GAP;
    hs_page_skip(page, left);
    put_header(layout);
    if (layout->merged)
        layout->columns[0].width -= HS_LAYOUT_GAP;
}

void hs_page_table(struct hs_page *page, const struct hs_block *table,
                   size_t indent)
{
    struct hs_str title = hs_page_clean(
        page, page->arena, hs_str_of(table->title ? table->title : ""));
    struct hs_layout layout = {
        .page = page, .table = table, .gap = HS_LAYOUT_GAP, .step = 3};

    layout.indent = indent + (title.size > 0 ? HS_LAYOUT_GAP : 0);
    hs_layout_columns(&layout);
    hs_layout_measure(&layout);
    hs_layout_fit(&layout, title);
    put_title(&layout, title);
    put_rows(&layout);
    if (table->row_count || title.size > 0)
        put_left_out(&layout);
}
