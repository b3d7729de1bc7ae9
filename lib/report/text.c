/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.c - a document for a person to read.
 *
 *   Title                       of a group, a list or a table
 *     label   value             fields, labels as wide as the widest
 *     Title       column        tables and deeper groups, further in
 *       name       1.0 MiB
 *
 * Blocks are parted by blank lines; fields and notes that follow each other
 * are not.  What has a key and no title is for programs and not shown.
 */
#include "report/text_page.h"

#include <string.h>

#include "base/size.h"
#include "report/stream.h"

#define LABEL_MOST 28 /* wider labels push their own value */

static bool is_item(const struct hs_block *block)
{
    return block->parent && block->parent->kind == HS_BLOCK_LIST;
}

static bool is_titled(const struct hs_block *block)
{
    return block->title && *block->title;
}

static bool is_shown(const struct hs_block *block)
{
    if (block->kind == HS_BLOCK_NOTE || block->title || is_item(block))
        return true;
    return !block->key && block->kind != HS_BLOCK_FIELD;
}

static size_t indent_of(const struct hs_block *block)
{
    size_t indent = 0;

    for (block = block->parent; block; block = block->parent)
        if (is_titled(block))
            indent += HS_PAGE_INDENT;
    return indent;
}

/* Words of TEXT, folded at the terminal's width; later lines stand INDENT
 * columns in, as the first does or is made to. */
static void put_folded(struct hs_page *page, struct hs_str text, size_t indent,
                       enum hs_style style)
{
    size_t width = page->out->width > 0 ? (size_t)page->out->width : SIZE_MAX;
    size_t at = 0, column = indent;

    while (at < text.size) {
        const char *space = memchr(text.text + at, ' ', text.size - at);
        size_t end = space ? (size_t)(space - text.text) : text.size;
        struct hs_str word = {text.text + at, end - at};
        size_t taken = hs_text_width(word);

        if (column > indent && column + taken > width) {
            hs_page_end_line(page);
            hs_page_skip(page, indent);
            column = indent;
        }
        hs_page_put(page, word, style);
        hs_page_skip(page, 1);
        column += taken + 1;
        at = end + 1;
    }
    hs_page_end_line(page);
}

static void put_heading(struct hs_page *page, const struct hs_block *block)
{
    struct hs_str title =
        hs_page_clean(page, page->cells, hs_str_of(block->title));

    hs_page_skip(page, indent_of(block));
    put_folded(page, title, indent_of(block) + HS_PAGE_INDENT,
               HS_STYLE_HEADING);
    page->last = HS_PAGE_HEADING;
}

static struct hs_str label_of(struct hs_page *page,
                              const struct hs_block *field)
{
    return hs_page_clean(page, page->cells, hs_str_of(field->title));
}

static bool is_field(const struct hs_block *block)
{
    return block->kind == HS_BLOCK_FIELD && is_shown(block);
}

/* Where the values of GROUP's fields begin. */
static size_t label_width(struct hs_page *page, const struct hs_block *group)
{
    size_t most = 0;

    for (const struct hs_block *b = group->first; b; b = b->next) {
        size_t width = is_field(b) ? hs_text_width(label_of(page, b)) : 0;

        if (width > most && width <= LABEL_MOST)
            most = width;
    }
    return most;
}

static bool is_figure(enum hs_unit unit)
{
    return unit == HS_UNIT_BYTES || unit == HS_UNIT_COUNT ||
           unit == HS_UNIT_NANOS || unit == HS_UNIT_SHARE;
}

/* The widest of FIELD and those of the same unit that follow. */
static size_t figure_width(struct hs_page *page, const struct hs_block *field)
{
    enum hs_unit unit = field->value.unit;
    size_t most = 0;

    for (const struct hs_block *b = field; b; b = b->next) {
        size_t width;

        if (b->kind == HS_BLOCK_FIELD && !is_shown(b))
            continue;
        if (b->kind != HS_BLOCK_FIELD || b->value.unit != unit)
            break;
        width = hs_cell_of(page, &b->value, false).width;
        if (width > most)
            most = width;
    }
    return most;
}

/* Finds out where FIELD's value goes, unless that is known from the fields
 * above. */
static void align_field(struct hs_page *page, const struct hs_block *field)
{
    if (page->group != field->parent) {
        page->group = field->parent;
        page->labels = label_width(page, field->parent);
        page->unit = HS_UNIT_NULL;
    }
    if (page->unit == field->value.unit)
        return;
    page->unit = field->value.unit;
    page->figures = is_figure(page->unit) ? figure_width(page, field) : 0;
}

