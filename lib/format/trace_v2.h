/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_v2.h - what the files of the decoder for traces of Go 1.22 on share.
 */
#ifndef HS_FORMAT_TRACE_V2_H
#define HS_FORMAT_TRACE_V2_H

#include "format/trace_impl.h"

/* internal/trace/tracev2/events.go of Go 1.27. */
enum {
    EV_EVENT_BATCH = 1,
    EV_STACKS = 2,
    EV_STACK = 3,
    EV_STRINGS = 4,
    EV_STRING = 5,
    EV_CPU_SAMPLES = 6,
    EV_CPU_SAMPLE = 7,
    EV_FREQUENCY = 8,
    EV_PROCS_CHANGE = 9, /* procs, stack */
    EV_PROC_START = 10,
    EV_PROC_STOP = 11,
    EV_PROC_STEAL = 12,  /* p, p_seq, m */
    EV_PROC_STATUS = 13, /* p, status */
    EV_GO_CREATE = 14,   /* g, stack of its start, stack */
    EV_GO_CREATE_SYSCALL = 15,
    EV_GO_START = 16, /* g, g_seq */
    EV_GO_DESTROY = 17,
    EV_GO_DESTROY_SYSCALL = 18,
    EV_GO_STOP = 19,          /* reason, stack */
    EV_GO_BLOCK = 20,         /* reason, stack */
    EV_GO_UNBLOCK = 21,       /* g, g_seq, stack */
    EV_GO_SYSCALL_BEGIN = 22, /* p_seq, stack */
    EV_GO_SYSCALL_END = 23,
    EV_GO_SYSCALL_END_BLOCKED = 24,
    EV_GO_STATUS = 25, /* g, m, status */
    EV_STW_BEGIN = 26, /* kind, stack */
    EV_STW_END = 27,
    EV_GC_ACTIVE = 28, /* gc_seq */
    EV_GC_BEGIN = 29,  /* gc_seq, stack */
    EV_GC_END = 30,    /* gc_seq */
    EV_GC_SWEEP_ACTIVE = 31,
    EV_GC_SWEEP_BEGIN = 32,
    EV_GC_SWEEP_END = 33, /* bytes swept, bytes reclaimed */
    EV_GC_MARK_ASSIST_ACTIVE = 34,
    EV_GC_MARK_ASSIST_BEGIN = 35,
    EV_GC_MARK_ASSIST_END = 36,
    EV_HEAP_ALLOC = 37,
    EV_HEAP_GOAL = 38,
    EV_GO_LABEL = 39,
    EV_USER_TASK_BEGIN = 40,   /* task, parent, name, stack */
    EV_USER_TASK_END = 41,     /* task, stack */
    EV_USER_REGION_BEGIN = 42, /* task, name, stack */
    EV_USER_REGION_END = 43,   /* task, name, stack */
    EV_USER_LOG = 44,          /* task, key, value, stack */
    /* Go 1.23 */
    EV_GO_SWITCH = 45, /* g, g_seq */
    EV_GO_SWITCH_DESTROY = 46,
    EV_GO_CREATE_BLOCKED = 47, /* as EV_GO_CREATE */
    EV_GO_STATUS_STACK = 48,   /* g, m, status, stack */
    EV_EXPERIMENTAL_BATCH = 49,
    /* Go 1.25 */
    EV_SYNC = 50,
    EV_CLOCK_SNAPSHOT = 51, /* mono, sec, nsec */
    /* Go 1.26 */
    EV_END_OF_GENERATION = 52,
    /* Go 1.23, with GODEBUG=traceallocfree=1 */
    EV_SPAN = 128, /* id, pages, kind and class */
    EV_SPAN_ALLOC = 129,
    EV_SPAN_FREE = 130,   /* id */
    EV_HEAP_OBJECT = 131, /* id, type */
    EV_HEAP_OBJECT_ALLOC = 132,
    EV_HEAP_OBJECT_FREE = 133, /* id */
    EV_GOROUTINE_STACK = 134,
    EV_GOROUTINE_STACK_ALLOC = 135,
    EV_GOROUTINE_STACK_FREE = 136,
};

#define NO_THREAD UINT64_MAX

struct v2_batch {
    struct hs_cursor data; /* behind the first byte where that is a kind */
    uint64_t gen, thread, time;
    uint32_t next;      /* batch of its thread */
    uint8_t kind;       /* its first byte; 0: it is empty */
    uint8_t experiment; /* 0: none */
    bool cut;           /* the file ends in it */
};

struct v2 {
    unsigned version;
    struct hs_map streams;    /* thread to stream */
    struct hs_column batches; /* struct v2_batch, of this generation */
    bool first;               /* no generation before this one */
    bool synced;              /* it has told the clock */
    bool gc_known;            /* the collector's number is known */
    int16_t args[256];        /* of each event behind its time; -1: none */
};

/* Sets V2->args for its version. */
void hs_trace_v2_events(struct v2 *v2);

/* Reads strings, stacks and the rest of what BATCH is, if it has no events;
 * false with ERR filled if it is damaged. */
bool hs_trace_v2_table(struct trace *t, const struct v2_batch *batch,
                       struct hs_err *err);

/* The stream of THREAD, new if it must be; NULL: there are too many. */
struct trace_stream *hs_trace_v2_stream(struct trace *t, uint64_t thread);

/* Applies the event at hand of S; false: it must wait.  Streams may move. */
bool hs_trace_v2_apply(struct trace *t, struct trace_stream *s);

#endif
