/* SPDX-License-Identifier: Apache-2.0 */
/* typing_test.c - each rule of typing, on heaps made by hand. */
#include <stdlib.h>

#include "base/test.h"
#include "golang/typing_test.h"

#define DATA 0x500000u
#define A    0xc000010000u
#define B    0xc000012000u
#define C    0xc000014000u
#define D    0xc000016000u
#define E    0xc000018000u

#define CIRCLE 20000u /* enough for threads */

/* main.node {next *main.node; text string; n int}, 32 bytes. */
static uint32_t node_of(struct test_names *n)
{
    uint32_t number = test_plain(n, "int", HS_GO_INT, 8);
    uint32_t text = test_plain(n, "string", HS_GO_STRING, 16);
    /* A pointer to the type that comes behind it. */
    uint32_t pointer = test_pointer(n, number);
    uint32_t node =
        test_struct(n, "main.node", 32, 3,
                    (struct hs_go_field[]){test_field("next", 0, pointer),
                                           test_field("text", 8, text),
                                           test_field("n", 24, number)});
    struct hs_go_type *types = n->names.types.at;

    types[pointer].elem = node;
    types[pointer].name = hs_str_of("*main.node");
    return node;
}

static void global_word(struct test_names *n, uint32_t type, uint64_t value)
{
    test_dump_segment(&n->dump, true, DATA, 4, (uint64_t[]){value, 0, 0, 0});
    test_global(n, DATA, "main.it", type);
}

TEST(typing_follows_pointers_and_strings)
{
    struct test_names n;
    uint32_t node;

    test_names_open(&n, "go1.26.0");
    node = node_of(&n);
    test_dump_object_masked(&n.dump, A, 32, 4, (uint64_t[]){B, C, 20, 7}, 3);
    test_dump_object_masked(&n.dump, B, 32, 4, (uint64_t[]){A, 0, 0, 7}, 3);
    test_dump_object_masked(&n.dump, C, 24, 1, (uint64_t[]){0}, 0);
    global_word(&n, test_pointer(&n, node), A);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, "main.node"));
    CHECK(test_is(&n, B, "main.node"));
    CHECK(test_is(&n, C, "string"));
    CHECK(test_reads(&n, A, 0, ".next"));
    CHECK(test_reads(&n, A, 8, ".text"));
    CHECK(test_reads(&n, C, 0, ""));
    CHECK(hs_typing_evidence(n.names.typings[0]) == HS_EVIDENCE_REACHED);
    test_names_close(&n);
}

/* What a pointer of type *main.node is worth that leads to A. */
static void check_misfit(uint64_t size, uint64_t mask, uint64_t offset)
{
    struct test_names n;
    uint32_t node;

    test_names_open(&n, "go1.26.0");
    node = node_of(&n);
    test_dump_object_masked(&n.dump, A, size, 4, (uint64_t[]){B, 0, 0, 0},
                            mask);
    test_dump_object_masked(&n.dump, B, 32, 0, NULL, 3);
    global_word(&n, test_pointer(&n, node), A + offset);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, ""));
    test_names_close(&n);
}

TEST(typing_refuses_what_the_allocator_contradicts)
{
    check_misfit(48, 3, 0); /* a slot that is bigger than need be */
    check_misfit(24, 3, 0); /* or too small */
    check_misfit(32, 0, 0); /* no pointers at all */
    check_misfit(32, 5, 0); /* others than the type has */
    check_misfit(32, 7, 0); /* more */
    check_misfit(32, 1, 0); /* fewer */
    check_misfit(32, 3, 8); /* and into the middle */
}

/* A first field's address says nothing of the whole, but of what the field
 * leads to. */
TEST(typing_looks_through_a_first_field)
{
    struct test_names n;
    uint32_t node;

    test_names_open(&n, "go1.26.0");
    node = node_of(&n);
    test_dump_object_masked(&n.dump, A, 64, 8,
                            (uint64_t[]){B, 0, 0, 0, C, 0, 0, 0}, 0x13);
    test_dump_object_masked(&n.dump, B, 32, 0, NULL, 3);
    test_dump_object_masked(&n.dump, C, 32, 0, NULL, 3);
    global_word(&n, test_pointer(&n, node), A);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, ""));
    CHECK(test_is(&n, B, "main.node"));
    CHECK(test_is(&n, C, ""));
    test_names_close(&n);
}

