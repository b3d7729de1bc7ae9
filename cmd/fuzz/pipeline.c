/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline.c - every command and every report, on one decoded input.
 *
 * A command sees snapshots only, so it can be run on those that the fuzzer
 * made.  diff compares the input with itself: nothing may have changed.
 */
#include "pipeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../heapscope/command.h"
#include "../heapscope/inputs.h"
#include "algo/heap_sound.h"
#include "algo/profile_merge.h"
#include "model/profile_sound.h"
#include "report/report.h"

/* One run, as main.c would make it. */
struct job {
    const char *command;
    const char *by, *view, *target;
    const char *focus, *hide, *show, *show_from, *tag_focus, *tag_ignore;
    uint64_t limit;
    bool cum;
    unsigned part; /* 0: all; else only for it */
};

static const struct job jobs[] = {
    {.command = "info"},
    {.command = "analyze", .limit = HS_LIMIT_DEFAULT},
    {.command = "top", .limit = 0},
    {.command = "top", .by = "type", .limit = 3, .part = HS_PART_HEAP},
    {.command = "top", .by = "holder", .limit = 0, .part = HS_PART_HEAP},
    {.command = "top", .by = "package", .limit = 5, .cum = true},
    {.command = "top", .by = "tag", .limit = 5, .part = HS_PART_PROFILE},
    {.command = "top", .by = "line", .limit = 1, .part = HS_PART_PROFILE},
    {.command = "top", .hide = "a", .limit = 5, .part = HS_PART_PROFILE},
    {.command = "top",
     .focus = ".",
     .show = "[m-z]",
     .show_from = "main",
     .tag_focus = "1:",
     .limit = 5,
     .part = HS_PART_PROFILE},
    {.command = "analyze",
     .hide = "^runtime",
     .show_from = "main",
     .tag_focus = "bytes=16b:1mb",
     .tag_ignore = "a,b",
     .limit = 5,
     .part = HS_PART_PROFILE},
    {.command = "tree", .hide = "e", .limit = 9, .part = HS_PART_PROFILE},
    {.command = "render", .show = "e", .limit = 9, .part = HS_PART_PROFILE},
    {.command = "tree", .limit = HS_LIMIT_DEFAULT},
    {.command = "tree", .limit = 0},
    {.command = "goroutines", .limit = 0},
    {.command = "goroutines", .target = "main", .part = HS_PART_TIMELINE},
    {.command = "finalizers", .limit = 0},
    {.command = "timeline", .limit = 0},
    {.command = "timeline", .limit = HS_LIMIT_DEFAULT},
    {.command = "finalizers", .limit = 0},
    {.command = "path", .target = "16", .limit = 0, .part = HS_PART_HEAP},
    {.command = "path", .target = "main.main", .part = HS_PART_HEAP},
    {.command = "path", .target = "data+0x0", .part = HS_PART_HEAP},
    {.command = "render", .limit = HS_LIMIT_DEFAULT},
    {.command = "diff", .limit = 0},
};

static uint64_t swallowed;

static bool swallow(void *to, const void *bytes, size_t size)
{
    (void)to;
    (void)bytes;
    swallowed += size;
    return true;
}

/* Layout takes long and is graphviz's: no SVG here, but of charts. */
static void render_all(const struct hs_run *run)
{
    size_t count;
    const struct hs_report *const *reports = hs_reports(&count);
    bool draws = strcmp(run->command->name, "render") == 0;

    for (size_t i = 0; i < count; i++) {
        struct hs_err err = HS_ERR_NONE;
        struct hs_output wide = {.write = swallow, .unicode = true};
        struct hs_output narrow = {
            .write = swallow, .width = 24, .colour = true};

        if (reports[i]->draws != draws ||
            (strcmp(reports[i]->name, "svg") == 0 &&
             run->snapshots[0].parts != HS_PART_TIMELINE))
            continue;
        reports[i]->render(run->doc, &wide, &err);
        reports[i]->render(run->doc, &narrow, &err);
    }
}

