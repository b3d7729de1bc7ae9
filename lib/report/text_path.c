/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_path.c - a chain of references, the holder first.
 *
 *   ┬── global  main.cache  map[string]*main.HeavyStruct             9.2 MiB
 *   │      ["key-17"]  and 19 999 more like it
 *   ├─  main.HeavyStruct  48 B ×20 000                               8.9 MiB
 *   │      .Data
 *   ╰→  []uint8  320 B ×20 000                                       6.1 MiB
 *
 * The last column of bytes, with a share behind it, stands at the right.  The
 * reference that leads to a row stands on the line above it.  All else flows:
 * what is unknown leaves no hole, and a count is written as ×N unless it is 1.
 */
#include "report/text_page.h"

#include <string.h>

#define PREFIX     4 /* columns of the branch before a row */
#define VIA        7 /* and before a reference */
#define GAP        2 /* between the cells that flow */
#define LEFT_LEAST 24
#define LEFT_MOST  100 /* without a terminal: longer rows push their sizes */

struct path_layout {
    struct hs_page *page;
    const struct hs_block *table;
    size_t indent;
    size_t right, share;            /* columns; the table's count for none */
    size_t left_width, right_width; /* share_width is in the latter */
    size_t share_width, left_limit;
};

static bool flows(const struct path_layout *layout, size_t c)
{
    enum hs_role role = layout->table->columns[c].role;

    return c != layout->right && c != layout->share && role != HS_ROLE_VIA &&
           role != HS_ROLE_JSON_ONLY;
}

static void find_right(struct path_layout *layout)
{
    const struct hs_block *table = layout->table;

    layout->right = layout->share = table->column_count;
    for (size_t c = 0; c < table->column_count; c++)
        if (table->columns[c].unit == HS_UNIT_BYTES &&
            table->columns[c].role != HS_ROLE_JSON_ONLY)
            layout->right = c;
    if (layout->right + 1 < table->column_count &&
        table->columns[layout->right + 1].unit == HS_UNIT_SHARE &&
        table->columns[layout->right + 1].role != HS_ROLE_JSON_ONLY)
        layout->share = layout->right + 1;
}

static struct hs_cell flowing_cell(struct path_layout *layout,
                                   const struct hs_doc_row *row, size_t c)
{
    struct hs_page *page = layout->page;
    const struct hs_value *value = &row->values[c];
    struct hs_cell cell;
    const char *times;

    if (!flows(layout, c) ||
        (value->unit == HS_UNIT_COUNT && value->integer <= 1))
        return (struct hs_cell){0};
    cell = hs_cell_of(page, value, false);
    if (value->unit != HS_UNIT_COUNT || cell.width == 0)
        return cell;
    times = page->out->unicode ? "×" : "x";
    cell.text = hs_str_of(hs_arena_printf(page->cells, "%s%.*s", times,
                                          (int)cell.text.size, cell.text.text));
    cell.width++;
    return cell;
}

/* Columns before the cell at C, which is not the first. */
static size_t gap_before(const struct path_layout *layout, size_t c)
{
    return layout->table->columns[c].unit == HS_UNIT_COUNT ? 1 : GAP;
}

/* The flowing cells of ROW, and in *WIDTH what they take with their gaps. */
static struct hs_cell *flowing_cells(struct path_layout *layout,
                                     const struct hs_doc_row *row,
                                     size_t *width)
{
    size_t count = layout->table->column_count;
    struct hs_cell *cells =
        hs_arena_zeroed(layout->page->cells, count + 1, sizeof(*cells));

    *width = 0;
    for (size_t c = 0; c < count; c++) {
        cells[c] = flowing_cell(layout, row, c);
        if (cells[c].width > 0)
            *width += cells[c].width + (*width ? gap_before(layout, c) : 0);
    }
    return cells;
}

/* Makes names narrower until the row fits, the widest first. */
static void shorten_cells(struct path_layout *layout, struct hs_cell *cells,
                          size_t *width)
{
    for (size_t tries = 0; tries < layout->table->column_count; tries++) {
        struct hs_cell *widest = NULL;
        size_t before;

        if (*width <= layout->left_limit)
            return;
        for (size_t c = 0; c < layout->table->column_count; c++)
            if (cells[c].name && (!widest || cells[c].width > widest->width))
                widest = &cells[c];
        if (!widest)
            return;
        before = widest->width;
        hs_cell_shorten(layout->page, widest,
                        before > *width - layout->left_limit
                            ? before - (*width - layout->left_limit)
                            : 1);
        *width -= before - widest->width;
        widest->name = false;
    }
}

/* Raises *MOST to the width of ROW's cell in column C, if there is one. */
static void measure_cell(struct path_layout *layout,
                         const struct hs_doc_row *row, size_t c, size_t *most)
{
    size_t width;

    if (c >= layout->table->column_count)
        return;
    width = hs_cell_of(layout->page, &row->values[c], false).width;
    if (width > *most)
        *most = width;
}

