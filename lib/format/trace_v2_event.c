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

enum {
    NEEDS_P = 1, /* a processor on its thread */
    NEEDS_G = 2, /* a goroutine */
};

enum {
    OF_ORDERED, /* it may have to wait, or makes a stream */
    OF_PROC,
    OF_GOROUTINE,
    OF_COLLECTION,
    OF_USER,
    OF_MEMORY,
};

static const struct {
    int8_t args;   /* behind the time */
    uint8_t since; /* version of traces */
    uint8_t of;
    uint8_t needs;
} events[256] = {
    [EV_PROCS_CHANGE] = {2, 22, OF_COLLECTION, NEEDS_P | NEEDS_G},
    [EV_PROC_START] = {2, 22, OF_PROC, 0},
    [EV_PROC_STOP] = {0, 22, OF_PROC, NEEDS_P},
    [EV_PROC_STEAL] = {3, 22, OF_PROC, 0},
    [EV_PROC_STATUS] = {2, 22, OF_PROC, 0},
    [EV_GO_CREATE] = {3, 22, OF_GOROUTINE, NEEDS_P},
    [EV_GO_CREATE_SYSCALL] = {1, 22, OF_ORDERED, 0},
    [EV_GO_START] = {2, 22, OF_ORDERED, 0},
    [EV_GO_DESTROY] = {0, 22, OF_GOROUTINE, NEEDS_P | NEEDS_G},
    [EV_GO_DESTROY_SYSCALL] = {0, 22, OF_GOROUTINE, NEEDS_G},
    [EV_GO_STOP] = {2, 22, OF_GOROUTINE, NEEDS_P | NEEDS_G},
    [EV_GO_BLOCK] = {2, 22, OF_GOROUTINE, NEEDS_P | NEEDS_G},
    [EV_GO_UNBLOCK] = {3, 22, OF_ORDERED, 0},
    [EV_GO_SYSCALL_BEGIN] = {2, 22, OF_GOROUTINE, NEEDS_P | NEEDS_G},
    [EV_GO_SYSCALL_END] = {0, 22, OF_GOROUTINE, NEEDS_P | NEEDS_G},
    [EV_GO_SYSCALL_END_BLOCKED] = {0, 22, OF_GOROUTINE, NEEDS_G},
    [EV_GO_STATUS] = {3, 22, OF_ORDERED, 0},
    [EV_STW_BEGIN] = {2, 22, OF_COLLECTION, NEEDS_P | NEEDS_G},
    [EV_STW_END] = {0, 22, OF_COLLECTION, NEEDS_P | NEEDS_G},
    [EV_GC_ACTIVE] = {1, 22, OF_ORDERED, 0},
    [EV_GC_BEGIN] = {2, 22, OF_ORDERED, 0},
    [EV_GC_END] = {1, 22, OF_ORDERED, 0},
    [EV_GC_SWEEP_ACTIVE] = {1, 22, OF_COLLECTION, 0},
    [EV_GC_SWEEP_BEGIN] = {1, 22, OF_COLLECTION, NEEDS_P},
    [EV_GC_SWEEP_END] = {2, 22, OF_COLLECTION, NEEDS_P},
    [EV_GC_MARK_ASSIST_ACTIVE] = {1, 22, OF_COLLECTION, 0},
    [EV_GC_MARK_ASSIST_BEGIN] = {1, 22, OF_COLLECTION, NEEDS_P | NEEDS_G},
    [EV_GC_MARK_ASSIST_END] = {0, 22, OF_COLLECTION, NEEDS_P | NEEDS_G},
    [EV_HEAP_ALLOC] = {1, 22, OF_COLLECTION, NEEDS_P},
    [EV_HEAP_GOAL] = {1, 22, OF_COLLECTION, NEEDS_P},
    [EV_GO_LABEL] = {1, 22, OF_USER, NEEDS_P | NEEDS_G},
    [EV_USER_TASK_BEGIN] = {4, 22, OF_USER, NEEDS_P | NEEDS_G},
    [EV_USER_TASK_END] = {2, 22, OF_USER, NEEDS_P | NEEDS_G},
    [EV_USER_REGION_BEGIN] = {3, 22, OF_USER, NEEDS_P | NEEDS_G},
    [EV_USER_REGION_END] = {3, 22, OF_USER, NEEDS_P | NEEDS_G},
    [EV_USER_LOG] = {4, 22, OF_USER, NEEDS_P | NEEDS_G},
    [EV_GO_SWITCH] = {2, 23, OF_ORDERED, NEEDS_G},
    [EV_GO_SWITCH_DESTROY] = {2, 23, OF_ORDERED, NEEDS_G},
    [EV_GO_CREATE_BLOCKED] = {3, 23, OF_GOROUTINE, NEEDS_P},
    [EV_GO_STATUS_STACK] = {4, 23, OF_ORDERED, 0},
    [EV_SPAN] = {3, 23, OF_MEMORY, 0},
    [EV_SPAN_ALLOC] = {3, 23, OF_MEMORY, 0},
    [EV_SPAN_FREE] = {1, 23, OF_MEMORY, 0},
    [EV_HEAP_OBJECT] = {2, 23, OF_MEMORY, 0},
    [EV_HEAP_OBJECT_ALLOC] = {2, 23, OF_MEMORY, 0},
    [EV_HEAP_OBJECT_FREE] = {1, 23, OF_MEMORY, 0},
    [EV_GOROUTINE_STACK] = {2, 23, OF_MEMORY, 0},
    [EV_GOROUTINE_STACK_ALLOC] = {2, 23, OF_MEMORY, 0},
    [EV_GOROUTINE_STACK_FREE] = {1, 23, OF_MEMORY, 0},
};

