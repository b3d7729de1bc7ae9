/* SPDX-License-Identifier: Apache-2.0 */
/* trace_test.c - traces of Go 1.22 on: what events mean, in what order, and
 * what is left of a damaged one. */
#include "format/trace_case_test.h"

#include "format/trace_v2.h"

#define THREAD 7

static const char *const strings[] = {
    "main.main",
    "main.leak",
    "main.work",
    "chan receive",
    "sync",
    "main.create",
    "forever",
    "runtime.runFinalizers",
    "main.(*F).Close",
    "system goroutine wait",
    "GC sweep termination",
    "region",
    "task",
    "category",
    "message",
};

enum { /* ids */
       MAIN = 1,
       LEAK,
       WORK,
       RECEIVE,
       SYNC,
       CREATE,
       FOREVER,
       RUN_FINALIZERS,
       CLOSE,
       SYSTEM,
       SWEEP_TERM,
       REGION,
       TASK,
       CATEGORY,
       MESSAGE,
       STRINGS = MESSAGE,
       STACK = 100 /* of the function with that string */
};

static void tables(struct trace_case *c)
{
    trace_case_tables(c, strings, STRINGS);
}

/* Thread THREAD runs goroutine 1, main's. */
static void begin(struct trace_case *c, unsigned version)
{
    trace_case_new(c, version);
    trace_case_batch(c, THREAD, 1000);
    trace_case_event(c, EV_PROC_STATUS, 3, 0, 0, 1);
    trace_case_event(c, EV_GO_STATUS, 4, 0, 1, THREAD, 2);
}

static const struct hs_timeline *decode(struct trace_case *c)
{
    return trace_case_decode(c, c->size);
}

TEST(goroutines_that_never_end_are_grouped_by_their_origin_and_wait)
{
    struct trace_case c;
    const struct hs_timeline *line;
    const struct hs_trace_group *leak, *work;
    const struct hs_trace_wait *wait;

    begin(&c, 22);
    for (int g = 10; g < 15; g++)
        trace_case_event(&c, EV_GO_CREATE, 4, 10, g, STACK + LEAK,
                         STACK + CREATE);
    trace_case_event(&c, EV_GO_CREATE, 4, 10, 20, STACK + WORK, STACK + CREATE);
    trace_case_event(&c, EV_GO_BLOCK, 3, 10, SYNC, STACK + MAIN);
    for (int g = 10; g < 15; g++) {
        trace_case_event(&c, EV_GO_START, 3, 10, g, 1);
        trace_case_event(&c, EV_GO_BLOCK, 3, 10, RECEIVE, STACK + LEAK);
    }
    trace_case_event(&c, EV_GO_START, 3, 10, 20, 1);
    trace_case_event(&c, EV_GO_DESTROY, 1, 10);
    tables(&c);
    line = decode(&c);
    assert_non_null(line);
    leak = trace_case_group(line, "main.leak", true);
    assert_int_equal(leak->started, 5);
    assert_int_equal(leak->alive, 5);
    assert_int_equal(leak->states[HS_TRACE_WAITING], 5);
    assert_int_equal(leak->oldest, 1010 - 1); /* tables are at 1 */
    wait = trace_case_wait(line, leak);
    assert_int_equal(wait->count, 5);
    CHECK(trace_case_is(line, wait->reason, "chan receive"));
    assert_int_equal(wait->newest - wait->oldest, 80);
    assert_int_equal(wait->example, 10);
    work = trace_case_group(line, "main.work", true);
    assert_int_equal(work->started, 1);
    assert_int_equal(work->alive, 0);
    assert_int_equal(trace_case_group(line, "main.main", false)->existed, 1);
    assert_int_equal(line->goroutines_last, 6);
    assert_int_equal(line->goroutines_peak, 7);
    trace_case_close(&c);
}

/* The second thread's clock is behind: it starts the goroutine "before" the
 * first has created it, and unblocks main before that has blocked. */
TEST(sequence_numbers_and_not_clocks_order_what_a_goroutine_does)
{
    struct trace_case c;
    const struct hs_timeline *line;

    begin(&c, 22);
    trace_case_event(&c, EV_GO_CREATE, 4, 500, 10, STACK + WORK,
                     STACK + CREATE);
    trace_case_event(&c, EV_GO_BLOCK, 3, 500, SYNC, STACK + MAIN);
    trace_case_event(&c, EV_GO_START, 3, 500, 1, 2);
    trace_case_batch(&c, THREAD + 1, 1000);
    trace_case_event(&c, EV_PROC_STATUS, 3, 0, 1, 1);
    trace_case_event(&c, EV_GO_START, 3, 10, 10, 1);
    trace_case_event(&c, EV_GO_UNBLOCK, 4, 10, 1, 1, 0);
    trace_case_event(&c, EV_GO_DESTROY, 1, 10);
    tables(&c);
    line = decode(&c);
    assert_non_null(line);
    CHECK(line->complete);
    assert_int_equal(line->resynced, 0);
    assert_int_equal(line->ended, 1);
    assert_int_equal(
        trace_case_group(line, "main.main", false)->states[HS_TRACE_RUNNING],
        1);
    trace_case_close(&c);
}

