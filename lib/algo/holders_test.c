/* SPDX-License-Identifier: Apache-2.0 */
/* holders_test.c - which words are roots, and whose. */
#include "algo/holders.h"

#include "algo/dump_test.h"
#include "base/test.h"

#define WORDS(...)                                                             \
    sizeof((uint64_t[]){__VA_ARGS__}) / 8, (uint64_t[])                        \
    {                                                                          \
        __VA_ARGS__                                                            \
    }

struct fixture {
    struct test_dump dump;
    struct hs_arena arena, scratch;
    const struct hs_heap *heap;
    const struct hs_holders *holders;
};

static void read_holders(struct fixture *f)
{
    f->arena = f->scratch = HS_ARENA_EMPTY;
    f->heap = test_dump_read(&f->dump);
    f->holders = hs_holders_new(f->heap, &f->arena, &f->scratch);
}

static void close_fixture(struct fixture *f)
{
    hs_arena_free(&f->arena);
    hs_arena_free(&f->scratch);
    test_dump_close(&f->dump);
}

/* The holder called NAME; fails the test if there is none. */
static uint32_t named(struct fixture *f, const char *name)
{
    for (uint32_t h = 0; h < f->holders->holder_count; h++)
        if (hs_str_equal(hs_holders_name(f->holders, h, &f->arena),
                         hs_str_of(name)))
            return h;
    fail_msg("no holder is called %s", name);
    return 0;
}

/* The frame of FUNCTION: its group may be called like it. */
static uint32_t frame_of(struct fixture *f, const char *function)
{
    uint32_t h = (uint32_t)f->holders->holder_count;

    while (h-- > 0)
        if (f->holders->holders[h].kind == HS_HOLDER_FRAME &&
            hs_str_equal(hs_holders_name(f->holders, h, &f->arena),
                         hs_str_of(function)))
            return h;
    fail_msg("no frame of %s holds anything", function);
    return 0;
}

static bool holds(struct fixture *f, uint32_t holder, uint64_t address)
{
    const struct hs_holder *all = f->holders->holders;

    for (uint32_t r = all[holder].first_root; r < all[holder + 1].first_root;
         r++)
        if (f->holders->roots[r].object == hs_heap_find(f->heap, address))
            return true;
    return false;
}

TEST(children_and_roots_of_each_holder_are_ranges_that_close)
{
    struct fixture f;
    const struct hs_holder *all;

    test_dump_open(&f.dump, "go1.24.0");
    test_dump_object(&f.dump, 0x10000, 16, WORDS(0, 0));
    test_dump_goroutine(&f.dump, 0x900000, 1);
    test_dump_frame(&f.dump, 0x700000, "main.main", WORDS(0x10000), 1);
    test_dump_segment(&f.dump, true, 0x500000, WORDS(0x10000, 0, 0x10008));
    read_holders(&f);
    all = f.holders->holders;
    for (uint32_t h = 0; h < f.holders->holder_count; h++) {
        CHECK(all[h].first_child <= all[h + 1].first_child);
        CHECK(all[h].first_root <= all[h + 1].first_root);
        for (uint32_t c = all[h].first_child; c < all[h + 1].first_child; c++)
            CHECK(all[c].parent == h);
    }
    CHECK(all[f.holders->holder_count].first_root == f.holders->root_count);
    CHECK(holds(&f, named(&f, "data+0x0"), 0x10000));
    CHECK(holds(&f, named(&f, "data+0x10"), 0x10000));
    close_fixture(&f);
}

TEST(a_static_temporary_belongs_to_the_variable_that_points_to_it)
{
    struct fixture f;
    uint32_t cache, temporary;

    test_dump_open(&f.dump, "go1.24.0");
    test_dump_object(&f.dump, 0x10000, 16, WORDS(0, 0));
    test_dump_segment(&f.dump, true, 0x500000, WORDS(0x500010, 0, 0x10000));
    read_holders(&f);
    cache = named(&f, "data+0x0");
    temporary = named(&f, "data+0x10");
    CHECK(f.holders->edge_count == 1);
    CHECK(f.holders->edges[0].from == cache);
    CHECK(f.holders->edges[0].to == temporary);
    CHECK(f.holders->holders[temporary].parent == temporary);
    CHECK(f.holders->holders[cache].parent != cache);
    CHECK(!holds(&f, cache, 0x10000) && holds(&f, temporary, 0x10000));
    close_fixture(&f);
}

