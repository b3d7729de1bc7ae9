/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waterfall_test.c - the parts add up to the RSS, whatever is known.
 */
#include "algo/waterfall.h"

#include "base/test.h"

#define MIB ((uint64_t)1 << 20)

static void say_memstats(struct hs_process *p, uint64_t unit)
{
    hs_process_say(p, HS_FACT_HEAP_ALLOC, 100 * unit, HS_BY_EXPVAR);
    hs_process_say(p, HS_FACT_HEAP_INUSE, 120 * unit, HS_BY_EXPVAR);
    hs_process_say(p, HS_FACT_HEAP_IDLE, 300 * unit, HS_BY_EXPVAR);
    hs_process_say(p, HS_FACT_HEAP_RELEASED, 250 * unit, HS_BY_EXPVAR);
    hs_process_say(p, HS_FACT_STACK_SYS, 10 * unit, HS_BY_EXPVAR);
    hs_process_say(p, HS_FACT_STACK_INUSE, 9 * unit, HS_BY_EXPVAR);
    hs_process_say(p, HS_FACT_SYS, 445 * unit, HS_BY_EXPVAR);
}

TEST(a_waterfall_adds_up_to_the_rss)
{
    struct hs_process p = {0};
    struct hs_waterfall w;

    say_memstats(&p, MIB);
    hs_process_say(&p, HS_FACT_RSS, 300 * MIB, HS_BY_ROLLUP);
    hs_waterfall_fill(&w, &p, NULL);
    assert_true(w.rss_known && w.go_known);
    assert_false(w.live.known || w.garbage.known);
    assert_int_equal(w.heap.bytes, 100 * MIB);
    assert_int_equal(w.slack.bytes, 20 * MIB);
    assert_int_equal(w.idle.bytes, 50 * MIB);
    assert_int_equal(w.stacks.bytes, 10 * MIB);
    assert_int_equal(w.runtime.bytes, 15 * MIB);
    assert_int_equal(w.outside.bytes, 105 * MIB);
    assert_int_equal(hs_waterfall_sum(&w), 300 * MIB);
}

TEST(a_waterfall_without_an_rss_is_what_go_holds)
{
    struct hs_process p = {0};
    struct hs_waterfall w;

    say_memstats(&p, MIB);
    hs_waterfall_fill(&w, &p, NULL);
    assert_false(w.rss_known || w.outside.known);
    assert_int_equal(w.total, (445 - 250) * MIB);
}

TEST(a_live_heap_of_another_witness_splits_the_objects_about)
{
    struct hs_process p = {0};
    struct hs_waterfall w;

    say_memstats(&p, MIB);
    hs_process_say(&p, HS_FACT_HEAP_LIVE, 60 * MIB, HS_BY_GCTRACE);
    hs_process_say(&p, HS_FACT_RSS, 300 * MIB, HS_BY_ROLLUP);
    hs_waterfall_fill(&w, &p, NULL);
    assert_true(w.live.about && w.garbage.about);
    assert_int_equal(w.garbage.bytes, 40 * MIB);
    assert_int_equal(hs_waterfall_sum(&w), 300 * MIB);
    /* More was live then than there is now: no garbage, and no wrap. */
    hs_process_say(&p, HS_FACT_HEAP_LIVE, 400 * MIB, HS_BY_GCTRACE);
    hs_waterfall_fill(&w, &p, NULL);
    assert_int_equal(w.live.bytes, 100 * MIB);
    assert_int_equal(w.garbage.bytes, 0);
    assert_int_equal(hs_waterfall_sum(&w), 300 * MIB);
}

TEST(what_go_has_but_is_not_resident_is_told)
{
    struct hs_process p = {0};
    struct hs_waterfall w;

    say_memstats(&p, MIB);
    hs_process_say(&p, HS_FACT_RSS, 150 * MIB, HS_BY_STATUS);
    hs_waterfall_fill(&w, &p, NULL);
    assert_int_equal(w.outside.bytes, 0);
    assert_int_equal(w.untouched.bytes, 45 * MIB);
    assert_int_equal(hs_waterfall_sum(&w), 150 * MIB);
}

