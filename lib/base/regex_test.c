/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex_test.c - expressions as users of Go write them.
 */
#include "base/regex.h"

#include "base/test.h"

static bool matches(const char *pattern, const char *text, size_t size)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    struct hs_regex *regex = hs_regex_compile(&arena, hs_str_of(pattern), &err);
    bool found = regex && hs_regex_match(regex, (struct hs_str){text, size});

    hs_arena_free(&arena);
    return found;
}

TEST(a_regex_is_searched_for_not_anchored)
{
    CHECK(matches("order\\.New|\\(\\*Client\\)", "a/order.NewSession", 18));
    CHECK(!matches("^New", "a/order.NewSession", 18));
    CHECK(matches("(?i)SESSION\\b", "a/order.NewSession", 18));
}

TEST(a_dollar_stands_for_the_very_end)
{
    CHECK(matches("a$", "a", 1));
    CHECK(!matches("a$", "a\n", 2));
}

TEST(a_regex_takes_any_bytes)
{
    CHECK(matches("b$", "a\0b", 3));
    CHECK(matches("b",
                  "\xff\xfe"
                  "b",
                  3));
    CHECK(!matches("a", NULL, 0));
}

TEST(a_bad_regex_says_where)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;

    CHECK(!hs_regex_compile(&arena, hs_str_of("ab(c"), &err));
    CHECK(err.kind == HS_EUSAGE && err.offset == 4);
    hs_arena_free(&arena);
}

TEST(an_explosive_regex_gives_up_and_then_sooner)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    struct hs_regex *regex =
        hs_regex_compile(&arena, hs_str_of("(a+)+$"), &err);
    size_t bytes;

    CHECK(regex);
    for (int i = 0; i < 20; i++)
        CHECK(!hs_regex_match(
            regex, hs_str_of("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")));
    bytes = arena.bytes;
    for (int i = 0; i < 20000; i++)
        CHECK(!hs_regex_match(
            regex, hs_str_of("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")));
    CHECK(arena.bytes == bytes);
    CHECK(hs_regex_match(regex, hs_str_of("aaa")));
    hs_arena_free(&arena);
}
