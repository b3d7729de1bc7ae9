/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_layout.c - the columns of a table, its cells and how wide they are.
 */
#include "report/text_layout.h"

#include <stdio.h>
#include <string.h>

#include "report/stream.h"

#define NAME_MOST 100 /* without a terminal: wider names push their own row */
#define DEEPEST   40  /* branches drawn; further down the depth is a number */
#define BRANCH    7   /* bytes of one at most: two characters and a space */

static bool is_number(enum hs_unit unit)
{
    return unit == HS_UNIT_COUNT || unit == HS_UNIT_BYTES ||
           unit == HS_UNIT_NANOS || unit == HS_UNIT_SHARE ||
           unit == HS_UNIT_NUMBER;
}

static bool has_text(const char *title)
{
    return title && *title;
}

static unsigned drawn_depth(const struct hs_doc_row *row)
{
    return row->depth < DEEPEST ? row->depth : DEEPEST;
}

/* From the last row up: which depths go on below each row. */
static const uint64_t *find_lasting(struct hs_arena *arena,
                                    const struct hs_block *table)
{
    uint64_t *lasting =
        hs_arena_zeroed(arena, table->row_count + 1, sizeof(*lasting));
    unsigned char *depths = hs_arena_alloc(arena, table->row_count + 1);
    uint64_t going = 0;
    size_t n = 0;

    for (const struct hs_doc_row *row = hs_doc_first_row(table); row;
         row = hs_doc_next_row(table, row))
        depths[n++] = (unsigned char)drawn_depth(row);
    while (n-- > 0) {
        uint64_t here = (uint64_t)1 << depths[n];

        lasting[n] = going & (here | (here - 1));
        going = lasting[n] | here;
    }
    return lasting;
}

static void push(struct hs_str *chars, char *to, const char *text)
{
    while (*text)
        to[chars->size++] = *text++;
}

/* The branches in front of row N, which is ROW. */
static struct hs_str branches(const struct hs_layout *layout,
                              const struct hs_doc_row *row, size_t n)
{
    bool unicode = layout->page->out->unicode;
    unsigned depth = drawn_depth(row);
    char number[24], *to = hs_arena_alloc(layout->page->cells,
                                          depth * BRANCH + sizeof(number));
    struct hs_str chars = {to, 0};

    for (unsigned d = 1; d <= depth; d++) {
        bool more = layout->lasting[n] >> d & 1, here = d == depth;
        const char *form = more ? (unicode ? "│" : "|") : " ";

        if (here)
            form = more ? (unicode ? "├" : "|") : (unicode ? "╰" : "`");
        push(&chars, to, form);
        if (layout->step > 2)
            push(&chars, to, !here ? " " : unicode ? "─" : "-");
        if (layout->step > 1 || here)
            push(&chars, to, " ");
    }
    if (row->depth > depth) {
        snprintf(number, sizeof(number), "[%u] ", row->depth);
        push(&chars, to, number);
    }
    return chars;
}

void hs_layout_columns(struct hs_layout *layout)
{
    const struct hs_block *table = layout->table;
    struct hs_arena *arena = layout->page->arena;

    layout->columns = hs_arena_zeroed(arena, table->column_count + 1,
                                      sizeof(*layout->columns));
    for (size_t i = 0; i < table->column_count; i++) {
        const struct hs_doc_column *column = &table->columns[i];
        struct hs_layout_column *to = &layout->columns[layout->count];

        if (column->role == HS_ROLE_JSON_ONLY)
            continue;
        to->column = column;
        to->index = i;
        to->limit = SIZE_MAX;
        to->right = is_number(column->unit);
        to->name = column->unit == HS_UNIT_NAME;
        to->attached = layout->count > 0 && !has_text(column->title) &&
                       column->unit == HS_UNIT_SHARE && to[-1].right;
        if (has_text(column->title)) {
            layout->headed = true;
            to->title =
                hs_page_clean(layout->page, arena, hs_str_of(column->title));
        }
        layout->count++;
    }
    for (layout->tree = 0; layout->tree + 1 < layout->count; layout->tree++)
        if (!layout->columns[layout->tree].right)
            break;
    if (table->style == HS_TABLE_TREE)
        layout->lasting = find_lasting(arena, table);
}

struct hs_cell hs_layout_cell(const struct hs_layout *layout,
                              const struct hs_doc_row *row, size_t n, size_t c,
                              struct hs_str *before)
{
    const struct hs_layout_column *column = &layout->columns[c];
    struct hs_cell cell = hs_cell_of(layout->page, &row->values[column->index],
                                     column->column->role == HS_ROLE_HEAT);
    size_t limit = column->limit, taken;