TEST(typing_lets_the_largest_of_two_types_win)
{
    struct test_names n;
    uint32_t node, outer, both;

    test_names_open(&n, "go1.26.0");
    node = node_of(&n);
    outer = test_struct(&n, "main.outer", 32, 1,
                        (struct hs_go_field[]){test_field("node", 0, node)});
    both = test_struct(
        &n, "main.both", 16, 2,
        (struct hs_go_field[]){test_field("a", 0, test_pointer(&n, node)),
                               test_field("b", 8, test_pointer(&n, outer))});
    test_dump_object_masked(&n.dump, A, 32, 1, (uint64_t[]){B}, 3);
    test_dump_object_masked(&n.dump, B, 32, 0, NULL, 3);
    test_dump_segment(&n.dump, true, DATA, 2, (uint64_t[]){A, A});
    test_global(&n, DATA, "main.it", both);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, "main.outer"));
    CHECK(test_reads(&n, A, 0, ".node.next"));
    CHECK(test_is(&n, B, "main.node"));
    test_names_close(&n);
}

TEST(typing_reads_headers_of_one_and_of_many)
{
    struct test_names n;
    uint64_t words[128] = {0};
    uint32_t node, wide;

    test_names_open(&n, "go1.26.0");
    node = node_of(&n);
    wide = test_struct(
        &n, "main.wide", 800, 2,
        (struct hs_go_field[]){test_field("leaf", 0, test_pointer(&n, node)),
                               test_field("rest", 8, test_array(&n, 1, 99))});
    words[0] = test_descriptor(wide);
    words[1] = B;
    test_dump_object_masked(&n.dump, A, 896, 112, words, 2);
    words[0] = test_descriptor(node);
    words[1] = 0;
    words[9] = D; /* [2].next */
    test_dump_object_masked(&n.dump, C, 1024, 128, words, 0x666);
    test_dump_object_masked(&n.dump, B, 32, 0, NULL, 3);
    test_dump_object_masked(&n.dump, D, 32, 0, NULL, 3);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, "main.wide"));
    CHECK(test_is(&n, B, "main.node"));
    CHECK(test_is(&n, C, "[]main.node"));
    CHECK(test_is(&n, D, "main.node"));
    CHECK(test_reads(&n, A, 8, ".leaf"));
    CHECK(test_reads(&n, C, 72, "[2].next"));
    CHECK(hs_typing_evidence(n.names.typings[0]) == HS_EVIDENCE_HEADER);
    test_names_close(&n);
}

/* Before Go 1.22 that word is the object's own. */
TEST(typing_expects_no_headers_of_old_programs)
{
    struct test_names n;
    uint64_t words[128] = {0};

    test_names_open(&n, "go1.21.0");
    words[0] = test_descriptor(node_of(&n));
    test_dump_object_masked(&n.dump, A, 1024, 128, words, 0x666);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, ""));
    test_names_close(&n);
}

TEST(typing_knows_the_arrays_of_slices_by_their_capacity)
{
    struct test_names n;
    uint32_t node, byte, both;

    test_names_open(&n, "go1.26.0");
    node = node_of(&n);
    byte = test_plain(&n, "uint8", HS_GO_UINT8, 1);
    both = test_struct(
        &n, "main.both", 72, 3,
        (struct hs_go_field[]){test_field("nodes", 0, test_slice(&n, node)),
                               test_field("rest", 24, test_slice(&n, node)),
                               test_field("text", 48, test_slice(&n, byte))});
    test_dump_object_masked(&n.dump, A, 128, 0, NULL, 0x3333);
    test_dump_object_masked(&n.dump, B, 128, 9,
                            (uint64_t[]){0, 0, 0, 0, 0, 0, 0, 0, D}, 0x3333);
    test_dump_object_masked(&n.dump, C, 64, 0, NULL, 0);
    test_dump_object_masked(&n.dump, D, 32, 0, NULL, 3);
    test_dump_object_masked(&n.dump, E, 16, 0, NULL, 0);
    test_dump_segment(&n.dump, true, DATA, 18,
                      (uint64_t[]){A, 1, 4, B + 64, 1, 2, C, 64, 64, A, 1, 4,
                                   B + 64, 1, 2, E, 8, 8});
    test_global(&n, DATA, "main.it", both);
    test_global(&n, DATA + 72, "main.more", both);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, "[]main.node"));
    CHECK(test_is(&n, B, "[]main.node")); /* s[2:] */
    CHECK(test_is(&n, C, "[]uint8"));
    CHECK(test_is(&n, D, "main.node"));
    CHECK(test_reads(&n, B, 64, "[2].next"));
    CHECK(test_is(&n, E, "")); /* others may share these 16 bytes */
    test_names_close(&n);
}

