/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_v1.h - what the files of the decoder for traces of Go 1.11 to 1.21
 * share.
 */
#ifndef HS_FORMAT_TRACE_V1_H
#define HS_FORMAT_TRACE_V1_H

#include "format/trace_impl.h"

/* runtime/trace.go of Go 1.21. */
enum {
    V1_BATCH = 1,     /* p, ticks */
    V1_FREQUENCY = 2, /* ticks a second */
    V1_STACK = 3,     /* id, count, (pc, function, file, line)[count] */
    V1_GOMAXPROCS = 4,
    V1_PROC_START = 5,
    V1_PROC_STOP = 6,
    V1_GC_START = 7, /* seq, stack */
    V1_GC_DONE = 8,
    V1_STW_START = 9, /* kind */
    V1_STW_DONE = 10,
    V1_SWEEP_START = 11,
    V1_SWEEP_DONE = 12, /* bytes swept, bytes reclaimed */
    V1_GO_CREATE = 13,  /* g, stack of its start, stack */
    V1_GO_START = 14,   /* g, seq */
    V1_GO_END = 15,
    V1_GO_STOP = 16, /* for ever: select {} */
    V1_GO_SCHED = 17,
    V1_GO_PREEMPT = 18,
    V1_GO_SLEEP = 19,
    V1_GO_BLOCK = 20,
    V1_GO_UNBLOCK = 21, /* g, seq, stack */
    V1_GO_BLOCK_SEND = 22,
    V1_GO_BLOCK_RECV = 23,
    V1_GO_BLOCK_SELECT = 24,
    V1_GO_BLOCK_SYNC = 25,
    V1_GO_BLOCK_COND = 26,
    V1_GO_BLOCK_NET = 27,
    V1_GO_SYSCALL = 28,  /* stack */
    V1_GO_SYSEXIT = 29,  /* g, seq, real ticks */
    V1_GO_SYSBLOCK = 30, /* the system call takes long */
    V1_GO_WAITING = 31,  /* g, which existed */
    V1_GO_IN_SYSCALL = 32,
    V1_HEAP_ALLOC = 33,
    V1_HEAP_GOAL = 34,
    V1_TIMER_GOROUTINE = 35, /* no time */
    V1_FUTILE_WAKEUP = 36,
    V1_STRING = 37,           /* id, size, bytes */
    V1_GO_START_LOCAL = 38,   /* g: the last event of it was here, too */
    V1_GO_UNBLOCK_LOCAL = 39, /* g, stack */
    V1_GO_SYSEXIT_LOCAL = 40, /* g, real ticks */
    V1_GO_START_LABEL = 41,   /* g, seq, label */
    V1_GO_BLOCK_GC = 42,
    V1_ASSIST_START = 43,
    V1_ASSIST_DONE = 44,
    V1_USER_TASK = 45, /* task, parent, name, stack */
    V1_USER_TASK_END = 46,
    V1_USER_REGION = 47, /* task, 1 if it ends, name, stack */
    V1_USER_LOG = 48,    /* task, key, stack; size, bytes */
    V1_CPU_SAMPLE = 49,  /* no time of its own */
    V1_COUNT = 50,
};

/* What a goroutine waits for, in words as if the file had them: strings with
 * ids that no file has. */
#define V1_REASON(type) (0xffffff00u + (type))

struct v1_batch {
    struct hs_cursor data;
    uint64_t time;
    uint32_t next; /* batch of its processor */
};

struct v1 {
    unsigned version;
    struct hs_map streams;    /* processor to stream */
    struct hs_column batches; /* struct v1_batch */
    uint64_t begin, end, hz;
    uint64_t offset; /* of the end of the file */
};

/* An event of the file, but for those with texts. */
struct v1_event {
    uint8_t type;
    uint8_t count; /* of arguments, time first if it has one */
    uint64_t args[TRACE_ARGS + 1];
    struct hs_str text;    /* of a log or string */
    struct hs_cursor body; /* of a stack, behind its count */
};

/* Reads the event at IN; false if it is not whole, or none: then the cursor is
 * bad or the type unknown. */
bool hs_trace_v1_read(const struct v1 *v1, struct hs_cursor *in,
                      struct v1_event *event);

/* Has the event of TYPE a time? */
bool hs_trace_v1_timed(uint8_t type);

/* Gives reasons their strings. */
void hs_trace_v1_reasons(struct trace *t);

/* Applies the event at hand of S; false: it must wait. */
bool hs_trace_v1_apply(struct trace *t, struct trace_stream *s);

#endif
