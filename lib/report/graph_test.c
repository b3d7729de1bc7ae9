/* SPDX-License-Identifier: Apache-2.0 */
/*
 * graph_test.c - drawn graphs as DOT and SVG, hostile names included.
 */
#include <graphviz/cgraph.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "report/report.h"

static struct hs_arena arena;
static struct hs_document *doc;
static struct hs_block *graph;

static bool collect(void *to, const void *bytes, size_t size)
{
    if (size)
        memcpy(hs_column_extend(to, size), bytes, size);
    return true;
}

static void begin(const char *title)
{
    hs_arena_free(&arena);
    doc = hs_doc_new(&arena, "render");
    graph = hs_doc_graph(doc, hs_doc_group(doc, doc->top, NULL, NULL), "graph",
                         title);
}

static void add_node(const char *name, double heat)
{
    hs_column_push(
        &graph->nodes,
        &(struct hs_doc_node){.name = name, .size = heat, .heat = heat});
}

static const char *render(const char *report)
{
    struct hs_column written = HS_COLUMN(char, &arena);
    struct hs_output out = {.write = collect, .to = &written};
    struct hs_err err = HS_ERR_NONE;

    CHECK(hs_report_named(report)->render(doc, &out, &err));
    hs_column_push(&written, "");
    return written.at;
}

/* How often WORD stands in TEXT. */
static size_t occurrences(const char *text, const char *word)
{
    size_t count = 0;

    for (; (text = strstr(text, word)); text++)
        count++;
    return count;
}

/* True if every tag is closed in order and nothing but text is between: what
 * an XML reader would insist on. */
static bool well_formed(const char *xml)
{
    const char *open[64];
    size_t depth = 0;

    for (const char *at = strchr(xml, '<'); at; at = strchr(at, '<')) {
        const char *end = strchr(at, '>');
        size_t size;

        if (!end)
            return false;
        size = strcspn(at + 1, " \n/>");
        if (!strncmp(at, "<!--", 4)) {
            end = strstr(at, "-->");
        } else if (at[1] == '/') {
            size = strcspn(at + 2, " >");
            if (depth == 0 || strncmp(open[--depth], at + 2, size))
                return false;
        } else if (at[1] != '?' && end[-1] != '/' && depth < 64) {
            open[depth++] = at + 1;
        }
        if (!end)
            return false;
        at = end;
    }
    return depth == 0;
}

TEST(a_document_without_a_graph_cannot_be_drawn)
{
    struct hs_output out = {.write = collect};
    struct hs_err err = HS_ERR_NONE;

    hs_arena_free(&arena);
    doc = hs_doc_new(&arena, "render");
    hs_doc_note(doc, hs_doc_group(doc, doc->top, NULL, NULL), "nothing");
    CHECK(!hs_report_named("svg")->render(doc, &out, &err));
    assert_int_equal(err.kind, HS_EUSAGE);
    CHECK(!hs_report_named("dot")->render(doc, &out, &err));
}

TEST(dot_says_what_the_document_says_of_nodes_and_edges)
{
    const char *dot;

    begin("A picture");
    add_node("main.main", 1);
    hs_column_push(&graph->nodes, &(struct hs_doc_node){.name = "rest",
                                                        .detail = "1 MiB\nof 2",
                                                        .heat = -1,
                                                        .marked = true,
                                                        .box = true});
    hs_column_push(&graph->edges, &(struct hs_doc_edge){.from = 0,
                                                        .to = 1,
                                                        .label = "7 B",
                                                        .weight = 1,
                                                        .bold = true,
                                                        .dashed = true});
    hs_column_push(&graph->edges, &(struct hs_doc_edge){.from = 0, .to = 9});
    dot = render("dot");
    CHECK(strstr(dot, "label=\"main.main\""));
    CHECK(strstr(dot, "label=\"rest\\n1 MiB\\nof 2\""));
    CHECK(strstr(dot, "peripheries=2"));
    CHECK(strstr(dot, "style=dashed"));
    CHECK(strstr(dot, "rankdir=LR"));
    CHECK(strstr(dot, "7 B"));
    assert_int_equal(occurrences(dot, "->"), 1); /* node 9 is not there */
}

