/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_test.c - documents as JSON, also read back by jansson.
 */
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "base/test.h"
#include "report/report.h"
#include "report/stream.h"

static struct hs_arena arena;
static struct hs_document *doc;

static bool collect(void *to, const void *bytes, size_t size)
{
    if (size)
        memcpy(hs_column_extend(to, size), bytes, size);
    return true;
}

static void begin(void)
{
    hs_arena_free(&arena);
    doc = hs_doc_new(&arena, "test");
}

static const char *render(void)
{
    struct hs_column written = HS_COLUMN(char, &arena);
    struct hs_output out = {.write = collect, .to = &written};
    struct hs_err err = HS_ERR_NONE;

    CHECK(hs_report_named("json")->render(doc, &out, &err));
    hs_column_push(&written, "");
    return written.at;
}

static const struct hs_doc_column columns[] = {
    {"name", "name", HS_UNIT_NAME, HS_ROLE_PLAIN},
    {"bytes", "bytes", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {"shown", "shown", HS_UNIT_TEXT, HS_ROLE_TEXT_ONLY},
    {"address", NULL, HS_UNIT_ADDRESS, HS_ROLE_JSON_ONLY},
};

static void add_row(struct hs_block *table, const char *text, size_t size,
                    int64_t bytes)
{
    hs_doc_row(doc, table,
               (struct hs_value[]){
                   hs_value_name(text, size), hs_value_of(HS_UNIT_BYTES, bytes),
                   hs_value_text("not here"), hs_value_address(0xc000012345)});
}

TEST(json_has_every_kind_of_block_under_its_key)
{
    struct hs_block *group, *merged, *list, *item, *table, *graph;

    begin();
    merged = hs_doc_group(doc, doc->top, NULL, "for people");
    hs_doc_field(doc, merged, "total", "total",
                 hs_value_of(HS_UNIT_BYTES, INT64_MAX));
    hs_doc_field(doc, merged, NULL, "not here", hs_value_text("x"));
    hs_doc_note(doc, merged, "a note of the %s object", "outer");
    group = hs_doc_group(doc, doc->top, "heap", NULL);
    hs_doc_field(doc, group, "agrees", NULL, hs_value_null());
    hs_doc_field(doc, group, "share", NULL, hs_value_share(0.1));
    hs_doc_note(doc, group, "inner");
    table = hs_doc_table(doc, doc->top, "rows", NULL, columns, 4);
    table->style = HS_TABLE_TREE;
    add_row(table, "a", 1, 1);
    add_row(table, "hidden", 6, 1);
    table->last_row->text_only = true;
    add_row(table, "b", 1, -2);
    table->last_row->depth = 1;
    hs_doc_table(doc, doc->top, "empty", NULL, columns, 4);
    list = hs_doc_list(doc, doc->top, "suspects", NULL);
    item = hs_doc_group(doc, list, NULL, "1 LIKELY");
    hs_doc_field(doc, item, "rule", "rule", hs_value_text("pileup"));
    hs_doc_group(doc, list, NULL, NULL);
    graph = hs_doc_graph(doc, doc->top, "graph", NULL);
    hs_column_push(&graph->nodes,
                   &(struct hs_doc_node){.name = "n", .size = 0.5});
    hs_column_push(&graph->edges, &(struct hs_doc_edge){.bold = true});
    assert_string_equal(
        render(),
        "{\n"
        "  \"schema\": \"heapscope.test/1\",\n"
        "  \"total\": 9223372036854775807,\n"
        "  \"heap\": {\n"
        "    \"agrees\": null,\n"
        "    \"share\": 0.1,\n"
        "    \"notes\": [\n"
        "      \"inner\"\n"
        "    ]\n"
        "  },\n"
        "  \"rows\": [\n"
        "    {\"name\": \"a\", \"bytes\": 1, \"address\": \"0xc000012345\", "
        "\"depth\": 0},\n"
        "    {\"name\": \"b\", \"bytes\": -2, \"address\": \"0xc000012345\", "
        "\"depth\": 1}\n"
        "  ],\n"
        "  \"empty\": [],\n"
        "  \"suspects\": [\n"
        "    {\n"
        "      \"rule\": \"pileup\"\n"
        "    },\n"
        "    {}\n"
        "  ],\n"
        "  \"graph\": {\n"
        "    \"nodes\": [\n"
        "      {\"name\": \"n\", \"detail\": null, \"size\": 0.5, \"heat\": "
        "0.0, \"marked\": false, \"box\": false}\n"
        "    ],\n"
        "    \"edges\": [\n"
        "      {\"from\": 0, \"to\": 0, \"label\": null, \"weight\": 0.0, "
        "\"bold\": true, \"dashed\": false}\n"
        "    ]\n"
        "  },\n"
        "  \"notes\": [\n"
        "    \"a note of the outer object\"\n"
        "  ]\n"
        "}\n");
}

/* Every item but the second, and how many were asked for. */
static void make_item(struct hs_document *of, struct hs_block *list,
                      uint64_t number, void *context)
{
    struct hs_block *item;

    ++*(unsigned *)context;
    CHECK(!list->first && of->arena != &arena);
    if (number == 1)
        return;
    item = hs_doc_group(of, list, NULL, "an item");
    hs_doc_field(of, item, "name", NULL,
                 hs_value_text(hs_doc_printf(of, "item %u", (unsigned)number)));
    hs_doc_note(of, item, "note %u", (unsigned)number);
    hs_doc_stream(of, hs_doc_list(of, item, "none", NULL), 0, make_item,
                  context);
}

TEST(the_items_of_a_stream_are_made_one_at_a_time_for_every_report)
{
    static const char expected[] = "{\n"
                                   "  \"schema\": \"heapscope.test/1\",\n"
                                   "  \"items\": [\n"
                                   "    {\n"
                                   "      \"name\": \"item 0\",\n"
                                   "      \"none\": [],\n"
                                   "      \"notes\": [\n"
                                   "        \"note 0\"\n"
                                   "      ]\n"
                                   "    },\n"
                                   "    {\n"
                                   "      \"name\": \"item 2\",\n"
                                   "      \"none\": [],\n"
                                   "      \"notes\": [\n"
                                   "        \"note 2\"\n"
                                   "      ]\n"
                                   "    }\n"
                                   "  ],\n"
                                   "  \"last\": 1\n"
                                   "}\n";
    struct hs_block *list;
    unsigned made = 0;

    begin();
    list = hs_doc_list(doc, doc->top, "items", "Items");
    hs_doc_stream(doc, list, 3, make_item, &made);
    hs_doc_field(doc, doc->top, "last", NULL, hs_value_of(HS_UNIT_COUNT, 1));
    CHECK(made == 0);
    assert_string_equal(render(), expected);
    CHECK(made == 3 && !list->first && doc->arena == &arena);
    assert_string_equal(render(), expected);
    CHECK(made == 6);
}

TEST(hostile_names_come_back_from_json_as_they_were)
{
    static const char hostile[] =
        "\"<a&b>'\\\n\r\t\x1b[31m\x7f \xe2\x80\xae \xe6\x97\xa5 \0 end";
    struct hs_block *table;
    json_t *root, *name;

    begin();
    table = hs_doc_table(doc, doc->top, "rows", NULL, columns, 4);
    add_row(table, hostile, sizeof(hostile) - 1, 0);
    add_row(table, "\xff\xc0\x80\xed\xa0\x80z", 7, 0);
    root = json_loads(render(), JSON_ALLOW_NUL, NULL);
    CHECK(root != NULL);
    name = json_object_get(json_array_get(json_object_get(root, "rows"), 0),
                           "name");
    assert_int_equal(json_string_length(name), sizeof(hostile) - 1);
    assert_memory_equal(json_string_value(name), hostile, sizeof(hostile) - 1);
    name = json_object_get(json_array_get(json_object_get(root, "rows"), 1),
                           "name");
    assert_string_equal(json_string_value(name),
                        "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDz");
    json_decref(root);
}

TEST(of_two_equal_keys_in_a_json_object_the_first_is_written)
{
    struct hs_block *merged;
    json_t *root;

    begin();
    hs_doc_field(doc, doc->top, "a", NULL, hs_value_of(HS_UNIT_COUNT, 1));
    hs_doc_field(doc, doc->top, "schema", NULL, hs_value_text("mine"));
    merged = hs_doc_group(doc, doc->top, NULL, NULL);
    hs_doc_field(doc, merged, "a", NULL, hs_value_of(HS_UNIT_COUNT, 2));
    root = json_loads(render(), JSON_REJECT_DUPLICATES, NULL);
    CHECK(root != NULL);
    assert_int_equal(json_integer_value(json_object_get(root, "a")), 1);
    assert_string_equal(json_string_value(json_object_get(root, "schema")),
                        "heapscope.test/1");
    json_decref(root);
}

TEST(numbers_that_are_none_are_null_in_json)
{
    begin();
    hs_doc_field(doc, doc->top, "a", NULL, hs_value_share(0.0 / 0.0));
    hs_doc_field(doc, doc->top, "b", NULL, hs_value_number(1e300 * 1e300));
    assert_string_equal(render(), "{\n"
                                  "  \"schema\": \"heapscope.test/1\",\n"
                                  "  \"a\": null,\n"
                                  "  \"b\": null\n"
                                  "}\n");
}

static bool refuse(void *to, const void *bytes, size_t size)
{
    (void)bytes;
    (void)size;
    *(int *)to += 1;
    return false;
}

TEST(a_report_that_cannot_be_written_fails_once_and_says_so)
{
    size_t count;
    const struct hs_report *const *reports = hs_reports(&count);

    begin();
    hs_doc_note(doc, doc->top, "%01000000d", 0);
    hs_column_push(&hs_doc_graph(doc, doc->top, "graph", NULL)->nodes,
                   &(struct hs_doc_node){.name = "n"});
    for (size_t i = 0; i < count; i++) {
        int tries = 0;
        struct hs_output out = {.write = refuse, .to = &tries};
        struct hs_err err = HS_ERR_NONE;

        CHECK(!reports[i]->render(doc, &out, &err));
        assert_int_equal(err.kind, HS_EIO);
        assert_int_equal(tries, 1);
    }
}

TEST(json_moves_no_cursor_of_a_terminal)
{
    const char *text;

    begin();
    hs_doc_field(doc, doc->top, "name", NULL,
                 hs_value_text("a\xc2\x9b"
                               "31mb\u202ec\x1b[2J"));
    hs_doc_field(doc, doc->top, "plain", NULL, hs_value_text("gr\u00fcn"));
    text = render();
    CHECK(strstr(text, "\"a\\u009B31mb\\u202Ec\\u001B[2J\"") ||
          strstr(text, "\"a\\u009b31mb\\u202ec\\u001b[2J\""));
    CHECK(strstr(text, "\"gr\u00fcn\""));
}
