/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_names_test.c - who holds what, where the program's variables and the
 * layouts of its frames are known.
 */
#include "algo/dump_test.h"
#include "algo/holders.h"
#include "base/test.h"

#define WORDS(...)                                                             \
    sizeof((uint64_t[]){__VA_ARGS__}) / 8, (uint64_t[])                        \
    {                                                                          \
        __VA_ARGS__                                                            \
    }

#define ENTRY(frame) (0x401000 + 0x100 * (uint64_t)(frame))

struct fixture {
    struct test_dump dump;
    struct hs_arena arena, scratch;
    struct hs_names names;
    const struct hs_heap *heap;
    const struct hs_holders *holders;
};

/* Objects of 16 bytes from 0x10000 on, which refer to nothing. */
static void open_fixture(struct fixture *f, unsigned objects)
{
    *f = (struct fixture){.arena = HS_ARENA_EMPTY, .scratch = HS_ARENA_EMPTY};
    f->names.types = HS_COLUMN(struct hs_go_type, &f->arena);
    f->names.globals = HS_COLUMN(struct hs_global, &f->arena);
    f->names.layouts = HS_COLUMN(struct hs_frame_layout, &f->arena);
    f->names.stack_objects = HS_COLUMN(struct hs_stack_object, &f->arena);
    f->names.locals = HS_COLUMN(struct hs_local, &f->arena);
    hs_column_push(&f->names.types, &(struct hs_go_type){.size = 0});
    test_dump_open(&f->dump, "go1.24.0");
    for (unsigned i = 0; i < objects; i++)
        test_dump_object(&f->dump, 0x10000 + 16 * (uint64_t)i, 16, WORDS(0, 0));
}

static void close_fixture(struct fixture *f)
{
    hs_arena_free(&f->arena);
    hs_arena_free(&f->scratch);
    test_dump_close(&f->dump);
}

static void global(struct fixture *f, uint64_t address, uint64_t size,
                   const char *package, const char *name)
{
    hs_column_push(&f->names.globals,
                   &(struct hs_global){.address = address,
                                       .size = size,
                                       .package = hs_str_of(package),
                                       .name = hs_str_of(name),
                                       .temporary = name[0] == '*'});
}

/* The function of the frame read as number FRAME has the COUNT stack objects
 * OBJECTS. */
static void layout(struct fixture *f, unsigned frame, uint32_t count,
                   const struct hs_stack_object *objects)
{
    struct hs_frame_layout fresh = {.entry = ENTRY(frame),
                                    .first_object =
                                        (uint32_t)f->names.stack_objects.count,
                                    .object_count = count};

    for (uint32_t i = 0; i < count; i++)
        hs_column_push(&f->names.stack_objects, &objects[i]);
    hs_column_push(&f->names.layouts, &fresh);
}

static void find_holders(struct fixture *f)
{
    struct hs_heap *heap;
    struct hs_frame *frames;

    f->heap = test_dump_read(&f->dump);
    heap = f->dump.snapshot.heap;
    frames = heap->frames.at;
    for (unsigned i = 0; i < heap->frames.count; i++)
        frames[i].entry = ENTRY(i);
    heap->names = &f->names;
    f->holders = hs_holders_new(f->heap, &f->arena, &f->scratch);
}

/* The last holder called NAME: a frame rather than its group. */
static uint32_t named(struct fixture *f, const char *name)
{
    for (uint32_t h = (uint32_t)f->holders->holder_count; h-- > 0;)
        if (hs_str_equal(hs_holders_name(f->holders, h, &f->arena),
                         hs_str_of(name)))
            return h;
    fail_msg("no holder is called %s", name);
    return 0;
}

static enum hs_holder_kind kind_above(struct fixture *f, const char *name)
{
    const struct hs_holder *all = f->holders->holders;

    return (enum hs_holder_kind)all[all[named(f, name)].parent].kind;
}

/* Which of the fixture's objects HOLDER holds, bit by bit. */
static uint32_t held_by(struct fixture *f, uint32_t holder)
{
    const struct hs_holder *all = f->holders->holders;
    uint32_t held = 0;

    for (uint32_t r = all[holder].first_root; r < all[holder + 1].first_root;
         r++)
        held |= (uint32_t)1 << f->holders->roots[r].object;
    return held;
}