static const char *const hostile[] = {
    "\"quoted\" \\N \\G a\\",
    "<b>bold</b>",
    "a && b &lt; &amp; &#65;",
    "line\nbreak\ttab",
    "\x1b[31mred",
    "bad \xff\xfe utf-8 \xc3",
    "日本語.(*型).方法",
    "--> ]]>",
    "\xee\x80\x80 private",
    "\\",
    "",
    "%s%n",
};

static void add_hostile(void)
{
    for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
        add_node(hostile[i], 0.5);
        hs_column_push(&graph->edges,
                       &(struct hs_doc_edge){
                           .from = 0, .to = (uint32_t)i, .label = hostile[i]});
    }
}

TEST(hostile_names_stay_text_in_dot)
{
    Agraph_t *read;
    Agnode_t *node;
    char name[] = "n2", label[] = "label";
    const char *dot;

    begin(hostile[0]);
    add_hostile();
    dot = render("dot");
    read = agmemread(dot);
    CHECK(read != NULL);
    assert_int_equal(agnnodes(read), sizeof(hostile) / sizeof(*hostile));
    node = agnode(read, name, 0);
    assert_string_equal(agget(node, label),
                        "a &amp;&amp; b &amp;lt; &amp;amp; &amp;#65;");
    node = agnode(read, (name[1] = '0', name), 0);
    assert_string_equal(agget(node, label), "\"quoted\" \\\\N \\\\G a\\\\");
    agclose(read);
}

TEST(hostile_names_stay_text_in_svg)
{
    const char *svg;

    begin("<title> & \"such\"");
    add_hostile();
    svg = render("svg");
    CHECK(well_formed(svg));
    CHECK(strstr(svg, "&lt;b&gt;bold&lt;/b&gt;"));
    CHECK(strstr(svg, ">a &amp;&amp; b &amp;lt; &amp;amp; &amp;#65;</text>"));
    CHECK(strstr(svg, "<title>&lt;title&gt; &amp; \"such\"</title>"));
    CHECK(strstr(svg, "\\x1b[31mred"));
    CHECK(strstr(svg, "日本語.(*型).方法"));
    CHECK(!strstr(svg, "\x1b"));
    CHECK(strstr(svg, ">? private</text>"));
    CHECK(!strstr(svg, "<!DOCTYPE"));
    CHECK(!strstr(svg, "<script"));
    CHECK(!strstr(svg, "transparent"));
}

TEST(svg_shows_the_full_name_under_the_pointer)
{
    static const char name[] =
        "github.com/acme/platform/services/orders/internal/store.(*Client).Quo";
    const char *svg;

    begin("t");
    add_node(name, 1);
    CHECK(strstr(render("dot"), name));
    svg = render("svg");
    CHECK(strstr(svg, name));
    CHECK(strstr(svg, ">(*Client).Quo</text>"));
}

TEST(no_line_of_a_label_ends_within_a_number)
{
    begin("t");
    add_node("9.3 KiB of type@0x71eca0 \xc3\x97"
             "2 996",
             1);
    CHECK(strstr(render("svg"), ">\xc3\x97"
                                "2 996</text>"));
}

TEST(a_name_of_10_kilobytes_is_drawn_small)
{
    char name[10241];

    begin("t");
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    add_node(name, 1);
    add_node("", 0);
    /* Once in full, for the pointer, and once shortened. */
    CHECK(strlen(render("dot")) < sizeof(name) + 2048);
    CHECK(well_formed(render("svg")));
}

TEST(eighty_nodes_are_drawn_alike_twice)
{
    const char *first;

    begin("eighty");
    graph->rank_down = true;
    for (unsigned i = 0; i < 80; i++) {
        add_node(hs_doc_printf(doc, "main.function%u", i), 1.0 / (i + 1));
        if (i > 0)
            hs_column_push(&graph->edges,
                           &(struct hs_doc_edge){.from = i / 3,
                                                 .to = i,
                                                 .label = "1 MiB",
                                                 .weight = 1.0 / i});
        if (i > 7)
            hs_column_push(&graph->edges,
                           &(struct hs_doc_edge){.from = i - i % 7, .to = i});
    }
    first = render("svg");
    CHECK(well_formed(first));
    assert_int_equal(occurrences(first, "class=\"node\""), 80);
    assert_string_equal(first, render("svg"));
    assert_string_equal(render("dot"), render("dot"));
}