/* What the jobs look at: the snapshot, and for diff another one like it. */
struct subject {
    struct hs_snapshot snapshots[2];
    const struct hs_heap_case *cases[2]; /* worked out once */
};

static void run_job(const struct job *job, const struct subject *subject)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    struct subject own = *subject;
    struct hs_options options = {.by = job->by,
                                 .view = job->view,
                                 .focus = job->focus,
                                 .hide = job->hide,
                                 .show = job->show,
                                 .show_from = job->show_from,
                                 .tag_focus = job->tag_focus,
                                 .tag_ignore = job->tag_ignore,
                                 .limit = job->limit,
                                 .nodes = 80,
                                 .cum = job->cum};
    struct hs_run run = {.command = hs_command_named(job->command),
                         .options = &options,
                         .snapshots = own.snapshots,
                         .target = job->target,
                         .scratch = &arena,
                         .cases = own.cases[0] ? own.cases : NULL};

    run.snapshot_count = run.command->takes == HS_TAKES_TWO ? 2 : 1;
    own.snapshots[0].arena = own.snapshots[1].arena = HS_ARENA_EMPTY;
    options.fail_on = HS_COLUMN(const char *, &arena);
    run.doc = hs_doc_new(&arena, run.command->name);
    hs_inputs_section(&run);
    if (run.command->run(&run, &err))
        render_all(&run);
    hs_arena_free(&own.snapshots[0].arena);
    hs_arena_free(&own.snapshots[1].arena);
    hs_arena_free(&arena);
}

/* A path to the object in the middle. */
static void run_path(const struct subject *subject)
{
    const struct hs_heap *heap = subject->snapshots[0].heap;
    char target[32];
    struct job job = {.command = "path", .target = target, .limit = 0};
    uint32_t count = hs_heap_count(heap);

    if (!count)
        return;
    snprintf(target, sizeof(target), "0x%" PRIx64,
             hs_heap_address(heap, count / 2));
    run_job(&job, subject);
}

/* Whether JOB makes sense of a snapshot with PARTS. */
static bool fits(const struct job *job, unsigned parts)
{
    unsigned needs = hs_command_named(job->command)->needs;

    return (!job->part || job->part & parts) && (!needs || needs & parts);
}

/* Merges the profile with itself. */
static const char *merge(const struct hs_profile *profile)
{
    const struct hs_profile *both[] = {profile, profile};
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    struct hs_profile merged;
    const char *wrong = NULL;
    bool good = hs_profile_merge(both, 2, &merged, &arena, &err);

    if (good != (err.kind == HS_OK))
        wrong = "the merge and the error do not agree";
    else if (good && merged.sample_count > 2 * profile->sample_count)
        wrong = "a merge made samples";
    else if (good)
        wrong = hs_profile_unsound(&merged);
    hs_arena_free(&arena);
    return wrong;
}

/* False if the heap is refused, as too large. */
static bool work_out(struct subject *subject, struct hs_arena *arena,
                     const char **wrong)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    const struct hs_heap_case *c =
        hs_heap_case_new(subject->snapshots[0].heap, 0, arena, &err);

    if (!c != (err.kind != HS_OK))
        *wrong = "the case and the error do not agree";
    else if (c)
        *wrong = hs_heap_unsound(c, &scratch);
    hs_arena_free(&scratch);
    subject->cases[0] = subject->cases[1] = c;
    return c && !*wrong;
}

const char *fuzz_commands(const struct hs_snapshot *snapshot)
{
    struct subject subject = {.snapshots = {*snapshot, *snapshot}};
    struct hs_arena arena = HS_ARENA_EMPTY;
    const char *wrong = NULL;
    bool heap = snapshot->parts & HS_PART_HEAP;

    if (!heap || work_out(&subject, &arena, &wrong)) {
        for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
            if (fits(&jobs[i], snapshot->parts))
                run_job(&jobs[i], &subject);
        if (heap)
            run_path(&subject);
    }
    if (!wrong && snapshot->parts & HS_PART_PROFILE)
        wrong = merge(snapshot->profile);
    hs_arena_free(&arena);
    return wrong;
}
