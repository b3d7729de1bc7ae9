/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.c - one item or row after the other, in an arena of its own.
 */
#include "report/stream.h"

/* Of a stream: how it goes on, and the arena of the one item or row that there
 * is. */
struct hs_doc_supply {
    struct hs_document *doc;
    struct hs_block *block;
    uint64_t count, at; /* the number of the next one */
    void (*make)(struct hs_document *, struct hs_block *, uint64_t, void *);
    void *context;
    struct hs_arena arena;
};

void hs_doc_stream(struct hs_document *doc, struct hs_block *block,
                   uint64_t count,
                   void (*make)(struct hs_document *doc, struct hs_block *block,
                                uint64_t number, void *context),
                   void *context)
{
    block->row_count = (size_t)count;
    block->supply = hs_arena_alloc(doc->arena, sizeof(*block->supply));
    *block->supply = (struct hs_doc_supply){.doc = doc,
                                            .block = block,
                                            .count = count,
                                            .make = make,
                                            .context = context};
}

/* Puts the next item or row in the place of the one there is.  Behind the last
 * one there is none again, and the next is the first. */
static void make_next(struct hs_doc_supply *supply)
{
    struct hs_block *block = supply->block;
    struct hs_arena *whole = supply->doc->arena;

    block->first = block->last = NULL;
    block->first_row = block->last_row = NULL;
    hs_arena_reset(&supply->arena);
    supply->doc->arena = &supply->arena;
    while (!block->first && !block->first_row && supply->at < supply->count)
        supply->make(supply->doc, block, supply->at++, supply->context);
    supply->doc->arena = whole;
    block->row_count = (size_t)supply->count;
    if (block->first || block->first_row)
        return;
    supply->at = 0;
    hs_arena_free(&supply->arena);
}

const struct hs_block *hs_doc_first(const struct hs_block *block)
{
    if (block->supply)
        make_next(block->supply);
    return block->first;
}

const struct hs_block *hs_doc_next(const struct hs_block *block)
{
    if (block->parent && block->parent->supply)
        return hs_doc_first(block->parent);
    return block->next;
}

const struct hs_doc_row *hs_doc_first_row(const struct hs_block *table)
{
    if (table->supply)
        make_next(table->supply);
    return table->first_row;
}

const struct hs_doc_row *hs_doc_next_row(const struct hs_block *table,
                                         const struct hs_doc_row *row)
{
    return table->supply ? hs_doc_first_row(table) : row->next;
}

void hs_doc_walk(const struct hs_document *doc,
                 bool (*enter)(void *context, const struct hs_block *block),
                 void (*leave)(void *context, const struct hs_block *block),
                 void *context)
{
    const struct hs_block *block = doc->top->first, *next, *parent;

    while (block) {
        bool entered = enter(context, block);

        next = entered ? hs_doc_first(block) : NULL;
        if (entered && !next)
            leave(context, block);
        while (!next && block != doc->top) {
            parent = block->parent; /* BLOCK may go */
            next = hs_doc_next(block);
            if (next)
                break;
            block = parent;
            if (block != doc->top)
                leave(context, block);
        }
        block = next;
    }
}
