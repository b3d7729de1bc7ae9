/* SPDX-License-Identifier: Apache-2.0 */
/*
 * findings_test.c - what is a suspect and what is none, on heaps by hand.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "algo/dump_test.h"
#include "base/test.h"
#include "finding/finding.h"

#define WORDS(...)                                                             \
    sizeof((uint64_t[]){__VA_ARGS__}) / 8, (uint64_t[])                        \
    {                                                                          \
        __VA_ARGS__                                                            \
    }

#define MIB ((uint64_t)1 << 20)

struct fixture {
    struct test_dump dump;
    struct hs_arena arena;
    const struct hs_case *c;
    struct hs_suspects suspects;
};

static void investigate(struct fixture *f)
{
    const struct hs_heap *heap = test_dump_read(&f->dump);
    const struct hs_heap_case *base;
    struct hs_err err = HS_ERR_NONE;

    f->arena = HS_ARENA_EMPTY;
    base = hs_heap_case_new(heap, 1, &f->arena, &err);
    assert_non_null(base);
    f->c = hs_case_new(base, NULL, &f->arena);
    f->suspects = hs_findings_run(f->c);
}

static void close_fixture(struct fixture *f)
{
    hs_arena_free(&f->arena);
    test_dump_close(&f->dump);
}

/* The only suspect of RULE, or NULL; fails if there are more. */
static const struct hs_suspect *only(const struct fixture *f, const char *rule)
{
    const struct hs_suspect *rows = f->suspects.rows.at, *found = NULL;

    for (size_t i = 0; i < f->suspects.rows.count; i++) {
        if (strcmp(rows[i].finding->name, rule) != 0)
            continue;
        assert_null(found);
        found = &rows[i];
    }
    return found;
}

TEST(an_object_that_its_own_finalizer_keeps_alive_is_proved)
{
    struct fixture f;
    const struct hs_suspect *s;

    test_dump_open(&f.dump, "go1.24.0");
    test_dump_object(&f.dump, 0x10000, 32, WORDS(0x10020));
    test_dump_object(&f.dump, 0x10020, 32, WORDS(0x10000, 0x20000));
    test_dump_object(&f.dump, 0x20000, 1024, 0, NULL);
    test_dump_finalizer(&f.dump, 0x10000, 0, 0x401000, false);
    investigate(&f);
    s = only(&f, "finalizer-cycle");
    assert_non_null(s);
    assert_int_equal(s->grade, HS_GRADE_PROVED);
    assert_int_equal(s->objects, 1);
    assert_int_equal(s->retained_bytes, 32 + 32 + 1024);
    /* From the finalizer over the part back to the object. */
    assert_int_equal(s->path.step_count, 2);
    assert_int_equal(hs_heap_address(f.c->heap, s->path.steps[0].object),
                     0x10020);
    assert_int_equal(hs_heap_address(f.c->heap, s->path.steps[1].object),
                     0x10000);
    close_fixture(&f);
}

TEST(cycles_of_one_function_are_one_suspect)
{
    struct fixture f;
    const struct hs_suspect *s;

    test_dump_open(&f.dump, "go1.24.0");
    for (uint64_t i = 0; i < 5; i++) {
        uint64_t at = 0x10000 + i * 64;

        test_dump_object(&f.dump, at, 32, WORDS(at + 32));
        test_dump_object(&f.dump, at + 32, 32, WORDS(at));
    }
    for (uint64_t i = 0; i < 5; i++)
        test_dump_finalizer(&f.dump, 0x10000 + i * 64, 0, 0x401000, false);
    investigate(&f);
    s = only(&f, "finalizer-cycle");
    assert_non_null(s);
    assert_int_equal(s->objects, 5);
    assert_int_equal(s->bytes, 5 * 64);
    close_fixture(&f);
}

