/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_v2_event.c - what each event of a trace of Go 1.22 on means.
 *
 * Events without a goroutine are of the one that runs on their thread, which
 * the thread's own events tell.  Those with a sequence number (g_seq) may be
 * early; the numbers start anew when a goroutine's status is told in a
 * generation.
 */
#include "format/trace_v2.h"

#define STATE(name) (1u << HS_TRACE_##name)

/* The goroutine that runs on STREAM stops running there. */
static uint32_t leave(struct trace *t, struct trace_stream *stream,
                      uint32_t states)
{
    uint32_t life = stream->life;

    if (!(states >> hs_trace_life(t, life)->state & 1))
        hs_trace_odd(t);
    stream->life = TRACE_NONE;
    return life;
}

/* LIFE, number SEQ of whose events this is, runs on STREAM. */
static void enter(struct trace *t, struct trace_stream *stream, uint32_t life,
                  uint64_t seq)
{
    struct trace_life *l = hs_trace_life(t, life);

    if (stream->life != TRACE_NONE)
        hs_trace_odd(t);
    l->seq = seq;
    l->era = t->era;
    hs_trace_life_start(t, life);
    hs_trace_occupy(t, stream, life);
}

static bool go_start(struct trace *t, struct trace_stream *s)
{
    uint32_t life = hs_trace_life_of(t, s->args[0]);

    if (!hs_trace_merge_ready(t, s, life, STATE(RUNNABLE), s->args[1]))
        return false;
    if (!s->may_have_p)
        hs_trace_odd(t);
    enter(t, s, life, s->args[1]);
    return true;
}

static bool go_unblock(struct trace *t, struct trace_stream *s)
{
    uint32_t life = hs_trace_life_of(t, s->args[0]);
    struct trace_life *l;

    if (!hs_trace_merge_ready(t, s, life, STATE(WAITING), s->args[1]))
        return false;
    l = hs_trace_life(t, life);
    l->seq = s->args[1];
    l->era = t->era;
    hs_trace_life_unblock(t, life);
    return true;
}

/* The running goroutine hands its thread over to another, as iter.Pull does. */
static bool go_switch(struct trace *t, struct trace_stream *s)
{
    uint32_t next = hs_trace_life_of(t, s->args[0]), life;

    if (!hs_trace_merge_ready(t, s, next, STATE(WAITING), s->args[1]))
        return false;
    life = leave(t, s, STATE(RUNNING));
    if (s->type == EV_GO_SWITCH_DESTROY)
        hs_trace_life_ended(t, life);
    else
        hs_trace_life_stop(t, life, HS_TRACE_WAITING, 0, 0);
    /* NEXT may be LIFE in a damaged file, and then gone. */
    enter(t, s, hs_trace_life_of(t, s->args[0]), s->args[1]);
    return true;
}

static bool go_create_syscall(struct trace *t, struct trace_stream *s)
{
    uint32_t life = hs_trace_life_of(t, s->args[0]);

    /* Goroutines of threads that C made use their ids again. */
    if (!hs_trace_merge_ready(t, s, life, 1u << TRACE_ABSENT, TRACE_ANY_SEQ))
        return false;
    if (s->life != TRACE_NONE)
        hs_trace_odd(t);
    hs_trace_life_born(t, life, 0, 0, HS_TRACE_SYSCALL);
    hs_trace_occupy(t, s, hs_trace_life_of(t, s->args[0]));
    return true;
}

/* LIFE is in a system call on THREAD, which S may be. */
static void bind(struct trace *t, struct trace_stream *s, uint64_t thread,
                 uint32_t life)
{
    if (thread == NO_THREAD) {
        hs_trace_odd(t);
        return;
    }
    if (s->id != thread)
        s = hs_trace_v2_stream(t, thread);
    if (!s)
        return;
    if (s->life != TRACE_NONE && s->life != life)
        hs_trace_odd(t);
    hs_trace_occupy(t, s, life);
}

