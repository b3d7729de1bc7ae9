/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_layout.h - where the columns of a table stand, before it is written.
 *
 * A layout borrows its page and its table.  Cells are made anew, from the
 * page's arena for cells, whenever they are asked for: so a table of a million
 * rows needs memory for one.  Nothing but text*.c includes this.
 */
#ifndef HS_REPORT_TEXT_LAYOUT_H
#define HS_REPORT_TEXT_LAYOUT_H

#include "report/text_page.h"

#define HS_LAYOUT_GAP  2  /* between columns, if there is room */
#define HS_LAYOUT_HANG 4  /* how much deeper a hanging column starts */
#define HS_LAYOUT_NAME 16 /* no name is asked to be narrower */

struct hs_layout_column {
    const struct hs_doc_column *column;
    size_t index; /* in the row's values */
    size_t width;
    size_t natural; /* width that its cells want, if it cannot give way */
    size_t limit;   /* of a name, SIZE_MAX if there is none */
    size_t word;    /* the widest word: it is not folded narrower */
    bool right;
    bool attached; /* to the column before: no title, a gap of one */
    bool name;
    bool folded; /* its words go on below, in the same columns */
    bool hung;   /* it is below the other columns, and takes none of them */
    struct hs_str title;
};

struct hs_layout {
    struct hs_page *page;
    const struct hs_block *table;
    struct hs_layout_column *columns;
    size_t count, indent;
    size_t gap;              /* between columns */
    size_t step;             /* of a tree: how far a branch leads, 1 to 3 */
    size_t tree;             /* the column with the branches */
    const uint64_t *lasting; /* by row: bit D, more rows follow at depth D */
    bool headed;             /* some column has a title */
    bool measured;           /* once at least */
    bool merged;             /* the table's title heads the first column */
};

/* The columns of layout->table, and how wide they are in all its rows. */
void hs_layout_columns(struct hs_layout *layout);
void hs_layout_measure(struct hs_layout *layout);

/* Places TITLE, the table's, and makes all fit into the page's width. */
void hs_layout_fit(struct hs_layout *layout, struct hs_str title);

/* The cell of row N, which is ROW, in column C; BEFORE: its branches. */
struct hs_cell hs_layout_cell(const struct hs_layout *layout,
                              const struct hs_doc_row *row, size_t n, size_t c,
                              struct hs_str *before);

/* Cuts the words that fit into WIDTH, at least one, from REST. */
struct hs_str hs_layout_words(struct hs_str *rest, size_t width);

/* Columns that column C and those attached to it take. */
size_t hs_layout_span(const struct hs_layout *layout, size_t c);

/* Where column C starts; with C the count, a gap past where the last one ends.
 */
size_t hs_layout_start(const struct hs_layout *layout, size_t c);

#endif