TEST(two_that_keep_each_other_alive_by_their_finalizers_are_proved)
{
    struct fixture f;
    const struct hs_suspect *s;

    test_dump_open(&f.dump, "go1.24.0");
    test_dump_object(&f.dump, 0x10000, 32, WORDS(0x10020));
    test_dump_object(&f.dump, 0x10020, 32, WORDS(0x10000));
    /* This one only waits for the next to be finalized. */
    test_dump_object(&f.dump, 0x10040, 32, WORDS(0));
    test_dump_object(&f.dump, 0x10060, 32, WORDS(0x10040));
    for (uint64_t at = 0x10000; at < 0x10080; at += 32)
        test_dump_finalizer(&f.dump, at, 0, 0x401000, false);
    investigate(&f);
    s = only(&f, "finalizer-cycle");
    assert_non_null(s);
    assert_int_equal(s->objects, 2);
    close_fixture(&f);
}

/* Four pairs that two functions finalize, of BYTES each; with OTHER, one of
 * these functions has an object that is in no cycle as well. */
static void open_pairs(struct fixture *f, uint64_t bytes, bool other)
{
    test_dump_open(&f->dump, "go1.24.0");
    for (uint64_t i = 0; i < 8; i++)
        test_dump_object(&f->dump, 0x10000 + i * 32, 32,
                         WORDS(0x10000 + (i ^ 1) * 32, 0x40000000 + i * bytes));
    if (other)
        test_dump_object(&f->dump, 0x10100, 32, WORDS(0x10000));
    for (uint64_t i = 0; i < 8; i++)
        test_dump_object(&f->dump, 0x40000000 + i * bytes, bytes, 0, NULL);
    for (uint64_t i = 0; i < 8; i++)
        test_dump_finalizer(&f->dump, 0x10000 + i * 32, 0,
                            i % 2 ? 0x402000 : 0x401000, false);
    if (other)
        test_dump_finalizer(&f->dump, 0x10100, 0, 0x402000, false);
    investigate(f);
}

TEST(a_cycle_of_two_functions_costs_what_they_hold_together_and_is_told_once)
{
    struct fixture f;
    const struct hs_suspect *s;

    open_pairs(&f, 4 * MIB, false);
    s = only(&f, "finalizer-cycle");
    assert_non_null(s);
    assert_int_equal(s->objects, 8);
    assert_int_equal(s->bytes, 8 * (4 * MIB + 32));
    CHECK(hs_str_equal(s->holder, hs_str_of("finalizer func@0x401000 + "
                                            "finalizer func@0x402000")));
    assert_null(only(&f, "big-holder"));
    close_fixture(&f);
}

TEST(what_objects_in_no_cycle_may_hold_is_not_proved_to_be_lost)
{
    struct fixture f;
    const struct hs_suspect *rows;
    size_t cycles = 0, big = 0;

    open_pairs(&f, 4 * MIB, true);
    rows = f.suspects.rows.at;
    for (size_t i = 0; i < f.suspects.rows.count; i++) {
        if (rows[i].grade == HS_GRADE_SIZE) {
            big++;
            continue;
        }
        cycles += rows[i].objects;
        assert_int_equal(rows[i].bytes, 4 * 32);
    }
    assert_int_equal(cycles, 8);
    assert_int_equal(big, 1);
    close_fixture(&f);
}

TEST(no_cycle_is_found_where_the_object_can_be_collected_or_is_in_use)
{
    struct fixture f;

    test_dump_open(&f.dump, "go1.24.0");
    /* Points to itself, which the collector passes over. */
    test_dump_object(&f.dump, 0x10000, 32, WORDS(0x10000));
    /* In a cycle, but a variable has it. */
    test_dump_object(&f.dump, 0x10020, 32, WORDS(0x10040));
    test_dump_object(&f.dump, 0x10040, 32, WORDS(0x10020));
    /* In a cycle, but queued: it is about to be finalized. */
    test_dump_object(&f.dump, 0x10060, 32, WORDS(0x10080));
    test_dump_object(&f.dump, 0x10080, 32, WORDS(0x10060));
    /* Its part leads nowhere. */
    test_dump_object(&f.dump, 0x100a0, 32, WORDS(0x100c0));
    test_dump_object(&f.dump, 0x100c0, 32, WORDS(0));
    test_dump_segment(&f.dump, true, 0x500000, WORDS(0x10020));
    test_dump_finalizer(&f.dump, 0x10000, 0, 0x401000, false);
    test_dump_finalizer(&f.dump, 0x10020, 0, 0x401000, false);
    test_dump_finalizer(&f.dump, 0x100a0, 0, 0x401000, false);
    test_dump_finalizer(&f.dump, 0x10060, 0, 0x401000, true);
    investigate(&f);
    assert_null(only(&f, "finalizer-cycle"));
    close_fixture(&f);
}

