/* SPDX-License-Identifier: Apache-2.0 */
/* trace_v1_test.c - traces of Go 1.11 to 1.21. */
#include "format/trace_case_test.h"

#include "format/trace_v1.h"

static const char *const strings[] = {"main.main", "main.leak", "main.start",
                                      "runtime.runfinq", "category"};

enum {
    MAIN = 1,
    LEAK,
    START,
    RUNFINQ,
    CATEGORY,
    STRINGS = CATEGORY,
    STACK = 100
};

/* Processor 0, where goroutine 1 starts the trace; 5 and 6 existed. */
static void begin(struct trace_case *c, unsigned version)
{
    trace_case_new(c, version);
    trace_case_v1(c, V1_BATCH, 2, 0, 1000);
    trace_case_v1(c, V1_GO_CREATE, 4, 1, 1, STACK + MAIN, STACK + START);
    trace_case_v1(c, V1_GO_CREATE, 4, 1, 5, STACK + RUNFINQ, STACK + START);
    trace_case_v1(c, V1_GO_WAITING, 2, 1, 5);
    trace_case_v1(c, V1_GO_CREATE, 4, 1, 6, STACK + LEAK, STACK + START);
    trace_case_v1(c, V1_GO_IN_SYSCALL, 2, 1, 6);
    trace_case_v1(c, V1_PROC_START, 2, 1, 77);
    trace_case_v1(c, V1_GO_START, 3, 1, 1, 1);
}

static void tables(struct trace_case *c)
{
    trace_case_v1_tables(c, strings, STRINGS);
}

TEST(what_existed_before_an_old_trace_has_its_start_but_no_creator)
{
    struct trace_case c;
    const struct hs_timeline *line;
    const struct hs_trace_group *group;

    begin(&c, 19);
    tables(&c);
    line = trace_case_decode(&c, c.size);
    assert_non_null(line);
    CHECK(line->complete);
    assert_int_equal(line->existed, 3);
    assert_int_equal(line->started, 0);
    group = trace_case_group(line, "runtime.runfinq", false);
    assert_int_equal(group->states[HS_TRACE_WAITING], 1);
    group = trace_case_group(line, "main.leak", false);
    assert_int_equal(group->states[HS_TRACE_SYSCALL], 1);
    assert_int_equal(line->finalizers.count, 1);
    CHECK(!((struct hs_trace_finalizer *)line->finalizers.at)->known);
    trace_case_close(&c);
}

TEST(a_goroutine_that_stops_for_ever_has_not_ended)
{
    struct trace_case c;
    const struct hs_timeline *line;
    const struct hs_trace_group *group;

    begin(&c, 21);
    trace_case_v1(&c, V1_GO_CREATE, 4, 10, 9, STACK + LEAK, STACK + MAIN);
    trace_case_v1(&c, V1_GO_SCHED, 2, 10, STACK + MAIN);
    trace_case_v1(&c, V1_GO_START_LOCAL, 2, 10, 9);
    trace_case_v1(&c, V1_GO_STOP, 2, 10, STACK + LEAK);
    trace_case_v1(&c, V1_GO_START_LOCAL, 2, 10, 1);
    trace_case_v1(&c, V1_GO_END, 1, 10);
    tables(&c);
    line = trace_case_decode(&c, c.size);
    assert_non_null(line);
    CHECK(line->complete);
    group = trace_case_group(line, "main.leak", true);
    assert_int_equal(group->alive, 1);
    CHECK(trace_case_is(line, trace_case_wait(line, group)->reason, "forever"));
    assert_int_equal(trace_case_group(line, "main.main", false)->ended, 1);
    trace_case_close(&c);
}

/* Processor 1 is behind: by its clock it starts goroutine 9 too early. */
TEST(numbers_order_what_processors_do)
{
    struct trace_case c;
    const struct hs_timeline *line;

    begin(&c, 11);
    trace_case_v1(&c, V1_GO_CREATE, 4, 500, 9, STACK + LEAK, STACK + MAIN);
    trace_case_v1(&c, V1_GO_BLOCK_RECV, 2, 500, STACK + MAIN);
    trace_case_v1(&c, V1_BATCH, 2, 1, 1100);
    trace_case_v1(&c, V1_PROC_START, 2, 1, 78);
    trace_case_v1(&c, V1_GO_START, 3, 1, 9, 1);
    trace_case_v1(&c, V1_GO_UNBLOCK, 4, 1, 1, 2, STACK + LEAK);
    trace_case_v1(&c, V1_GO_END, 1, 1);
    tables(&c);
    line = trace_case_decode(&c, c.size);
    assert_non_null(line);
    CHECK(line->complete);
    assert_int_equal(line->resynced, 0);
    assert_int_equal(line->ended, 1);
    assert_int_equal(
        trace_case_group(line, "main.main", false)->states[HS_TRACE_RUNNABLE],
        1);
    trace_case_close(&c);
}

