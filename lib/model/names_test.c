/* SPDX-License-Identifier: Apache-2.0 */
/* names_test.c - looking up variables, layouts and locals, and what to call an
 * object. */
#include "model/names.h"

#include "base/test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct hs_column column_of(const void *rows, size_t count, size_t size)
{
    return (struct hs_column){
        .at = (void *)(uintptr_t)rows, .count = count, .size = size};
}

TEST(an_address_is_of_the_variable_that_covers_it_and_of_no_other)
{
    static const struct hs_global globals[] = {
        {.address = 0x1000, .size = 16},
        {.address = 0x1010, .size = 8},
        {.address = 0x1020, .size = 1},
        {.address = UINT64_MAX - 7, .size = 8},
    };
    struct hs_names names = {
        .globals = column_of(globals, COUNT(globals), sizeof(globals[0]))};

    CHECK(hs_names_global(&names, 0xfff) == HS_NO_GLOBAL);
    CHECK(hs_names_global(&names, 0x1000) == 0);
    CHECK(hs_names_global(&names, 0x100f) == 0);
    CHECK(hs_names_global(&names, 0x1010) == 1);
    CHECK(hs_names_global(&names, 0x1018) == HS_NO_GLOBAL);
    CHECK(hs_names_global(&names, 0x1020) == 2);
    CHECK(hs_names_global(&names, 0x1021) == HS_NO_GLOBAL);
    CHECK(hs_names_global(&names, UINT64_MAX) == 3);
    names.globals.count = 0;
    CHECK(hs_names_global(&names, 0x1000) == HS_NO_GLOBAL);
}

TEST(a_layout_is_found_by_the_entry_alone)
{
    static const struct hs_frame_layout layouts[] = {
        {.entry = 0x10}, {.entry = 0x20}, {.entry = 0x30}};
    struct hs_names names = {
        .layouts = column_of(layouts, COUNT(layouts), sizeof(layouts[0]))};

    for (size_t i = 0; i < COUNT(layouts); i++)
        CHECK(hs_names_layout(&names, layouts[i].entry) == &layouts[i]);
    CHECK(hs_names_layout(&names, 0x11) == NULL);
    CHECK(hs_names_layout(&names, 0) == NULL);
    CHECK(hs_names_layout(&names, UINT64_MAX) == NULL);
}

TEST(a_local_is_as_long_as_its_type_or_a_word)
{
    static const struct hs_go_type types[] = {{.size = 0}, {.size = 24}};
    static const struct hs_local locals[] = {
        {.frame = 1, .offset = 0, .type = 1},
        {.frame = 1, .offset = 32},
        {.frame = 3, .offset = 8, .type = 99}, /* damaged: unknown */
    };
    struct hs_names names = {
        .types = column_of(types, COUNT(types), sizeof(types[0])),
        .locals = column_of(locals, COUNT(locals), sizeof(locals[0]))};

    CHECK(hs_names_local(&names, 0, 0) == NULL);
    CHECK(hs_names_local(&names, 1, 0) == &locals[0]);
    CHECK(hs_names_local(&names, 1, 23) == &locals[0]);
    CHECK(hs_names_local(&names, 1, 24) == NULL);
    CHECK(hs_names_local(&names, 1, 39) == &locals[1]);
    CHECK(hs_names_local(&names, 1, 40) == NULL);
    CHECK(hs_names_local(&names, 2, 0) == NULL);
    CHECK(hs_names_local(&names, 3, 7) == NULL);
    CHECK(hs_names_local(&names, 3, 15) == &locals[2]);
    CHECK(hs_names_local(&names, 3, UINT64_MAX) == NULL);
}

TEST(an_object_is_called_by_its_type_and_what_it_is_to_it)
{
    static const struct hs_go_type types[] = {
        {.size = 0},
        {.name = {"main.T", 6}},
        {.name = {"map[int]bool", 12}, .kind = HS_GO_MAP},
        {.name = {"string", 6}, .kind = HS_GO_STRING},
        {.name = {"[]string", 8}, .kind = HS_GO_SLICE, .elem = 3},
        {.name = {"main.Tags", 9}, .kind = HS_GO_SLICE, .elem = 3}};
    static const struct {
        uint32_t type;
        enum hs_shape shape;
        const char *name;
        bool inner;
    } rows[] = {
        {0, HS_SHAPE_MANY, "", false},
        {1, HS_SHAPE_ONE, "main.T", false},
        {1, HS_SHAPE_MANY, "[]main.T", false},
        {2, HS_SHAPE_MAP, "map[int]bool", true},
        {2, HS_SHAPE_ONE, "map[int]bool (reference)", false},
        {2, HS_SHAPE_MAP_TABLE, "map[int]bool (table)", true},
        {2, HS_SHAPE_MAP_GROUPS, "map[int]bool (entries)", true},
        {1, HS_SHAPE_CHAN, "main.T", false},
        {1, HS_SHAPE_CHAN_BUFFER, "main.T (buffer)", true},
        {1, HS_SHAPE_CLOSURE, "main.T", false},
        {3, HS_SHAPE_ONE, "string (header)", false},
        {3, HS_SHAPE_STRING, "string", false},
        {3, HS_SHAPE_MANY, "[]string", false},
        {4, HS_SHAPE_ONE, "[]string (header)", false},
        {5, HS_SHAPE_ONE, "main.Tags", false}, /* and [] of them is not it */
        {9, HS_SHAPE_ONE, "", false},          /* no such type */
        {1, (enum hs_shape)15, "", false},
    };
    struct hs_names names = {
        .types = column_of(types, COUNT(types), sizeof(types[0]))};
    struct hs_arena arena = HS_ARENA_EMPTY;

    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t typing =
            hs_typing(rows[i].type, rows[i].shape, HS_EVIDENCE_HEADER, true);

        CHECK(hs_typing_type(typing) == rows[i].type);
        CHECK(hs_typing_shape(typing) == rows[i].shape);
        CHECK(hs_typing_evidence(typing) == HS_EVIDENCE_HEADER);
        CHECK(hs_typing_inner(&names, typing) == rows[i].inner);
        CHECK(hs_str_equal(hs_typing_name(&names, typing, &arena),
                           hs_str_of(rows[i].name)));
    }
    CHECK(hs_names_typing(NULL, 0) == 0);
    CHECK(hs_names_typing(&names, 7) == 0);
    hs_arena_free(&arena);
}