/* A variable, a struct, a slice with COUNT elements of SIZE bytes each. */
static void open_cache(struct fixture *f, unsigned count, uint64_t size)
{
    uint64_t words[64];

    for (unsigned i = 0; i < count; i++)
        words[i] = 0x40000000 + i * size;
    test_dump_open(&f->dump, "go1.21.0");
    test_dump_object(&f->dump, 0x10000, 32, WORDS(0x20000));
    test_dump_object(&f->dump, 0x20000, 512, count, words);
    for (unsigned i = 0; i < count; i++)
        test_dump_object(&f->dump, words[i], size, 0, NULL);
    test_dump_object(&f->dump, 0x30000, 48, WORDS(0));
    test_dump_segment(&f->dump, true, 0x500000, WORDS(0x10000, 0x30000));
    investigate(f);
}

TEST(a_big_holder_is_followed_to_where_it_piles_up)
{
    struct fixture f;
    const struct hs_suspect *s;

    open_cache(&f, 40, MIB);
    s = only(&f, "big-holder");
    assert_non_null(s);
    CHECK(!s->anyway);
    assert_int_equal(s->grade, HS_GRADE_SIZE);
    CHECK(hs_str_equal(s->holder, hs_str_of("data+0x0")));
    assert_int_equal(s->bytes, 40 * MIB + 512 + 32);
    /* The struct, the slice, and one of its 40 elements. */
    assert_int_equal(s->path.step_count, 3);
    assert_int_equal(s->children, 40);
    assert_int_equal(hs_heap_address(f.c->heap, s->path.steps[1].object),
                     0x20000);
    close_fixture(&f);
}

TEST(where_nothing_is_big_the_biggest_is_told_but_no_alarm)
{
    struct fixture f;
    uint64_t words[20];
    const struct hs_suspect *s;

    test_dump_open(&f.dump, "go1.21.0");
    for (unsigned i = 0; i < 20; i++) {
        words[i] = 0x10000 + i * 64;
        test_dump_object(&f.dump, words[i], 64, 0, NULL);
    }
    test_dump_segment(&f.dump, true, 0x500000, 20, words);
    investigate(&f);
    s = only(&f, "big-holder");
    assert_non_null(s);
    CHECK(s->anyway);
    assert_int_equal(s->bytes, 64);
    close_fixture(&f);
}

TEST(the_biggest_of_a_small_heap_alarms_if_it_has_a_tenth)
{
    struct fixture f;
    const struct hs_suspect *s;

    open_cache(&f, 40, 8192);
    s = only(&f, "big-holder");
    assert_non_null(s);
    CHECK(!s->anyway);
    CHECK(hs_str_equal(s->holder, hs_str_of("data+0x0")));
    close_fixture(&f);
}

TEST(all_that_have_a_tenth_of_a_small_heap_and_a_mebibyte_are_told)
{
    struct fixture f;
    const struct hs_suspect *rows;

    test_dump_open(&f.dump, "go1.21.0");
    test_dump_object(&f.dump, 0x10000, 32, WORDS(0x41000000));
    test_dump_object(&f.dump, 0x10020, 32, WORDS(0x41000000));
    test_dump_object(&f.dump, 0x40000000, 2 * MIB, 0, NULL);
    test_dump_object(&f.dump, 0x41000000, 4 * MIB, 0, NULL);
    test_dump_object(&f.dump, 0x42000000, MIB / 2, 0, NULL);
    test_dump_segment(&f.dump, true, 0x500000,
                      WORDS(0x10000, 0x10020, 0x40000000, 0x42000000));
    investigate(&f);
    rows = f.suspects.rows.at;
    assert_int_equal(f.suspects.rows.count, 2);
    assert_int_equal(rows[0].unit, HS_NO_RECORD);
    assert_int_equal(rows[0].bytes, 4 * MIB);
    assert_int_equal(rows[1].bytes, 2 * MIB);
    CHECK(!rows[0].anyway && !rows[1].anyway);
    close_fixture(&f);
}

