/* SPDX-License-Identifier: Apache-2.0 */
/* log_test.c - logs of programs that know their answers, and of loggers that
 * put them into all kinds of wrapping. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_read.h"
#include "base/scan.h"
#include "base/test.h"
#include "format/format.h"
#include "model/finqueue.h"
#include "model/gclog.h"
#include "model/process.h"
#include "model/stacks.h"

#define MIB ((uint64_t)1 << 20)

struct log_case {
    struct hs_snapshot snapshot;
    struct hs_input *input;
    struct hs_err err;
    bool good;
};

/* Decodes testdata/PATH as what it is; that must be FORMAT. */
static void open_case(struct log_case *c, const char *path, const char *format)
{
    char full[512];
    const struct hs_format *found;

    snprintf(full, sizeof(full), "%s/%s", hs_test_data(), path);
    c->err = HS_ERR_NONE;
    c->input = hs_input_open(full, NULL, &c->err);
    assert_non_null(c->input);
    found = hs_format_probe(hs_input_head(c->input));
    assert_non_null(found);
    assert_string_equal(found->name, format);
    hs_snapshot_init(&c->snapshot);
    c->good = found->decode(c->input, &c->snapshot, &c->err);
}

/* The same of TEXT. */
static void open_text(struct log_case *c, const char *text)
{
    const struct hs_format *format = hs_format_named("log");

    c->err = HS_ERR_NONE;
    c->input = hs_input_over(text, strlen(text), NULL);
    hs_snapshot_init(&c->snapshot);
    c->good = format->decode(c->input, &c->snapshot, &c->err);
}

static void close_case(struct log_case *c)
{
    hs_snapshot_close(&c->snapshot);
    hs_input_close(c->input);
}

/* The program's answers; freed by the caller. */
static struct hs_json *answers(const char *path)
{
    char full[512];
    struct hs_err err = HS_ERR_NONE;
    struct hs_input *input;
    struct hs_json *json;
    struct hs_cursor all;

    snprintf(full, sizeof(full), "%s/%s", hs_test_data(), path);
    input = hs_input_open(full, NULL, &err);
    assert_non_null(input);
    assert_true(hs_input_map(input, &all, &err));
    json = hs_json_parse(hs_scan_rest(&all), 0, &err);
    assert_non_null(json);
    hs_input_close(input);
    return json;
}

static uint64_t number(const struct hs_json *json, const char *key)
{
    uint64_t n = 0;

    assert_true(hs_json_as_unsigned(hs_json_member(json, key), &n));
    return n;
}

static uint32_t count_of(const struct hs_stacks *stacks, const char *name)
{
    const struct hs_stacks_group *groups = stacks->groups.at;
    uint32_t count = 0;

    for (size_t i = 0; i < stacks->groups.count; i++)
        if (hs_str_equal(hs_stacks_text(stacks, groups[i].name),
                         hs_str_of(name)))
            count += groups[i].count;
    return count;
}

static void check_waiting(const struct hs_stacks *stacks,
                          const struct hs_json *answer)
{
    static const char *const functions[] = {
        "main.(*server).price", "main.(*server).choose", "main.nap",
        "main.blocked",         "main.pinned",           "main.deep"};
    const struct hs_json *waiting = hs_json_member(answer, "Waiting");

    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        assert_int_equal(count_of(stacks, functions[i]),
                         number(waiting, functions[i]));
}

static const struct hs_series_point *point_of(const struct hs_gclog *log,
                                              uint64_t number)
{
    const struct hs_series_point *points = log->heap.points.at;

    assert_true(number >= log->first.number && number <= log->last.number);
    assert_int_equal(log->missing, 0);
    return &points[number - log->first.number];
}

/* What the runtime says of collection N after it is what the line must say,
 * down to the MiB: the goal of the next line, the heap that is left. */
