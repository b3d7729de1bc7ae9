/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h - lists and tables of a document that may be long.
 *
 * A million items are not kept in the document: they are made one at a time,
 * when they are about to be written, and again by a report that looks twice.
 * Reports walk all blocks and rows with what is here, and need not know.
 */
#ifndef HS_REPORT_STREAM_H
#define HS_REPORT_STREAM_H

#include "report/document.h"

/* BLOCK, a list or a table (plain or a tree), is to have COUNT items or rows.
 * MAKE adds the group, or none, or the row with NUMBER; what it takes from DOC
 * goes with that.  CONTEXT lives as long as DOC. */
void hs_doc_stream(struct hs_document *doc, struct hs_block *block,
                   uint64_t count,
                   void (*make)(struct hs_document *doc, struct hs_block *block,
                                uint64_t number, void *context),
                   void *context);

/* The first child or row, and the one behind; NULL at the end.  What was
 * streamed is gone when the next one is asked for. */
const struct hs_block *hs_doc_first(const struct hs_block *block);
const struct hs_block *hs_doc_next(const struct hs_block *block);
const struct hs_doc_row *hs_doc_first_row(const struct hs_block *table);
const struct hs_doc_row *hs_doc_next_row(const struct hs_block *table,
                                         const struct hs_doc_row *row);

/* Calls ENTER for the blocks of DOC but the top, in the order of writing. Where
 * it says true, those in the block follow, and LEAVE comes behind them. */
void hs_doc_walk(const struct hs_document *doc,
                 bool (*enter)(void *context, const struct hs_block *block),
                 void (*leave)(void *context, const struct hs_block *block),
                 void *context);

#endif
