/* SPDX-License-Identifier: Apache-2.0 */
/* intern_test.c - equal texts have one number, others another. */
#include "base/intern.h"

#include <stdio.h>

#include "base/test.h"

TEST(interned_texts_are_numbered_in_order_and_survive_growth)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_intern intern;
    char text[32];

    hs_intern_init(&intern, &arena, &arena);
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 5000; i++) {
            snprintf(text, sizeof(text), "text %u", i);
            CHECK(hs_intern_add(&intern, hs_str_of(text)) == i);
        }
    CHECK(intern.texts.count == 5000);
    CHECK(hs_str_equal(hs_intern_text(&intern, 17), hs_str_of("text 17")));
    hs_arena_free(&arena);
}

TEST(a_nul_and_the_empty_text_are_texts_too)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_intern intern;

    hs_intern_init(&intern, &arena, &arena);
    CHECK(hs_intern_add(&intern, hs_str_of("")) == 0);
    CHECK(hs_intern_add(&intern, (struct hs_str){"a\0b", 3}) == 1);
    CHECK(hs_intern_add(&intern, (struct hs_str){"a\0c", 3}) == 2);
    CHECK(hs_intern_add(&intern, (struct hs_str){NULL, 0}) == 0);
    hs_arena_free(&arena);
}