static void check_collection(const struct hs_gclog *log,
                             const struct hs_json *collected)
{
    uint64_t n = number(collected, "NumGC");
    uint64_t retained = number(collected, "Retained");
    uint64_t alloc = number(collected, "HeapAlloc");
    const struct hs_series_point *point = point_of(log, n);
    double after = point->lines[HS_GC_AFTER].last;

    assert_int_equal(point->count, 1);
    assert_true(after + (double)MIB > (double)retained);
    assert_true(after <= (double)alloc);
    if (n < log->last.number)
        assert_int_equal((uint64_t)point_of(log, n + 1)->lines[HS_GC_GOAL].last,
                         number(collected, "NextGC") / MIB * MIB);
}

static void check_collections(const struct hs_gclog *log, const char *path)
{
    char full[512], line[256];
    uint64_t counted = 0;
    FILE *file;

    /* An array, which hs_json_member does not walk: objects by hand. */
    snprintf(full, sizeof(full), "%s/%s", hs_test_data(), path);
    file = fopen(full, "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        static char object[1024];
        struct hs_err err = HS_ERR_NONE;
        struct hs_json *json;

        if (!strcmp(line, "    {\n"))
            strcpy(object, "{");
        else if (!strncmp(line, "    }", 5)) {
            strcat(object, "}");
            json = hs_json_parse(hs_str_of(object), 0, &err);
            assert_non_null(json);
            check_collection(log, json);
            hs_json_free(json);
            counted++;
        } else if (!strncmp(line, "      \"", 7)) {
            strcat(object, line);
        }
    }
    fclose(file);
    assert_int_equal(counted, 8);
    /* Go 1.19 calls other collections forced, too. */
    assert_true(log->forced >= counted);
}

/* Those that waited had no gctrace.  NAME is without its extension. */
static void check_program(const char *name)
{
    char path[256], answer_path[256];
    struct hs_json *answer;
    struct log_case c;
    bool stacks = strstr(name, "-stacks") != NULL;

    snprintf(path, sizeof(path), "log/%s.%s.gz", name, stacks ? "txt" : "log");
    snprintf(answer_path, sizeof(answer_path), "log/%s.json", name);
    answer = answers(answer_path);
    open_case(&c, path, "log");
    assert_true(c.good);
    check_waiting(c.snapshot.stacks, answer);
    assert_int_equal(c.snapshot.stacks->moments, 1);
    if (stacks)
        assert_int_equal(c.snapshot.stacks->goroutines.count,
                         number(answer, "Goroutines"));
    if (c.snapshot.gclog)
        check_collections(c.snapshot.gclog, answer_path);
    close_case(&c);
    hs_json_free(answer);
}

/* Every answer sheet in log/: those that are kept, and of scripts/test-logs
 * those that were just made. */
TEST(logs_say_what_their_programs_know)
{
    char pattern[512];
    glob_t found;

    snprintf(pattern, sizeof(pattern), "%s/log/*.json", hs_test_data());
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *slash = strrchr(found.gl_pathv[i], '/');
        char name[128];

        snprintf(name, sizeof(name), "%.*s", (int)(strlen(slash + 1) - 5),
                 slash + 1);
        check_program(name);
    }
    globfree(&found);
}

static const struct hs_stacks_goroutine *
first_of(const struct hs_stacks *stacks, const char *name,
         const struct hs_stacks_group **group)
{
    const struct hs_stacks_group *groups = stacks->groups.at;
    const struct hs_stacks_goroutine *all = stacks->goroutines.at;

    for (size_t i = 0; i < stacks->groups.count; i++) {
        if (!hs_str_equal(hs_stacks_text(stacks, groups[i].name),
                          hs_str_of(name)))
            continue;
        *group = &groups[i];
        return &all[groups[i].first];
    }
    fail_msg("no group %s", name);
    return NULL;
}

TEST(ages_threads_creators_and_elided_frames_are_read)
{
    const struct hs_stacks_goroutine *g;
    const struct hs_stacks_group *group;
    const struct hs_stacks *stacks;
    struct log_case c;

    open_case(&c, "log/go1.24-aged.log.gz", "log");
    stacks = c.snapshot.stacks;
    assert_true(hs_str_equal(stacks->reason, hs_str_of("SIGQUIT: quit")));
    g = first_of(stacks, "main.(*server).price", &group);
    assert_int_equal(g->minutes, 2);
    assert_int_equal(g->parent, 1);
    assert_true(hs_str_equal(hs_stacks_text(stacks, g->state),
                             hs_str_of("chan receive")));
    assert_true(hs_str_equal(hs_stacks_text(stacks, group->creator.function),
                             hs_str_of("main.start")));
    assert_true(group->creator.line > 100);
    g = first_of(stacks, "main.pinned", &group);
    assert_true(g->locked);
    first_of(stacks, "main.deep", &group);
    assert_true(group->elided > 0);
    assert_true(group->frame_count > 90);
    close_case(&c);
}