/* Numbers start anew in a generation, when the status is told. */
TEST(a_number_of_one_generation_does_not_match_in_the_next)
{
    struct trace_case c;
    const struct hs_timeline *line;

    begin(&c, 22);
    trace_case_event(&c, EV_GO_STOP, 3, 10, SYNC, STACK + MAIN);
    trace_case_event(&c, EV_GO_START, 3, 10, 1, 1);
    trace_case_event(&c, EV_GO_STOP, 3, 10, SYNC, STACK + MAIN);
    tables(&c);
    trace_case_batch(&c, THREAD + 1, 2000);
    trace_case_event(&c, EV_PROC_STATUS, 3, 0, 1, 1);
    trace_case_event(&c, EV_GO_START, 3, 1, 1, 2);
    trace_case_batch(&c, THREAD, 3000);
    trace_case_event(&c, EV_PROC_STATUS, 3, 0, 0, 1);
    trace_case_event(&c, EV_GO_STATUS, 4, 0, 1, THREAD, 1);
    trace_case_event(&c, EV_GO_START, 3, 10, 1, 1);
    trace_case_event(&c, EV_GO_STOP, 3, 10, SYNC, STACK + MAIN);
    tables(&c);
    line = decode(&c);
    assert_non_null(line);
    CHECK(line->complete);
    assert_int_equal(line->generations, 2);
    assert_int_equal(line->resynced, 0);
    assert_int_equal(line->existed, 1);
    trace_case_close(&c);
}

TEST(a_contradiction_is_told_and_the_rest_is_kept)
{
    struct trace_case c;
    const struct hs_timeline *line;

    begin(&c, 22);
    trace_case_event(&c, EV_GO_CREATE, 4, 10, 10, STACK + WORK, STACK + CREATE);
    trace_case_event(&c, EV_GO_BLOCK, 3, 10, SYNC, STACK + MAIN);
    trace_case_event(&c, EV_GO_START, 3, 10, 10, 3); /* 1 and 2 are lost */
    trace_case_event(&c, EV_GO_DESTROY, 1, 10);
    tables(&c);
    line = decode(&c);
    assert_non_null(line);
    assert_int_equal(c.err.kind, HS_EDATA);
    assert_int_equal(line->resynced, 1);
    assert_int_equal(line->ended, 1);
    trace_case_close(&c);
}

/* As if the end of the first one was lost: it cannot end later. */
TEST(a_goroutine_that_is_created_twice_ends_once)
{
    struct trace_case c;
    const struct hs_timeline *line;

    begin(&c, 22);
    trace_case_event(&c, EV_GO_CREATE, 4, 10, 10, STACK + WORK, STACK + CREATE);
    trace_case_batch(&c, THREAD + 1, 1020);
    trace_case_event(&c, EV_PROC_STATUS, 3, 0, 1, 1);
    trace_case_event(&c, EV_GO_START, 3, 10, 10, 1);
    trace_case_event(&c, EV_GO_DESTROY, 1, 5000000);
    trace_case_batch(&c, THREAD, 2000000);
    trace_case_event(&c, EV_GO_CREATE, 4, 10, 10, STACK + WORK, STACK + CREATE);
    trace_case_event(&c, EV_GO_CREATE, 4, 10, 11, STACK + WORK, STACK + CREATE);
    tables(&c);
    line = decode(&c);
    assert_non_null(line);
    assert_int_equal(c.err.kind, HS_EDATA);
    assert_int_equal(line->started, 3);
    assert_int_equal(line->ended, 1);
    assert_int_equal(trace_case_group(line, "main.work", true)->alive, 2);
    trace_case_close(&c);
}

TEST(an_event_of_an_unknown_kind_costs_its_batch_only)
{
    struct trace_case c;
    const struct hs_timeline *line;

    begin(&c, 28);
    trace_case_event(&c, EV_HEAP_ALLOC, 2, 10, 4096);
    trace_case_event(&c, 99, 2, 10, 1); /* of a Go to come */
    trace_case_event(&c, EV_HEAP_ALLOC, 2, 10, 8192);
    trace_case_batch(&c, THREAD, 2000);
    trace_case_event(&c, EV_HEAP_ALLOC, 2, 10, 12288);
    tables(&c);
    line = decode(&c);
    assert_non_null(line);
    assert_int_equal(c.err.kind, HS_EUNSUPPORTED);
    assert_int_equal(line->unknown_batches, 1);
    assert_int_equal(line->heap_samples, 2);
    assert_int_equal(((struct hs_heap_sample *)line->heap.at)[1].live, 12288);
    trace_case_close(&c);
}

