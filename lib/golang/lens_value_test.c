/* SPDX-License-Identifier: Apache-2.0 */
/* lens_value_test.c - values in a data segment, as Go writes them. */
#include "base/test.h"
#include "golang/lens_impl.h"
#include "golang/typing_test.h"

#define AT 0x500000u

/* Ends the dump, whose data are WORDS. */
static void open_data(struct test_names *n, size_t count, const uint64_t *words)
{
    test_dump_segment(&n->dump, true, AT, count, words);
    n->g.heap = test_dump_read(&n->dump);
}

/* The value of TYPE at OFFSET of the data reads TEXT. */
static void check(struct test_names *n, uint32_t type, uint64_t offset,
                  const char *text)
{
    struct hs_column chars = HS_COLUMN(char, &n->arena);

    lens_add_value(&n->g, &chars, type, &hs_heap_segment(n->g.heap, AT)->memory,
                   offset);
    hs_column_push(&chars, "");
    assert_string_equal(chars.at, text);
}

TEST(a_pointer_is_written_by_the_variable_and_the_part_it_leads_to)
{
    struct test_names n;
    uint32_t number, other, pair, to_number, to_pair;

    test_names_open(&n, "go1.26.0");
    number = test_plain(&n, "int", HS_GO_INT, 8);
    other = test_plain(&n, "bool", HS_GO_BOOL, 1);
    pair = test_struct(&n, "main.pair", 16, 2,
                       (struct hs_go_field[]){test_field("a", 0, number),
                                              test_field("b", 8, number)});
    to_number = test_pointer(&n, number);
    to_pair = test_pointer(&n, pair);
    test_global(&n, AT + 64, "main.table", test_array(&n, pair, 2));
    open_data(&n, 12,
              (uint64_t[]){AT + 64, AT + 80, AT + 88, AT + 96, AT + 81, 0, 0, 0,
                           0, 0, 0, 0});
    check(&n, to_pair, 0, "&main.table[0]");
    check(&n, to_number, 0, "&main.table[0].a");
    check(&n, to_pair, 8, "&main.table[1]");
    check(&n, to_number, 16, "&main.table[1].b");
    check(&n, test_pointer(&n, other), 16, "0x500058");
    check(&n, to_pair, 24, "0x500060"); /* behind it */
    check(&n, to_pair, 32, "0x500051"); /* between two */
    check(&n, to_pair, 40, "nil");
    test_names_close(&n);
}

TEST(a_pointer_to_a_descriptor_is_written_as_that_type)
{
    struct test_names n;
    uint32_t order, type;

    test_names_open(&n, "go1.26.0");
    order = test_plain(&n, "main.Order", HS_GO_INT, 8);
    type = test_plain(&n, "reflect.rtype", HS_GO_INT, 8);
    open_data(&n, 2, (uint64_t[]){test_descriptor(order), TEST_TYPES + 8});
    check(&n, test_pointer(&n, type), 0, "main.Order");
    check(&n, test_pointer(&n, type), 8, "0x4a0008"); /* no type is there */
    check(&n, test_pointer(&n, order), 0, "0x4a0010");
    test_names_close(&n);
}

TEST(an_interface_that_holds_itself_ends)
{
    struct test_names n;
    uint32_t any;

    test_names_open(&n, "go1.26.0");
    any = test_plain(&n, "interface {}", HS_GO_INTERFACE, 16);
    open_data(&n, 2, (uint64_t[]){test_descriptor(any), AT});
    check(&n, any, 0, "…");
    test_names_close(&n);
}
