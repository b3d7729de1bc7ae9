/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_v1_event.c - what each event of a trace of Go 1.11 to 1.21 means.
 *
 * A goroutine's events are numbered from its creation on; those without a
 * number, "local" ones, follow on the processor that had the one before.
 *
 * What exists when the trace begins is told as if it were created then, by the
 * goroutine that started the trace, before its processor starts.  A goroutine
 * that waits for ever "stops": that is not its end.
 */
#include "format/trace_v1.h"

static const char *const reasons[V1_COUNT] = {
    [V1_GO_STOP] = "forever",
    [V1_GO_SCHED] = "runtime.Gosched",
    [V1_GO_PREEMPT] = "preempted",
    [V1_GO_SLEEP] = "sleep",
    [V1_GO_BLOCK_SEND] = "chan send",
    [V1_GO_BLOCK_RECV] = "chan receive",
    [V1_GO_BLOCK_SELECT] = "select",
    [V1_GO_BLOCK_SYNC] = "sync",
    [V1_GO_BLOCK_COND] = "sync.(*Cond).Wait",
    [V1_GO_BLOCK_NET] = "network",
    [V1_GO_BLOCK_GC] = "GC mark assist wait for work",
};

static const char *const stw_kinds[] = {
    "unknown",
    "GC mark termination",
    "GC sweep termination",
    "write heap dump",
    "goroutine profile",
    "goroutine profile cleanup",
    "all goroutines stack trace",
    "read mem stats",
    "AllThreadsSyscall",
    "GOMAXPROCS",
    "start trace",
    "stop trace",
    "CountPagesInUse (test)",
    "ReadMetricsSlow (test)",
    "ReadMemStatsSlow (test)",
    "PageCachePagesLeaked (test)",
    "ResetDebugLog (test)",
};

void hs_trace_v1_reasons(struct trace *t)
{
    for (unsigned i = 0; i < V1_COUNT; i++)
        if (reasons[i] &&
            !hs_trace_table_string(t, V1_REASON(i), hs_str_of(reasons[i])))
            t->faults++;
}

#define STATE(name) (1u << HS_TRACE_##name)

static uint32_t stw_kind(struct trace *t, uint64_t kind)
{
    const struct v1 *v1 = t->own;

    if (v1->version < 21) /* 0: mark termination, 1: sweep termination */
        kind++;
    if (kind >= sizeof(stw_kinds) / sizeof(*stw_kinds))
        kind = 0;
    return hs_trace_text(t, stw_kinds[kind]);
}

/* The goroutine of processor S stops running. */
static void leave(struct trace *t, struct trace_stream *s,
                  enum hs_trace_state state, uint64_t reason, uint64_t stack)
{
    uint32_t life = s->life;

    if (life == TRACE_NONE) {
        hs_trace_odd(t);
        return;
    }
    if (hs_trace_life(t, life)->state != HS_TRACE_RUNNING)
        hs_trace_odd(t);
    s->life = TRACE_NONE;
    hs_trace_life_stop(t, life, state, reason, stack);
}

static void go_end(struct trace *t, struct trace_stream *s)
{
    uint32_t life = s->life;

    if (life == TRACE_NONE) {
        hs_trace_odd(t);
        return;
    }
    s->life = TRACE_NONE;
    hs_trace_life_ended(t, life);
}

/* The number of LIFE's events is now SEQ, or one more. */
static void count(struct trace *t, uint32_t life, uint64_t seq)
{
    struct trace_life *l = hs_trace_life(t, life);

    l->seq = seq == TRACE_ANY_SEQ ? l->seq + 1 : seq;
    l->era = t->era;
}

static bool go_create(struct trace *t, struct trace_stream *s)
{
    uint32_t life = hs_trace_life_of(t, s->args[0]);

    if (!hs_trace_merge_ready(t, s, life, 1u << TRACE_ABSENT, TRACE_ANY_SEQ))
        return false;
    if (!s->started && s->life == TRACE_NONE &&
        hs_trace_life(t, life)->state == TRACE_ABSENT)
        hs_trace_life_existed(t, life, s->args[1], HS_TRACE_RUNNABLE);
    else
        hs_trace_life_born(t, life, s->args[1], s->args[2], HS_TRACE_RUNNABLE);
    return true;
}

/* What else is known of a goroutine that existed. */
static bool go_waiting(struct trace *t, struct trace_stream *s)
{
    uint32_t life = hs_trace_life_of(t, s->args[0]);

    if (!hs_trace_merge_ready(t, s, life, STATE(RUNNABLE), 1))
        return false;
    if (hs_trace_life(t, life)->state == TRACE_ABSENT)
        hs_trace_life_existed(t, life, 0, HS_TRACE_RUNNABLE);
    hs_trace_life(t, life)->state =
        s->type == V1_GO_WAITING ? HS_TRACE_WAITING : HS_TRACE_SYSCALL;
    count(t, life, 1);
    hs_trace_merge_wake(t, life);
    return true;
}

static bool go_start(struct trace *t, struct trace_stream *s)
{
    uint32_t life = hs_trace_life_of(t, s->args[0]);
    uint64_t seq = s->type == V1_GO_START_LOCAL ? TRACE_ANY_SEQ : s->args[1];

    if (!hs_trace_merge_ready(t, s, life, STATE(RUNNABLE), seq))
        return false;
    if (s->life != TRACE_NONE)
        hs_trace_odd(t);
    count(t, life, seq);
    hs_trace_life_start(t, life);
    if (s->type == V1_GO_START_LABEL)
        hs_trace_label(t, hs_trace_string(t, s->args[2]));
    hs_trace_occupy(t, s, life);
    s->started = true;
    return true;
}

