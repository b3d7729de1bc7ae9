/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_test.c - texts from strangers: valid, wide, shown, shortened.
 */
#include "base/text.h"

#include <stdbool.h>
#include <string.h>

#include "base/test.h"

static struct hs_arena arena;

static const char *string(struct hs_str text)
{
    return hs_arena_copy(&arena, text.text, text.size);
}

static const char *clean(const char *text)
{
    return string(hs_text_clean(&arena, hs_str_of(text)));
}

static const char *shortened(const char *name, size_t width)
{
    return string(hs_text_shorten(&arena, hs_str_of(name), width, "…"));
}

static bool is_utf8(const char *bytes)
{
    struct hs_str text = hs_str_of(bytes);
    size_t at = 0;
    int32_t code = hs_text_next(text, &at);

    return code >= 0 && at == text.size;
}

TEST(utf8_has_one_form_for_each_character)
{
    CHECK(is_utf8("a"));
    CHECK(is_utf8("\xc2\x80"));
    CHECK(is_utf8("\xed\x9f\xbf"));
    CHECK(is_utf8("\xf4\x8f\xbf\xbf"));
    CHECK(!is_utf8("\xc0\x80"));
    CHECK(!is_utf8("\xc1\xbf"));
    CHECK(!is_utf8("\xe0\x9f\xbf"));
    CHECK(!is_utf8("\xed\xa0\x80"));
    CHECK(!is_utf8("\xf0\x8f\xbf\xbf"));
    CHECK(!is_utf8("\xf4\x90\x80\x80"));
    CHECK(!is_utf8("\xf5\x80\x80\x80"));
    CHECK(!is_utf8("\x80"));
    CHECK(!is_utf8("\xe6\x97"));
    CHECK(!is_utf8("\xe6\x41\x41"));
}

TEST(every_code_point_comes_back_from_utf8)
{
    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        struct hs_column chars = HS_COLUMN(char, &arena);
        size_t at = 0;

        if (code == 0xd800)
            code = 0xe000;
        hs_text_push(&chars, code);
        assert_int_equal(
            hs_text_next((struct hs_str){chars.at, chars.count}, &at), code);
        assert_int_equal(at, chars.count);
        hs_arena_reset(&arena);
    }
}

TEST(width_is_what_a_terminal_takes)
{
    assert_int_equal(hs_text_width(hs_str_of("main.T")), 6);
    assert_int_equal(hs_text_width(hs_str_of("日本")), 4);
    assert_int_equal(hs_text_width(hs_str_of("e\u0301")), 1);
    assert_int_equal(hs_text_width(hs_str_of("│≈×…")), 4);
    assert_int_equal(hs_text_width(hs_str_of("🙂한ｶ")), 5);
    assert_int_equal(hs_text_width(hs_str_of("\xff\xe6")), 2);
}

TEST(repair_leaves_good_text_where_it_is)
{
    struct hs_str good = hs_str_of("日本 \x1b");

    CHECK(hs_text_repair(&arena, good).text == good.text);
    assert_string_equal(
        string(hs_text_repair(&arena, hs_str_of("a\xff z\xe6\x97"))),
        "a\uFFFD z\uFFFD\uFFFD");
}

TEST(clean_text_has_no_control_characters)
{
    struct hs_str good = hs_str_of("main.(*T).日本 ≈");

    CHECK(hs_text_clean(&arena, good).text == good.text);
    assert_string_equal(clean("a\n\t\x1b[0m\x7f"), "a\\n\\t\\x1b[0m\\x7f");
    assert_string_equal(clean("\xff\xc2\x9b"), "\\xff\\u009b");
    assert_string_equal(clean("\u202e\u2066\ufeff"), "\\u202e\\u2066\\ufeff");
    assert_string_equal(
        string(hs_text_clean(&arena, (struct hs_str){"\0x", 2})), "\\x00x");
    assert_string_equal(clean("\U000e0041"), "\\U000e0041");
}

