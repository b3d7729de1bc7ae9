/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace.h - the two layouts of execution traces, for the program that trace.c
 * makes up.
 *
 * The program runs on a few processors, each with a thread of its own.  What
 * happens on one is appended to its batch; full batches are written as they
 * fill, as a runtime does.  Nothing but trace*.c includes this.
 */
#ifndef MKDUMP_TRACE_H
#define MKDUMP_TRACE_H

#include "base/arena.h"
#include "mkdump.h"

/* What can happen, with its arguments; the layouts drop those they have no
 * place for. */
enum trace_op {
    TRACE_PROCS,        /* number, stack */
    TRACE_CREATE,       /* goroutine, its stack, stack */
    TRACE_START,        /* goroutine, sequence number */
    TRACE_END,          /* */
    TRACE_YIELD,        /* reason, stack */
    TRACE_BLOCK,        /* reason, stack */
    TRACE_UNBLOCK,      /* goroutine, sequence number, stack */
    TRACE_SYSCALL,      /* sequence number of the processor, stack */
    TRACE_SYSCALL_END,  /* */
    TRACE_STW,          /* kind, stack */
    TRACE_STW_END,      /* */
    TRACE_GC,           /* sequence number, stack */
    TRACE_GC_END,       /* sequence number */
    TRACE_SWEEP,        /* stack */
    TRACE_SWEEP_END,    /* bytes swept, bytes reclaimed */
    TRACE_ASSIST,       /* stack */
    TRACE_ASSIST_END,   /* */
    TRACE_HEAP,         /* bytes */
    TRACE_GOAL,         /* bytes */
    TRACE_SPAN_ALLOC,   /* number, pages, kind and class */
    TRACE_OBJECT_ALLOC, /* number, type */
    TRACE_OBJECT_FREE,  /* number */
    TRACE_OPS
};

/* Reasons to block; the numbers are those of v2's strings. */
enum trace_reason {
    TRACE_SELECT = 8,
    TRACE_SYNC = 10,
    TRACE_SEND = 11,
    TRACE_RECEIVE = 12,
    TRACE_PREEMPTED = 16,
    TRACE_SLEEP = 19,
};

/* Reasons to stop the world. */
enum trace_stop { TRACE_SWEEP_TERMINATION, TRACE_MARK_TERMINATION };

/* Stacks, numbered from 1; those from TRACE_STACK_OTHERS on are deep. */
enum trace_stack {
    TRACE_STACK_START = 1, /* main.main, which has started the trace */
    TRACE_STACK_WORKER,    /* a worker's first function */
    TRACE_STACK_REQUEST,   /* a request's */
    TRACE_STACK_CREATE,    /* where requests are made */
    TRACE_STACK_WAIT,      /* where workers wait */
    TRACE_STACK_LEAK,      /* where leaked requests wait, one a reason */
    TRACE_STACK_OTHERS = TRACE_STACK_LEAK + 3,
    TRACE_STACK_END = TRACE_STACK_OTHERS + 500
};

enum trace_status { TRACE_DEAD, TRACE_RUNNABLE, TRACE_WAITING = 4 };

struct trace_goroutine { /* number N is element N - 1 */
    uint32_t sequence;
    uint8_t status, proc, kind, turns;
};

#define TRACE_PROC_COUNT 4
#define TRACE_BATCH      65536
#define TRACE_TICKS      UINT64_C(15625000) /* a second has so many */

struct trace_proc {
    uint64_t clock;    /* in ticks */
    uint64_t last;     /* of the batch's last event */
    uint64_t start;    /* of the batch */
    uint64_t sequence; /* v2: of its system calls */
    size_t size;
    uint8_t batch[TRACE_BATCH];
};

struct trace {
    const struct trace_layout *layout;
    struct hs_writer *writer;
    struct hs_arena arena;
    unsigned version; /* the header's: 21, 22, 23, 25, 26 */
    bool objects;     /* with AllocFree */
    uint64_t state, events, generation;
    struct hs_column goroutines;
    struct trace_proc procs[TRACE_PROC_COUNT];
};

struct trace_layout {
    /* The file's start, and that of each generation. */
    void (*open)(struct trace *t);
    void (*begin)(struct trace *t);
    /* Appends OP to the batch of processor PROC, at its clock. */
    void (*event)(struct trace *t, unsigned proc, enum trace_op op,
                  const uint64_t args[3]);
    /* The end of a generation, and of the file. */
    void (*end)(struct trace *t);
    void (*close)(struct trace *t);
};

extern const struct trace_layout mkdump_trace_v1, mkdump_trace_v2;

/* Appends VALUE to PROC's batch as LEB128. */
void mkdump_trace_put(struct trace_proc *proc, uint64_t value);

/* The text of string ID, the same in all layouts: functions, then files. */
#define TRACE_FUNCTIONS 240
#define TRACE_FILES     24
const char *mkdump_trace_function(unsigned function, char room[96]);
const char *mkdump_trace_file(unsigned file, char room[96]);

/* The frames of STACK, innermost first: numbers of functions.  Returns how
 * many. */
unsigned mkdump_trace_frames(unsigned stack, unsigned frames[32]);

#endif
