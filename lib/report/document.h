/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document.h - what a command has to say, before anyone decides how it looks.
 *
 * A document is a tree of blocks.  A command builds it, every report renders
 * it, and neither knows the other, so N commands and M outputs cost N + M
 * files.  A block has a KEY, its stable name in JSON, and a TITLE, what a
 * person reads: without a key it is text only, without a title JSON only (an
 * empty title is shown, without a heading).
 *
 *   group   fields and blocks      JSON object     "label   value" lines
 *   table   columns and rows       array of objects  aligned columns
 *   list    groups of one kind     array of objects  one after the other
 *   note    a sentence             "notes": [...]  a line of its own
 *   graph   nodes and edges        object          DOT and SVG draw it
 *   chart   a table that is drawn  array of objects  text and SVG draw it
 *
 * A group without a key merges its fields into the object around it, and one
 * with neither key nor title only keeps things together.  Of two equal keys in
 * one object the first counts.
 * Everything lives in the document's arena; texts are borrowed and must live
 * as long (hs_doc_printf makes such).  Values carry units, reports do the
 * formatting.  Order is the order of the calls.
 */
#ifndef HS_REPORT_DOCUMENT_H
#define HS_REPORT_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "report/value.h"

/* What a column is for; decides how text shows it. */
enum hs_role {
    HS_ROLE_PLAIN,     /* numbers right-aligned, texts left-aligned; a share
                        * without a title belongs to the column before it */
    HS_ROLE_VIA,       /* in a path: the reference that leads to the row */
    HS_ROLE_HEAT,      /* a share: text may colour by it */
    HS_ROLE_TEXT_ONLY, /* not in JSON */
    HS_ROLE_JSON_ONLY, /* not in text */
};

struct hs_doc_column {
    const char *key, *title;
    enum hs_unit unit; /* of its values, unless a value says another */
    enum hs_role role;
};

enum hs_table_style {
    HS_TABLE_PLAIN, /* a table's title heads its first column, if that has no
                     * title of its own */
    HS_TABLE_TREE,  /* rows have a depth, shown with branches at the first name
                     * column; JSON rows get "depth" */
    HS_TABLE_PATH,  /* DESIGN section 7: holder first, one reference a line */
};

enum hs_block_kind {
    HS_BLOCK_GROUP,
    HS_BLOCK_FIELD,
    HS_BLOCK_TABLE,
    HS_BLOCK_LIST,
    HS_BLOCK_NOTE,
    HS_BLOCK_GRAPH,
    HS_BLOCK_CHART,
};

struct hs_doc_row {
    struct hs_doc_row *next;
    unsigned depth;           /* trees; 0 is the top */
    bool text_only;           /* not in JSON: the holder above a path's steps */
    struct hs_value values[]; /* one per column */
};

struct hs_doc_node {    /* of a drawn graph */
    const char *name;   /* as it is; reports escape it */
    const char *detail; /* further lines of the label, or NULL */
    double size;        /* 0..1: how large its letters are */
    double heat;        /* 0..1, or negative for less: its colour */
    bool marked;        /* a gateway, a suspect: a double border */
    bool box;           /* a holder or a folded rest: another shape */
};

struct hs_doc_edge {
    uint32_t from, to; /* indices of nodes */
    const char *label; /* or NULL */
    double weight;     /* 0..1: its width */
    bool bold;         /* on the biggest path */
    bool dashed;       /* over nodes that are not drawn */
};

struct hs_block {
    enum hs_block_kind kind;
    const char *key, *title;
    struct hs_block *parent, *first, *last, *next; /* children in order */
    struct hs_value value;                         /* field; note: its text */
    /* table, chart: */
    const struct hs_doc_column *columns;
    size_t column_count, row_count;
    struct hs_doc_row *first_row, *last_row;
    enum hs_table_style style;
    uint64_t rows_left_out; /* by --limit; text says "... and N more" */
    /* graph: */
    struct hs_column nodes, edges; /* hs_doc_node, hs_doc_edge */
    bool rank_down;                /* top to bottom (else left to right) */
    struct hs_doc_supply *supply;  /* see stream.h; else NULL */
};

struct hs_document {
    const char *schema; /* "heapscope.analyze/1" */
    struct hs_arena *arena;
    struct hs_block *top; /* a group */
};

/* An empty document of COMMAND in ARENA. */
struct hs_document *hs_doc_new(struct hs_arena *arena, const char *command);

/* Children of GROUP (a group, or a list: then the group is one of its items).
 */
struct hs_block *hs_doc_group(struct hs_document *doc, struct hs_block *group,
                              const char *key, const char *title);
struct hs_block *hs_doc_list(struct hs_document *doc, struct hs_block *group,
                             const char *key, const char *title);
struct hs_block *hs_doc_table(struct hs_document *doc, struct hs_block *group,
                              const char *key, const char *title,
                              const struct hs_doc_column *columns,
                              size_t column_count);
struct hs_block *hs_doc_graph(struct hs_document *doc, struct hs_block *group,
                              const char *key, const char *title);

/* Rows are moments: the first column is their time, increasing, each other one
 * a series of numbers that hold until the next; null is no news.  The first
 * series is drawn as an area, the others as lines, and columns of truths mark
 * moments on the axis.  All series have the unit of the first. */
struct hs_block *hs_doc_chart(struct hs_document *doc, struct hs_block *group,
                              const char *key, const char *title,
                              const struct hs_doc_column *columns,
                              size_t column_count);
void hs_doc_field(struct hs_document *doc, struct hs_block *group,
                  const char *key, const char *title, struct hs_value value);
void hs_doc_note(struct hs_document *doc, struct hs_block *group,
                 const char *format, ...) HS_PRINTF(3, 4);

/* A text that lives as long as DOC, as printf makes it. */
const char *hs_doc_printf(struct hs_document *doc, const char *format, ...)
    HS_PRINTF(2, 3);

/* Adds a row of COLUMN_COUNT values, copied. */
struct hs_doc_row *hs_doc_row(struct hs_document *doc, struct hs_block *table,
                              const struct hs_value *values);

#endif