static void collections(struct trace_case *c)
{
    trace_case_event(c, EV_HEAP_ALLOC, 2, 10, 5000);
    trace_case_event(c, EV_GC_BEGIN, 3, 10, 1, 0);
    trace_case_event(c, EV_STW_BEGIN, 3, 10, SWEEP_TERM, 0);
    trace_case_event(c, EV_STW_END, 1, 30);
    trace_case_event(c, EV_GC_MARK_ASSIST_BEGIN, 2, 10, 0);
    trace_case_event(c, EV_GC_MARK_ASSIST_END, 1, 70);
    trace_case_event(c, EV_HEAP_ALLOC, 2, 10, 3000);
    trace_case_event(c, EV_GC_END, 2, 10, 2);
    trace_case_event(c, EV_HEAP_GOAL, 2, 10, 6000);
    trace_case_event(c, EV_GC_SWEEP_BEGIN, 2, 10, 0);
    trace_case_event(c, EV_GC_SWEEP_END, 3, 20, 800, 300);
}

TEST(a_collection_has_its_pauses_helpers_sweep_and_sizes)
{
    struct trace_case c;
    const struct hs_timeline *line;
    const struct hs_gc_cycle *cycle;

    begin(&c, 26);
    collections(&c);
    tables(&c);
    line = decode(&c);
    assert_non_null(line);
    CHECK(line->complete);
    assert_int_equal(line->cycles.count, 1);
    cycle = line->cycles.at;
    assert_int_equal(cycle->end - cycle->start, 140);
    assert_int_equal(cycle->stw, 30);
    assert_int_equal(cycle->assist, 70);
    assert_int_equal(cycle->sweep, 20);
    assert_int_equal(cycle->before, 5000);
    assert_int_equal(cycle->after, 3000);
    assert_int_equal(cycle->goal, 6000);
    assert_int_equal(cycle->swept, 800);
    assert_int_equal(cycle->freed, 300);
    /* The clock of the tables says 1000 s and 7 ns at tick 1, where all
     * begins. */
    assert_int_equal(line->wall, 1000000000007);
    trace_case_close(&c);
}

TEST(a_finalizer_that_waits_while_collections_go_by_is_stuck)
{
    struct trace_case c;
    const struct hs_timeline *line;
    const struct hs_trace_finalizer *f;

    begin(&c, 23);
    trace_case_event(&c, EV_GO_STATUS_STACK, 5, 0, 5, -1, 4,
                     STACK + RUN_FINALIZERS);
    trace_case_event(&c, EV_GC_BEGIN, 3, 10, 1, 0);
    trace_case_event(&c, EV_GC_END, 2, 10, 2);
    trace_case_event(&c, EV_GO_UNBLOCK, 4, 40, 5, 1, 0);
    trace_case_event(&c, EV_GO_BLOCK, 3, 10, SYNC, STACK + MAIN);
    trace_case_event(&c, EV_GO_START, 3, 10, 5, 2);
    /* Close, called by runFinalizers: stack 99. */
    trace_case_event(&c, EV_GO_BLOCK, 3, 10, RECEIVE, 99);
    trace_case_event(&c, EV_GO_UNBLOCK, 4, 10, 1, 1, 0);
    trace_case_event(&c, EV_GO_START, 3, 10, 1, 2);
    trace_case_event(&c, EV_GC_BEGIN, 3, 10, 3, 0);
    trace_case_event(&c, EV_GC_END, 2, 10, 4);
    trace_case_batch(&c, UINT64_MAX, 1);
    trace_case_put(&c, EV_STACKS);
    trace_case_event(&c, EV_STACK, 10, 99, 2, 1, CLOSE, 0, 3, 2, RUN_FINALIZERS,
                     0, 4);
    tables(&c);
    line = decode(&c);
    assert_non_null(line);
    CHECK(line->complete);
    assert_int_equal(line->finalizers.count, 1);
    f = line->finalizers.at;
    assert_int_equal(f->goroutine, 5);
    CHECK(f->known && f->busy && f->stuck && !f->cleanups);
    CHECK(trace_case_is(line, f->running, "main.(*F).Close"));
    CHECK(trace_case_is(line, f->reason, "chan receive"));
    assert_int_equal(f->since, 1090 - 1);
    assert_int_equal(f->cycles, 1);
    assert_int_equal(f->blocked_ns, 40);
    assert_int_equal(f->wakes, 1);
    assert_int_equal(f->wake_median, 40);
    trace_case_close(&c);
}