TEST(a_list_piles_up_in_its_head)
{
    struct fixture f;
    const struct hs_suspect *s;
    const unsigned count = 300;

    test_dump_open(&f.dump, "go1.21.0");
    test_dump_object(&f.dump, 0x10000, 32, WORDS(0x40000000));
    for (unsigned i = 0; i < count; i++)
        test_dump_object(
            &f.dump, 0x40000000 + i * 65536, 65536,
            WORDS(i + 1 < count ? 0x40000000 + (i + 1) * 65536 : 0));
    test_dump_segment(&f.dump, true, 0x500000, WORDS(0x10000));
    investigate(&f);
    s = only(&f, "big-holder");
    assert_non_null(s);
    /* The struct, the head of the list, and no further. */
    CHECK(s->path.step_count <= 3);
    close_fixture(&f);
}

TEST(a_heap_that_nobody_holds_has_no_suspects)
{
    struct fixture f;

    test_dump_open(&f.dump, "go1.24.0");
    test_dump_object(&f.dump, 0x10000, 32, WORDS(0x10020));
    test_dump_object(&f.dump, 0x10020, 32, WORDS(0x10000));
    investigate(&f);
    assert_int_equal(f.suspects.rows.count, 0);
    assert_int_equal(f.c->claims->count, 0);
    close_fixture(&f);
}

TEST(the_same_leak_has_the_same_fingerprint_however_big_it_is)
{
    struct fixture small, large;
    const struct hs_suspect *a, *b;

    open_cache(&small, 20, MIB);
    open_cache(&large, 50, 2 * MIB);
    a = only(&small, "big-holder");
    b = only(&large, "big-holder");
    assert_string_equal(a->fingerprint, b->fingerprint);
    assert_int_equal(strlen(a->fingerprint), 8);
    close_fixture(&small);
    close_fixture(&large);
}

TEST(two_leaks_have_two_fingerprints)
{
    struct fixture f;
    const struct hs_suspect *rows;

    test_dump_open(&f.dump, "go1.21.0");
    test_dump_object(&f.dump, 0x40000000, 32 * MIB, 0, NULL);
    test_dump_object(&f.dump, 0x50000000, 32 * MIB, 0, NULL);
    test_dump_segment(&f.dump, true, 0x500000, WORDS(0x40000000, 0x50000000));
    investigate(&f);
    rows = f.suspects.rows.at;
    assert_int_equal(f.suspects.rows.count, 2);
    assert_string_not_equal(rows[0].fingerprint, rows[1].fingerprint);
    close_fixture(&f);
}

/* Functions without a frame, all objects from one line: one key for all. */
TEST(cycles_of_many_functions_from_one_line_have_fingerprints_of_their_own)
{
    enum { FUNCTIONS = 3000 };
    static const char *const line[] = {"main.newNode"};
    struct fixture f;
    const struct hs_suspect *rows;

    test_dump_open(&f.dump, "go1.24.0");
    test_dump_site(&f.dump, 7, 1, line);
    for (uint64_t i = 0; i < FUNCTIONS; i++) {
        uint64_t at = 0x10000 + i * 64;

        test_dump_object(&f.dump, at, 32, WORDS(at + 32));
        test_dump_object(&f.dump, at + 32, 32, WORDS(at));
        test_dump_finalizer(&f.dump, at, 0, 0x401000 + i * 16, false);
        test_dump_sample(&f.dump, at, 7);
    }
    investigate(&f);
    rows = f.suspects.rows.at;
    assert_int_equal(f.suspects.rows.count, FUNCTIONS + 1);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(rows[i].finding->name, "finalizer-cycle");
        assert_int_equal(rows[i].origin.sampled, 1);
        assert_non_null(rows[i].origin.line);
    }
    assert_string_not_equal(rows[0].fingerprint, rows[1].fingerprint);
    assert_string_not_equal(rows[0].fingerprint, rows[2].fingerprint);
    assert_string_not_equal(rows[1].fingerprint, rows[2].fingerprint);
    close_fixture(&f);
}