static bool go_unblock(struct trace *t, struct trace_stream *s)
{
    uint32_t life = hs_trace_life_of(t, s->args[0]);
    bool numbered = s->type == V1_GO_UNBLOCK || s->type == V1_GO_SYSEXIT;
    uint64_t seq = numbered ? s->args[1] : TRACE_ANY_SEQ;

    if (!hs_trace_merge_ready(t, s, life, STATE(WAITING) | STATE(SYSCALL), seq))
        return false;
    count(t, life, seq);
    hs_trace_life_unblock(t, life);
    return true;
}

static bool gc_start(struct trace *t, struct trace_stream *s)
{
    struct trace_life *l = hs_trace_life(t, 0);

    if (l->era != t->era) {
        l->era = t->era;
        l->seq = UINT64_MAX; /* the first has number 0 */
    }
    if (!hs_trace_merge_ready(t, s, 0, STATE(UNKNOWN), s->args[0]))
        return false;
    hs_trace_life(t, 0)->seq = s->args[0];
    hs_trace_gc_begin(t, false);
    hs_trace_merge_wake(t, 0);
    return true;
}

static void collection(struct trace *t, struct trace_stream *s)
{
    switch (s->type) {
    case V1_GOMAXPROCS:
        t->line->procs = (uint32_t)s->args[0];
        break;
    case V1_GC_DONE:
        hs_trace_gc_end(t);
        break;
    case V1_STW_START:
        hs_trace_gc_stw(t, stw_kind(t, s->args[0]));
        break;
    case V1_STW_DONE:
        hs_trace_gc_stw_end(t);
        break;
    case V1_SWEEP_START:
        s->sweep = t->now;
        break;
    case V1_SWEEP_DONE:
        hs_trace_gc_sweep_end(t, s, s->args[0], s->args[1]);
        break;
    case V1_HEAP_ALLOC:
        hs_trace_gc_heap(t, s->args[0]);
        break;
    case V1_HEAP_GOAL:
        hs_trace_gc_goal(t, s->args[0]);
        break;
    case V1_ASSIST_START:
        if (s->life != TRACE_NONE)
            hs_trace_gc_assist(t, s->life);
        break;
    case V1_ASSIST_DONE:
        if (s->life != TRACE_NONE)
            hs_trace_gc_assist_end(t, s->life);
        break;
    }
}

static void user(struct trace *t, struct trace_stream *s)
{
    switch (s->type) {
    case V1_USER_TASK:
        hs_trace_task(t, s->args[0], s->args[1], hs_trace_string(t, s->args[2]),
                      s->life);
        break;
    case V1_USER_TASK_END:
        hs_trace_task_end(t, s->args[0]);
        break;
    case V1_USER_REGION:
        if (s->life == TRACE_NONE)
            break;
        if (s->args[1] == 0)
            hs_trace_region(t, s->life, s->args[0],
                            hs_trace_string(t, s->args[2]));
        else
            hs_trace_region_end(t, s->life, s->args[0],
                                hs_trace_string(t, s->args[2]));
        break;
    case V1_USER_LOG:
        hs_trace_log(t, hs_trace_string(t, s->args[1]), s->text);
        break;
    }
}

bool hs_trace_v1_apply(struct trace *t, struct trace_stream *s)
{
    hs_trace_now(t, s->time);
    hs_trace_check_life(t, s);
    switch (s->type) {
    case V1_PROC_START:
        s->started = true;
        return true;
    case V1_GC_START:
        return gc_start(t, s);
    case V1_GO_CREATE:
        return go_create(t, s);
    case V1_GO_WAITING:
    case V1_GO_IN_SYSCALL:
        return go_waiting(t, s);
    case V1_GO_START:
    case V1_GO_START_LOCAL:
    case V1_GO_START_LABEL:
        return go_start(t, s);
    case V1_GO_UNBLOCK:
    case V1_GO_UNBLOCK_LOCAL:
    case V1_GO_SYSEXIT:
    case V1_GO_SYSEXIT_LOCAL:
        return go_unblock(t, s);
    case V1_GO_END:
        go_end(t, s);
        return true;
    case V1_GO_SCHED:
    case V1_GO_PREEMPT:
        leave(t, s, HS_TRACE_RUNNABLE, V1_REASON(s->type), s->args[0]);
        return true;
    case V1_GO_SYSCALL:
        s->syscall = s->args[0] < UINT32_MAX ? (uint32_t)s->args[0] : 0;
        return true;
    case V1_GO_SYSBLOCK:
        leave(t, s, HS_TRACE_SYSCALL, 0, s->syscall);
        return true;
    case V1_GO_BLOCK:
        leave(t, s, HS_TRACE_WAITING, 0, s->args[0]);
        return true;
    case V1_GO_STOP:
    case V1_GO_SLEEP:
    case V1_GO_BLOCK_SEND:
    case V1_GO_BLOCK_RECV:
    case V1_GO_BLOCK_SELECT:
    case V1_GO_BLOCK_SYNC:
    case V1_GO_BLOCK_COND:
    case V1_GO_BLOCK_NET:
    case V1_GO_BLOCK_GC:
        leave(t, s, HS_TRACE_WAITING, V1_REASON(s->type), s->args[0]);
        return true;
    default:
        if (s->type >= V1_USER_TASK)
            user(t, s);
        else
            collection(t, s);
        return true;
    }
}
