/* SPDX-License-Identifier: Apache-2.0 */
/*
 * traces_test.c - traces of programs that know what their trace must say.
 *
 * Every TRACE.trace or TRACE.trace.gz of testdata/trace/ that has a TRACE.json
 * is read and compared with it (testdata/README.md).  With HS_TESTDATA the
 * traces may be elsewhere: scripts/test-traces takes new ones.
 */
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "algo/trend.h"
#include "base/test.h"
#include "finding/finding.h"
#include "format/format.h"

struct trace {
    const char *path;
    struct hs_snapshot snapshot;
    const struct hs_timeline *t;
    unsigned wrong;
};

static bool open_trace(struct trace *trace, const char *path)
{
    const struct hs_format *format = hs_format_named("trace");
    struct hs_err err = HS_ERR_NONE;
    struct hs_source source = {.path = path, .complete = true};

    *trace = (struct trace){.path = path};
    hs_snapshot_init(&trace->snapshot);
    source.input = hs_input_open(path, NULL, &err);
    assert_non_null(source.input);
    hs_column_push(&trace->snapshot.sources, &source);
    trace->wrong = !format->decode(source.input, &trace->snapshot, &err);
    if (trace->wrong)
        fprintf(stderr, "%s: %s\n", path, err.message);
    trace->t = trace->snapshot.timeline;
    return trace->t != NULL && !trace->wrong;
}

static void expect(struct trace *trace, const char *what, const char *key,
                   uint64_t is, uint64_t should)
{
    if (is == should)
        return;
    trace->wrong++;
    fprintf(stderr, "%s: %s: %s is %" PRIu64 ", but should be %" PRIu64 "\n",
            trace->path, what, key, is, should);
}

static void expect_text(struct trace *trace, const char *what, const char *key,
                        struct hs_str is, const char *should)
{
    if (hs_str_equal(is, hs_str_of(should)))
        return;
    trace->wrong++;
    fprintf(stderr, "%s: %s: %s is '%.*s', but should be '%s'\n", trace->path,
            what, key, (int)is.size, is.text ? is.text : "", should);
}

static uint64_t number_of(const json_t *object, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(object, key));
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static bool is_called(const struct hs_timeline *t, uint32_t string,
                      const char *name)
{
    return hs_str_equal(hs_timeline_string(t, string), hs_str_of(name));
}

static bool has_frame(const struct hs_timeline *t, uint32_t stack,
                      const char *function)
{
    uint32_t count;
    const struct hs_trace_frame *frames = hs_timeline_stack(t, stack, &count);

    for (uint32_t i = 0; i < count; i++)
        if (is_called(t, frames[i].function, function))
            return true;
    return false;
}

/* What goroutines of group G that are alive wait for, and where. */
static void check_waits(struct trace *trace, const struct hs_trace_group *g,
                        const json_t *answer, const char *function)
{
    const struct hs_timeline *t = trace->t;
    const char *reason = text_of(answer, "reason");
    const char *where = text_of(answer, "where");
    uint64_t count = 0;

    for (uint32_t i = 0; i < g->wait_count; i++) {
        const struct hs_trace_wait *wait =
            (const struct hs_trace_wait *)t->waits.at + g->first_wait + i;

        count += wait->count;
        if (reason) {
            expect(trace, function, "state", wait->state, HS_TRACE_WAITING);
            expect_text(trace, function, "reason",
                        hs_timeline_string(t, wait->reason), reason);
        }
        if (where)
            expect(trace, function, "frame where it waits",
                   has_frame(t, wait->stack, where), true);
    }
    expect(trace, function, "sum of waits", count, g->alive);
}

static void check_group(struct trace *trace, const json_t *answer)
{
    const char *function = text_of(answer, "function");
    const char *by = text_of(answer, "created_by");
    const struct hs_timeline *t = trace->t;
    const struct hs_trace_group *all = t->groups.at;
    struct hs_trace_group sum = {0};

    for (size_t i = 0; i < t->groups.count; i++) {
        if (!is_called(t, all[i].function, function))
            continue;
        sum.existed += all[i].existed;
        sum.started += all[i].started;
        sum.ended += all[i].ended;
        sum.alive += all[i].alive;
        check_waits(trace, &all[i], answer, function);
        if (by)
            expect(trace, function, "frame of its go statement",
                   has_frame(t, all[i].creation, by), true);
        expect(trace, function, "alive in the last slice",
               all[i].alive_at[HS_SLICES - 1], all[i].alive);
    }
    expect(trace, function, "existed", sum.existed,
           number_of(answer, "existed"));
    expect(trace, function, "started", sum.started,
           number_of(answer, "started"));
    expect(trace, function, "ended", sum.ended, number_of(answer, "ended"));
    expect(trace, function, "alive", sum.alive, number_of(answer, "alive"));
}

