/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document.c - builds the tree of blocks; see document.h.
 */
#include "report/document.h"

#include <stdarg.h>
#include <string.h>

static struct hs_block *append(struct hs_document *doc, struct hs_block *group,
                               enum hs_block_kind kind, const char *key,
                               const char *title)
{
    struct hs_block *block = hs_arena_zeroed(doc->arena, 1, sizeof(*block));

    block->kind = kind;
    block->key = key;
    block->title = title;
    block->parent = group;
    if (!group)
        return block;
    if (group->last)
        group->last->next = block;
    else
        group->first = block;
    group->last = block;
    return block;
}

struct hs_document *hs_doc_new(struct hs_arena *arena, const char *command)
{
    struct hs_document *doc = hs_arena_zeroed(arena, 1, sizeof(*doc));

    doc->arena = arena;
    doc->schema = hs_arena_printf(arena, "heapscope.%s/1", command);
    doc->top = append(doc, NULL, HS_BLOCK_GROUP, NULL, NULL);
    return doc;
}

struct hs_block *hs_doc_group(struct hs_document *doc, struct hs_block *group,
                              const char *key, const char *title)
{
    return append(doc, group, HS_BLOCK_GROUP, key, title);
}

struct hs_block *hs_doc_list(struct hs_document *doc, struct hs_block *group,
                             const char *key, const char *title)
{
    return append(doc, group, HS_BLOCK_LIST, key, title);
}

struct hs_block *hs_doc_table(struct hs_document *doc, struct hs_block *group,
                              const char *key, const char *title,
                              const struct hs_doc_column *columns,
                              size_t column_count)
{
    struct hs_block *table = append(doc, group, HS_BLOCK_TABLE, key, title);

    table->columns = columns;
    table->column_count = column_count;
    return table;
}

struct hs_block *hs_doc_chart(struct hs_document *doc, struct hs_block *group,
                              const char *key, const char *title,
                              const struct hs_doc_column *columns,
                              size_t column_count)
{
    struct hs_block *chart = append(doc, group, HS_BLOCK_CHART, key, title);

    chart->columns = columns;
    chart->column_count = column_count;
    return chart;
}

struct hs_block *hs_doc_graph(struct hs_document *doc, struct hs_block *group,
                              const char *key, const char *title)
{
    struct hs_block *graph = append(doc, group, HS_BLOCK_GRAPH, key, title);

    graph->nodes = HS_COLUMN(struct hs_doc_node, doc->arena);
    graph->edges = HS_COLUMN(struct hs_doc_edge, doc->arena);
    return graph;
}

void hs_doc_field(struct hs_document *doc, struct hs_block *group,
                  const char *key, const char *title, struct hs_value value)
{
    append(doc, group, HS_BLOCK_FIELD, key, title)->value = value;
}

void hs_doc_note(struct hs_document *doc, struct hs_block *group,
                 const char *format, ...)
{
    va_list args;

    va_start(args, format);
    append(doc, group, HS_BLOCK_NOTE, NULL, NULL)->value =
        hs_value_text(hs_arena_vprintf(doc->arena, format, args));
    va_end(args);
}

const char *hs_doc_printf(struct hs_document *doc, const char *format, ...)
{
    const char *text;
    va_list args;

    va_start(args, format);
    text = hs_arena_vprintf(doc->arena, format, args);
    va_end(args);
    return text;
}

struct hs_doc_row *hs_doc_row(struct hs_document *doc, struct hs_block *table,
                              const struct hs_value *values)
{
    size_t size = table->column_count * sizeof(*values);
    struct hs_doc_row *row = hs_arena_alloc(doc->arena, sizeof(*row) + size);

    *row = (struct hs_doc_row){0};
    memcpy(row->values, values, size);
    if (table->last_row)
        table->last_row->next = row;
    else
        table->first_row = row;
    table->last_row = row;
    table->row_count++;
    return row;
}