TEST(lines_may_have_anything_before_them)
{
    struct log_case c;

    open_case(&c, "log/service-cri.log", "log");
    assert_true(c.good);
    assert_int_equal(c.snapshot.gclog->cycles, 5);
    assert_int_equal(c.snapshot.gclog->other_runs, 1);
    assert_int_equal(c.snapshot.gclog->after_most, 20 * MIB);
    assert_int_equal(c.snapshot.stacks->goroutines.count, 2);
    assert_int_equal(count_of(c.snapshot.stacks, "main.(*server).place"), 1);
    assert_int_equal(count_of(c.snapshot.stacks, "main.main"), 1);
    close_case(&c);
    open_case(&c, "log/docker.log", "log");
    assert_true(c.good);
    assert_int_equal(count_of(c.snapshot.stacks, "main.send"), 2);
    close_case(&c);
    open_case(&c, "log/zap.log", "log");
    assert_true(c.good);
    assert_int_equal(count_of(c.snapshot.stacks, "main.send"), 2);
    close_case(&c);
}

TEST(lines_of_old_versions_are_read)
{
    const struct hs_gclog *log;
    struct log_case c;
    uint64_t released;

    open_case(&c, "log/go1.5-gctrace.log", "log");
    log = c.snapshot.gclog;
    assert_int_equal(log->cycles, 5);
    assert_int_equal(log->last.before, 20 * MIB);
    assert_int_equal(log->last.at, 21 * MIB);
    assert_int_equal(log->last.after, 10 * MIB);
    assert_int_equal(log->last.goal, 21 * MIB);
    assert_int_equal(log->last.processors, 4);
    assert_false(log->last.scans_known);
    assert_true(log->last.stop_ms > 0.2209 && log->last.stop_ms < 0.2211);
    assert_true(log->last.clock_ms > 1.0709 && log->last.clock_ms < 1.0711);
    close_case(&c);
    open_case(&c, "log/go1.12-gctrace.log", "log");
    log = c.snapshot.gclog;
    assert_int_equal(log->cycles, 40);
    assert_int_equal(log->forced, 4);
    assert_true(
        hs_process_knows(c.snapshot.process, HS_FACT_HEAP_RELEASED, &released));
    assert_int_equal(released, 57 * MIB);
    /* 10 MiB each 30 s, and nothing else. */
    assert_true(hs_series_trend(&log->heap).fit > 0.9999);
    assert_int_equal((uint64_t)(hs_series_trend(&log->heap).per_unit + 0.5),
                     10 * MIB / 30);
    close_case(&c);
}

TEST(what_the_kernel_has_killed_is_told)
{
    const struct hs_oom_kill *kills;
    struct log_case c;
    uint64_t n;

    open_case(&c, "log/oom.log", "log");
    assert_true(c.good);
    assert_int_equal(c.snapshot.process->kill_count, 2);
    kills = c.snapshot.process->kills.at;
    assert_int_equal(kills[0].pid, 23793);
    assert_int_equal(kills[0].anon, (uint64_t)8306500 << 10);
    assert_int_equal(kills[0].file, (uint64_t)41268 << 10);
    assert_true(hs_str_equal(kills[0].name, hs_str_of("orders")));
    assert_true(hs_str_equal(kills[0].group, hs_str_of("/kubepods/pod1")));
    assert_true(hs_str_equal(kills[1].name, hs_str_of("odd (name)")));
    assert_int_equal(kills[1].group.size, 0);
    assert_true(hs_process_knows(c.snapshot.process, HS_FACT_RSS, &n));
    assert_int_equal(n, (uint64_t)(8306500 + 41268) << 10);
    assert_true(hs_process_knows(c.snapshot.process, HS_FACT_GROUP_LIMIT, &n));
    assert_int_equal(n, (uint64_t)8 << 30);
    close_case(&c);
}

