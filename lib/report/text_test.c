/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_test.c - how documents read, every kind of block and hostile names.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "base/text.h"
#include "report/report.h"
#include "report/stream.h"

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

static const struct hs_doc_column memory_columns[] = {
    {"what", NULL, HS_UNIT_TEXT, HS_ROLE_PLAIN},
    {"bytes", "1.02 GiB from the OS", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {NULL, NULL, HS_UNIT_TEXT, HS_ROLE_PLAIN},
};

static const struct hs_doc_column tree_columns[] = {
    {"retained_bytes", "retained", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {"share", NULL, HS_UNIT_SHARE, HS_ROLE_HEAT},
    {"objects", "objects", HS_UNIT_COUNT, HS_ROLE_PLAIN},
    {"name", "name", HS_UNIT_NAME, HS_ROLE_PLAIN},
};

static void add_branch(struct hs_block *tree, unsigned depth, const char *what,
                       int64_t size)
{
    hs_doc_row(doc, tree,
               (struct hs_value[]){bytes(size),
                                   hs_value_share((double)size / 5e8),
                                   count(size / 48), name(what)})
        ->depth = depth;
}

static void add_screen(void)
{
    struct hs_block *table, *list, *item;

    hs_doc_field(doc, doc->top, NULL, "app",
                 hs_value_text("go1.24.4  orders  vcs 3f9c1e2"));
    hs_doc_field(doc, doc->top, NULL, "heap.dump",
                 hs_value_text("go1.24.4, complete, 41 210 goroutines"));
    hs_doc_field(doc, doc->top, "hidden", NULL, hs_value_text("for programs"));
    table = hs_doc_table(doc, doc->top, "process", "Where the memory is",
                         memory_columns, 3);
    hs_doc_row(doc, table,
               (struct hs_value[]){hs_value_text("live heap"), bytes(509717709),
                                   hs_value_text("shares below are of this")});
    hs_doc_row(doc, table,
               (struct hs_value[]){hs_value_text("goroutine stacks"), bytes(48),
                                   hs_value_null()});
    add_holders("Who holds it");
    table = hs_doc_table(doc, doc->top, "tree", "The dominator tree",
                         tree_columns, 4);
    table->style = HS_TABLE_TREE;
    add_branch(table, 0, "heap", 500000000);
    add_branch(table, 1, "main", 400000000);
    add_branch(table, 2, "main.cache", 300000000);
    add_branch(table, 3,
               "github.com/acme/platform/services/orders/store.(*Shard).items",
               200000000);
    add_branch(table, 2, "main.sessions", 90000000);
    add_branch(table, 1, "goroutines", 1000000);
    list = hs_doc_list(doc, doc->top, "suspects", "");
    item = hs_doc_group(doc, list, NULL,
                        "1 LIKELY goroutine-pileup: 10 012 calls of "
                        "main.(*Client).Quote wait for the network");
    hs_doc_field(doc, item, "heap", "heap", bytes(462422016));
    hs_doc_field(doc, item, "stacks", "stacks", bytes(1024));
    hs_doc_field(doc, item, "limit", "limit", hs_value_null());
    hs_doc_field(doc, item, "advice", "do",
                 hs_value_text("set http.Client.Timeout or a deadline of the "
                               "context at client.go:88, then look again"));
    add_path(item);
    hs_doc_note(doc, doc->top,
                "These are allocation paths, not references: a heap dump "
                "names the holder, see heapscope help capture.");
}

static void make_item(struct hs_document *of, struct hs_block *list,
                      uint64_t number, void *context)
{
    const char *const *labels = context;
    struct hs_block *item = hs_doc_group(
        of, list, NULL, hs_doc_printf(of, "item %u", (unsigned)number));

    hs_doc_field(of, item, "label", labels[number], bytes(1024));
    hs_doc_field(of, item, "other", "other", bytes(1 << (10 * number)));
}

TEST(the_items_of_a_stream_read_like_any_others)
{
    const char *labels[] = {"a label of length", "b", "c"};

    begin();
    hs_doc_stream(doc, hs_doc_list(doc, doc->top, "items", ""), 3, make_item,
                  labels);
    hs_doc_note(doc, doc->top, "A note.");
    assert_string_equal(render(76, true, false),
                        "item 0\n"
                        "  a label of length  1.0 KiB\n"
                        "  other                  1 B\n"
                        "\n"
                        "item 1\n"
                        "  b      1.0 KiB\n"
                        "  other  1.0 KiB\n"
                        "\n"
                        "item 2\n"
                        "  c      1.0 KiB\n"
                        "  other  1.0 MiB\n"
                        "\n"
                        "A note.\n");
}

static void make_branch(struct hs_document *of, struct hs_block *tree,
                        uint64_t number, void *made)
{
    unsigned n = (unsigned)number;

    ++*(unsigned *)made;
    CHECK(of == doc && !tree->first_row);
    add_branch(tree, n % 4, hs_doc_printf(of, "node %u", n), 100 << n);
}

/* A tree of 12 rows, streamed or not, at WIDTH. */
static const char *render_tree(bool streamed, int width, unsigned *made)
{
    struct hs_block *tree;

    begin();
    tree = hs_doc_table(doc, doc->top, "t", "Tree", tree_columns, 4);
    tree->style = HS_TABLE_TREE;
    *made = 0;
    if (streamed)
        hs_doc_stream(doc, tree, 12, make_branch, made);
    for (unsigned n = 0; n < 12 && !streamed; n++)
        add_branch(tree, n % 4, hs_doc_printf(doc, "node %u", n), 100 << n);
    return render(width, true, false);
}

TEST(streamed_rows_read_like_any_others)
{
    for (int width = 0; width < 60; width += 29) {
        unsigned made;
        char *plain = strdup(render_tree(false, width, &made));
        const char *streamed = render_tree(true, width, &made);

        CHECK(strstr(streamed, "node 11"));
        assert_string_equal(streamed, plain);
        CHECK(made >= 12);
        free(plain);
    }
}

TEST(a_screen_reads_as_it_should)
{
    begin();
    add_screen();
    /* clang-format off */
    assert_string_equal(render(76, true, false),
"app        go1.24.4  orders  vcs 3f9c1e2\n"
"heap.dump  go1.24.4, complete, 41 210 goroutines\n"
"\n"
"Where the memory is  1.02 GiB from the OS\n"
"  live heap                     486.1 MiB  shares below are of this\n"
"  goroutine stacks                   48 B\n"
"\n"
"Who holds it                alone    with partners      stacks\n"
"  main.(*Client).Quote  309.8 MiB  441.0 MiB 90.7%  ≈261.7 MiB\n"
"  main.sessions          18.2 MiB   18.2 MiB  3.7%\n"
"  ... and 4 123 more\n"
"\n"
"The dominator tree\n"
"          retained     objects  name\n"
"  476.8 MiB 100.0%  10 416 666  heap\n"
"  381.5 MiB  80.0%   8 333 333  ├─ main\n"
"  286.1 MiB  60.0%   6 250 000  │  ├─ main.cache\n"
"  190.7 MiB  40.0%   4 166 666  │  │  ╰─ github.com/…/store.(*Shard).items\n"
"   85.8 MiB  18.0%   1 875 000  │  ╰─ main.sessions\n"
"  976.6 KiB   0.2%      20 833  ╰─ goroutines\n"
"\n"
"1 LIKELY goroutine-pileup: 10 012 calls of main.(*Client).Quote wait for\n"
"  the network\n"
"  heap    441.0 MiB\n"
"  stacks    1.0 KiB\n"
"  limit   unknown\n"
"  do      set http.Client.Timeout or a deadline of the context at\n"
"          client.go:88, then look again\n"
"  ┬── global  main.cache                                        9.2 MiB\n"
"  │      [\"key-17\"]  and 19 999 more like it\n"
"  ├─  github.com/acme/platform/cache.HeavyStruct  48 B ×20 000  8.9 MiB\n"
"  │      .Data\n"
"  ╰→  []uint8  320 B                                            6.1 MiB\n"
"\n"
"These are allocation paths, not references: a heap dump names the holder,\n"
"see heapscope help capture.\n");
    /* clang-format on */
}

TEST(a_screen_of_60_columns_in_ascii_shortens_names_and_folds_words)
{
    begin();
    add_screen();
    /* clang-format off */
    assert_string_equal(render(60, false, false),
"app        go1.24.4  orders  vcs 3f9c1e2\n"
"heap.dump  go1.24.4, complete, 41 210 goroutines\n"
"\n"
"Where the memory is  1.02 GiB from the OS\n"
"  live heap                     486.1 MiB  shares below are\n"
"                                           of this\n"
"  goroutine stacks                   48 B\n"
"\n"
"Who holds it               alone   with partners     stacks\n"
"  main.(*Client).Quote 309.8 MiB 441.0 MiB 90.7% ~261.7 MiB\n"
"  main.sessions         18.2 MiB  18.2 MiB  3.7%\n"
"  ... and 4 123 more\n"
"\n"
"The dominator tree\n"
"          retained     objects  name\n"
"  476.8 MiB 100.0%  10 416 666  heap\n"
"  381.5 MiB  80.0%   8 333 333  | main\n"
"  286.1 MiB  60.0%   6 250 000  || main.cache\n"
"  190.7 MiB  40.0%   4 166 666  ||` .../store.(*Shard).items\n"
"   85.8 MiB  18.0%   1 875 000  |` main.sessions\n"
"  976.6 KiB   0.2%      20 833  ` goroutines\n"
"\n"
"1 LIKELY goroutine-pileup: 10 012 calls of\n"
"  main.(*Client).Quote wait for the network\n"
"  heap    441.0 MiB\n"
"  stacks    1.0 KiB\n"
"  limit   unknown\n"
"  do      set http.Client.Timeout or a deadline of the\n"
"          context at client.go:88, then look again\n"
"  +-- global  main.cache                   9.2 MiB\n"
"  |      [\"key-17\"]  and 19 999 more like it\n"
"  |-  .../cache.HeavyStruct  48 B x20 000  8.9 MiB\n"
"  |      .Data\n"
"  `>  []uint8  320 B                       6.1 MiB\n"
"\n"
"These are allocation paths, not references: a heap dump\n"
"names the holder, see heapscope help capture.\n");
    /* clang-format on */
}

/* Columns of the line that AT is in, up to WORD. */
static size_t column_of(const char *text, const char *word)
{
    const char *at = strstr(text, word), *start = at;

    CHECK(at != NULL);
    while (start > text && start[-1] != '\n')
        start--;
    return hs_text_width((struct hs_str){start, (size_t)(at - start)});
}

static const struct hs_doc_column two_columns[] = {
    {"name", "name", HS_UNIT_NAME, HS_ROLE_PLAIN},
    {"count", "count", HS_UNIT_COUNT, HS_ROLE_PLAIN},
};

static void add_two(struct hs_block *table, const char *what, int64_t n)
{
    hs_doc_row(doc, table, (struct hs_value[]){name(what), count(n)});
}

TEST(wide_and_combining_characters_do_not_break_the_columns)
{
    struct hs_block *table;
    const char *text;

    begin();
    table = hs_doc_table(doc, doc->top, "t", "", two_columns, 2);
    add_two(table, "plain.Name", 111);
    add_two(table, "日本.型", 222);
    add_two(table, "cafe\u0301.T", 333);
    add_two(table, "🙂.Smile", 444);
    text = render(0, true, false);
    assert_int_equal(column_of(text, "222"), column_of(text, "111"));
    assert_int_equal(column_of(text, "333"), column_of(text, "111"));
    assert_int_equal(column_of(text, "444"), column_of(text, "111"));
}

TEST(hostile_names_cannot_reach_the_terminal)
{
    struct hs_block *table;
    const char *text;

    begin();
    hs_doc_field(doc, doc->top, "k", "a\x1b]0;title\x07",
                 hs_value_text("b\x1b[2J"));
    hs_doc_note(doc, hs_doc_group(doc, doc->top, NULL, "g\r\n\x9b"), "n\x07\b");
    table = hs_doc_table(doc, doc->top, "t", "t\x1b[1m", two_columns, 2);
    add_two(table, "x\x1b[31m\ny\xff\u202e", 7);
    text = render(0, true, false);
    CHECK(strstr(text, "x\\x1b[31m\\ny\\xff\\u202e"));
    for (const char *at = text; *at; at++)
        CHECK(*at == '\n' || (unsigned char)*at >= ' ');
    CHECK(!strstr(text, "\xff"));
    CHECK(!strstr(text, "\u202e"));
    CHECK(!strstr(text, "\x9b"));
}

TEST(a_name_of_10_kilobytes_leaves_the_other_rows_alone)
{
    struct hs_block *table;
    char huge[10241];

    begin();
    memset(huge, 'x', sizeof(huge) - 1);
    huge[sizeof(huge) - 1] = '\0';
    table = hs_doc_table(doc, doc->top, "t", "", two_columns, 2);
    add_two(table, huge, 1);
    add_two(table, "small", 22);
    CHECK(strstr(render(0, true, false), huge));
    CHECK(column_of(render(0, true, false), "22") < 110);
    CHECK(strlen(render(80, true, false)) < 300);
}

TEST(a_table_that_fits_in_no_way_still_shows_its_numbers)
{
    struct hs_block *table;

    begin();
    table = hs_doc_table(doc, doc->top, "t", "", two_columns, 2);
    add_two(table, "github.com/acme/orders.(*Client).QuoteEverything", 123456);
    CHECK(strstr(render(20, true, false),
                 "…/orders.(*Client).QuoteEverything  123 456\n"));
}

static const struct hs_doc_column worded_columns[] = {
    {"name", "name", HS_UNIT_NAME, HS_ROLE_PLAIN},
    {"words", "words", HS_UNIT_TEXT, HS_ROLE_PLAIN},
    {"count", "count", HS_UNIT_COUNT, HS_ROLE_PLAIN},
};

TEST(words_in_a_table_are_folded_where_the_terminal_ends)
{
    struct hs_block *table;

    begin();
    table = hs_doc_table(doc, doc->top, "t", "", worded_columns, 3);
    hs_doc_row(doc, table,
               (struct hs_value[]){name("main.T"),
                                   hs_value_text("some words that are far too "
                                                 "many for a narrow terminal"),
                                   count(7)});
    hs_doc_row(
        doc, table,
        (struct hs_value[]){name("main.U"), hs_value_text("few"), count(8)});
    hs_doc_row(doc, table,
               (struct hs_value[]){name("main.V"), hs_value_null(), count(9)});
    assert_string_equal(render(40, true, false),
                        "name    words                      count\n"
                        "main.T  some words that are far        7\n"
                        "        too many for a narrow\n"
                        "        terminal\n"
                        "main.U  few                            8\n"
                        "main.V                                 9\n");
}

static const struct hs_doc_column site_columns[] = {
    {"function", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
    {"line", "line", HS_UNIT_TEXT, HS_ROLE_PLAIN},
    {"bytes", "in use", HS_UNIT_BYTES, HS_ROLE_PLAIN},
    {"objects", "objects", HS_UNIT_COUNT, HS_ROLE_PLAIN},
    {"caller", "called from", HS_UNIT_NAME, HS_ROLE_PLAIN},
};

static void add_sites(void)
{
    struct hs_block *table =
        hs_doc_table(doc, doc->top, "sites", "Sites", site_columns, 5);

    hs_doc_row(doc, table,
               (struct hs_value[]){name("encoding/json.(*Decoder).refill"),
                                   hs_value_text("stream.go:161"),
                                   bytes(5 << 20), count(21846),
                                   name("main.upload main.go:67")});
    hs_doc_row(doc, table,
               (struct hs_value[]){name("main.work"),
                                   hs_value_text("a-very-long-file.go:71"),
                                   bytes(1 << 10), count(3), name("")});
}

TEST(a_last_column_of_names_hangs_below_when_the_rest_fills_the_terminal)
{
    begin();
    add_sites();
    /* clang-format off */
    assert_string_equal(render(80, false, false),
"Sites                              line                     in use  objects\n"
"  encoding/json.(*Decoder).refill  stream.go:161           5.0 MiB   21 846\n"
"      called from main.upload main.go:67\n"
"  main.work                        a-very-long-file.go:71  1.0 KiB        3\n");
    /* clang-format on */
}

TEST(a_tree_has_shorter_branches_in_a_narrow_terminal)
{
    struct hs_block *tree;

    begin();
    tree = hs_doc_table(doc, doc->top, "t", "", tree_columns, 4);
    tree->style = HS_TABLE_TREE;
    for (unsigned depth = 0; depth < 5; depth++)
        add_branch(tree, depth, "main.(*Shard).item", 1 << 20);
    add_branch(tree, 2, "main.(*Shard).last", 1 << 20);
    /* clang-format off */
    assert_string_equal(render(52, true, false),
"    retained  objects  name\n"
"1.0 MiB 0.2%   21 845  main.(*Shard).item\n"
"1.0 MiB 0.2%   21 845  ╰ main.(*Shard).item\n"
"1.0 MiB 0.2%   21 845    ├ main.(*Shard).item\n"
"1.0 MiB 0.2%   21 845    │ ╰ main.(*Shard).item\n"
"1.0 MiB 0.2%   21 845    │   ╰ main.(*Shard).item\n"
"1.0 MiB 0.2%   21 845    ╰ main.(*Shard).last\n");
    /* clang-format on */
    CHECK(strstr(render(46, true, false), "21 845   ├ main.(*Shard).item\n"));
    CHECK(strstr(render(46, true, false), "21 845   │ ╰ main.(*Shard).item\n"));
    CHECK(strstr(render(60, true, false), "╰─ main.(*Shard).last\n"));
}

TEST(columns_move_closer_where_that_makes_a_table_fit)
{
    begin();
    add_sites();
    /* clang-format off */
    assert_string_equal(render(68, false, false),
"Sites                        line                    in use objects\n"
"  .../json.(*Decoder).refill stream.go:161          5.0 MiB  21 846\n"
"      called from main.upload main.go:67\n"
"  main.work                  a-very-long-file.go:71 1.0 KiB       3\n");
    /* clang-format on */
}

TEST(an_empty_table_with_a_title_says_none)
{
    begin();
    hs_doc_table(doc, doc->top, "t", "Suspects", two_columns, 2);
    hs_doc_table(doc, doc->top, "u", "", two_columns, 2);
    assert_string_equal(render(0, true, false), "Suspects\n  none\n");
}

TEST(numbers_say_whether_they_are_exact)
{
    struct hs_value about = hs_value_delta(HS_UNIT_BYTES, 2048);
    struct hs_value share = hs_value_share(-0.05);

    begin();
    about.flags |= HS_VALUE_ABOUT | HS_VALUE_AT_LEAST;
    share.flags |= HS_VALUE_SIGNED;
    hs_doc_field(doc, doc->top, "a", "a", about);
    hs_doc_field(doc, doc->top, "b", "b", share);
    hs_doc_field(doc, doc->top, "c", "c", hs_value_delta(HS_UNIT_COUNT, -1234));
    hs_doc_field(doc, doc->top, "d", "d", hs_value_delta(HS_UNIT_COUNT, 0));
    hs_doc_field(doc, doc->top, "e", "e", hs_value_bool(true));
    hs_doc_field(doc, doc->top, "f", "f", hs_value_address(0xc000ULL));
    hs_doc_field(doc, doc->top, "g", "g", hs_value_number(1.5));
    assert_string_equal(render(0, true, false), "a  ≈≥+2.0 KiB\n"
                                                "b  -5.0%\n"
                                                "c  -1 234\n"
                                                "d       0\n"
                                                "e  yes\n"
                                                "f  0xc000\n"
                                                "g  1.5\n");
}

TEST(a_tree_of_any_depth_is_drawn_in_bounded_width)
{
    struct hs_block *tree;

    begin();
    tree = hs_doc_table(doc, doc->top, "t", "", tree_columns, 4);
    tree->style = HS_TABLE_TREE;
    for (unsigned depth = 0; depth < 5000; depth++)
        add_branch(tree, depth, "node", 1);
    CHECK(strstr(render(0, true, false), "╰─ [4999] node\n"));
    CHECK(strlen(render(0, true, false)) < 5000 * 200);
}

TEST(colour_is_only_in_a_report_that_may_have_it)
{
    begin();
    add_screen();
    CHECK(!strstr(render(0, true, false), "\x1b"));
    CHECK(strstr(render(0, true, true), "\x1b[1mWho holds it\x1b[0m"));
    CHECK(strstr(render(0, true, true), "\x1b[1;31m90.7%\x1b[0m"));
}