void hs_trace_v2_events(struct v2 *v2)
{
    for (unsigned i = 0; i < 256; i++)
        v2->args[i] = events[i].since && events[i].since <= v2->version
                          ? events[i].args
                          : -1;
}

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
    stream->life = life;
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
    s->life = hs_trace_life_find(t, s->args[0]);
    return true;
}

/* On whose thread a goroutine in a system call is: THREAD's. */
static void bind(struct trace *t, uint32_t number, uint64_t thread,
                 uint32_t life)
{
    struct trace_stream *s = hs_trace_stream(t, number);

    if (thread == NO_THREAD) {
        hs_trace_odd(t);
        return;
    }
    if (s->id != thread)
        s = hs_trace_v2_stream(t, thread);
    if (s->life != TRACE_NONE && s->life != life)
        hs_trace_odd(t);
    s->life = life;
}

static void go_status(struct trace *t, uint32_t number)
{
    static const uint8_t states[] = {HS_TRACE_UNKNOWN, HS_TRACE_RUNNABLE,
                                     HS_TRACE_RUNNING, HS_TRACE_SYSCALL,
                                     HS_TRACE_WAITING};
    struct trace_stream *s = hs_trace_stream(t, number);
    const struct v2 *v2 = t->own;
    uint32_t life = hs_trace_life_of(t, s->args[0]);
    struct trace_life *l = hs_trace_life(t, life);
    uint64_t thread = s->args[1],
             stack = s->type == EV_GO_STATUS_STACK ? s->args[3] : 0;
    uint8_t state;

    if (s->args[2] == 0 || s->args[2] >= sizeof(states)) {
        hs_trace_odd(t);
        return;
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
        hs_trace_stream(t, number)->life = life;
    else if (state == HS_TRACE_SYSCALL)
        bind(t, number, thread, life);
    hs_trace_merge_wake(t, life);
}

static void proc(struct trace_stream *s)
{
    switch (s->type) {
    case EV_PROC_START:
        s->may_have_p = true;
        break;
    case EV_PROC_STOP:
        s->may_have_p = false;
        break;
    case EV_PROC_STEAL:
        /* Of another thread, which cannot know yet: it may have one. */
        if (s->args[2] == s->id)
            s->may_have_p = false;
        break;
    case EV_PROC_STATUS:
        if (s->args[1] == 1 || s->args[1] == 3)
            s->may_have_p = true;
        break;
    }
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

static void goroutine(struct trace *t, struct trace_stream *s)
{
    uint32_t life;

    switch (s->type) {
    case EV_GO_CREATE:
    case EV_GO_CREATE_BLOCKED:
        hs_trace_life_born(
            t, hs_trace_life_of(t, s->args[0]), s->args[1], s->args[2],
            s->type == EV_GO_CREATE ? HS_TRACE_RUNNABLE : HS_TRACE_WAITING);
        break;
    case EV_GO_DESTROY:
        hs_trace_life_ended(t, leave(t, s, STATE(RUNNING)));
        break;
    case EV_GO_DESTROY_SYSCALL:
        s->may_have_p = false;
        hs_trace_life_ended(t, leave(t, s, STATE(SYSCALL)));
        break;
    case EV_GO_STOP:
        life = leave(t, s, STATE(RUNNING));
        hs_trace_life_stop(t, life, HS_TRACE_RUNNABLE, s->args[0], s->args[1]);
        break;
    case EV_GO_BLOCK:
        life = leave(t, s, STATE(RUNNING));
        hs_trace_life_stop(t, life, HS_TRACE_WAITING, s->args[0], s->args[1]);
        break;
    case EV_GO_SYSCALL_BEGIN:
        if (hs_trace_life(t, s->life)->state != HS_TRACE_RUNNING)
            hs_trace_odd(t);
        hs_trace_life_stop(t, s->life, HS_TRACE_SYSCALL, 0, s->args[1]);
        break;
    case EV_GO_SYSCALL_END:
        if (hs_trace_life(t, s->life)->state != HS_TRACE_SYSCALL)
            hs_trace_odd(t);
        hs_trace_life_start(t, s->life);
        break;
    case EV_GO_SYSCALL_END_BLOCKED:
        hs_trace_life_unblock(t, leave(t, s, STATE(SYSCALL)));
        break;
    }
}

static void collection(struct trace *t, struct trace_stream *s)
{
    switch (s->type) {
    case EV_PROCS_CHANGE:
        t->line->procs = (uint32_t)s->args[0];
        break;
    case EV_STW_BEGIN:
        hs_trace_gc_stw(t, hs_trace_string(t, s->args[0]));
        break;
    case EV_STW_END:
        hs_trace_gc_stw_end(t);
        break;
    case EV_GC_SWEEP_BEGIN:
        s->sweep = t->now;
        break;
    case EV_GC_SWEEP_END:
        hs_trace_gc_sweep_end(t, s, s->args[0], s->args[1]);
        break;
    case EV_GC_MARK_ASSIST_BEGIN:
        hs_trace_gc_assist(t, s->life);
        break;
    case EV_GC_MARK_ASSIST_END:
        hs_trace_gc_assist_end(t, s->life);
        break;
    case EV_HEAP_ALLOC:
        hs_trace_gc_heap(t, s->args[0]);
        break;
    case EV_HEAP_GOAL:
        hs_trace_gc_goal(t, s->args[0]);
        break;
    }
}

static void user(struct trace *t, struct trace_stream *s)
{
    switch (s->type) {
    case EV_GO_LABEL:
        hs_trace_label(t, hs_trace_string(t, s->args[0]));
        break;
    case EV_USER_TASK_BEGIN:
        hs_trace_task(t, s->args[0], s->args[1], hs_trace_string(t, s->args[2]),
                      s->life);
        break;
    case EV_USER_TASK_END:
        hs_trace_task_end(t, s->args[0]);
        break;
    case EV_USER_REGION_BEGIN:
        hs_trace_region(t, s->life, s->args[0], hs_trace_string(t, s->args[1]));
        break;
    case EV_USER_REGION_END:
        hs_trace_region_end(t, s->life, s->args[0],
                            hs_trace_string(t, s->args[1]));
        break;
    case EV_USER_LOG:
        hs_trace_log(t, hs_trace_string(t, s->args[1]),
                     hs_trace_string_text(t, s->args[2]));
        break;
    }
}

static void memory(struct trace *t, struct trace_stream *s)
{
    switch (s->type) {
    case EV_SPAN:
    case EV_SPAN_ALLOC:
        hs_trace_span(t, s->args[0], s->args[1], s->args[2]);
        break;
    case EV_SPAN_FREE:
        hs_trace_span_free(t, s->args[0]);
        break;
    case EV_HEAP_OBJECT:
        hs_trace_object(t, s->args[0], s->args[1], TRACE_NONE, true);
        break;
    case EV_HEAP_OBJECT_ALLOC:
        hs_trace_object(t, s->args[0], s->args[1], s->life, false);
        break;
    case EV_HEAP_OBJECT_FREE:
        hs_trace_object_free(t, s->args[0]);
        break;
    }
}

static bool apply_ordered(struct trace *t, uint32_t number)
{
    struct trace_stream *s = hs_trace_stream(t, number);

    switch (s->type) {
    case EV_GO_START:
        return go_start(t, s);
    case EV_GO_UNBLOCK:
        return go_unblock(t, s);
    case EV_GO_SWITCH:
    case EV_GO_SWITCH_DESTROY:
        return go_switch(t, s);
    case EV_GO_CREATE_SYSCALL:
        return go_create_syscall(t, s);
    case EV_GC_ACTIVE:
    case EV_GC_BEGIN:
    case EV_GC_END:
        return collector(t, s);
    case EV_GO_STATUS:
    case EV_GO_STATUS_STACK:
        go_status(t, number);
        return true;
    default:
        return true;
    }
}

bool hs_trace_v2_apply(struct trace *t, uint32_t number)
{
    struct trace_stream *s = hs_trace_stream(t, number);
    unsigned needs = events[s->type].needs;

    hs_trace_now(t, s->time);
    if ((needs & NEEDS_G) && s->life == TRACE_NONE) {
        hs_trace_odd(t);
        return true;
    }
    if ((needs & NEEDS_P) && !s->may_have_p)
        hs_trace_odd(t);
    switch (events[s->type].of) {
    case OF_ORDERED:
        return apply_ordered(t, number);
    case OF_PROC:
        proc(s);
        break;
    case OF_GOROUTINE:
        goroutine(t, s);
        break;
    case OF_COLLECTION:
        collection(t, s);
        break;
    case OF_USER:
        user(t, s);
        break;
    case OF_MEMORY:
        memory(t, s);
        break;
    }
    return true;
}