TEST(huge_pages_that_refill_what_was_given_back_are_told_from_a_leak)
{
    struct hs_process p = {0};
    struct hs_waterfall w;

    say_memstats(&p, MIB);
    hs_process_say(&p, HS_FACT_RSS, 500 * MIB, HS_BY_SMAPS);
    hs_process_say(&p, HS_FACT_ARENAS, 419 * MIB, HS_BY_SMAPS);
    hs_process_say(&p, HS_FACT_ARENAS_HUGE, 400 * MIB, HS_BY_SMAPS);
    hs_waterfall_fill(&w, &p, NULL);
    assert_int_equal(w.huge.bytes, (419 - 120 - 50 - 9) * MIB);
    assert_int_equal(w.outside.bytes, (500 - 195 - 240) * MIB);
    assert_int_equal(hs_waterfall_sum(&w), 500 * MIB);
    /* The same size without huge pages is not theirs. */
    hs_process_say(&p, HS_FACT_ARENAS_HUGE, 0, HS_BY_SMAPS);
    hs_waterfall_fill(&w, &p, NULL);
    assert_int_equal(w.huge.bytes, 0);
    assert_int_equal(w.outside.bytes, 305 * MIB);
    assert_int_equal(hs_waterfall_sum(&w), 500 * MIB);
}

TEST(arenas_that_are_not_all_resident_leave_more_outside)
{
    struct hs_process p = {0};
    struct hs_waterfall w;

    say_memstats(&p, MIB);
    hs_process_say(&p, HS_FACT_RSS, 300 * MIB, HS_BY_SMAPS);
    hs_process_say(&p, HS_FACT_ARENAS, 99 * MIB, HS_BY_SMAPS);
    hs_process_say(&p, HS_FACT_ARENAS_HUGE, 0, HS_BY_SMAPS);
    hs_waterfall_fill(&w, &p, NULL);
    assert_int_equal(w.untouched.bytes, 80 * MIB);
    assert_int_equal(w.outside.bytes, 185 * MIB);
    assert_int_equal(hs_waterfall_sum(&w), 300 * MIB);
}

TEST(an_rss_and_gctrace_alone_leave_a_rest)
{
    struct hs_process p = {0};
    struct hs_waterfall w;

    hs_process_say(&p, HS_FACT_HEAP_LIVE, 1024 * MIB, HS_BY_GCTRACE);
    hs_process_say(&p, HS_FACT_RSS, 8192 * MIB, HS_BY_USER);
    hs_waterfall_fill(&w, &p, NULL);
    assert_true(w.live.about && w.rest.known && !w.outside.known);
    assert_int_equal(w.rest.bytes, 7168 * MIB);
    assert_int_equal(hs_waterfall_sum(&w), 8192 * MIB);
}

TEST(a_dump_tells_live_objects_from_garbage)
{
    struct hs_process p = {0};
    struct hs_waterfall_heap heap = {.live = 70 * MIB, .garbage = 30 * MIB};
    struct hs_waterfall w;

    say_memstats(&p, MIB);
    hs_waterfall_fill(&w, &p, &heap);
    assert_int_equal(w.live.bytes, 70 * MIB);
    assert_int_equal(w.garbage.bytes, 30 * MIB);
    assert_int_equal(w.slack.bytes, 20 * MIB);
    hs_waterfall_fill(&w, NULL, &heap);
    assert_int_equal(w.total, 100 * MIB);
}

/* Any numbers at all: xorshift, as good as the fuzzer's. */
TEST(no_numbers_make_the_sum_wrong)
{
    uint64_t x = 88172645463325252u;

    for (int round = 0; round < 20000; round++) {
        struct hs_process p = {0};
        struct hs_waterfall w;

        for (unsigned f = 0; f < HS_FACT_COUNT; f++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            if (x % 5)
                hs_process_say(&p, (enum hs_fact_name)f, x >> (x % 64),
                               (enum hs_witness)(1 + x % HS_BY_USER));
        }
        hs_waterfall_fill(&w, &p, NULL);
        assert_int_equal(hs_waterfall_sum(&w), w.total);
    }
}

TEST(the_better_witness_is_believed_in_any_order)
{
    struct hs_process p = {0};
    uint64_t rss;

    assert_false(hs_process_knows(&p, HS_FACT_RSS, &rss));
    hs_process_say(&p, HS_FACT_RSS, 7, HS_BY_ROLLUP);
    hs_process_say(&p, HS_FACT_RSS, 5, HS_BY_CGROUP);
    assert_true(hs_process_knows(&p, HS_FACT_RSS, &rss));
    assert_int_equal(rss, 7);
    hs_process_say(&p, HS_FACT_RSS, 9, HS_BY_USER);
    hs_process_knows(&p, HS_FACT_RSS, &rss);
    assert_int_equal(rss, 9);
}