TEST(short_names_stay_as_they_are)
{
    struct hs_str name = hs_str_of("github.com/acme/orders.T");

    CHECK(hs_text_shorten(&arena, name, 24, "…").text == name.text);
}

TEST(folders_of_a_package_path_go_first)
{
    static const char name[] =
        "github.com/acme/platform/services/orders.(*Client).Quote";

    assert_string_equal(shortened(name, 50),
                        "github.com/…/services/orders.(*Client).Quote");
    assert_string_equal(shortened(name, 40),
                        "github.com/…/orders.(*Client).Quote");
    assert_string_equal(shortened(name, 30), "…/orders.(*Client).Quote");
    assert_string_equal(shortened(name, 5), "…/orders.(*Client).Quote");
    assert_string_equal(shortened("/home/ci/src/acme/orders/client.go", 20),
                        "/…/orders/client.go");
}

TEST(a_version_is_no_name)
{
    assert_string_equal(
        shortened("github.com/acme/orders/v2.(*Client).Get", 20),
        "…/orders/v2.(*Client).Get");
}

TEST(the_longest_path_of_several_gives_way)
{
    static const char map[] = "map[github.com/acme/platform/keys.Key]"
                              "*github.com/acme/model.Order";

    assert_string_equal(
        shortened(map, 60),
        "map[github.com/…/keys.Key]*github.com/acme/model.Order");
    assert_string_equal(shortened(map, 26), "map[…/keys.Key]*…/model.Order");
}

TEST(type_arguments_go_before_a_method)
{
    static const char name[] = "github.com/acme/cache.(*Cache[go.shape.string,"
                               "*github.com/acme/model.Order]).Put";

    assert_string_equal(shortened(name, 24), "…/cache.(*Cache[…]).Put");
    assert_string_equal(shortened("[8]map[string]chan main.Message", 4),
                        "[8]map[string]chan main.Message");
}

TEST(what_is_left_is_cut_only_beyond_all_reason)
{
    char name[5001];
    const char *text;

    memset(name, 'x', 5000);
    name[5000] = '\0';
    memcpy(name, "main.", 5);
    memcpy(name + 4990, ".(*T).Last", 10);
    text = shortened(name, 30);
    assert_int_equal(hs_text_width(hs_str_of(text)), HS_TEXT_IDENTITY);
    CHECK(strstr(text, "main.xxx") == text);
    CHECK(strstr(text, "x.(*T).Last"));
    memset(name, '/', 5000);
    CHECK(hs_text_width(hs_str_of(shortened(name, 30))) <= HS_TEXT_IDENTITY);
    memset(name, '[', 5000);
    CHECK(hs_text_width(hs_str_of(shortened(name, 30))) <= HS_TEXT_IDENTITY);
}

TEST(wide_characters_are_never_cut_in_two)
{
    char name[301] = "";
    struct hs_str text;
    size_t at = 0;

    for (size_t i = 0; i < 100; i++)
        memcpy(name + 3 * i, "日", 3);
    text = hs_str_of(shortened(name, 61));
    CHECK(hs_text_width(text) <= 61);
    while (at < text.size)
        CHECK(hs_text_next(text, &at) >= 0);
}

TEST(any_bytes_become_a_text_that_can_be_shown)
{
    static const char alphabet[] =
        "ab/.*()[]{}, \\\"v2map\x1b\xff\xe6\x97\xa5\n";
    uint32_t random = 1;

    for (unsigned round = 0; round < 20000; round++) {
        size_t size = round % 90, width = round % 37, at = 0;
        struct hs_str text;
        char bytes[96];

        for (size_t i = 0; i < size; i++) {
            random = random * 1664525 + 1013904223;
            bytes[i] = alphabet[(random >> 16) % (sizeof(alphabet) - 1)];
        }
        text = hs_text_clean(&arena, (struct hs_str){bytes, size});
        text = hs_text_shorten(&arena, text, width, "...");
        CHECK(hs_text_width(text) <= HS_TEXT_IDENTITY);
        while (at < text.size)
            CHECK(hs_text_next(text, &at) >= ' ');
        hs_arena_reset(&arena);
    }
}