TEST(what_two_variables_hold_is_one_claim_of_both)
{
    struct fixture f;

    test_dump_open(&f.dump, "go1.21.0");
    test_dump_object(&f.dump, 0x10000, 32, WORDS(0x10040));
    test_dump_object(&f.dump, 0x10020, 32, WORDS(0x10040));
    test_dump_object(&f.dump, 0x10040, 32, WORDS(0x40000000));
    test_dump_object(&f.dump, 0x40000000, 64 * MIB, 0, NULL);
    test_dump_segment(&f.dump, true, 0x500000, WORDS(0x10000, 0x10020));
    investigate(&f);
    assert_int_equal(f.c->claims->count, 3);
    assert_int_equal(f.c->claims->rows[0].holder, HS_NO_RECORD);
    assert_int_equal(f.c->claims->rows[0].owned_bytes, 64 * MIB + 32);
    CHECK(hs_str_equal(f.c->claims->rows[0].name,
                       hs_str_of("data+0x0 + data+0x8")));
    assert_int_equal(f.c->claims->rows[1].owned_bytes, 32);
    close_fixture(&f);
}

/* A timeline by hand: goroutine 7 waits in main.close for REASON. */
static struct hs_suspects stuck_suspects(struct hs_arena *arena,
                                         const char *reason, uint32_t state,
                                         bool stuck)
{
    struct hs_timeline timeline = {.clock_hz = 1, .duration = 5000000000};
    struct hs_trace_finalizer f = {.goroutine = 7,
                                   .state = state,
                                   .busy = true,
                                   .stuck = stuck,
                                   .running = 1,
                                   .reason = 2,
                                   .since = 3000000000,
                                   .cycles = 2};
    struct hs_str texts[] = {hs_str_of(""), hs_str_of("main.close"),
                             hs_str_of(reason)};

    timeline.strings = HS_COLUMN(struct hs_str, arena);
    for (size_t i = 0; i < 3; i++)
        hs_column_push(&timeline.strings, &texts[i]);
    timeline.finalizers = HS_COLUMN(struct hs_trace_finalizer, arena);
    hs_column_push(&timeline.finalizers, &f);
    f.goroutine = 8; /* another one in the same function is no other suspect */
    hs_column_push(&timeline.finalizers, &f);
    return hs_findings_run(hs_case_new(NULL, &timeline, arena));
}

TEST(a_finalizer_that_does_not_return_is_a_suspect_without_a_price)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_suspects suspects =
        stuck_suspects(&arena, "chan receive", HS_TRACE_WAITING, true);
    const struct hs_suspect *rows = suspects.rows.at;

    assert_int_equal(suspects.rows.count, 1);
    assert_int_equal(rows[0].grade, HS_GRADE_PROVED);
    assert_true(rows[0].unpriced);
    assert_string_equal(rows[0].message,
                        "goroutine 7, which runs finalizers, is stuck in "
                        "main.close for 2.00 s, over 2 collections (chan "
                        "receive); no other finalizer runs on it");
    suspects = stuck_suspects(&arena, "network", HS_TRACE_WAITING, true);
    rows = suspects.rows.at;
    assert_int_equal(rows[0].grade, HS_GRADE_LIKELY);
    suspects = stuck_suspects(&arena, "", HS_TRACE_SYSCALL, true);
    rows = suspects.rows.at;
    assert_int_equal(rows[0].grade, HS_GRADE_LIKELY);
    suspects = stuck_suspects(&arena, "sync", HS_TRACE_WAITING, false);
    assert_int_equal(suspects.rows.count, 0);
    hs_arena_free(&arena);
}
