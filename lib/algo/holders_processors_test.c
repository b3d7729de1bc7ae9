/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_processors_test.c - timers hold what they would call; Ps and Ms are
 * the runtime's.
 *
 *   0 the P    1 its list    2 and 3 timers    4 a closure    5 a channel
 */
#include "algo/dump_test.h"
#include "algo/holders.h"
#include "base/test.h"
#include "model/lens.h"

#define WORDS(...)                                                             \
    sizeof((uint64_t[]){__VA_ARGS__}) / 8, (uint64_t[])                        \
    {                                                                          \
        __VA_ARGS__                                                            \
    }
#define AT(object)  (0x10000 + 64 * (uint64_t)(object))
#define BIT(object) ((uint32_t)1 << (object))

enum { P = 1, TIMER, CHAN };

struct fixture {
    struct test_dump dump;
    struct hs_arena arena, scratch;
    struct hs_names names;
    struct hs_lens lens;
    uint32_t typings[6];
    const struct hs_holders *holders;
};

static size_t lines(const struct hs_lens *lens, uint64_t pc,
                    struct hs_place *places, size_t room)
{
    (void)lens;
    if (pc != 0x401000 || room == 0)
        return 0;
    places[0] = (struct hs_place){.function = hs_str_of("main.late")};
    return 1;
}

static void type(struct fixture *f, const char *name, const char *field,
                 uint64_t offset)
{
    struct hs_go_field its = {.name = hs_str_of(field), .offset = offset};
    struct hs_go_type fresh = {.name = hs_str_of(name),
                               .first_field = (uint32_t)f->names.fields.count,
                               .field_count = 1};

    hs_column_push(&f->names.fields, &its);
    hs_column_push(&f->names.types, &fresh);
}

/* A P whose list of timers is at offset TIMERS, and timers with their argument
 * at ARGUMENT. */
static void open_fixture(struct fixture *f, uint64_t timers, uint64_t argument)
{
    struct hs_heap *heap;

    *f = (struct fixture){.arena = HS_ARENA_EMPTY, .scratch = HS_ARENA_EMPTY};
    f->names.types = HS_COLUMN(struct hs_go_type, &f->arena);
    f->names.fields = HS_COLUMN(struct hs_go_field, &f->arena);
    f->names.globals = HS_COLUMN(struct hs_global, &f->arena);
    f->names.layouts = HS_COLUMN(struct hs_frame_layout, &f->arena);
    f->names.stack_objects = HS_COLUMN(struct hs_stack_object, &f->arena);
    f->names.locals = HS_COLUMN(struct hs_local, &f->arena);
    type(f, "", "", 0);
    type(f, "runtime.p", "timers", timers);
    type(f, "runtime.timer", "arg", argument);
    type(f, "chan int", "", 0);
    test_dump_open(&f->dump, "go1.22.0");
    test_dump_object(&f->dump, AT(0), 64, WORDS(0, AT(1), 0, 0, 0, 0, 0, 0));
    test_dump_object(&f->dump, AT(1), 64,
                     WORDS(AT(2) + 8, AT(3), 0, 0, 0, 0, 0, 0));
    test_dump_object(&f->dump, AT(2), 64,
                     WORDS(0, AT(0), 0, AT(4), 0, 0, 0, 0));
    test_dump_object(&f->dump, AT(3), 64,
                     WORDS(AT(0), 0, AT(5), 0, 0, 0, 0, 0));
    test_dump_object(&f->dump, AT(4), 64, WORDS(0x401000, 0, 0, 0, 0, 0, 0, 0));
    test_dump_object(&f->dump, AT(5), 64, WORDS(0, 0, 0, 0, 0, 0, 0, 0));
    test_dump_segment(&f->dump, true, 0x500000, WORDS(AT(0), AT(1)));
    f->typings[0] = hs_typing(P, HS_SHAPE_ONE, HS_EVIDENCE_REACHED, false);
    f->typings[5] = hs_typing(CHAN, HS_SHAPE_CHAN, HS_EVIDENCE_REACHED, false);
    f->names.typings = f->typings;
    f->lens.lines = lines;
    f->names.lens = &f->lens;
    test_dump_read(&f->dump);
    heap = f->dump.snapshot.heap;
    heap->names = &f->names;
    f->holders = hs_holders_new(heap, &f->arena, &f->scratch);
}

static void close_fixture(struct fixture *f)
{
    hs_arena_free(&f->arena);
    hs_arena_free(&f->scratch);
    test_dump_close(&f->dump);
}

/* Which objects the holders of KIND called NAME hold. */
static uint32_t held_by(struct fixture *f, enum hs_holder_kind kind,
                        const char *name)
{
    const struct hs_holder *all = f->holders->holders;
    uint32_t held = 0;

    for (uint32_t h = 0; h < f->holders->holder_count; h++)
        if (all[h].kind == kind &&
            hs_str_equal(hs_holders_name(f->holders, h, &f->arena),
                         hs_str_of(name)))
            for (uint32_t r = all[h].first_root; r < all[h + 1].first_root; r++)
                held |= BIT(f->holders->roots[r].object);
    return held;
}

TEST(timers_are_roots_by_what_they_call)
{
    struct fixture f;

    open_fixture(&f, 8, 8);
    assert_int_equal(held_by(&f, HS_HOLDER_TIMERS, "timer main.late"), BIT(2));
    assert_int_equal(held_by(&f, HS_HOLDER_TIMERS, "timer channels"), BIT(3));
    assert_int_equal(f.holders->muted_count, 1);
    assert_int_equal(f.holders->muted[0], 1);
    for (uint32_t h = 0; h < f.holders->holder_count; h++)
        if (f.holders->holders[h].kind == HS_HOLDER_TIMERS)
            assert_int_equal(hs_holders_members(f.holders, h),
                             f.holders->holders[h].parent == 0 ? 2 : 1);
    close_fixture(&f);
}

TEST(a_processor_is_held_by_the_runtime_alone)
{
    struct fixture f;

    open_fixture(&f, 8, 8);
    assert_int_equal(f.holders->captive_count, 1);
    assert_int_equal(f.holders->captive[0], 0);
    assert_int_equal(held_by(&f, HS_HOLDER_RUNTIME, "runtime"), BIT(0));
    assert_int_equal(held_by(&f, HS_HOLDER_GLOBAL, "data+0x0"), 0);
    assert_int_equal(held_by(&f, HS_HOLDER_GLOBAL, "data+0x8"), BIT(1));
    close_fixture(&f);
}

/* As a damaged executable may say. */
TEST(offsets_of_timers_that_lead_out_of_the_object_lead_nowhere)
{
    struct fixture f;

    open_fixture(&f, UINT64_MAX - 3, 8);
    assert_int_equal(f.holders->muted_count, 0);
    close_fixture(&f);
    open_fixture(&f, 60, 8);
    assert_int_equal(f.holders->muted_count, 0);
    close_fixture(&f);
    open_fixture(&f, 8, UINT64_MAX - 7);
    assert_int_equal(held_by(&f, HS_HOLDER_TIMERS, "other timers"),
                     BIT(2) | BIT(3));
    close_fixture(&f);
    open_fixture(&f, 8, 1 << 20);
    assert_int_equal(held_by(&f, HS_HOLDER_TIMERS, "other timers"),
                     BIT(2) | BIT(3));
    close_fixture(&f);
}