TEST(typing_believes_the_type_words_of_interfaces)
{
    struct test_names n;
    uint32_t node, any, square;

    test_names_open(&n, "go1.26.0");
    node = node_of(&n);
    square = test_struct(&n, "main.square", 48, 1,
                         (struct hs_go_field[]){test_field("node", 0, node)});
    any = test_plain(&n, "interface {}", HS_GO_INTERFACE, 16);
    test_dump_object_masked(&n.dump, A, 48, 0, NULL, 3);
    test_dump_object_masked(&n.dump, B, 32, 0, NULL, 3);
    test_dump_segment(&n.dump, true, DATA, 4,
                      (uint64_t[]){test_descriptor(square), A,
                                   test_descriptor(test_pointer(&n, node)), B});
    test_global(&n, DATA, "main.it", test_array(&n, any, 2));
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, "main.square"));
    CHECK(test_is(&n, B, "main.node"));
    CHECK(hs_typing_evidence(n.names.typings[0]) == HS_EVIDENCE_INTERFACE);
    CHECK(hs_typing_evidence(n.names.typings[1]) == HS_EVIDENCE_REACHED);
    CHECK(hs_str_equal(n.names.lens->in_global(n.names.lens, 0, 8, &n.arena),
                       hs_str_of("[0].(main.square)")));
    CHECK(hs_str_equal(n.names.lens->in_global(n.names.lens, 0, 24, &n.arena),
                       hs_str_of("[1].(*main.node)")));
    test_names_close(&n);
}

/* An interface in what has no type itself: its first word is not listed. */
TEST(typing_finds_interfaces_where_nothing_typed_leads)
{
    struct test_names n;
    uint32_t node;

    test_names_open(&n, "go1.26.0");
    node = node_of(&n);
    test_dump_object_masked(
        &n.dump, A, 48, 4,
        (uint64_t[]){0, test_descriptor(test_pointer(&n, node)), B, C}, 0xc);
    test_dump_object_masked(&n.dump, B, 32, 0, NULL, 3);
    test_dump_object_masked(&n.dump, C, 32, 0, NULL, 3);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, ""));
    CHECK(test_is(&n, B, "main.node"));
    CHECK(test_is(&n, C, ""));
    test_names_close(&n);
}

TEST(typing_takes_swiss_maps_apart)
{
    struct test_names n;
    uint32_t node, map;
    uint64_t group[25] = {0x80808080808080};

    test_names_open(&n, "go1.26.0");
    node = node_of(&n);
    map = test_map(&n, 1, test_pointer(&n, node), true); /* int: *node */
    test_dump_object_masked(&n.dump, A, 48, 4, (uint64_t[]){1, 99, B, 2}, 4);
    test_dump_object_masked(&n.dump, B, 16, 2, (uint64_t[]){C, C}, 3);
    test_dump_object_masked(&n.dump, C, 32, 4, (uint64_t[]){8, 0, D, 0}, 4);
    group[5] = 77;
    group[6] = E;
    test_dump_object_masked(&n.dump, D, 144, 17, group, 0x15554);
    test_dump_object_masked(&n.dump, E, 32, 0, NULL, 3);
    global_word(&n, map, A);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, "map[int]*main.node"));
    CHECK(test_is(&n, B, "map[int]*main.node (directory)"));
    CHECK(test_is(&n, C, "map[int]*main.node (table)"));
    CHECK(test_is(&n, D, "map[int]*main.node (entries)"));
    CHECK(test_is(&n, E, "main.node"));
    CHECK(test_reads(&n, A, 16, ""));
    CHECK(test_reads(&n, D, 48, "[77]"));
    CHECK(test_reads(&n, D, 0, ""));
    test_names_close(&n);
}