TEST(a_ring_of_words_keeps_one_of_them_below_globals)
{
    struct fixture f;
    uint32_t rooted = 0;

    test_dump_open(&f.dump, "go1.24.0");
    test_dump_segment(&f.dump, true, 0x500000,
                      WORDS(0x500008, 0x500010, 0x500000, 0x500018));
    read_holders(&f);
    for (uint32_t h = 0; h < f.holders->holder_count; h++)
        rooted += f.holders->holders[h].kind == HS_HOLDER_GLOBAL &&
                  f.holders->holders[h].parent != h;
    /* The first of the ring, and the word that only points to itself. */
    CHECK(rooted == 2);
    CHECK(f.holders->edge_count == 3);
    close_fixture(&f);
}

TEST(a_stack_object_is_read_from_the_pointer_to_the_end_of_its_frame)
{
    struct fixture f;
    uint32_t frame;

    test_dump_open(&f.dump, "go1.24.0");
    test_dump_object(&f.dump, 0x10000, 16, WORDS(0, 0));
    test_dump_object(&f.dump, 0x10010, 16, WORDS(0, 0));
    test_dump_object(&f.dump, 0x10020, 16, WORDS(0, 0));
    test_dump_goroutine(&f.dump, 0x900000, 1);
    test_dump_frame(&f.dump, 0x700000, "main.park", WORDS(0x700020), 1);
    /* Word 0 is dead; the object starts at word 1 and is not listed. */
    test_dump_frame(&f.dump, 0x700018, "main.owner",
                    WORDS(0x10000, 0x10010, 0x10020), 0);
    read_holders(&f);
    frame = frame_of(&f, "main.owner");
    CHECK(!holds(&f, frame, 0x10000));
    CHECK(holds(&f, frame, 0x10010));
    CHECK(holds(&f, frame, 0x10020));
    close_fixture(&f);
}

TEST(what_was_preempted_and_its_caller_are_read_word_by_word)
{
    struct fixture f;

    test_dump_open(&f.dump, "go1.24.0");
    test_dump_object(&f.dump, 0x10000, 16, WORDS(0, 0));
    test_dump_object(&f.dump, 0x10010, 16, WORDS(0, 0));
    test_dump_object(&f.dump, 0x10020, 16, WORDS(0, 0));
    test_dump_goroutine(&f.dump, 0x900000, 1);
    test_dump_frame(&f.dump, 0x700000, "runtime.asyncPreempt", WORDS(0x10000),
                    0);
    test_dump_frame(&f.dump, 0x700008, "main.spin", WORDS(0x10010), 0);
    test_dump_frame(&f.dump, 0x700010, "main.main", WORDS(0x10020), 0);
    read_holders(&f);
    CHECK(holds(&f, frame_of(&f, "runtime.asyncPreempt"), 0x10000));
    CHECK(holds(&f, frame_of(&f, "main.spin"), 0x10010));
    for (uint32_t h = 0; h < f.holders->holder_count; h++)
        CHECK(!holds(&f, h, 0x10020));
    close_fixture(&f);
}

TEST(goroutines_of_equal_functions_are_a_group_whatever_their_wrappers)
{
    struct fixture f;
    uint32_t group;

    test_dump_open(&f.dump, "go1.24.0");
    test_dump_goroutine(&f.dump, 0x900000, 1);
    test_dump_frame(&f.dump, 0x700000, "runtime.gopark", WORDS(0), 0);
    test_dump_frame(&f.dump, 0x700008, "example.com/a.work", WORDS(0, 0), 0);
    test_dump_frame(&f.dump, 0x700018, "main.main.gowrap1", WORDS(0), 0);
    test_dump_goroutine(&f.dump, 0x900400, 2);
    test_dump_frame(&f.dump, 0x710000, "runtime.gopark", WORDS(0), 0);
    test_dump_frame(&f.dump, 0x710008, "example.com/a.work", WORDS(0, 0), 0);
    test_dump_goroutine(&f.dump, 0x900800, 3);
    test_dump_frame(&f.dump, 0x720000, "runtime.gopark", WORDS(0), 0);
    test_dump_frame(&f.dump, 0x720008, "net/http.(*conn).serve", WORDS(0), 0);
    read_holders(&f);
    CHECK(f.holders->group_count == 2);
    group = named(&f, "example.com/a.work");
    CHECK(hs_holders_goroutines(f.holders, group) == 2);
    CHECK(hs_holders_stack_bytes(f.holders, group) == 8 + 16 + 8 + 8 + 16);
    CHECK(f.holders->holders[named(&f, "net/http.(*conn).serve")].kind ==
          HS_HOLDER_GROUP);
    close_fixture(&f);
}