TEST(open_regions_and_tasks_and_the_last_log_are_kept)
{
    struct trace_case c;
    const struct hs_timeline *line;
    const struct hs_trace_open *region;
    const struct hs_trace_tally *log, *regions;

    begin(&c, 22);
    trace_case_event(&c, EV_USER_TASK_BEGIN, 5, 10, 3, 0, TASK, 0);
    trace_case_event(&c, EV_USER_TASK_BEGIN, 5, 10, 4, 3, TASK, 0);
    trace_case_event(&c, EV_USER_TASK_END, 3, 10, 4, 0);
    trace_case_event(&c, EV_USER_REGION_BEGIN, 4, 10, 3, REGION, 0);
    trace_case_event(&c, EV_USER_REGION_BEGIN, 4, 10, 3, WORK, 0);
    trace_case_event(&c, EV_USER_REGION_END, 4, 10, 3, WORK, 0);
    trace_case_event(&c, EV_USER_LOG, 5, 10, 3, CATEGORY, MESSAGE, 0);
    tables(&c);
    line = decode(&c);
    assert_non_null(line);
    CHECK(line->complete);
    assert_int_equal(line->open_tasks.count, 1);
    assert_int_equal(((struct hs_trace_open *)line->open_tasks.at)->task, 3);
    assert_int_equal(line->open_regions.count, 1);
    region = line->open_regions.at;
    assert_int_equal(region->goroutine, 1);
    CHECK(trace_case_is(line, region->name, "region"));
    regions = line->regions.at;
    assert_int_equal(line->regions.count, 2);
    assert_int_equal(regions[0].open, 1);
    assert_int_equal(regions[1].total, 10);
    log = line->logs.at;
    CHECK(trace_case_is(line, log->last, "message"));
    trace_case_close(&c);
}

/* Two generations, so that one is whole wherever the second is cut. */
static void two_generations(struct trace_case *c, unsigned version)
{
    begin(c, version);
    trace_case_event(c, EV_GO_CREATE, 4, 10, 10, STACK + LEAK, STACK + CREATE);
    collections(c);
    tables(c);
    trace_case_batch(c, THREAD, 5000);
    trace_case_event(c, EV_PROC_STATUS, 3, 0, 0, 1);
    trace_case_event(c, EV_GO_STATUS, 4, 0, 1, THREAD, 2);
    trace_case_event(c, EV_GO_STOP, 3, 10, SYNC, STACK + MAIN);
    trace_case_event(c, EV_GO_STATUS, 4, 10, 10, THREAD, 1);
    trace_case_event(c, EV_GO_START, 3, 10, 10, 1);
    trace_case_event(c, EV_GO_BLOCK, 3, 10, FOREVER, STACK + LEAK);
    tables(c);
    trace_case_decode(c, c->size);
}

TEST(what_is_whole_of_a_cut_trace_is_read_and_the_rest_is_missed)
{
    static const unsigned versions[] = {22, 23, 25, 26};

    for (size_t v = 0; v < 4; v++) {
        struct trace_case c;
        const struct hs_timeline *line;
        size_t first = 0, size;

        two_generations(&c, versions[v]);
        assert_int_equal(c.err.kind, HS_OK);
        size = c.size;
        for (size_t cut = 0; cut < size; cut++) {
            line = trace_case_decode(&c, cut);
            if (!line) {
                assert_int_not_equal(c.err.kind, HS_OK);
                assert_int_equal(first, 0);
                continue;
            }
            if (c.err.kind == HS_OK) { /* where the first generation ends */
                assert_int_equal(line->generations, 1);
                first++;
                continue;
            }
            assert_int_equal(c.err.kind, HS_ETRUNC);
            if (first > 0) {
                assert_int_equal(line->cycles.count, 1);
                assert_int_equal(line->existed, 1);
                assert_int_equal(line->started, 1);
            }
        }
        /* Until Go 1.26 the tables may end anywhere between two strings that
         * nobody needs, but not within. */
        CHECK(first >= 1 && (versions[v] < 26 || first == 1));
        trace_case_close(&c);
    }
}

TEST(a_flipped_bit_gives_an_error_or_a_sound_timeline)
{
    struct trace_case c;

    two_generations(&c, 26);
    for (size_t bit = 0; bit < c.size * 8; bit++) {
        c.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        trace_case_decode(&c, c.size);
        c.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    trace_case_close(&c);
}
