/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.c - a document as JSON, with the stable names that its keys are.
 *
 *   object = the fields, tables, lists, graphs and groups with a key, in order
 *   list   = [object of each group]     table, chart = [object of each row]
 *   graph  = {"nodes": [...], "edges": [...]}
 *
 * A group without a key is no object of its own: its members and notes belong
 * to the object around it.  Of two equal keys in one object the first is
 * written.  The walk over the tree is a loop, with the object it is in on a
 * stack.
 */
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/output.h"
#include "report/stream.h"

struct walk {
    struct hs_json_writer json;
    struct hs_arena arena;
    struct hs_arena texts;  /* as long as a block is being written */
    struct hs_column keys;  /* const char *: of all objects that are open */
    struct hs_column notes; /* const struct hs_block *, likewise */
    struct hs_column objects;
};

/* Where the keys and notes of an open object start. */
struct object {
    size_t keys, notes;
};

static bool write_out(void *to, const void *bytes, size_t size)
{
    struct hs_output *out = to;

    hs_output_put(out, bytes, size);
    return !out->failed;
}

static void write_value(struct hs_json_writer *json, const char *key,
                        const struct hs_value *value)
{
    char address[24];

    switch (value->unit) {
    case HS_UNIT_NULL:
        hs_json_null(json, key);
        break;
    case HS_UNIT_TEXT:
    case HS_UNIT_NAME:
        hs_json_text(json, key, (struct hs_str){value->text, value->size});
        break;
    case HS_UNIT_COUNT:
    case HS_UNIT_BYTES:
    case HS_UNIT_NANOS:
    case HS_UNIT_TIME:
        hs_json_integer(json, key, value->integer);
        break;
    case HS_UNIT_ADDRESS:
        snprintf(address, sizeof(address), "0x%" PRIx64, value->address);
        hs_json_text(json, key, hs_str_of(address));
        break;
    case HS_UNIT_SHARE:
    case HS_UNIT_NUMBER:
        hs_json_number(json, key, value->number);
        break;
    case HS_UNIT_BOOL:
        hs_json_bool(json, key, value->truth);
        break;
    }
}

static void begin_object(struct walk *walk, const char *key)
{
    struct object object = {walk->keys.count, walk->notes.count};

    hs_json_open(&walk->json, key, '{', false);
    hs_column_push(&walk->objects, &object);
}

/* False if the innermost object has KEY already. */
static bool claim_key(struct walk *walk, const char *key)
{
    const struct object *objects = walk->objects.at;
    const char *const *keys = walk->keys.at;

    for (size_t i = objects[walk->objects.count - 1].keys; i < walk->keys.count;
         i++)
        if (strcmp(keys[i], key) == 0)
            return false;
    hs_column_push(&walk->keys, &key);
    return true;
}

static void end_object(struct walk *walk)
{
    const struct object *objects = walk->objects.at;
    struct object object = objects[walk->objects.count - 1];
    const struct hs_block *const *notes = walk->notes.at;

    if (walk->notes.count > object.notes && claim_key(walk, "notes")) {
        hs_json_open(&walk->json, "notes", '[', false);
        for (size_t i = object.notes; i < walk->notes.count; i++)
            write_value(&walk->json, NULL, &notes[i]->value);
        hs_json_close(&walk->json, ']');
    }
    hs_json_close(&walk->json, '}');
    walk->keys.count = object.keys;
    walk->notes.count = object.notes;
    walk->objects.count--;
}

/* Marks the columns of TABLE that rows have in JSON; all keys differ. */
static bool *written_columns(struct walk *walk, const struct hs_block *table)
{
    bool *written =
        hs_arena_zeroed(&walk->texts, table->column_count + 1, sizeof(bool));

    for (size_t i = 0; i < table->column_count; i++) {
        const struct hs_doc_column *column = &table->columns[i];

        written[i] = column->key && column->role != HS_ROLE_TEXT_ONLY;
        for (size_t k = 0; k < i && written[i]; k++)
            if (written[k] && !strcmp(table->columns[k].key, column->key))
                written[i] = false;
    }
    return written;
}

static void write_table(struct walk *walk, const struct hs_block *table)
{
    const bool *written = written_columns(walk, table);
    struct hs_json_writer *json = &walk->json;

    hs_json_open(json, table->key, '[', false);
    for (const struct hs_doc_row *row = hs_doc_first_row(table); row;
         row = hs_doc_next_row(table, row)) {
        bool deep = table->style == HS_TABLE_TREE;

        if (row->text_only)
            continue;
        hs_json_open(json, NULL, '{', true);
        for (size_t i = 0; i < table->column_count; i++) {
            if (!written[i])
                continue;
            write_value(json, table->columns[i].key, &row->values[i]);
            deep = deep && strcmp(table->columns[i].key, "depth") != 0;
        }
        if (deep)
            hs_json_integer(json, "depth", row->depth);
        hs_json_close(json, '}');
    }
    hs_json_close(json, ']');
}