TEST(typing_takes_maps_of_buckets_apart)
{
    struct test_names n;
    uint32_t node, map;
    uint64_t words[18] = {0};

    test_names_open(&n, "go1.21.0");
    node = node_of(&n);
    map = test_map(&n, 1, test_pointer(&n, node), false);
    test_dump_object_masked(&n.dump, A, 48, 6, (uint64_t[]){2, 0, B, C, 0, 0},
                            0x2c);
    words[1] = 5;
    words[9] = E;
    words[17] = D; /* one more bucket */
    test_dump_object_masked(&n.dump, B, 144, 18, words, 0x3fe00);
    words[17] = 0;
    test_dump_object_masked(&n.dump, C, 144, 18, words, 0x3fe00);
    test_dump_object_masked(&n.dump, D, 144, 18, words, 0x3fe00);
    test_dump_object_masked(&n.dump, E, 32, 0, NULL, 3);
    global_word(&n, map, A);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, "map[int]*main.node"));
    CHECK(test_is(&n, B, "map[int]*main.node (entries)"));
    CHECK(test_is(&n, C, "map[int]*main.node (entries)"));
    CHECK(test_is(&n, D, "map[int]*main.node (entries)"));
    CHECK(test_is(&n, E, "main.node"));
    CHECK(test_reads(&n, B, 72, "[5]"));
    CHECK(test_reads(&n, B, 136, ""));
    test_names_close(&n);
}

TEST(typing_takes_chans_apart)
{
    struct test_names n;
    uint32_t node, chan;

    test_names_open(&n, "go1.26.0");
    node = node_of(&n);
    chan = test_chan(&n, test_pointer(&n, node));
    test_dump_object_masked(&n.dump, A, 112, 6, (uint64_t[]){1, 4, B, 8, 0, 0},
                            0x34);
    test_dump_object_masked(&n.dump, B, 32, 4, (uint64_t[]){0, 0, C, 0}, 15);
    test_dump_object_masked(&n.dump, C, 32, 0, NULL, 3);
    global_word(&n, chan, A);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, "chan *main.node"));
    CHECK(test_is(&n, B, "chan *main.node (buffer)"));
    CHECK(test_is(&n, C, "main.node"));
    CHECK(test_reads(&n, B, 16, "<-[2]"));
    test_names_close(&n);
}

/* A chan that nothing typed leads to, by the descriptor in its header. */
TEST(typing_recognises_chans)
{
    struct test_names n;
    uint32_t node;

    test_names_open(&n, "go1.26.0");
    node = test_pointer(&n, node_of(&n));
    test_dump_object_masked(&n.dump, A, 112, 6,
                            (uint64_t[]){1, 4, B, 8, 0, test_descriptor(node)},
                            0x34);
    test_dump_object_masked(&n.dump, B, 32, 4, (uint64_t[]){0, 0, C, 0}, 15);
    test_dump_object_masked(&n.dump, C, 32, 0, NULL, 3);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, "chan *main.node"));
    CHECK(test_is(&n, B, "chan *main.node (buffer)"));
    CHECK(test_is(&n, C, "main.node"));
    test_names_close(&n);
}

TEST(typing_knows_what_an_atomic_pointer_points_to)
{
    struct test_names n;
    uint32_t node, pointer, unsafe, atomic;

    test_names_open(&n, "go1.26.0");
    node = node_of(&n);
    pointer = test_pointer(&n, node);
    unsafe = test_plain(&n, "unsafe.Pointer", HS_GO_UNSAFE_POINTER, 8);
    atomic = test_struct(
        &n, "sync/atomic.Pointer[main.node]", 8, 2,
        (struct hs_go_field[]){test_field("_", 0, test_array(&n, pointer, 0)),
                               test_field("v", 0, unsafe)});
    test_dump_object_masked(&n.dump, A, 32, 0, NULL, 3);
    global_word(&n, atomic, A);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, "main.node"));
    CHECK(hs_str_equal(n.names.lens->in_global(n.names.lens, 0, 0, &n.arena),
                       hs_str_of("")));
    test_names_close(&n);
}