static void put_field(struct hs_page *page, const struct hs_block *field)
{
    size_t indent = indent_of(field), left;
    struct hs_str label = label_of(page, field);
    struct hs_cell cell = hs_cell_of(page, &field->value, false);

    if (page->last == HS_PAGE_BLOCK)
        hs_page_end_line(page);
    if (field->value.unit == HS_UNIT_NULL)
        cell.text = hs_str_of("unknown");
    align_field(page, field);
    left = hs_text_width(label);
    left = indent + (left > page->labels ? left : page->labels) + 2;
    hs_page_skip(page, indent);
    hs_page_put(page, label, HS_STYLE_DIM);
    hs_page_skip(page, left - indent - hs_text_width(label));
    if (page->figures > cell.width)
        hs_page_skip(page, page->figures - cell.width);
    if (page->out->width > 0 && (size_t)page->out->width > left)
        hs_cell_shorten(page, &cell, (size_t)page->out->width - left);
    if (field->value.unit == HS_UNIT_TEXT) {
        put_folded(page, cell.text, left, HS_STYLE_PLAIN);
    } else {
        hs_page_put(page, cell.text, HS_STYLE_PLAIN);
        hs_page_end_line(page);
    }
    page->last = HS_PAGE_LINE;
}

static void put_note(struct hs_page *page, const struct hs_block *note)
{
    struct hs_str text = {note->value.text, note->value.size};
    size_t indent = indent_of(note);

    if (page->last == HS_PAGE_BLOCK)
        hs_page_end_line(page);
    hs_page_skip(page, indent);
    put_folded(page, hs_page_clean(page, page->cells, text), indent,
               HS_STYLE_PLAIN);
    page->last = HS_PAGE_LINE;
}

static void put_table(struct hs_page *page, const struct hs_block *table)
{
    bool path = table->style == HS_TABLE_PATH;

    if (!table->row_count && !table->rows_left_out && !is_titled(table))
        return;
    if (!path || is_titled(table) || page->last == HS_PAGE_BLOCK)
        hs_page_separate(page);
    if (path)
        hs_page_path(page, table, indent_of(table));
    else
        hs_page_table(page, table, indent_of(table));
    page->last = HS_PAGE_BLOCK;
}

static void put_chart(struct hs_page *page, const struct hs_block *chart)
{
    if (chart->row_count < 2)
        return;
    hs_page_separate(page);
    if (is_titled(chart))
        put_heading(page, chart);
    hs_page_chart(page, chart,
                  indent_of(chart) + (is_titled(chart) ? HS_PAGE_INDENT : 0));
    page->last = HS_PAGE_BLOCK;
}

static void put_graph(struct hs_page *page, const struct hs_block *graph)
{
    hs_page_separate(page);
    if (is_titled(graph))
        put_heading(page, graph);
    hs_page_skip(page, indent_of(graph) + HS_PAGE_INDENT);
    hs_page_puts(page, hs_show_count((int64_t)graph->nodes.count).text,
                 HS_STYLE_PLAIN);
    hs_page_puts(page, " nodes and ", HS_STYLE_PLAIN);
    hs_page_puts(page, hs_show_count((int64_t)graph->edges.count).text,
                 HS_STYLE_PLAIN);
    hs_page_puts(page, " edges; -f svg and -f dot draw them", HS_STYLE_PLAIN);
    hs_page_end_line(page);
    page->last = HS_PAGE_BLOCK;
}

/* Writes BLOCK, or its heading: then its children come next, and true is
 * returned. */
static bool enter(struct hs_page *page, const struct hs_block *block)
{
    if (!is_shown(block))
        return false;
    if (block->kind != HS_BLOCK_FIELD)
        page->unit = HS_UNIT_NULL;
    switch (block->kind) {
    case HS_BLOCK_FIELD:
        put_field(page, block);
        return false;
    case HS_BLOCK_NOTE:
        put_note(page, block);
        return false;
    case HS_BLOCK_TABLE:
        put_table(page, block);
        return false;
    case HS_BLOCK_GRAPH:
        put_graph(page, block);
        return false;
    case HS_BLOCK_CHART:
        put_chart(page, block);
        return false;
    case HS_BLOCK_GROUP:
    case HS_BLOCK_LIST:
        break;
    }
    if (is_titled(block) || is_item(block))
        hs_page_separate(page);
    if (is_titled(block))
        put_heading(page, block);
    return true;
}

static bool visit(void *context, const struct hs_block *block)
{
    struct hs_page *page = context;
    bool entered = enter(page, block);

    hs_arena_reset(page->cells);
    hs_arena_reset(page->arena);
    return entered;
}

static void leave(void *context, const struct hs_block *block)
{
    struct hs_page *page = context;

    if (is_titled(block) || is_item(block))
        page->last = HS_PAGE_BLOCK;
    page->group = NULL; /* of a stream, the next item may be where it was */
}

static bool render(const struct hs_document *doc, struct hs_output *out,
                   struct hs_err *err)
{
    struct hs_arena arena = HS_ARENA_EMPTY, cells = HS_ARENA_EMPTY;
    struct hs_page page = {.out = out, .arena = &arena, .cells = &cells};

    page.ellipsis = out->unicode ? "…" : "...";
    hs_doc_walk(doc, visit, leave, &page);
    hs_arena_free(&cells);
    hs_arena_free(&arena);
    return hs_output_finish(out, err);
}

const struct hs_report hs_report_text = {
    .name = "text",
    .title = "text for people",
    .render = render,
};