TEST(collections_and_notes_of_an_old_trace)
{
    struct trace_case c;
    const struct hs_timeline *line;
    const struct hs_gc_cycle *cycle;
    static const char message[] = "hello";

    begin(&c, 19);
    trace_case_v1(&c, V1_HEAP_ALLOC, 2, 10, 5000);
    trace_case_v1(&c, V1_GC_START, 3, 10, 0, 0);
    trace_case_v1(&c, V1_STW_START, 2, 10, 1);
    trace_case_v1(&c, V1_STW_DONE, 1, 30);
    trace_case_v1(&c, V1_HEAP_ALLOC, 2, 10, 2000);
    trace_case_v1(&c, V1_GC_DONE, 1, 10);
    trace_case_v1(&c, V1_HEAP_GOAL, 2, 10, 4000);
    trace_case_v1(&c, V1_USER_LOG, 4, 10, 0, CATEGORY, 0);
    trace_case_put(&c, sizeof(message) - 1);
    for (size_t i = 0; message[i]; i++)
        trace_case_put(&c, (uint8_t)message[i]);
    trace_case_v1(&c, V1_USER_REGION, 5, 10, 0, 0, MAIN, 0);
    tables(&c);
    line = trace_case_decode(&c, c.size);
    assert_non_null(line);
    CHECK(line->complete);
    cycle = line->cycles.at;
    assert_int_equal(line->cycles.count, 1);
    assert_int_equal(cycle->stw, 30);
    assert_int_equal(cycle->before, 5000);
    assert_int_equal(cycle->after, 2000);
    assert_int_equal(cycle->goal, 4000);
    CHECK(trace_case_is(line, ((struct hs_trace_stw *)line->stw.at)->kind,
                        "GC sweep termination"));
    CHECK(trace_case_is(line, ((struct hs_trace_tally *)line->logs.at)->last,
                        "hello"));
    assert_int_equal(line->open_regions.count, 1);
    trace_case_close(&c);
}

/* Without its end nobody knows how long a tick is, nor any name: but waits and
 * collections are told. */
TEST(a_cut_old_trace_still_has_its_events_in_ticks)
{
    struct trace_case c;
    const struct hs_timeline *line;
    size_t events;

    begin(&c, 21);
    trace_case_v1(&c, V1_GC_START, 3, 10, 0, 0);
    trace_case_v1(&c, V1_GC_DONE, 1, 10);
    trace_case_v1(&c, V1_GO_BLOCK_SEND, 2, 10, STACK + MAIN);
    events = c.size;
    tables(&c);
    for (size_t cut = 0; cut < c.size; cut++) {
        line = trace_case_decode(&c, cut);
        /* Behind the events, a table may end in front of what nobody needs. */
        if (c.err.kind != HS_OK || cut <= events)
            assert_int_equal(c.err.kind, cut < 16 ? HS_EDATA : HS_ETRUNC);
        if (cut != events)
            continue;
        assert_non_null(line);
        assert_int_equal(line->clock_hz, 0);
        assert_int_equal(line->collections, 1);
        /* Three goroutines in three states; this one waits since last. */
        assert_int_equal(line->waits.count, 3);
        CHECK(trace_case_is(line,
                            ((struct hs_trace_wait *)line->waits.at)[2].reason,
                            "chan send"));
    }
    assert_non_null(trace_case_decode(&c, c.size));
    assert_int_equal(c.err.kind, HS_OK);
    trace_case_close(&c);
}

TEST(a_flipped_bit_in_an_old_trace_gives_an_error_or_a_sound_timeline)
{
    struct trace_case c;

    begin(&c, 21);
    trace_case_v1(&c, V1_GO_BLOCK_SEND, 2, 10, STACK + MAIN);
    tables(&c);
    for (size_t bit = 0; bit < c.size * 8; bit++) {
        c.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        trace_case_decode(&c, c.size);
        c.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    trace_case_close(&c);
}

TEST(traces_before_go_1_11_are_refused_with_a_reason)
{
    static const unsigned versions[] = {5, 7, 8, 9, 10};

    for (size_t i = 0; i < 5; i++) {
        struct trace_case c;

        begin(&c, versions[i]);
        assert_null(trace_case_decode(&c, c.size));
        assert_int_equal(c.err.kind, HS_EUNSUPPORTED);
        trace_case_close(&c);
    }
}