static bool go_status(struct trace *t, struct trace_stream *s)
{
    static const uint8_t states[] = {HS_TRACE_UNKNOWN, HS_TRACE_RUNNABLE,
                                     HS_TRACE_RUNNING, HS_TRACE_SYSCALL,
                                     HS_TRACE_WAITING};
    const struct v2 *v2 = t->own;
    uint32_t life = hs_trace_life_of(t, s->args[0]);
    struct trace_life *l = hs_trace_life(t, life);
    uint64_t thread = s->args[1],
             stack = s->type == EV_GO_STATUS_STACK ? s->args[3] : 0;
    uint8_t state;

    if (s->args[2] == 0 || s->args[2] >= sizeof(states)) {
        hs_trace_odd(t);
        return true;
    }
    state = states[s->args[2]];
    if (l->state == TRACE_ABSENT) {
        if (!v2->first)
            hs_trace_odd(t);
        if (t->told)
            hs_trace_life_born(t, life, 0, 0, state);
        else
            hs_trace_life_existed(t, life, 0, state);
    } else if (l->state != state) {
        hs_trace_odd(t);
        l->state = state;
    }
    l = hs_trace_life(t, life);
    l->seq = 0;
    l->era = t->era;
    hs_trace_life_on(t, life, stack);
    if (state == HS_TRACE_RUNNING)
        hs_trace_occupy(t, s, life);
    else if (state == HS_TRACE_SYSCALL)
        bind(t, s, thread, life); /* S may have moved from here on */
    hs_trace_merge_wake(t, life);
    return true;
}

static bool ignore(struct trace *t, struct trace_stream *s)
{
    (void)t;
    (void)s;
    return true;
}

static bool procs_change(struct trace *t, struct trace_stream *s)
{
    t->line->procs = (uint32_t)s->args[0];
    return true;
}

static bool proc_start(struct trace *t, struct trace_stream *s)
{
    (void)t;
    s->may_have_p = true;
    return true;
}

static bool proc_stop(struct trace *t, struct trace_stream *s)
{
    (void)t;
    s->may_have_p = false;
    return true;
}

static bool proc_steal(struct trace *t, struct trace_stream *s)
{
    (void)t;
    /* Another thread it is taken from cannot know yet: it may have one. */
    if (s->args[2] == s->id)
        s->may_have_p = false;
    return true;
}

static bool proc_status(struct trace *t, struct trace_stream *s)
{
    (void)t;
    if (s->args[1] == 1 || s->args[1] == 3) /* running, in a system call */
        s->may_have_p = true;
    return true;
}

static bool go_create(struct trace *t, struct trace_stream *s)
{
    hs_trace_life_born(
        t, hs_trace_life_of(t, s->args[0]), s->args[1], s->args[2],
        s->type == EV_GO_CREATE ? HS_TRACE_RUNNABLE : HS_TRACE_WAITING);
    return true;
}

static bool go_destroy(struct trace *t, struct trace_stream *s)
{
    hs_trace_life_ended(t, leave(t, s, STATE(RUNNING)));
    return true;
}

static bool go_destroy_syscall(struct trace *t, struct trace_stream *s)
{
    s->may_have_p = false;
    hs_trace_life_ended(t, leave(t, s, STATE(SYSCALL)));
    return true;
}

static bool go_stop(struct trace *t, struct trace_stream *s)
{
    uint32_t life = leave(t, s, STATE(RUNNING));

    hs_trace_life_stop(t, life, HS_TRACE_RUNNABLE, s->args[0], s->args[1]);
    return true;
}

static bool go_block(struct trace *t, struct trace_stream *s)
{
    uint32_t life = leave(t, s, STATE(RUNNING));

    hs_trace_life_stop(t, life, HS_TRACE_WAITING, s->args[0], s->args[1]);
    return true;
}

static bool syscall_begin(struct trace *t, struct trace_stream *s)
{
    if (hs_trace_life(t, s->life)->state != HS_TRACE_RUNNING)
        hs_trace_odd(t);
    hs_trace_life_stop(t, s->life, HS_TRACE_SYSCALL, 0, s->args[1]);
    return true;
}

static bool syscall_end(struct trace *t, struct trace_stream *s)
{
    if (hs_trace_life(t, s->life)->state != HS_TRACE_SYSCALL)
        hs_trace_odd(t);
    hs_trace_life_start(t, s->life);
    return true;
}

static bool syscall_end_blocked(struct trace *t, struct trace_stream *s)
{
    hs_trace_life_unblock(t, leave(t, s, STATE(SYSCALL)));
    return true;
}

/* Events that tell when a collection runs have numbers of the whole file. */
static bool collector(struct trace *t, struct trace_stream *s)
{
    struct v2 *v2 = t->own;
    struct trace_life *l = hs_trace_life(t, 0);

    l->era = t->era;
    if (!v2->gc_known)
        l->seq = s->args[0] - 1;
    v2->gc_known = true;
    if (!hs_trace_merge_ready(t, s, 0, STATE(UNKNOWN), s->args[0]))
        return false;
    hs_trace_life(t, 0)->seq = s->args[0];
    if (s->type == EV_GC_BEGIN)
        hs_trace_gc_begin(t, false);
    else if (s->type == EV_GC_END)
        hs_trace_gc_end(t);
    else if (!t->gc.running)
        hs_trace_gc_begin(t, true);
    hs_trace_merge_wake(t, 0);
    return true;
}

