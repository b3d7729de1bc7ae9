/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_test.c - how documents read, every kind of block and hostile names.
 */
#include <stdbool.h>
#include <string.h>

#include "base/test.h"
#include "report/report.h"

static struct hs_arena arena;
static struct hs_document *doc;
static struct hs_column written;

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

static const char *render(int width, bool unicode, bool colour)
{
    struct hs_output out = {.write = collect,
                            .to = &written,
                            .width = width,
                            .unicode = unicode,
                            .colour = colour};
    struct hs_err err = HS_ERR_NONE;

    written = HS_COLUMN(char, &arena);
    CHECK(hs_report_named("text")->render(doc, &out, &err));
    hs_column_push(&written, "");
    return written.at;
}

static struct hs_value bytes(int64_t n)
{
    return hs_value_of(HS_UNIT_BYTES, n);
}

static struct hs_value count(int64_t n)
{
    return hs_value_of(HS_UNIT_COUNT, n);
}

static struct hs_value name(const char *text)
{
    return hs_value_name(text, strlen(text));
}

static const struct hs_doc_column holder_columns[] = {
    {"name", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
    {"retained_bytes", "alone", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {"owned_bytes", "with partners", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {"share", NULL, HS_UNIT_SHARE, HS_ROLE_HEAT},
    {"stack_bytes", "stacks", HS_UNIT_BYTES, HS_ROLE_PLAIN},
};

static void add_holders(const char *title)
{
    struct hs_block *table =
        hs_doc_table(doc, doc->top, "holders", title, holder_columns, 5);
    struct hs_value stacks = bytes(274412339);

    stacks.flags = HS_VALUE_ABOUT;
    hs_doc_row(doc, table,
               (struct hs_value[]){name("main.(*Client).Quote"),
                                   bytes(324848844), bytes(462422016),
                                   hs_value_share(0.907), stacks});
    hs_doc_row(doc, table,
               (struct hs_value[]){name("main.sessions"), bytes(19084083),
                                   bytes(19084083), hs_value_share(0.037),
                                   hs_value_null()});
    table->rows_left_out = 4123;
}

TEST(a_table_is_headed_by_its_title_and_aligned)
{
    begin();
    add_holders("Who holds it");
    assert_string_equal(
        render(0, true, false),
        "Who holds it                alone    with partners      stacks\n"
        "  main.(*Client).Quote  309.8 MiB  441.0 MiB 90.7%  ≈261.7 MiB\n"
        "  main.sessions          18.2 MiB   18.2 MiB  3.7%\n"
        "  ... and 4 123 more\n");
}

TEST(a_report_in_ascii_has_no_byte_above_127)
{
    const char *text;

    begin();
    add_holders("Größe × 日本");
    text = render(80, false, false);
    CHECK(strstr(text, "~261.7 MiB"));
    CHECK(strstr(text, "Gr\\u00f6\\u00dfe x \\u65e5\\u672c"));
    for (; *text; text++)
        CHECK(!(*text & 0x80));
}

static const struct hs_doc_column step_columns[] = {
    {"kind", NULL, HS_UNIT_TEXT, HS_ROLE_TEXT_ONLY},
    {"type", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
    {"address", NULL, HS_UNIT_ADDRESS, HS_ROLE_JSON_ONLY},
    {"via", NULL, HS_UNIT_TEXT, HS_ROLE_VIA},
    {"size", NULL, HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {"count", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
    {"retained_bytes", NULL, HS_UNIT_BYTES, HS_ROLE_PLAIN},
};

static void add_path(struct hs_block *group)
{
    struct hs_block *path =
        hs_doc_table(doc, group, "steps", "", step_columns, 7);
    struct hs_value null = hs_value_null();

    path->style = HS_TABLE_PATH;
    hs_doc_row(doc, path,
               (struct hs_value[]){hs_value_text("global"), name("main.cache"),
                                   null, hs_value_text(""), null, null,
                                   bytes(9646899)})
        ->text_only = true;
    hs_doc_row(doc, path,
               (struct hs_value[]){
                   null, name("github.com/acme/platform/cache.HeavyStruct"),
                   hs_value_address(0xc000012000),
                   hs_value_text("[\"key-17\"]  and 19 999 more like it"),
                   bytes(48), count(20000), bytes(9332326)});
    hs_doc_row(doc, path,
               (struct hs_value[]){null, name("[]uint8"),
                                   hs_value_address(0xc000014000),
                                   hs_value_text(".Data"), bytes(320), count(1),
                                   bytes(6396313)});
}

TEST(a_path_shows_the_reference_that_leads_to_each_step)
{
    begin();
    add_path(doc->top);
    assert_string_equal(
        render(0, true, false),
        "┬── global  main.cache                                        9.2 "
        "MiB\n"
        "│      [\"key-17\"]  and 19 999 more like it\n"
        "├─  github.com/acme/platform/cache.HeavyStruct  48 B ×20 000  8.9 "
        "MiB\n"
        "│      .Data\n"
        "╰→  []uint8  320 B                                            6.1 "
        "MiB\n");
}
