/* SPDX-License-Identifier: Apache-2.0 */
/* temporaries_test.c - what named variables point to within data and BSS. */
#include "base/test.h"
#include "golang/typing_test.h"

#define WORDS(...)                                                             \
    sizeof((uint64_t[]){__VA_ARGS__}) / 8, (uint64_t[])                        \
    {                                                                          \
        __VA_ARGS__                                                            \
    }

static void find(struct test_names *n)
{
    n->g.heap = test_dump_read(&n->dump);
    n->dump.snapshot.heap->names = &n->names;
    n->names.lens = hs_golang_lens(&n->g);
    hs_golang_find_temporaries(&n->g);
}

/* The variable at ADDRESS is called NAME and has SIZE bytes. */
static const struct hs_global *check(const struct test_names *n,
                                     uint64_t address, const char *name,
                                     uint64_t size)
{
    uint32_t found = hs_names_global(&n->names, address);
    const struct hs_global *global =
        (const struct hs_global *)n->names.globals.at + found;

    if (found == HS_NO_GLOBAL)
        fail_msg("nothing is at 0x%llx", (unsigned long long)address);
    if (!hs_str_equal(global->name, hs_str_of(name)))
        fail_msg("0x%llx is '%.*s', not '%s'", (unsigned long long)address,
                 (int)global->name.size, global->name.text, name);
    assert_int_equal(global->size, size);
    return global;
}

TEST(what_a_variable_points_to_is_called_after_it_to_the_leaves)
{
    struct test_names n;
    uint32_t leaf, inner, outer;
    const struct hs_global *found;

    test_names_open(&n, "go1.26.0");
    leaf = test_plain(&n, "int", HS_GO_INT, 8);
    inner = test_struct(
        &n, "main.inner", 16, 1,
        (struct hs_go_field[]){test_field("leaf", 8, test_pointer(&n, leaf))});
    outer = test_struct(
        &n, "main.outer", 16, 1,
        (struct hs_go_field[]){test_field("Sub", 8, test_pointer(&n, inner))});
    test_global(&n, 0x500000, "main.config", test_pointer(&n, outer));
    test_dump_segment(&n.dump, true, 0x500000,
                      WORDS(0x500010, 0, 0, 0x500020, 0, 0x500030, 5));
    find(&n);
    found = check(&n, 0x500018, "*main.config", 16);
    CHECK(found->temporary && !found->several && found->type == outer);
    check(&n, 0x500020, "*main.config.Sub", 16);
    check(&n, 0x500030, "*main.config.Sub.leaf", 8);
    CHECK(hs_names_global(&n.names, 0x500038) == HS_NO_GLOBAL);
    assert_int_equal(n.names.globals.count, 4);
    test_names_close(&n);
}

TEST(behind_a_slice_is_what_its_capacity_says_if_there_is_room)
{
    struct test_names n;
    uint32_t word, slice;

    test_names_open(&n, "go1.26.0");
    word = test_plain(&n, "int", HS_GO_INT, 8);
    slice = test_slice(&n, word);
    test_global(&n, 0x500000, "main.list", slice);
    test_global(&n, 0x500018, "main.large", slice);
    test_global(&n, 0x500030, "main.wraps", slice);
    test_dump_segment(&n.dump, true, 0x500000,
                      WORDS(0x500048, 1, 2, 0x500058, 1, 3, 0x500060, 1,
                            ((uint64_t)1 << 61) + 1, 0, 0, 0, 0));
    find(&n);
    CHECK(check(&n, 0x500050, "*main.list", 16)->several);
    CHECK(hs_names_global(&n.names, 0x500058) == HS_NO_GLOBAL);
    CHECK(hs_names_global(&n.names, 0x500060) == HS_NO_GLOBAL);
    test_names_close(&n);
}

/* var all = []any{&leaf{}, &leaf{}} */
TEST(behind_each_element_of_a_temporary_row_is_what_it_points_to)
{
    struct test_names n;
    uint32_t any, leaf, pointer;

    test_names_open(&n, "go1.26.0");
    any = test_plain(&n, "interface {}", HS_GO_INTERFACE, 16);
    leaf = test_plain(&n, "main.leaf", HS_GO_STRING, 16);
    pointer = test_pointer(&n, leaf);
    test_global(&n, 0x500000, "main.all", test_slice(&n, any));
    test_dump_segment(&n.dump, true, 0x500000,
                      WORDS(0x500018, 2, 2, test_descriptor(pointer), 0x500038,
                            test_descriptor(pointer), 0x500048, 0, 0, 0, 0));
    find(&n);
    check(&n, 0x500018, "*main.all", 32);
    check(&n, 0x500038, "*main.all[0].(*main.leaf)", 16);
    CHECK(check(&n, 0x500050, "*main.all[1].(*main.leaf)", 16)->type == leaf);
    assert_int_equal(n.names.globals.count, 4);
    test_names_close(&n);
}

TEST(a_temporary_does_not_reach_into_a_variable)
{
    struct test_names n;
    uint32_t word, pair;

    test_names_open(&n, "go1.26.0");
    word = test_plain(&n, "int", HS_GO_INT, 8);
    pair = test_array(&n, word, 2);
    test_global(&n, 0x500000, "main.a", test_pointer(&n, pair));
    test_global(&n, 0x500010, "main.b", word);
    test_dump_segment(&n.dump, true, 0x500000, WORDS(0x500008, 0, 0, 0));
    find(&n);
    assert_int_equal(n.names.globals.count, 2);
    test_names_close(&n);
}

/* Its pointers lead from one to the next, and back. */
TEST(a_ring_of_temporaries_ends)
{
    struct test_names n;
    uint32_t node, pointer;
    struct hs_go_type *types;

    test_names_open(&n, "go1.26.0");
    pointer = test_pointer(&n, HS_NO_TYPE);
    node = test_struct(&n, "main.node", 8, 1,
                       (struct hs_go_field[]){test_field("next", 0, pointer)});
    types = n.names.types.at;
    types[pointer].elem = node;
    test_global(&n, 0x500000, "main.head", pointer);
    test_dump_segment(&n.dump, true, 0x500000,
                      WORDS(0x500008, 0x500010, 0x500008));
    find(&n);
    check(&n, 0x500008, "*main.head", 8);
    check(&n, 0x500010, "*main.head.next", 8);
    assert_int_equal(n.names.globals.count, 3);
    test_names_close(&n);
}

/* The type word of its interface stands before the segment. */
TEST(a_variable_that_starts_before_its_segment_is_read_from_there_on)
{
    struct test_names n;

    test_names_open(&n, "go1.26.0");
    test_global(&n, 0x4ffff8, "main.any",
                test_plain(&n, "interface {}", HS_GO_INTERFACE, 16));
    test_dump_segment(&n.dump, true, 0x500000, WORDS(0x500008, 0));
    find(&n);
    assert_int_equal(n.names.globals.count, 1);
    test_names_close(&n);
}
