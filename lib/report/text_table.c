/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_table.c - plain tables and trees in aligned columns.
 *
 *   Who holds it                    alone     with partners
 *     main.(*Client).Quote      309.8 MiB   441.0 MiB 90.7%
 *     ├─ main.sessions           18.2 MiB    18.2 MiB  3.7%
 *     ... and 412 more
 *
 * Rows are formatted twice, once to be measured and once to be written, so
 * that a table of a million rows needs memory for one.  If the terminal is too
 * narrow, these give way in turn, until it fits: names, the widest column
 * first; the branches of a tree, which get shorter; the widest column of words,
 * which is folded; a last column of names, which goes below its row; the gaps.
 */
#include "report/text_page.h"

#include <stdio.h>
#include <string.h>

#include "base/size.h"

#define GAP        2
#define NAME_LEAST 16  /* no name column is asked to be narrower */
#define TEXT_LEAST 16  /* nor one of words that are folded */
#define HANG       4   /* how much deeper a hanging column starts */
#define NAME_MOST  100 /* without a terminal: wider names push their own row */
#define DEEPEST    40  /* branches drawn; further down the depth is a number */

struct layout_column {
    const struct hs_doc_column *column;
    size_t index; /* in the row's values */
    size_t width;
    size_t limit; /* of a name, SIZE_MAX if there is none */
    size_t word;  /* the widest word: it is not folded narrower */
    bool right;
    bool attached; /* to the column before: no title, a gap of one */
    bool name;
    bool folded; /* its words go on below, in the same columns */
    bool hung;   /* it is below the other columns, and takes none of them */
    struct hs_text title;
};

struct layout {
    struct hs_page *page;
    const struct hs_block *table;
    struct layout_column *columns;
    size_t count, indent;
    size_t gap;              /* between columns */
    size_t step;             /* of a tree: how far a branch leads, 1 to 3 */
    size_t tree;             /* the column with the branches */
    const uint64_t *lasting; /* by row: bit D, more rows follow at depth D */
    bool headed;             /* some column has a title */
    bool merged;             /* the table's title heads the first column */
};

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

    for (const struct hs_doc_row *row = table->first_row; row; row = row->next)
        depths[n++] = (unsigned char)drawn_depth(row);
    while (n-- > 0) {
        uint64_t here = (uint64_t)1 << depths[n];

        lasting[n] = going & (here | (here - 1));
        going = lasting[n] | here;
    }
    return lasting;
}

static void push(struct hs_column *chars, const char *text)
{
    memcpy(hs_column_extend(chars, strlen(text)), text, strlen(text));
}

/* The branches in front of row N, which is ROW. */
static struct hs_text branches(const struct layout *layout,
                               const struct hs_doc_row *row, size_t n)
{
    bool unicode = layout->page->out->unicode;
    struct hs_column chars = HS_COLUMN(char, layout->page->cells);
    unsigned depth = drawn_depth(row);
    char number[24];

    for (unsigned d = 1; d <= depth; d++) {
        bool more = layout->lasting[n] >> d & 1, here = d == depth;
        const char *form = more ? (unicode ? "│" : "|") : " ";

        if (here)
            form = more ? (unicode ? "├" : "|") : (unicode ? "╰" : "`");
        push(&chars, form);
        if (layout->step > 2)
            push(&chars, !here ? " " : unicode ? "─" : "-");
        if (layout->step > 1 || here)
            push(&chars, " ");
    }
    if (row->depth > depth) {
        snprintf(number, sizeof(number), "[%u] ", row->depth);
        push(&chars, number);
    }
    return (struct hs_text){chars.at, chars.count};
}

static void find_columns(struct layout *layout)
{
    const struct hs_block *table = layout->table;
    struct hs_arena *arena = layout->page->arena;

    layout->columns = hs_arena_zeroed(arena, table->column_count + 1,
                                      sizeof(*layout->columns));
    for (size_t i = 0; i < table->column_count; i++) {
        const struct hs_doc_column *column = &table->columns[i];
        struct layout_column *to = &layout->columns[layout->count];

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
                hs_page_clean(layout->page, arena, hs_text_of(column->title));
        }
        layout->count++;
    }
    for (layout->tree = 0; layout->tree + 1 < layout->count; layout->tree++)
        if (!layout->columns[layout->tree].right)
            break;
}