/* The ids of those alive are told once each, by number. */
static void check_goroutines(struct trace *trace)
{
    const struct hs_trace_goroutine *all = trace->t->goroutines.at;
    const struct hs_trace_group *groups = trace->t->groups.at;
    uint64_t alive = 0;

    for (size_t i = 0; i < trace->t->groups.count; i++)
        alive += groups[i].alive;
    expect(trace, "goroutines", "alive", trace->t->goroutines.count, alive);
    for (size_t i = 1; i < trace->t->goroutines.count; i++)
        expect(trace, "goroutines", "order", all[i - 1].id < all[i].id, true);
}

static void check_suspect(struct trace *trace, const json_t *answer)
{
    const struct hs_case *c =
        hs_case_new(NULL, trace->t, &trace->snapshot.arena);
    struct hs_suspects suspects = hs_findings_run(c);
    const struct hs_suspect *found = suspects.rows.at;

    expect(trace, "findings", "count", suspects.rows.count, answer != NULL);
    if (!answer || suspects.rows.count != 1)
        return;
    expect(trace, "findings", "grade", found->grade, HS_GRADE_PROVED);
    expect_text(trace, "findings", "rule", hs_str_of(found->finding->name),
                "finalizer-stuck");
    expect_text(trace, "findings", "holder", found->holder,
                text_of(answer, "function"));
}

static void check_slow(struct trace *trace, const json_t *answer)
{
    const struct hs_timeline *t = trace->t;
    const struct hs_trace_finalizer_function *all = t->finalizer_functions.at;
    const char *slow = text_of(answer, "slow");
    uint64_t waits = 0;
    int64_t blocked = 0;

    for (size_t i = 0; slow && i < t->finalizer_functions.count; i++) {
        if (!is_called(t, all[i].function, slow))
            continue;
        waits += all[i].waits;
        blocked += all[i].blocked;
    }
    expect(trace, "slow finalizer", "calls", waits,
           number_of(answer, "slow_calls"));
    expect(trace, "slow finalizer", "time",
           blocked >= (int64_t)number_of(answer, "slow_ns"), true);
}

static void check_finalizer(struct trace *trace, const json_t *answer)
{
    const struct hs_timeline *t = trace->t;
    const struct hs_trace_finalizer *all = t->finalizers.at, *stuck = NULL;

    check_suspect(trace, answer);
    for (size_t i = 0; i < t->finalizers.count; i++)
        stuck = all[i].stuck ? &all[i] : stuck;
    expect(trace, "finalizer", "stuck", stuck != NULL, answer != NULL);
    if (!answer || !stuck)
        return;
    expect_text(trace, "finalizer", "function",
                hs_timeline_string(t, stuck->running),
                text_of(answer, "function"));
    if (*text_of(answer, "reason"))
        expect_text(trace, "finalizer", "reason",
                    hs_timeline_string(t, stuck->reason),
                    text_of(answer, "reason"));
    expect(trace, "finalizer", "collections", stuck->cycles,
           number_of(answer, "cycles"));
    expect(trace, "finalizer", "since before the trace",
           stuck->since == HS_BEFORE_TRACE,
           strstr(trace->path, "prestuck") != NULL);
    check_slow(trace, answer);
}

static void check_types(struct trace *trace, const json_t *types)
{
    const struct hs_timeline *t = trace->t;
    const struct hs_trace_type *all = t->objects.types.at;
    const json_t *answer;
    size_t i;

    json_array_foreach(types, i, answer)
    {
        const char *name = text_of(answer, "type");
        uint64_t objects = 0, bytes = 0;

        for (size_t k = 0; k < t->objects.types.count; k++) {
            if (!is_called(t, all[k].name, name))
                continue;
            objects += all[k].objects;
            bytes += all[k].bytes;
            expect(trace, name, "objects that balance",
                   all[k].existed + all[k].allocated - all[k].freed,
                   all[k].objects);
        }
        expect(trace, name, "objects", objects, number_of(answer, "objects"));
        expect(trace, name, "bytes", bytes, number_of(answer, "bytes"));
    }
}

/* Live bytes within 0.01% of MemStats, but that writing the last MemStats and
 * stopping the trace may allocate a little. */
