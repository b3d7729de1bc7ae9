/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart_test.c - charts as text, as JSON and as SVG.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "report/chart.h"
#include "report/report.h"

static struct hs_arena arena;
static struct hs_document *doc;
static struct hs_block *chart;

static const struct hs_doc_column columns[] = {
    {"t_ns", NULL, HS_UNIT_NANOS, HS_ROLE_PLAIN},
    {"live", "live", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {"goal", "goal", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {"gc", "collections", HS_UNIT_BOOL, HS_ROLE_TEXT_ONLY},
};

static bool collect(void *to, const void *bytes, size_t size)
{
    if (size)
        memcpy(hs_column_extend(to, size), bytes, size);
    return true;
}

static void begin(const char *title)
{
    hs_arena_free(&arena);
    doc = hs_doc_new(&arena, "timeline");
    chart = hs_doc_chart(doc, doc->top, "heap", title, columns, 4);
}

static struct hs_value number(int64_t bytes)
{
    return bytes < 0 ? hs_value_null() : hs_value_of(HS_UNIT_BYTES, bytes);
}

/* Negative numbers stand for null. */
static struct hs_doc_row *add(int64_t t, int64_t live, int64_t goal, bool gc)
{
    return hs_doc_row(doc, chart,
                      (struct hs_value[]){hs_value_of(HS_UNIT_NANOS, t),
                                          number(live), number(goal),
                                          hs_value_bool(gc)});
}

static const char *render(const char *report, int width, bool unicode)
{
    struct hs_column written = HS_COLUMN(char, &arena);
    struct hs_output out = {
        .write = collect, .to = &written, .width = width, .unicode = unicode};
    struct hs_err err = HS_ERR_NONE;

    CHECK(hs_report_named(report)->render(doc, &out, &err));
    hs_column_push(&written, "");
    return written.at;
}

/* A saw: up to 4 KiB, down to 1 KiB. */
static void add_saw(void)
{
    for (int i = 0; i < 16; i++)
        add(i * 1000, 1024 * (1 + i % 4), i < 8 ? -1 : 6144, i % 4 == 3);
}

TEST(a_chart_is_drawn_in_eighths_of_a_line)
{
    begin("Heap");
    add_saw();
    assert_string_equal(render("text", 30, true),
                        "Heap\n"
                        "  6.0 KiB ┤          ·········\n"
                        "          │\n"
                        "          │   ▅▅▅  ▅▅▅  ▅▅▅  ▅\n"
                        "          │  ▄███ ▄███ ▄███ ▄█\n"
                        "          │ ▃████▃████▃████▃██\n"
                        "          │▁██████████████████\n"
                        "          │███████████████████\n"
                        "      0 B └───┴────┴────┴────┴\n"
                        "           0 ns        15.0 µs\n"
                        "           █ live  · goal  ┴ collections\n");
}

TEST(a_chart_is_drawn_in_ascii_where_nothing_else_can_be_shown)
{
    begin("Heap");
    add_saw();
    assert_string_equal(render("text", 30, false),
                        "Heap\n"
                        "  6.0 KiB +          ---------\n"
                        "          |\n"
                        "          |   :::  :::  :::  :\n"
                        "          |  :### :### :### :#\n"
                        "          | .####.####.####.##\n"
                        "          |.##################\n"
                        "          |###################\n"
                        "      0 B +---^----^----^----^\n"
                        "           0 ns        15.0 us\n"
                        "           # live  - goal  ^ collections\n");
}

TEST(a_chart_with_no_room_or_no_numbers_is_left_out)
{
    begin("Heap");
    add_saw();
    assert_string_equal(render("text", 14, true), "Heap\n");
    begin("Heap");
    add(5, 5, 5, false);
    assert_string_equal(render("text", 80, true), "");
}

TEST(a_chart_of_nothing_but_zeroes_is_a_flat_line)
{
    double steps[4];
    struct hs_chart known;

    begin("Heap");
    add(0, 0, -1, false);
    add(9, 0, -1, false);
    known = hs_chart_of(chart);
    assert_null(known.highest);
    hs_chart_steps(&known, 1, steps, 4);
    for (int i = 0; i < 4; i++)
        CHECK(steps[i] >= 0 && steps[i] <= 0);
    CHECK(strstr(render("text", 40, true), "0 B └") != NULL);
    CHECK(strstr(render("svg", 0, true), "</svg>") != NULL);
}

TEST(a_step_of_a_chart_has_its_highest_number_or_the_last_before)
{
    double steps[5];
    struct hs_chart known;

    begin("Heap");
    add(0, -1, -1, false);
    add(20, 3, -1, false);
    add(25, 9, -1, true);
    add(30, 4, -1, false);
    add(100, -1, -1, false);
    known = hs_chart_of(chart);
    hs_chart_steps(&known, 1, steps, 5);
    CHECK(isnan(steps[0]));
    CHECK(steps[1] >= 9 && steps[1] <= 9);
    CHECK(steps[2] >= 4 && steps[2] <= 4);
    CHECK(steps[4] >= 4 && steps[4] <= 4);
    hs_chart_steps(&known, 3, steps, 5);
    CHECK(isnan(steps[0]) && !isnan(steps[1]) && isnan(steps[2]));
    hs_chart_steps(&known, 2, steps, 5);
    CHECK(isnan(steps[4]));
}

TEST(a_chart_is_an_array_of_rows_in_json)
{
    begin("Heap");
    add(7, 1024, -1, true);
    add(9, 2048, 4096, false)->text_only = true;
    add(9, 2048, 4096, false);
    CHECK(strstr(render("json", 0, true),
                 "\"heap\": [\n"
                 "    {\"t_ns\": 7, \"live\": 1024, \"goal\": null},\n"
                 "    {\"t_ns\": 9, \"live\": 2048, \"goal\": 4096}\n"
                 "  ]") != NULL);
}

TEST(charts_are_drawn_as_svg_with_their_titles_escaped)
{
    const char *svg;

    begin("<Heap> & \x1b more");
    add_saw();
    svg = render("svg", 0, true);
    CHECK(strstr(svg, "&lt;Heap&gt; &amp; \\x1b more") != NULL);
    CHECK(strstr(svg, "6.0 KiB") && strstr(svg, "4.0 KiB"));
    CHECK(strstr(svg, "nan") == NULL && strstr(svg, "inf") == NULL);
    CHECK(strstr(svg, "fill-opacity") != NULL);
}