/* The cell of row N in column C, with the branches before it. */
static struct hs_cell cell_at(const struct layout *layout,
                              const struct hs_doc_row *row, size_t n, size_t c,
                              struct hs_text *before)
{
    const struct layout_column *column = &layout->columns[c];
    struct hs_cell cell = hs_cell_of(layout->page, &row->values[column->index],
                                     column->column->role == HS_ROLE_HEAT);
    size_t limit = column->limit, taken;

    *before = (struct hs_text){0};
    if (layout->lasting && c == layout->tree)
        *before = branches(layout, row, n);
    taken = hs_text_width(*before);
    if (limit != SIZE_MAX)
        hs_cell_shorten(layout->page, &cell,
                        limit > taken + NAME_LEAST ? limit - taken
                                                   : NAME_LEAST);
    cell.width += taken;
    return cell;
}

/* Cuts the words that fit into WIDTH, at least one, from REST. */
static struct hs_text take_words(struct hs_text *rest, size_t width)
{
    struct hs_text words = {rest->at, 0};
    const char *space = rest->size > 0 ? rest->at : NULL;

    while (space) {
        size_t left = rest->size - (size_t)(space - rest->at);
        const char *next = left > 1 ? memchr(space + 1, ' ', left - 1) : NULL;
        size_t size = next ? (size_t)(next - rest->at) : rest->size;

        if (words.size > 0 &&
            hs_text_width((struct hs_text){rest->at, size}) > width)
            break;
        words.size = size;
        space = next;
    }
    if (words.size > 0)
        rest->at += words.size;
    rest->size -= words.size;
    while (rest->size > 0 && *rest->at == ' ') {
        rest->at++;
        rest->size--;
    }
    return words;
}

static size_t widest_word(struct hs_text text)
{
    size_t widest = 0;

    while (text.size > 0) {
        size_t width = hs_text_width(take_words(&text, 0));

        widest = width > widest ? width : widest;
    }
    return widest;
}

