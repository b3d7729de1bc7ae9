/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_page.h - the parts of the text report: a page to write on, cells to put
 * there, and the two kinds of tables.  Nothing but text*.c includes this.
 */
#ifndef HS_REPORT_TEXT_PAGE_H
#define HS_REPORT_TEXT_PAGE_H

#include "base/text.h"
#include "report/output.h"

/* What was written last, which decides where a blank line is due. */
enum hs_page_last {
    HS_PAGE_NOTHING,
    HS_PAGE_HEADING,
    HS_PAGE_LINE,
    HS_PAGE_BLOCK,
};

struct hs_page {
    struct hs_output *out;
    struct hs_arena *arena; /* as long as a block is being written */
    struct hs_arena *cells; /* as long as a row is being written */
    const char *ellipsis;
    size_t spaces; /* due before the next text; never at a line's end */
    enum hs_page_last last;
    /* Of the fields that are being written: */
    const struct hs_block *group; /* whose they are */
    size_t labels;                /* how wide their labels are */
    enum hs_unit unit;            /* of the values that are aligned now */
    size_t figures;               /* how wide those are, 0 for words */
};

enum hs_style {
    HS_STYLE_PLAIN,
    HS_STYLE_HEADING,
    HS_STYLE_DIM,
    HS_STYLE_WARM,
    HS_STYLE_HOT,
    HS_STYLE_HOTTEST,
    HS_STYLE_COLD,
};

struct hs_cell {
    struct hs_str text;
    size_t width;
    bool name; /* may be shortened */
    enum hs_style style;
};

void hs_page_put(struct hs_page *page, struct hs_str text, enum hs_style style);
void hs_page_puts(struct hs_page *page, const char *string,
                  enum hs_style style);
void hs_page_skip(struct hs_page *page, size_t spaces);
void hs_page_end_line(struct hs_page *page);

/* A blank line, unless nothing or a heading stands above. */
void hs_page_separate(struct hs_page *page);

/* TEXT as it may be shown on this page: no escapes, and ASCII if need be.
 * Whatever had to change lives in ARENA. */
struct hs_str hs_page_clean(const struct hs_page *page, struct hs_arena *arena,
                            struct hs_str text);

/* VALUE as text; HEAT: coloured if it is a share. */
struct hs_cell hs_cell_of(struct hs_page *page, const struct hs_value *value,
                          bool heat);

/* Brings a name down to WIDTH if it can be done. */
void hs_cell_shorten(struct hs_page *page, struct hs_cell *cell, size_t width);

/* How much further in than its heading a block's contents stand. */
#define HS_PAGE_INDENT 2

/* TABLE with its heading, INDENT columns from the left. */
void hs_page_table(struct hs_page *page, const struct hs_block *table,
                   size_t indent);
void hs_page_chart(struct hs_page *page, const struct hs_block *chart,
                   size_t indent);
void hs_page_path(struct hs_page *page, const struct hs_block *table,
                  size_t indent);

#endif