TEST(lines_of_checkfinalizers_count_the_queue)
{
    const struct hs_series_point *points;
    struct log_case c;

    open_case(&c, "log/go1.26-finalizers-stuck.log", "log");
    assert_true(c.good);
    assert_int_equal(c.snapshot.finqueue->waiting.count, 6);
    points = c.snapshot.finqueue->waiting.points.at;
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal((int)points[i].lines[1].last, 1 + 30 * (int)i);
        assert_int_equal((int)points[i].lines[2].last, 0);
    }
    close_case(&c);
    open_case(&c, "log/go1.26-finalizers-cycle.log.gz", "log");
    assert_int_equal(c.snapshot.finqueue->issue_count, 2);
    close_case(&c);
}

TEST(issues_of_checkfinalizers_say_what_and_where)
{
    const struct hs_finalizer_issue *issues;
    struct log_case c;

    open_case(&c, "log/go1.26-finalizers-cycle.log.gz", "log");
    assert_true(c.good);
    issues = c.snapshot.finqueue->issues.at;
    assert_true(issues[0].cycle && !issues[0].cleanup && issues[1].cleanup);
    assert_true(hs_str_equal(issues[0].type, hs_str_of("main.conn")));
    assert_true(
        hs_str_equal(issues[1].function, hs_str_of("main.drop main.go:35")));
    assert_true(
        hs_str_equal(issues[1].created, hs_str_of("main.cycle main.go:42")));
    close_case(&c);
}

/* Panics that are recovered one after the other are as many moments; the
 * largest is kept, and of such the last. */
TEST(of_many_moments_the_largest_is_kept)
{
    struct log_case c;

    open_text(&c, "panic: one\n\ngoroutine 1 [running]:\nmain.a()\n\t/a.go:1\n"
                  "\npanic: two\n\ngoroutine 1 [running]:\nmain.b()\n\t/a.go:2"
                  "\n\ngoroutine 2 [select]:\nmain.c()\n\t/a.go:3\n"
                  "\npanic: three\n\ngoroutine 9 [running]:\nmain.d()\n"
                  "\t/a.go:4\n");
    assert_true(c.good);
    assert_int_equal(c.snapshot.stacks->moments, 3);
    assert_int_equal(c.snapshot.stacks->goroutines.count, 2);
    assert_true(
        hs_str_equal(c.snapshot.stacks->reason, hs_str_of("panic: two")));
    close_case(&c);
}

static int64_t count_in(const struct hs_digest *digest, const char *name)
{
    const struct hs_digest_row *rows = digest->rows.at;

    for (size_t i = 0; i < digest->rows.count; i++)
        if (hs_str_equal(rows[i].name, hs_str_of(name)))
            return rows[i].objects;
    return 0;
}

/* ?debug=2 begins with the goroutine that asks, which is another one each
 * time: it is of the moment that it begins.  A panic has only its own. */
TEST(of_many_moments_the_first_and_the_last_are_summed_up)
{
    struct log_case c;
    const struct hs_stacks *s;

    open_text(&c,
              "goroutine 7 [running]:\nmain.ask()\n\t/a.go:1\n\n"
              "goroutine 1 [select]:\nmain.main()\n\t/a.go:2\n\n"
              "goroutine 2 [sleep]:\nmain.nap()\n\t/a.go:3\n"
              "created by main.start\n\t/a.go:9\n\n"
              "goroutine 8 [running]:\nmain.ask()\n\t/a.go:1\n\n"
              "goroutine 1 [select]:\nmain.main()\n\t/a.go:2\n\n"
              "goroutine 9 [running]:\nmain.ask()\n\t/a.go:1\n\n"
              "goroutine 1 [select]:\nmain.main()\n\t/a.go:2\n\n"
              "goroutine 2 [sleep]:\nmain.nap()\n\t/a.go:3\n\n"
              "goroutine 3 [sleep]:\nmain.nap()\n\t/a.go:3\n\n"
              "\npanic: x\n\ngoroutine 5 [running]:\nmain.b()\n\t/a.go:4\n");
    assert_true(c.good);
    s = c.snapshot.stacks;
    assert_int_equal(s->moments, 4);
    assert_int_equal(s->goroutines.count, 4);
    assert_int_equal(s->first.total, 3);
    assert_int_equal(s->last.total, 4);
    assert_int_equal(count_in(&s->first, "main.ask"), 1);
    assert_int_equal(count_in(&s->first, "main.nap"), 1);
    assert_int_equal(count_in(&s->last, "main.ask"), 1);
    assert_int_equal(count_in(&s->last, "main.nap"), 2);
    assert_int_equal(count_in(&s->last, "main.b"), 0);
    close_case(&c);
}