TEST(a_wrapper_into_which_all_was_inlined_names_its_group)
{
    struct fixture f;

    test_dump_open(&f.dump, "go1.24.0");
    for (uint64_t i = 0; i < 3; i++) {
        uint64_t sp = 0x700000 + i * 0x10000;

        test_dump_goroutine(&f.dump, 0x900000 + i * 0x400, i + 1);
        test_dump_frame(&f.dump, sp, "runtime.gopark", WORDS(0), 0);
        test_dump_frame(&f.dump, sp + 8, "runtime.chanrecv1", WORDS(0), 0);
        test_dump_frame(&f.dump, sp + 16,
                        i < 2 ? "main.main.gowrap2" : "main.serve.gowrap1",
                        WORDS(0), 0);
    }
    test_dump_goroutine(&f.dump, 0x902000, 9);
    test_dump_frame(&f.dump, 0x780000, "runtime.gopark", WORDS(0), 0);
    test_dump_frame(&f.dump, 0x780008, "runtime.bgsweep", WORDS(0), 0);
    test_dump_frame(&f.dump, 0x780010, "runtime.gcenable.gowrap1", WORDS(0), 0);
    read_holders(&f);
    CHECK(f.holders->group_count == 3);
    CHECK(hs_holders_goroutines(f.holders, named(&f, "main.main.gowrap2")) ==
          2);
    CHECK(hs_holders_goroutines(f.holders, named(&f, "main.serve.gowrap1")) ==
          1);
    named(&f, "runtime.bgsweep");
    close_fixture(&f);
}

/* A g at 0x20000 that waits with a sudog at 0x30000, on a channel at 0x10000
 * that lists the sudog, as a variable of the semaphores does. */
TEST(only_its_goroutine_holds_a_g_and_the_sudogs_it_waits_with)
{
    struct fixture f;
    uint32_t goroutine;

    test_dump_open(&f.dump, "go1.22.0");
    test_dump_object(&f.dump, 0x10000, 96, WORDS(0x30000));
    test_dump_object(&f.dump, 0x20000, 448, WORDS(0x30000));
    test_dump_object_masked(&f.dump, 0x30000, 96,
                            WORDS(0x20000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10000),
                            0x78f);
    test_dump_goroutine(&f.dump, 0x20000, 7);
    test_dump_segment(&f.dump, true, 0x500000,
                      WORDS(0x30000, 0x20000, 0x10000));
    read_holders(&f);
    goroutine = named(&f, "goroutine 7");
    CHECK(holds(&f, goroutine, 0x20000));
    CHECK(holds(&f, goroutine, 0x30000));
    CHECK(!holds(&f, named(&f, "data+0x0"), 0x30000));
    CHECK(!holds(&f, named(&f, "data+0x8"), 0x20000));
    CHECK(holds(&f, named(&f, "data+0x10"), 0x10000));
    CHECK(f.holders->captive_count == 2);
    close_fixture(&f);
}

TEST(a_finalizer_holds_what_its_object_points_to_but_not_the_object)
{
    struct fixture f;
    uint32_t finalizer;

    test_dump_open(&f.dump, "go1.24.0");
    test_dump_object(&f.dump, 0x10000, 32, WORDS(0x10000, 0x10020));
    test_dump_object(&f.dump, 0x10020, 32, WORDS(0));
    test_dump_object(&f.dump, 0x10040, 32, WORDS(0));
    test_dump_object(&f.dump, 0x10060, 32, WORDS(0));
    test_dump_finalizer(&f.dump, 0x10000, 0x10040, 0x401000, false);
    test_dump_finalizer(&f.dump, 0x10060, 0, 0x402000, true);
    read_holders(&f);
    finalizer = named(&f, "finalizer of 0x10000");
    CHECK(!holds(&f, finalizer, 0x10000));
    CHECK(holds(&f, finalizer, 0x10020));
    CHECK(holds(&f, finalizer, 0x10040));
    CHECK(holds(&f, named(&f, "finalizer of 0x10060"), 0x10060));
    CHECK(f.holders->finalizer_function_count == 2);
    close_fixture(&f);
}