static void measure_cell(struct layout *layout, struct layout_column *column,
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

static void measure(struct layout *layout)
{
    size_t n = 0;

    for (size_t c = 0; c < layout->count; c++)
        layout->columns[c].width = 0;
    for (const struct hs_doc_row *row = layout->table->first_row; row;
         row = row->next, n++) {
        for (size_t c = 0; c < layout->count; c++) {
            struct hs_text before;
            struct hs_cell cell = cell_at(layout, row, n, c, &before);

            measure_cell(layout, &layout->columns[c], &cell);
        }
        hs_arena_reset(layout->page->cells);
    }
}

/* Columns that column C and those attached to it take. */
static size_t span(const struct layout *layout, size_t c)
{
    size_t width = layout->columns[c].width;

    for (c++; c < layout->count && layout->columns[c].attached; c++)
        width += 1 + layout->columns[c].width;
    return width;
}

static void fit_titles(struct layout *layout)
{
    for (size_t c = 0; c < layout->count; c++) {
        size_t title = hs_text_width(layout->columns[c].title);

        if (c == 0 && layout->merged) /* which starts further left */
            title -= title < GAP ? title : GAP;
        if (!layout->columns[c].attached && title > span(layout, c))
            layout->columns[c].width += title - span(layout, c);
    }
}

/* Where column C starts; with C the count, a gap past where the last one ends.
 */
static size_t start_of(const struct layout *layout, size_t c)
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

static size_t whole_width(const struct layout *layout)
{
    return start_of(layout, layout->count) - layout->gap;
}

/* Sets limits to the widest names until all fits; false if it fits as it is or
 * no name can give way. */
static bool limit_names(struct layout *layout)
{
    size_t room = (size_t)layout->page->out->width;
    bool limited = false;

    while (whole_width(layout) > room) {
        struct layout_column *widest = NULL;
        size_t excess = whole_width(layout) - room;

        for (size_t c = 0; c < layout->count; c++) {
            struct layout_column *column = &layout->columns[c];

            if (column->name && !column->hung && column->width > NAME_LEAST &&
                (!widest || column->width > widest->width))
                widest = column;
        }
        if (!widest)
            return limited;
        /* In small steps, so that two wide columns share the loss. */
        excess = excess < 4 ? excess : 4;
        if (excess > widest->width - NAME_LEAST)
            excess = widest->width - NAME_LEAST;
        widest->width -= excess;
        widest->limit = widest->width;
        limited = true;
    }
    return limited;
}

/* If names could not make enough room, the widest column of words is folded. */
static void fold_words(struct layout *layout)
{
    size_t room = (size_t)layout->page->out->width;
    size_t whole = whole_width(layout), give;
    struct layout_column *widest = NULL;

    for (size_t c = 0; c < layout->count; c++) {
        struct layout_column *column = &layout->columns[c];

        if (column->word < TEXT_LEAST)
            column->word = TEXT_LEAST;
        if (column->column->unit == HS_UNIT_TEXT && !column->hung &&
            column->width > column->word &&
            (!widest || column->width > widest->width))
            widest = column;
    }
    if (whole <= room || !widest)
        return;
    give = widest->width - widest->word;
    widest->folded = true;
    widest->width -= whole - room < give ? whole - room : give;
}

static void narrow_names(struct layout *layout)
{
    if (!limit_names(layout))
        return;
    measure(layout);
    fit_titles(layout);
}

/* A tree that is too wide gets shorter branches before its names are cut where
 * it hurts. */
static void shorten_branches(struct layout *layout)
{
    size_t room = (size_t)layout->page->out->width;

    while (layout->lasting && layout->step > 1 && whole_width(layout) > room) {
        layout->step--;
        for (size_t c = 0; c < layout->count; c++)
            layout->columns[c].limit = SIZE_MAX;
        measure(layout);
        fit_titles(layout);
        narrow_names(layout);
    }
}

/* If it is still too wide, the last column leaves the others alone. */
static void hang_last(struct layout *layout)
{
    size_t room = (size_t)layout->page->out->width;
    size_t c = layout->count - 1, before;
    struct layout_column *last = &layout->columns[c];

    if (layout->count < 3 || whole_width(layout) <= room || !last->name ||
        c == layout->tree)
        return;
    for (size_t i = 0; i < c; i++) {
        layout->columns[i].limit = SIZE_MAX;
        layout->columns[i].folded = false;
    }
    last->hung = true;
    last->folded = false;
    before = layout->indent + HANG + hs_text_width(last->title) + 1;
    last->limit = room > before ? room - before : 1;
    measure(layout);
    fit_titles(layout);
    narrow_names(layout);
    fold_words(layout);
}

/* What is left to do when names have given way. */
static void squeeze(struct layout *layout)
{
    size_t room = (size_t)layout->page->out->width;

    shorten_branches(layout);
    fold_words(layout);
    hang_last(layout);
    if (whole_width(layout) <= room)
        return;
    layout->gap = 1;
    if (whole_width(layout) > room) /* then let it be readable at least */
        layout->gap = GAP;
}

static void put_cell(struct layout *layout, size_t c, struct hs_text before,
                     const struct hs_cell *cell)
{
    struct layout_column *column = &layout->columns[c];
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

static void put_header(struct layout *layout)
{
    struct hs_page *page = layout->page;

    for (size_t c = 0; c < layout->count; c++) {
        struct layout_column *column = &layout->columns[c];
        size_t width = span(layout, c), title = hs_text_width(column->title);
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
static void put_hung(struct layout *layout, const struct hs_cell *cell)
{
    struct hs_page *page = layout->page;
    struct hs_text title = layout->columns[layout->count - 1].title;

    if (cell->width == 0)
        return;
    hs_page_skip(page, layout->indent + HANG);
    if (title.size > 0) {
        hs_page_put(page, title, HS_STYLE_DIM);
        hs_page_skip(page, 1);
    }
    hs_page_put(page, cell->text, cell->style);
    hs_page_end_line(page);
}

static void put_rows(struct layout *layout)
{
    struct hs_page *page = layout->page;
    struct hs_text rest = {0};
    size_t n = 0, folded = 0;

    for (const struct hs_doc_row *row = layout->table->first_row; row;
         row = row->next, n++) {
        struct hs_cell hung = {.width = 0};

        hs_page_skip(page, layout->indent);
        for (size_t c = 0; c < layout->count; c++) {
            struct hs_text before;
            struct hs_cell cell = cell_at(layout, row, n, c, &before);

            if (layout->columns[c].hung) {
                hung = cell;
                break; /* it is the last one */
            }
            if (layout->columns[c].folded) {
                folded = c;
                rest = cell.text;
                cell.text = take_words(&rest, layout->columns[c].width);
                cell.width = hs_text_width(cell.text);
            }
            put_cell(layout, c, before, &cell);
        }
        hs_page_end_line(page);
        while (rest.size > 0) {
            hs_page_skip(page, start_of(layout, folded));
            hs_page_put(page, take_words(&rest, layout->columns[folded].width),
                        HS_STYLE_PLAIN);
            hs_page_end_line(page);
        }
        put_hung(layout, &hung);
        hs_arena_reset(page->cells);
    }
}

static void put_left_out(struct layout *layout)
{
    struct hs_page *page = layout->page;
    uint64_t left_out = layout->table->rows_left_out;

    if (!left_out && layout->table->first_row)
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

/* The table's title goes above its first column if that is of words, has no
 * title and is wide enough; else on a line of its own. */
static void place_title(struct layout *layout, struct hs_text title)
{
    struct layout_column *first = &layout->columns[0];
    size_t room = (size_t)layout->page->out->width;
    size_t width = hs_text_width(title), more = 0;

    if (width > first->width + GAP)
        more = width - first->width - GAP;
    if (layout->page->out->width > 0 && whole_width(layout) <= room &&
        whole_width(layout) + more > room)
        return;
    if (layout->count == 0 || !layout->headed || first->title.size > 0 ||
        first->right || more > 12)
        return;
    layout->merged = true;
    first->title = title;
    first->width += more;
}

static void put_title(struct layout *layout, struct hs_text title)
{
    struct hs_page *page = layout->page;
    size_t left = layout->indent;

    if (title.size > 0)
        left -= GAP;
    if (!layout->merged && title.size > 0) {
        hs_page_skip(page, left);
        hs_page_put(page, title, HS_STYLE_HEADING);
        hs_page_end_line(page);
        left = layout->indent;
    }
    if (!layout->headed || !layout->table->first_row)
        return;
    if (layout->merged)
        layout->columns[0].width += GAP;
    hs_page_skip(page, left);
    put_header(layout);
    if (layout->merged)
        layout->columns[0].width -= GAP;
}

void hs_page_table(struct hs_page *page, const struct hs_block *table,
                   size_t indent)
{
    struct hs_text title =
        has_text(table->title)
            ? hs_page_clean(page, page->arena, hs_text_of(table->title))
            : (struct hs_text){0};
    struct layout layout = {
        .page = page, .table = table, .gap = GAP, .step = 3};

    layout.indent = indent + (title.size > 0 ? GAP : 0);
    find_columns(&layout);
    if (table->style == HS_TABLE_TREE)
        layout.lasting = find_lasting(page->arena, table);
    measure(&layout);
    fit_titles(&layout);
    if (page->out->width > 0)
        narrow_names(&layout);
    if (table->first_row)
        place_title(&layout, title);
    if (page->out->width > 0 && layout.count > 0)
        squeeze(&layout);
    put_title(&layout, title);
    put_rows(&layout);
    if (table->first_row || title.size > 0)
        put_left_out(&layout);
}