/* Which of them any frame holds. */
static uint32_t held_by_frames(struct fixture *f)
{
    uint32_t held = 0;

    for (uint32_t h = 0; h < f->holders->holder_count; h++)
        if (f->holders->holders[h].kind == HS_HOLDER_FRAME)
            held |= held_by(f, h);
    return held;
}

TEST(the_words_of_a_variable_are_one_holder_below_its_package)
{
    struct fixture f;
    uint32_t package;

    open_fixture(&f, 4);
    test_dump_segment(&f.dump, true, 0x500000,
                      WORDS(0x10000, 0x10010, 0x10020, 0x10030));
    global(&f, 0x500000, 16, "main", "main.pair");
    global(&f, 0x500010, 8, "example.com/a", "example.com/a.one");
    find_holders(&f);
    assert_int_equal(held_by(&f, named(&f, "main.pair")), 3);
    assert_int_equal(held_by(&f, named(&f, "example.com/a.one")), 4);
    assert_int_equal(held_by(&f, named(&f, "data+0x18")), 8);
    CHECK(kind_above(&f, "main.pair") == HS_HOLDER_PACKAGE);
    CHECK(kind_above(&f, "data+0x18") == HS_HOLDER_GLOBALS);
    package = f.holders->holders[named(&f, "main.pair")].parent;
    CHECK(package == named(&f, "main"));
    CHECK(f.holders->holders[f.holders->holders[package].parent].kind ==
          HS_HOLDER_GLOBALS);
    assert_int_equal(f.holders->variable_count, 3);
    close_fixture(&f);
}

TEST(packages_of_the_runtime_hang_below_the_runtime)
{
    struct fixture f;

    open_fixture(&f, 4);
    test_dump_segment(&f.dump, false, 0x500000,
                      WORDS(0x10000, 0x10010, 0x10020, 0x10030));
    global(&f, 0x500000, 8, "runtime", "runtime.a");
    global(&f, 0x500008, 8, "internal/runtime/maps", "internal/runtime/maps.b");
    global(&f, 0x500010, 8, "runtime/debug", "runtime/debug.c");
    global(&f, 0x500018, 8, "runtimes", "runtimes.d");
    find_holders(&f);
    CHECK(kind_above(&f, "runtime.a") == HS_HOLDER_RUNTIME);
    CHECK(kind_above(&f, "internal/runtime/maps.b") == HS_HOLDER_RUNTIME);
    CHECK(kind_above(&f, "runtime/debug.c") == HS_HOLDER_PACKAGE);
    CHECK(kind_above(&f, "runtimes.d") == HS_HOLDER_PACKAGE);
    close_fixture(&f);
}

TEST(a_temporary_is_its_variables_wherever_it_is_pointed_into)
{
    struct fixture f;
    uint32_t cache, temporary;

    open_fixture(&f, 2);
    test_dump_segment(&f.dump, true, 0x500000,
                      WORDS(0x500018, 0, 0x10000, 0x10010));
    global(&f, 0x500000, 8, "main", "main.cache");
    global(&f, 0x500010, 16, "main", "*main.cache");
    find_holders(&f);
    cache = named(&f, "main.cache");
    temporary = named(&f, "*main.cache");
    assert_int_equal(f.holders->edge_count, 1);
    CHECK(f.holders->edges[0].from == cache);
    CHECK(f.holders->edges[0].to == temporary);
    CHECK(f.holders->holders[temporary].parent == temporary);
    assert_int_equal(held_by(&f, temporary), 3);
    assert_int_equal(held_by(&f, cache), 0);
    close_fixture(&f);
}

TEST(a_variable_with_a_name_of_its_own_is_no_other_ones)
{
    struct fixture f;

    open_fixture(&f, 1);
    test_dump_segment(&f.dump, true, 0x500000, WORDS(0x500008, 0x10000));
    global(&f, 0x500000, 8, "main", "main.alias");
    global(&f, 0x500008, 8, "main", "main.cache");
    find_holders(&f);
    assert_int_equal(f.holders->edge_count, 1);
    CHECK(kind_above(&f, "main.cache") == HS_HOLDER_PACKAGE);
    CHECK(kind_above(&f, "main.alias") == HS_HOLDER_PACKAGE);
    close_fixture(&f);
}

