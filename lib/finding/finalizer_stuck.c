/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finalizer_stuck.c - a finalizer that does not return, so that no other runs.
 *
 * One goroutine runs all finalizers (and up to Go 1.24 all cleanups), one after
 * the other.  Where a trace shows it wait inside one for what hardly ever
 * comes, what is queued behind it, and all that hangs on that, is never freed.
 * Such a leak has no holder but the runtime's queue, and a goroutine profile
 * does not show it.
 */
#include <inttypes.h>

#include "base/map.h"
#include "base/size.h"
#include "finding/finding.h"

/* How many finalizers are queued in the dump, if there is one of the same
 * process. */
static uint64_t queued(const struct hs_case *c)
{
    const struct hs_finalizer *all = c->heap ? c->heap->finalizers.at : NULL;
    uint64_t count = 0;

    if (!c->join || c->join->verdict != HS_JOIN_SAME)
        return 0;
    for (size_t i = 0; i < c->heap->finalizers.count; i++)
        count += all[i].queued;
    return count;
}

/* "for at least 1.02 s, over 3 collections" */
static const char *since(const struct hs_case *c,
                         const struct hs_trace_finalizer *f)
{
    const struct hs_timeline *t = c->timeline;
    int64_t from = f->since < 0 ? 0 : f->since;

    if (!t->clock_hz)
        return hs_arena_printf(c->arena, "over %" PRIu32 " collections",
                               f->cycles);
    return hs_arena_printf(c->arena, "for %s%s, over %" PRIu32 " collection%s",
                           f->since < 0 ? "at least " : "",
                           hs_show_nanos(t->duration - from).text, f->cycles,
                           f->cycles == 1 ? "" : "s");
}

static void describe(const struct hs_case *c, struct hs_suspect *suspect,
                     const struct hs_trace_finalizer *f)
{
    struct hs_str reason = hs_timeline_string(c->timeline, f->reason);
    const char *what = f->cleanups ? "cleanup" : "finalizer";

    suspect->message = hs_arena_printf(
        c->arena,
        "goroutine %" PRIu64 ", which runs %ss, is stuck in %.*s %s%s%.*s%s; "
        "no other %s runs on it",
        f->goroutine, what, (int)suspect->holder.size, suspect->holder.text,
        since(c, f), reason.size ? " (" : "", (int)reason.size, reason.text,
        reason.size ? ")" : "", what);
    if (suspect->objects)
        suspect->message = hs_arena_printf(
            c->arena, "%s; %s are queued in the dump", suspect->message,
            hs_show_count((int64_t)suspect->objects).text);
    suspect->advice = hs_arena_printf(
        c->arena,
        "a %s must not wait: let it start a goroutine for what may block, or "
        "better, close the resource where it is used and keep the %s as a net",
        what, what);
}

/* A network, a sleep, a system call and a loop may still come to an end. */
static enum hs_grade grade_of(const struct hs_case *c,
                              const struct hs_trace_finalizer *f)
{
    struct hs_str reason = hs_timeline_string(c->timeline, f->reason);

    if (f->state != HS_TRACE_WAITING ||
        hs_str_equal(reason, hs_str_of("network")) ||
        hs_str_equal(reason, hs_str_of("sleep")))
        return HS_GRADE_LIKELY;
    return HS_GRADE_PROVED;
}

static void report(const struct hs_case *c, const struct hs_trace_finalizer *f,
                   struct hs_suspects *suspects)
{
    struct hs_suspect suspect = {
        .grade = grade_of(c, f),
        .unpriced = true,
        .unit = HS_NO_RECORD,
        .path.unit = HS_NO_RECORD,
        .objects = f->cleanups ? 0 : queued(c),
    };

    suspect.holder = hs_timeline_string(c->timeline, f->running);
    if (!suspect.holder.size)
        suspect.holder = hs_str_of("a function not told");
    suspect.key = hs_finding_key(0, suspect.holder);
    describe(c, &suspect, f);
    hs_column_push(&suspects->rows, &suspect);
}

/* Several goroutines run cleanups (from Go 1.25 on): those that are stuck in
 * one function are one suspect. */
static void find(const struct hs_case *c, struct hs_suspects *suspects,
                 struct hs_arena *scratch)
{
    const struct hs_trace_finalizer *all = c->timeline->finalizers.at;
    struct hs_map known;

    hs_map_init(&known, scratch, 16);
    for (uint32_t i = 0; i < c->timeline->finalizers.count; i++)
        if (all[i].stuck && hs_map_add(&known, all[i].running, i) == i)
            report(c, &all[i], suspects);
}

const struct hs_finding hs_finding_finalizer_stuck = {
    .name = "finalizer-stuck",
    .needs = HS_PART_TIMELINE,
    .find = find,
};