static void check_objects(struct trace *trace, const json_t *sheet)
{
    const struct hs_trace_heap *heap = &trace->t->objects;
    uint64_t should = number_of(sheet, "live_bytes"), off;

    expect(trace, "objects", "known", heap->known,
           json_object_get(sheet, "types") != NULL);
    if (!heap->known)
        return;
    check_types(trace, json_object_get(sheet, "types"));
    off = heap->bytes > should ? heap->bytes - should : should - heap->bytes;
    if (off <= should / 10000 + 4096)
        return;
    expect(trace, "objects", "live bytes", heap->bytes, should);
}

static void check_notes(struct trace *trace, const json_t *sheet)
{
    const struct hs_timeline *t = trace->t;
    const struct hs_trace_open *tasks = t->open_tasks.at;
    const struct hs_trace_open *regions = t->open_regions.at;
    const struct hs_trace_tally *logs = t->logs.at;
    const json_t *answer;
    uint64_t count = 0;
    size_t i;

    json_array_foreach(json_object_get(sheet, "open_tasks"), i, answer)
    {
        expect(trace, "tasks", "open", t->open_tasks.count, 1);
        if (t->open_tasks.count)
            expect_text(trace, "tasks", "name",
                        hs_timeline_string(t, tasks[0].name),
                        json_string_value(answer));
    }
    json_array_foreach(json_object_get(sheet, "open_regions"), i, answer)
    {
        expect(trace, "regions", "open", t->open_regions.count, 1);
        if (t->open_regions.count)
            expect_text(trace, "regions", "name",
                        hs_timeline_string(t, regions[0].name),
                        json_string_value(answer));
    }
    for (i = 0; i < t->logs.count; i++)
        count += logs[i].begun;
    expect(trace, "logs", "count", count, number_of(sheet, "logs"));
}

/* The runtime counts what its processors have cached as in use, so a heap of a
 * few megabytes may differ by a part of one; the trace must not differ more. */
static bool is_near(uint64_t is, uint64_t should)
{
    uint64_t off = is > should ? is - should : should - is;

    return off <= should / 20 + (UINT64_C(256) << 10);
}

static void check_heap(struct trace *trace, const json_t *sheet)
{
    struct hs_trend trend = hs_trend_of(trace->t);

    expect(trace, "collections", "count", trace->t->cycles.count,
           number_of(sheet, "gcs"));
    expect(trace, "trend", "points", trend.count, number_of(sheet, "gcs"));
    if (!is_near(trend.first, number_of(sheet, "after_first")))
        expect(trace, "trend", "first", trend.first,
               number_of(sheet, "after_first"));
    if (!is_near(trend.last, number_of(sheet, "after_last")))
        expect(trace, "trend", "last", trend.last,
               number_of(sheet, "after_last"));
}

static void check_all(struct trace *trace, const json_t *sheet)
{
    const json_t *answer;
    size_t i;

    expect(trace, "trace", "complete", trace->t->complete, true);
    expect(trace, "trace", "events that do not fit", trace->t->resynced, 0);
    check_heap(trace, sheet);
    json_array_foreach(json_object_get(sheet, "groups"), i, answer)
    {
        check_group(trace, answer);
    }
    check_goroutines(trace);
    check_finalizer(trace, json_object_get(sheet, "finalizer"));
    check_objects(trace, sheet);
    check_notes(trace, sheet);
}

/* How much is wrong. */
static int check_trace(const char *path, const char *answers)
{
    json_error_t error;
    json_t *sheet = json_load_file(answers, 0, &error);
    struct trace trace;

    assert_non_null(sheet);
    if (open_trace(&trace, path))
        check_all(&trace, sheet);
    hs_snapshot_close(&trace.snapshot);
    json_decref(sheet);
    return (int)trace.wrong;
}

TEST(traces_say_what_their_programs_know)
{
    char pattern[4096], answers[4096];
    int checked = 0, wrong = 0;
    glob_t found;

    snprintf(pattern, sizeof(pattern), "%s/trace/*.trace*", hs_test_data());
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *path = found.gl_pathv[i];
        size_t stem = (size_t)(strstr(path, ".trace") - path);

        snprintf(answers, sizeof(answers), "%.*s.json", (int)stem, path);
        if (access(answers, R_OK) != 0)
            continue;
        wrong += check_trace(path, answers);
        checked++;
    }
    globfree(&found);
    assert_int_equal(wrong, 0);
    assert_true(checked > 0);
}