/* main.park has a pointer to POINTED; main.owner's frame, from 0x700018 to
 * 0x700048, has six words, of which the last two are FIFTH and an object. */
static void open_stack(struct fixture *f, uint64_t pointed, uint64_t fifth)
{
    open_fixture(f, 6);
    test_dump_goroutine(&f->dump, 0x900000, 1);
    test_dump_frame(&f->dump, 0x700000, "main.park", WORDS(pointed, 0, 0), 1);
    test_dump_frame(&f->dump, 0x700018, "main.owner",
                    WORDS(0x10000, 0x10010, 0x10020, 0x10030, fifth, 0x10050),
                    0);
}

static const uint8_t first_word[] = {1}, both_words[] = {3};

/* What main.owner has: an object at 0x700028, of which the first word is a
 * pointer, and one at 0x700038 of two. */
static const struct hs_stack_object owned[] = {
    {.offset = -32, .size = 16, .mask = first_word, .mask_words = 2},
    {.offset = -16, .size = 16, .mask = both_words, .mask_words = 2},
};

TEST(of_a_stack_object_its_pointers_are_followed_and_nothing_around_it)
{
    struct fixture f;

    open_stack(&f, 0x700030, 0x10040); /* into the middle of the first */
    layout(&f, 1, 2, owned);
    find_holders(&f);
    assert_int_equal(held_by(&f, named(&f, "main.owner")), 1 << 2);
    close_fixture(&f);
    open_stack(&f, 0x700038, 0x700028); /* the second points to the first */
    layout(&f, 1, 2, owned);
    find_holders(&f);
    assert_int_equal(held_by(&f, named(&f, "main.owner")), 1 << 2 | 1 << 5);
    close_fixture(&f);
}

TEST(a_pointer_to_no_object_of_a_known_frame_leads_nowhere)
{
    struct fixture f;

    open_stack(&f, 0x700020, 0x10040);
    layout(&f, 1, 2, owned);
    find_holders(&f);
    assert_int_equal(held_by_frames(&f), 0);
    close_fixture(&f);
}

TEST(of_an_unknown_function_all_from_the_pointer_on_may_be_the_object)
{
    struct fixture f;

    open_stack(&f, 0x700020, 0x10040);
    layout(&f, 0, 0, NULL); /* main.park is known */
    find_holders(&f);
    assert_int_equal(held_by(&f, named(&f, "main.owner")), 0x3e);
    close_fixture(&f);
}

TEST(an_argument_is_an_object_in_the_frame_of_the_caller)
{
    static const struct hs_stack_object argument = {
        .offset = 16, .size = 16, .mask = both_words, .mask_words = 2};
    struct fixture f;

    open_stack(&f, 0x700028, 0x10040);
    layout(&f, 0, 1, &argument); /* main.park's: 0x700028 */
    layout(&f, 1, 0, NULL);
    find_holders(&f);
    assert_int_equal(held_by_frames(&f), 1 << 2 | 1 << 3);
    close_fixture(&f);
}

TEST(a_layout_of_more_objects_than_bytes_is_none)
{
    static struct hs_stack_object many[100];
    struct fixture f;

    for (int i = 0; i < 100; i++)
        many[i] = (struct hs_stack_object){.offset = i - 100, .size = 1};
    open_stack(&f, 0x700020, 0x10040);
    layout(&f, 1, 100, many);
    find_holders(&f);
    assert_int_equal(held_by(&f, named(&f, "main.owner")), 0x3e);
    close_fixture(&f);
}

/* Objects that a damaged program places anywhere, and masks that are longer
 * than they. */
TEST(objects_outside_of_the_stack_are_not_read)
{
    static const uint8_t mask[16] = {255, 255, 255, 255, 255, 255, 255, 255};
    static const struct hs_stack_object wild[] = {
        {.offset = INT32_MIN, .size = 8, .mask = mask, .mask_words = 1},
        {.offset = -8, .size = UINT32_MAX, .mask = mask, .mask_words = 64},
    };
    struct fixture f;

    open_stack(&f, 0x700040, 0x10040);
    layout(&f, 1, 2, wild);
    find_holders(&f);
    assert_int_equal(held_by(&f, named(&f, "main.owner")), 1 << 5);
    close_fixture(&f);
}