/* A static variable that only a pointer tells of, `var it = &node{...}`. */
TEST(typing_gives_types_to_temporaries)
{
    struct test_names n;
    struct hs_global *globals;
    uint32_t node;

    test_names_open(&n, "go1.26.0");
    node = node_of(&n);
    test_dump_object_masked(&n.dump, A, 32, 0, NULL, 3);
    test_dump_segment(&n.dump, true, DATA, 5,
                      (uint64_t[]){DATA + 8, A, 0, 0, 0});
    test_global(&n, DATA, "main.it", test_pointer(&n, node));
    test_global(&n, DATA + 8, "main..stmp_0", node);
    globals = n.names.globals.at;
    globals[1].type = HS_NO_TYPE;
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, "main.node"));
    globals = n.names.globals.at;
    CHECK(globals[1].type == node);
    test_names_close(&n);
}

/* Types that are made of each other, in a heap that goes round in circles: it
 * ends, and on any number of threads in the same way. */
static void type_circles(struct test_names *n, unsigned threads)
{
    static uint64_t words[CIRCLE];
    uint32_t types[40], pointers[40], pair;

    test_names_open(n, "go1.26.0");
    for (int i = 0; i < 40; i++)
        pointers[i] = test_pointer(n, 0);
    for (int i = 0; i < 40; i++) {
        types[i] = test_struct(
            n, hs_arena_printf(&n->arena, "main.t%d", i), 32, 2,
            (struct hs_go_field[]){
                test_field("next", 0, pointers[(i + 1) % 40]),
                test_field("other", 8, pointers[(i * 7 + 3) % 40])});
        ((struct hs_go_type *)n->names.types.at)[pointers[i]].elem = types[i];
    }
    pair =
        test_struct(n, "main.pair", 16, 2,
                    (struct hs_go_field[]){test_field("a", 0, pointers[3]),
                                           test_field("b", 8, pointers[17])});
    for (uint64_t i = 0; i < CIRCLE; i++) {
        words[i] = A + (i * 7919 + 13) % CIRCLE * 32;
        test_dump_object(&n->dump, A + i * 32, 32, 2,
                         (uint64_t[]){A + (i * 5 + 1) % CIRCLE * 32,
                                      A + (i * i + 11) % CIRCLE * 32});
    }
    test_dump_object(&n->dump, A + 0x1000000, 163840, CIRCLE, words);
    test_dump_segment(&n->dump, true, DATA, 3,
                      (uint64_t[]){A + 0x1000000, CIRCLE / 2, CIRCLE / 2});
    test_global(n, DATA, "main.it", test_slice(n, pair));
    test_names_type(n, threads);
}

TEST(typing_ends_in_circles_and_always_in_the_same_way)
{
    struct test_names one, four;
    unsigned typed = 0, count;

    type_circles(&one, 1);
    type_circles(&four, 4);
    count = hs_heap_count(one.g.heap); /* some slots are none */
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(one.names.typings[i], four.names.typings[i]);
        typed += hs_typing_type(one.names.typings[i]) != 0;
    }
    CHECK(typed == count && count > CIRCLE / 2);
    test_names_close(&one);
    test_names_close(&four);
}

/* Arrays in arrays, longer than what is laid flat. */
TEST(typing_walks_long_arrays_of_long_arrays)
{
    struct test_names n;
    uint64_t words[800] = {0};
    uint32_t node, inner, outer;

    test_names_open(&n, "go1.21.0");
    node = node_of(&n);
    inner = test_array(&n, test_pointer(&n, node), 20);
    outer = test_array(&n, inner, 40);
    words[37 * 20 + 19] = B;
    test_dump_object(&n.dump, A, 6528, 800, words);
    test_dump_object_masked(&n.dump, B, 32, 0, NULL, 3);
    global_word(&n, test_pointer(&n, outer), A);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, "[40][20]*main.node"));
    CHECK(test_is(&n, B, "main.node"));
    CHECK(test_reads(&n, A, (37 * 20 + 19) * 8, "[37][19]"));
    test_names_close(&n);
}

static void add_local(struct test_names *n, uint64_t offset, uint32_t type,
                      uint32_t values, uint64_t count_at)
{
    hs_column_push(&n->names.locals, &(struct hs_local){.offset = offset,
                                                        .name = {"it", 2},
                                                        .type = type,
                                                        .values = values,
                                                        .count_at = count_at});
}

/* Of the words of a frame only those count that the dump lists: the last one is
 * what a dead variable has left behind. */
