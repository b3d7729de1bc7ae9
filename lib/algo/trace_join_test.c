/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_join_test.c - a real trace with a dump of the same process, of another
 * run of the program, and of another program; and what tells them apart.
 */
#include "algo/trace_join.h"

#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "format/format.h"
#include "model/snapshot.h"

struct pair {
    struct hs_snapshot trace, dump;
    struct hs_trace_join join;
};

static void open_file(struct hs_snapshot *snapshot, const char *format,
                      const char *name)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_source source = {.complete = true};
    char path[4096];

    hs_snapshot_init(snapshot);
    snprintf(path, sizeof(path), "%s/%s", hs_test_data(), name);
    source.input = hs_input_open(path, NULL, &err);
    assert_non_null(source.input);
    hs_column_push(&snapshot->sources, &source);
    assert_true(hs_format_named(format)->decode(source.input, snapshot, &err));
}

static void open_pair(struct pair *pair, const char *dump)
{
    open_file(&pair->trace, "trace", "trace/both-go1.26.trace.gz");
    open_file(&pair->dump, "godump", dump);
}

static void join(struct pair *pair)
{
    pair->join = hs_trace_join_new(pair->trace.timeline, pair->dump.heap,
                                   &pair->trace.arena, &pair->trace.arena);
}

static void close_pair(struct pair *pair)
{
    hs_snapshot_close(&pair->trace);
    hs_snapshot_close(&pair->dump);
}

/* How many joined objects have the type NAME. */
static uint64_t placed_of(const struct pair *pair, const char *name)
{
    const struct hs_timeline *t = pair->trace.timeline;
    const struct hs_trace_object *live = t->objects.live.at;
    const struct hs_trace_type *types = t->objects.types.at;
    uint64_t count = 0;

    for (size_t i = 0; i < t->objects.live.count; i++)
        count += pair->join.placements[i] != HS_NO_JOIN &&
                 hs_str_equal(hs_timeline_string(t, types[live[i].type].name),
                              hs_str_of(name));
    return count;
}

TEST(a_trace_and_a_dump_of_one_process_are_joined)
{
    const struct hs_goroutine *goroutines;
    const struct hs_trace_goroutine *rows;
    struct pair pair;

    open_pair(&pair, "trace/both-go1.26.dump.gz");
    join(&pair);
    assert_int_equal(pair.join.verdict, HS_JOIN_SAME);
    assert_int_equal(pair.join.looked, 26); /* 25 and main */
    assert_int_equal(pair.join.agreed, 26);
    assert_true(pair.join.placed);
    assert_int_equal(placed_of(&pair, "main.Session"), 200);
    assert_int_equal(placed_of(&pair, "main.Page"), 25);
    goroutines = pair.dump.heap->goroutines.at;
    rows = pair.trace.timeline->goroutines.at;
    for (size_t i = 0; i < pair.trace.timeline->goroutines.count; i++)
        if (pair.join.goroutines[i] != HS_NO_JOIN)
            assert_int_equal(goroutines[pair.join.goroutines[i]].id,
                             rows[i].id);
    close_pair(&pair);
}

/* As `go func(page *Page) { wait(page) }(page)` compiles: the trace tells the
 * function, which the dump has inlined into what calls it. */
static void wrap(struct pair *pair, const char *name)
{
    struct hs_frame *frames = pair->dump.heap->frames.at;

    for (size_t i = 0; i < pair->dump.heap->frames.count; i++)
        if (hs_str_equal(frames[i].function, hs_str_of("main.serve")))
            frames[i].function = hs_str_of(name);
}

TEST(goroutines_inlined_into_the_wrapper_of_their_go_statement_are_joined)
{
    struct pair pair;

    open_pair(&pair, "trace/both-go1.26.dump.gz");
    wrap(&pair, "main.main.gowrap1");
    join(&pair);
    assert_int_equal(pair.join.verdict, HS_JOIN_SAME);
    assert_int_equal(pair.join.agreed, 26);
    close_pair(&pair);
    open_pair(&pair, "trace/both-go1.26.dump.gz");
    wrap(&pair, "main.start.gowrap1");
    join(&pair);
    assert_int_equal(pair.join.verdict, HS_JOIN_OTHERS);
    close_pair(&pair);
}

TEST(another_run_of_the_program_is_not_joined)
{
    struct pair pair;

    open_pair(&pair, "trace/both-other-go1.26.dump.gz");
    join(&pair);
    assert_int_equal(pair.join.agreed, 26); /* its goroutines are alike */
    assert_int_equal(pair.join.verdict, HS_JOIN_PLACES);
    close_pair(&pair);
}

TEST(another_program_is_not_joined)
{
    struct pair pair;

    open_pair(&pair, "godump/service-go1.26-amd64.dump.gz");
    join(&pair);
    assert_int_equal(pair.join.verdict, HS_JOIN_OTHERS);
    close_pair(&pair);
}

TEST(a_dump_of_another_version_of_go_is_not_joined)
{
    struct pair pair;

    open_pair(&pair, "trace/both-go1.26.dump.gz");
    pair.dump.heap->go_version = hs_str_of("go1.25.3");
    join(&pair);
    assert_int_equal(pair.join.verdict, HS_JOIN_VERSIONS);
    pair.dump.heap->go_version = hs_str_of("go1.27rc1 X:foo");
    join(&pair);
    assert_int_equal(pair.join.verdict, HS_JOIN_SAME);
    pair.dump.heap->go_version = hs_str_of("devel");
    join(&pair);
    assert_int_equal(pair.join.verdict, HS_JOIN_SAME);
    close_pair(&pair);
}

TEST(a_dump_with_few_of_the_goroutines_is_not_joined)
{
    struct pair pair;
    struct hs_goroutine *goroutines;

    open_pair(&pair, "trace/both-go1.26.dump.gz");
    goroutines = pair.dump.heap->goroutines.at;
    for (size_t i = 0; i < pair.dump.heap->goroutines.count; i++)
        if (i % 4)
            goroutines[i].id += 1000000;
    join(&pair);
    assert_int_equal(pair.join.verdict, HS_JOIN_NOTHING);
    close_pair(&pair);
}