static void measure(struct path_layout *layout)
{
    layout->left_width = 0;
    for (const struct hs_doc_row *row = layout->table->first_row; row;
         row = row->next) {
        size_t width;
        struct hs_cell *cells = flowing_cells(layout, row, &width);

        shorten_cells(layout, cells, &width);
        if (layout->page->out->width <= 0 && width > LEFT_MOST)
            width = LEFT_MOST;
        if (width > layout->left_width)
            layout->left_width = width;
        measure_cell(layout, row, layout->right, &layout->right_width);
        measure_cell(layout, row, layout->share, &layout->share_width);
        hs_arena_reset(layout->page->cells);
    }
}

/* How much the cells that flow may take on this terminal. */
static size_t left_room(const struct path_layout *layout)
{
    size_t width = (size_t)layout->page->out->width;
    size_t taken = layout->indent + PREFIX + GAP + layout->right_width +
                   (layout->share_width ? layout->share_width + 1 : 0);

    return width > taken + LEFT_LEAST ? width - taken : LEFT_LEAST;
}

static void put_via(struct path_layout *layout, const struct hs_doc_row *row)
{
    struct hs_page *page = layout->page;

    for (size_t c = 0; c < layout->table->column_count; c++) {
        struct hs_cell via;

        if (layout->table->columns[c].role != HS_ROLE_VIA)
            continue;
        via = hs_cell_of(page, &row->values[c], false);
        if (via.width == 0)
            continue;
        if (layout->left_limit != SIZE_MAX)
            hs_cell_shorten(page, &via, layout->left_limit);
        hs_page_skip(page, layout->indent);
        hs_page_puts(page, page->out->unicode ? "│" : "|", HS_STYLE_DIM);
        hs_page_skip(page, VIA - 1);
        hs_page_put(page, via.text, HS_STYLE_PLAIN);
        hs_page_end_line(page);
    }
}

static void put_right(struct path_layout *layout, const struct hs_doc_row *row)
{
    struct hs_page *page = layout->page;
    struct hs_cell cell = hs_cell_of(page, &row->values[layout->right], false);

    hs_page_skip(page, layout->right_width - cell.width);
    hs_page_put(page, cell.text, cell.style);
    if (layout->share == layout->table->column_count)
        return;
    cell =
        hs_cell_of(page, &row->values[layout->share],
                   layout->table->columns[layout->share].role == HS_ROLE_HEAT);
    hs_page_skip(page, 1 + layout->share_width - cell.width);
    hs_page_put(page, cell.text, cell.style);
}

static const char *branch(const struct path_layout *layout,
                          const struct hs_doc_row *row)
{
    bool unicode = layout->page->out->unicode;
    bool first = row == layout->table->first_row;

    if (first && !row->next)
        return unicode ? "──  " : "--  ";
    if (first)
        return unicode ? "┬── " : "+-- ";
    if (row->next || layout->table->rows_left_out)
        return unicode ? "├─  " : "|-  ";
    return unicode ? "╰→  " : "`>  ";
}

static void put_row(struct path_layout *layout, const struct hs_doc_row *row)
{
    struct hs_page *page = layout->page;
    size_t width;
    struct hs_cell *cells = flowing_cells(layout, row, &width);
    bool begun = false;

    shorten_cells(layout, cells, &width);
    hs_page_skip(page, layout->indent);
    hs_page_puts(page, branch(layout, row), HS_STYLE_DIM);
    for (size_t c = 0; c < layout->table->column_count; c++) {
        if (cells[c].width == 0)
            continue;
        if (begun)
            hs_page_skip(page, gap_before(layout, c));
        hs_page_put(page, cells[c].text, cells[c].style);
        begun = true;
    }
    if (width < layout->left_width)
        hs_page_skip(page, layout->left_width - width);
    hs_page_skip(page, GAP);
    if (layout->right < layout->table->column_count)
        put_right(layout, row);
    hs_page_end_line(page);
}

void hs_page_path(struct hs_page *page, const struct hs_block *table,
                  size_t indent)
{
    struct path_layout layout = {.page = page, .table = table};

    if (table->title && *table->title) {
        hs_page_skip(page, indent);
        hs_page_put(page,
                    hs_page_clean(page, page->arena, hs_str_of(table->title)),
                    HS_STYLE_HEADING);
        hs_page_end_line(page);
        indent += HS_PAGE_INDENT;
    }
    layout.indent = indent;
    layout.left_limit = SIZE_MAX;
    find_right(&layout);
    measure(&layout);
    if (page->out->width > 0) {
        layout.left_limit = left_room(&layout);
        measure(&layout);
    }
    for (const struct hs_doc_row *row = table->first_row; row;
         row = row->next) {
        put_via(&layout, row);
        put_row(&layout, row);
        hs_arena_reset(page->cells);
    }
}