static bool stw_begin(struct trace *t, struct trace_stream *s)
{
    hs_trace_gc_stw(t, hs_trace_string(t, s->args[0]));
    return true;
}

static bool stw_end(struct trace *t, struct trace_stream *s)
{
    (void)s;
    hs_trace_gc_stw_end(t);
    return true;
}

static bool sweep_begin(struct trace *t, struct trace_stream *s)
{
    s->sweep = t->now;
    return true;
}

static bool sweep_end(struct trace *t, struct trace_stream *s)
{
    hs_trace_gc_sweep_end(t, s, s->args[0], s->args[1]);
    return true;
}

static bool assist_begin(struct trace *t, struct trace_stream *s)
{
    hs_trace_gc_assist(t, s->life);
    return true;
}

static bool assist_end(struct trace *t, struct trace_stream *s)
{
    hs_trace_gc_assist_end(t, s->life);
    return true;
}

static bool heap_alloc(struct trace *t, struct trace_stream *s)
{
    hs_trace_gc_heap(t, s->args[0]);
    return true;
}

static bool heap_goal(struct trace *t, struct trace_stream *s)
{
    hs_trace_gc_goal(t, s->args[0]);
    return true;
}

static bool go_label(struct trace *t, struct trace_stream *s)
{
    hs_trace_label(t, hs_trace_string(t, s->args[0]));
    return true;
}

static bool task_begin(struct trace *t, struct trace_stream *s)
{
    hs_trace_task(t, s->args[0], s->args[1], hs_trace_string(t, s->args[2]),
                  s->life);
    return true;
}

static bool task_end(struct trace *t, struct trace_stream *s)
{
    hs_trace_task_end(t, s->args[0]);
    return true;
}

static bool region_begin(struct trace *t, struct trace_stream *s)
{
    hs_trace_region(t, s->life, s->args[0], hs_trace_string(t, s->args[1]));
    return true;
}

static bool region_end(struct trace *t, struct trace_stream *s)
{
    hs_trace_region_end(t, s->life, s->args[0], hs_trace_string(t, s->args[1]));
    return true;
}

static bool user_log(struct trace *t, struct trace_stream *s)
{
    hs_trace_log(t, hs_trace_string(t, s->args[1]),
                 hs_trace_string_text(t, s->args[2]));
    return true;
}

static bool span(struct trace *t, struct trace_stream *s)
{
    hs_trace_span(t, s->args[0], s->args[1], s->args[2]);
    return true;
}

static bool span_free(struct trace *t, struct trace_stream *s)
{
    hs_trace_span_free(t, s->args[0]);
    return true;
}

static bool object_existed(struct trace *t, struct trace_stream *s)
{
    hs_trace_object(t, s->args[0], s->args[1], TRACE_NONE, true);
    return true;
}

static bool object_alloc(struct trace *t, struct trace_stream *s)
{
    hs_trace_object(t, s->args[0], s->args[1], s->life, false);
    return true;
}

static bool object_free(struct trace *t, struct trace_stream *s)
{
    hs_trace_object_free(t, s->args[0]);
    return true;
}

enum {
    NEEDS_P = 1, /* a processor on its thread */
    NEEDS_G = 2, /* a goroutine */
};