    *before = (struct hs_str){0};
    if (layout->lasting && c == layout->tree)
        *before = branches(layout, row, n);
    taken = hs_text_width(*before);
    if (limit != SIZE_MAX)
        hs_cell_shorten(layout->page, &cell,
                        limit > taken + HS_LAYOUT_NAME ? limit - taken
                                                       : HS_LAYOUT_NAME);
    cell.width += taken;
    return cell;
}

struct hs_str hs_layout_words(struct hs_str *rest, size_t width)
{
    struct hs_str words = {rest->text, 0};
    const char *space = rest->size > 0 ? rest->text : NULL;

    while (space) {
        size_t left = rest->size - (size_t)(space - rest->text);
        const char *next = left > 1 ? memchr(space + 1, ' ', left - 1) : NULL;
        size_t size = next ? (size_t)(next - rest->text) : rest->size;

        if (words.size > 0 &&
            hs_text_width((struct hs_str){rest->text, size}) > width)
            break;
        words.size = size;
        space = next;
    }
    if (words.size > 0)
        rest->text += words.size;
    rest->size -= words.size;
    while (rest->size > 0 && *rest->text == ' ') {
        rest->text++;
        rest->size--;
    }
    return words;
}

static size_t widest_word(struct hs_str text)
{
    size_t widest = 0;

    while (text.size > 0) {
        size_t width = hs_text_width(hs_layout_words(&text, 0));

        widest = width > widest ? width : widest;
    }
    return widest;
}

static void measure_cell(struct hs_layout *layout,
                         struct hs_layout_column *column,
                         const struct hs_cell *cell)
{
    bool terminal = layout->page->out->width > 0;
    size_t width = cell->width;

    if (column->name && !terminal && width > NAME_MOST)
        width = NAME_MOST;
    if (width > column->width)
        column->width = width;
    if (terminal && column->column->unit == HS_UNIT_TEXT) {
        width = widest_word(cell->text);
        column->word = width > column->word ? width : column->word;
    }
}

/* Does the width of column C depend on what had to give way? */
static bool gives_way(const struct hs_layout *layout, size_t c)
{
    return layout->columns[c].name || (layout->lasting && c == layout->tree);
}

/* A table is measured again whenever something gave way; what cannot is as
 * wide as it was. */
static void measure_cells(struct hs_layout *layout)
{
    size_t n = 0;

    for (size_t c = 0; c < layout->count; c++)
        layout->columns[c].width = layout->columns[c].natural;
    for (const struct hs_doc_row *row = hs_doc_first_row(layout->table); row;
         row = hs_doc_next_row(layout->table, row), n++) {
        for (size_t c = 0; c < layout->count; c++) {
            struct hs_str before;
            struct hs_cell cell;

            if (layout->measured && !gives_way(layout, c))
                continue;
            cell = hs_layout_cell(layout, row, n, c, &before);
            measure_cell(layout, &layout->columns[c], &cell);
        }
        hs_arena_reset(layout->page->cells);
    }
    for (size_t c = 0; c < layout->count; c++)
        if (!gives_way(layout, c))
            layout->columns[c].natural = layout->columns[c].width;
    layout->measured = true;
}

size_t hs_layout_span(const struct hs_layout *layout, size_t c)
{
    size_t width = layout->columns[c].width;

    for (c++; c < layout->count && layout->columns[c].attached; c++)
        width += 1 + layout->columns[c].width;
    return width;
}

static void fit_titles(struct hs_layout *layout)
{
    for (size_t c = 0; c < layout->count; c++) {
        size_t title = hs_text_width(layout->columns[c].title);

        if (c == 0 && layout->merged) /* which starts further left */
            title -= title < HS_LAYOUT_GAP ? title : HS_LAYOUT_GAP;
        if (!layout->columns[c].attached && title > hs_layout_span(layout, c))
            layout->columns[c].width += title - hs_layout_span(layout, c);
    }
}

size_t hs_layout_start(const struct hs_layout *layout, size_t c)
{
    size_t start = layout->indent;

    for (size_t i = 0; i < c; i++) {
        bool close = i + 1 < layout->count && layout->columns[i + 1].attached;

        if (layout->columns[i].hung)
            continue;
        start += layout->columns[i].width + (close ? 1 : layout->gap);
    }
    return start;
}

void hs_layout_measure(struct hs_layout *layout)
{
    measure_cells(layout);
    fit_titles(layout);
}