static void write_string(struct hs_json_writer *json, const char *key,
                         const char *text)
{
    if (text)
        hs_json_text(json, key, hs_str_of(text));
    else
        hs_json_null(json, key);
}

static void write_graph(struct hs_json_writer *json,
                        const struct hs_block *graph)
{
    const struct hs_doc_node *nodes = graph->nodes.at;
    const struct hs_doc_edge *edges = graph->edges.at;

    hs_json_open(json, graph->key, '{', false);
    hs_json_open(json, "nodes", '[', false);
    for (size_t i = 0; i < graph->nodes.count; i++) {
        hs_json_open(json, NULL, '{', true);
        write_string(json, "name", nodes[i].name);
        write_string(json, "detail", nodes[i].detail);
        hs_json_number(json, "size", nodes[i].size);
        hs_json_number(json, "heat", nodes[i].heat);
        hs_json_bool(json, "marked", nodes[i].marked);
        hs_json_bool(json, "box", nodes[i].box);
        hs_json_close(json, '}');
    }
    hs_json_close(json, ']');
    hs_json_open(json, "edges", '[', false);
    for (size_t i = 0; i < graph->edges.count; i++) {
        hs_json_open(json, NULL, '{', true);
        hs_json_integer(json, "from", edges[i].from);
        hs_json_integer(json, "to", edges[i].to);
        write_string(json, "label", edges[i].label);
        hs_json_number(json, "weight", edges[i].weight);
        hs_json_bool(json, "bold", edges[i].bold);
        hs_json_bool(json, "dashed", edges[i].dashed);
        hs_json_close(json, '}');
    }
    hs_json_close(json, ']');
    hs_json_close(json, '}');
}

static bool is_item(const struct hs_block *block)
{
    return block->parent && block->parent->kind == HS_BLOCK_LIST;
}

/* Begins BLOCK; true if its children come next. */
static bool enter(struct walk *walk, const struct hs_block *block)
{
    if (block->kind == HS_BLOCK_NOTE) {
        hs_column_push(&walk->notes, &block);
        return false;
    }
    if (block->kind == HS_BLOCK_GROUP && is_item(block)) {
        begin_object(walk, NULL);
        return true;
    }
    if (block->parent->kind == HS_BLOCK_LIST) /* its items are groups */
        return false;
    if (!block->key)
        return block->kind == HS_BLOCK_GROUP;
    if (!claim_key(walk, block->key))
        return false;
    if (block->kind == HS_BLOCK_GROUP)
        begin_object(walk, block->key);
    else if (block->kind == HS_BLOCK_LIST)
        hs_json_open(&walk->json, block->key, '[', false);
    else if (block->kind == HS_BLOCK_FIELD)
        write_value(&walk->json, block->key, &block->value);
    else if (block->kind == HS_BLOCK_TABLE || block->kind == HS_BLOCK_CHART)
        write_table(walk, block);
    else
        write_graph(&walk->json, block);
    return block->kind == HS_BLOCK_GROUP || block->kind == HS_BLOCK_LIST;
}

static bool visit(void *context, const struct hs_block *block)
{
    struct walk *walk = context;
    bool entered = enter(walk, block);

    hs_arena_reset(&walk->texts);
    return entered;
}

static void leave(void *context, const struct hs_block *block)
{
    struct walk *walk = context;

    if (block->kind == HS_BLOCK_LIST)
        hs_json_close(&walk->json, ']');
    else if (block->key || is_item(block))
        end_object(walk);
}

static void write_document(struct walk *walk, const struct hs_document *doc)
{
    begin_object(walk, NULL);
    claim_key(walk, "schema");
    hs_json_text(&walk->json, "schema", hs_str_of(doc->schema));
    hs_doc_walk(doc, visit, leave, walk);
    end_object(walk);
}

static bool render(const struct hs_document *doc, struct hs_output *out,
                   struct hs_err *err)
{
    struct walk walk = {.json = {.write = write_out, .to = out}};

    walk.json.arena = &walk.texts;
    walk.keys = HS_COLUMN(const char *, &walk.arena);
    walk.notes = HS_COLUMN(const struct hs_block *, &walk.arena);
    walk.objects = HS_COLUMN(struct object, &walk.arena);
    write_document(&walk, doc);
    hs_arena_free(&walk.texts);
    hs_arena_free(&walk.arena);
    return hs_output_finish(out, err);
}

const struct hs_report hs_report_json = {
    .name = "json",
    .title = "JSON, stable names",
    .render = render,
};