static const struct {
    /* False: it must wait. */
    bool (*apply)(struct trace *t, struct trace_stream *s);
    int8_t args;   /* behind the time */
    uint8_t since; /* version of traces */
    uint8_t needs;
} events[256] = {
    [EV_PROCS_CHANGE] = {procs_change, 2, 22, NEEDS_P | NEEDS_G},
    [EV_PROC_START] = {proc_start, 2, 22, 0},
    [EV_PROC_STOP] = {proc_stop, 0, 22, NEEDS_P},
    [EV_PROC_STEAL] = {proc_steal, 3, 22, 0},
    [EV_PROC_STATUS] = {proc_status, 2, 22, 0},
    [EV_GO_CREATE] = {go_create, 3, 22, NEEDS_P},
    [EV_GO_CREATE_SYSCALL] = {go_create_syscall, 1, 22, 0},
    [EV_GO_START] = {go_start, 2, 22, 0},
    [EV_GO_DESTROY] = {go_destroy, 0, 22, NEEDS_P | NEEDS_G},
    [EV_GO_DESTROY_SYSCALL] = {go_destroy_syscall, 0, 22, NEEDS_G},
    [EV_GO_STOP] = {go_stop, 2, 22, NEEDS_P | NEEDS_G},
    [EV_GO_BLOCK] = {go_block, 2, 22, NEEDS_P | NEEDS_G},
    [EV_GO_UNBLOCK] = {go_unblock, 3, 22, 0},
    [EV_GO_SYSCALL_BEGIN] = {syscall_begin, 2, 22, NEEDS_P | NEEDS_G},
    [EV_GO_SYSCALL_END] = {syscall_end, 0, 22, NEEDS_P | NEEDS_G},
    [EV_GO_SYSCALL_END_BLOCKED] = {syscall_end_blocked, 0, 22, NEEDS_G},
    [EV_GO_STATUS] = {go_status, 3, 22, 0},
    [EV_STW_BEGIN] = {stw_begin, 2, 22, NEEDS_P | NEEDS_G},
    [EV_STW_END] = {stw_end, 0, 22, NEEDS_P | NEEDS_G},
    [EV_GC_ACTIVE] = {collector, 1, 22, 0},
    [EV_GC_BEGIN] = {collector, 2, 22, 0},
    [EV_GC_END] = {collector, 1, 22, 0},
    [EV_GC_SWEEP_ACTIVE] = {ignore, 1, 22, 0},
    [EV_GC_SWEEP_BEGIN] = {sweep_begin, 1, 22, NEEDS_P},
    [EV_GC_SWEEP_END] = {sweep_end, 2, 22, NEEDS_P},
    [EV_GC_MARK_ASSIST_ACTIVE] = {ignore, 1, 22, 0},
    [EV_GC_MARK_ASSIST_BEGIN] = {assist_begin, 1, 22, NEEDS_P | NEEDS_G},
    [EV_GC_MARK_ASSIST_END] = {assist_end, 0, 22, NEEDS_P | NEEDS_G},
    [EV_HEAP_ALLOC] = {heap_alloc, 1, 22, NEEDS_P},
    [EV_HEAP_GOAL] = {heap_goal, 1, 22, NEEDS_P},
    [EV_GO_LABEL] = {go_label, 1, 22, NEEDS_P | NEEDS_G},
    [EV_USER_TASK_BEGIN] = {task_begin, 4, 22, NEEDS_P | NEEDS_G},
    [EV_USER_TASK_END] = {task_end, 2, 22, NEEDS_P | NEEDS_G},
    [EV_USER_REGION_BEGIN] = {region_begin, 3, 22, NEEDS_P | NEEDS_G},
    [EV_USER_REGION_END] = {region_end, 3, 22, NEEDS_P | NEEDS_G},
    [EV_USER_LOG] = {user_log, 4, 22, NEEDS_P | NEEDS_G},
    [EV_GO_SWITCH] = {go_switch, 2, 23, NEEDS_G},
    [EV_GO_SWITCH_DESTROY] = {go_switch, 2, 23, NEEDS_G},
    [EV_GO_CREATE_BLOCKED] = {go_create, 3, 23, NEEDS_P},
    [EV_GO_STATUS_STACK] = {go_status, 4, 23, 0},
    [EV_SPAN] = {span, 3, 23, 0},
    [EV_SPAN_ALLOC] = {span, 3, 23, 0},
    [EV_SPAN_FREE] = {span_free, 1, 23, 0},
    [EV_HEAP_OBJECT] = {object_existed, 2, 23, 0},
    [EV_HEAP_OBJECT_ALLOC] = {object_alloc, 2, 23, 0},
    [EV_HEAP_OBJECT_FREE] = {object_free, 1, 23, 0},
    [EV_GOROUTINE_STACK] = {ignore, 2, 23, 0},
    [EV_GOROUTINE_STACK_ALLOC] = {ignore, 2, 23, 0},
    [EV_GOROUTINE_STACK_FREE] = {ignore, 1, 23, 0},
};

void hs_trace_v2_events(struct v2 *v2)
{
    for (unsigned i = 0; i < 256; i++)
        v2->args[i] = events[i].since && events[i].since <= v2->version
                          ? events[i].args
                          : -1;
}

bool hs_trace_v2_apply(struct trace *t, struct trace_stream *s)
{
    unsigned needs = events[s->type].needs;

    hs_trace_now(t, s->time);
    hs_trace_check_life(t, s);
    if ((needs & NEEDS_G) && s->life == TRACE_NONE) {
        hs_trace_odd(t);
        return true;
    }
    if ((needs & NEEDS_P) && !s->may_have_p)
        hs_trace_odd(t);
    return events[s->type].apply(t, s);
}