TEST(typing_follows_the_locals_of_a_frame)
{
    const uint64_t words[] = {0, A, 4, B, C, D, E, E + 0x2000};
    struct test_names n;
    uint32_t node, pointer, text;

    test_names_open(&n, "go1.26.0");
    node = node_of(&n);
    pointer = test_pointer(&n, node);
    text = test_plain(&n, "string", HS_GO_STRING, 16);
    test_dump_goroutine(&n.dump, 0x9000, 1);
    test_dump_frame(&n.dump, 0x7000, "main.main", 8, words, 0x7a);
    test_dump_object(&n.dump, A, 32, 4, (uint64_t[]){0, 0, 0, A + 0x1000});
    test_dump_object_masked(&n.dump, A + 0x1000, 32, 0, NULL, 3);
    test_dump_object_masked(&n.dump, B, 64, 0, NULL, 0);
    test_dump_object_masked(&n.dump, C, 32, 0, NULL, 3);
    test_dump_object_masked(&n.dump, D, 128, 0, NULL, 0x3333);
    test_dump_object_masked(&n.dump, E, 16, 0, NULL, 0);
    test_dump_object_masked(&n.dump, E + 0x2000, 32, 0, NULL, 3);
    add_local(&n, 0, HS_NO_TYPE, HS_NO_TYPE, HS_NO_COUNT);
    add_local(&n, 8, test_pointer(&n, pointer), pointer, 16);
    add_local(&n, 24, HS_NO_TYPE, text, HS_NO_COUNT);
    add_local(&n, 32, pointer, HS_NO_TYPE, HS_NO_COUNT);
    add_local(&n, 40, pointer, node, HS_NO_COUNT);
    add_local(&n, 48, HS_NO_TYPE, text, HS_NO_COUNT);
    add_local(&n, 56, pointer, HS_NO_TYPE, HS_NO_COUNT);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, "[]*main.node"));
    CHECK(test_is(&n, A + 0x1000, "main.node"));
    CHECK(test_is(&n, B, "string"));
    CHECK(test_is(&n, C, "main.node"));
    CHECK(test_is(&n, D, "[]main.node"));
    CHECK(test_is(&n, E, "")); /* others may share these 16 bytes */
    CHECK(test_is(&n, E + 0x2000, ""));
    test_names_close(&n);
}

#define VALUES 30000u /* of 24 bytes, more than TYPING_HUGE in all */
#define VALUE  0xc010000000
#define NODES  0xc020000000

/* An array whose every value points to a node of its own. */
static void type_huge(struct test_names *n, unsigned threads)
{
    uint64_t *words = calloc(3 * (size_t)VALUES, sizeof(*words));
    uint32_t node, value;

    test_names_open(n, "go1.26.0");
    node = node_of(n);
    value = test_struct(
        n, "main.value", 24, 3,
        (struct hs_go_field[]){test_field("a", 0, test_pointer(n, node)),
                               test_field("b", 8, test_pointer(n, node)),
                               test_field("c", 16, test_pointer(n, node))});
    for (size_t i = 0; i < VALUES; i++)
        words[3 * i + i % 3] = NODES + 32 * i;
    test_dump_object(&n->dump, VALUE, 24 * (size_t)VALUES, 3 * (size_t)VALUES,
                     words);
    free(words);
    for (size_t i = 0; i < VALUES; i++)
        test_dump_object_masked(&n->dump, NODES + 32 * i, 32, 0, NULL, 3);
    test_dump_segment(&n->dump, true, DATA, 3,
                      (uint64_t[]){VALUE, VALUES, VALUES});
    test_global(n, DATA, "main.it", test_slice(n, value));
    test_names_type(n, threads);
}

TEST(typing_reads_huge_arrays_to_their_end_on_all_threads)
{
    for (unsigned threads = 1; threads <= 4; threads += 3) {
        struct test_names n;

        type_huge(&n, threads);
        CHECK(test_is(&n, VALUE, "[]main.value"));
        for (size_t i = 0; i < VALUES; i++)
            CHECK(hs_heap_find(n.g.heap, NODES + 32 * i) == HS_NO_OBJECT ||
                  test_is(&n, NODES + 32 * i, "main.node"));
        test_names_close(&n);
    }
}