TEST(states_are_taken_apart)
{
    const struct hs_stacks_goroutine *g;
    struct log_case c;

    open_text(&c,
              "goroutine 7 gp=0xc000006 m=0 mp=0x5c1f40 [chan receive (leaked) "
              "(scan), 71 minutes, locked to thread, synctest bubble 3] "
              "labels:{\"a\": \"b\"}:\nmain.a(...)\n\t/a.go:1\n");
    assert_true(c.good);
    g = c.snapshot.stacks->goroutines.at;
    assert_int_equal(g->id, 7);
    assert_int_equal(g->minutes, 71);
    assert_true(g->locked && g->leaked);
    assert_true(hs_str_equal(hs_stacks_text(c.snapshot.stacks, g->state),
                             hs_str_of("chan receive")));
    close_case(&c);
}

TEST(a_log_that_ends_within_a_stack_is_cut_short)
{
    struct log_case c;

    open_text(&c, "goroutine 1 [running]:\nmain.a()\n");
    assert_false(c.good);
    assert_int_equal(c.err.kind, HS_ETRUNC);
    assert_int_equal(c.snapshot.stacks->goroutines.count, 1);
    close_case(&c);
}

TEST(a_log_of_nothing_but_orders_is_refused)
{
    struct log_case c;

    open_text(&c, "2026-11-30 06:40:00 order 1\n2026-11-30 06:40:01 order 2\n"
                  "2026-11-30 06:40:02 gc is fine, goroutine 5 too\n");
    assert_false(c.good);
    assert_int_equal(c.err.kind, HS_EUNKNOWN);
    assert_int_equal(c.snapshot.parts, 0);
    close_case(&c);
}

TEST(events_are_the_same_as_lines_as_an_array_and_as_chrome_has_them)
{
    static const char *const names[] = {
        "finqueue/lines.json", "finqueue/array.json", "finqueue/chrome.json"};

    for (size_t i = 0; i < 3; i++) {
        const struct hs_finqueue_function *functions;
        const struct hs_finqueue *queue;
        struct log_case c;

        open_case(&c, names[i], "finqueue");
        assert_true(c.good);
        queue = c.snapshot.finqueue;
        assert_int_equal(queue->events, 60);
        assert_int_equal(queue->again, 1);
        assert_true(queue->in_order);
        assert_int_equal(queue->functions.count, 2);
        functions = queue->functions.at;
        assert_int_equal(functions[0].pc, 0x4a0c10);
        assert_int_equal(functions[0].count, 20);
        assert_int_equal(functions[1].count, 40);
        assert_true(hs_str_equal(functions[1].name, hs_str_of("main.finish")));
        assert_int_equal((int)(queue->last * 1e6 + 0.5), 29500);
        close_case(&c);
    }
}

TEST(a_queue_event_in_a_log_counts_too)
{
    struct log_case c;

    open_text(&c, "I1130 queue: {\"name\":\"runtime.finalizer.queue\",\"ts\":5,"
                  "\"args\":{\"g\":2,\"obj\":\"0xc000\",\"fn\":\"f\",\"n\":9}} "
                  "done\n");
    assert_true(c.good);
    assert_int_equal(c.snapshot.finqueue->events, 1);
    close_case(&c);
}
