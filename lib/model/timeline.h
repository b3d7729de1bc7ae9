/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timeline.h - what an execution trace tells of a program's memory over time.
 *
 * Times are nanoseconds since the first event of the trace; HS_BEFORE_TRACE
 * stands for "before it, nobody knows when".  If CLOCK_HZ is 0 the trace does
 * not say how long a tick is (an old trace that was cut short): then all times
 * and durations are ticks.
 *
 * Texts are numbers into STRINGS, text 0 is "".  Stacks are numbers into
 * STACKS, leaf first; stack 0 has no frames and stands for "not known".  Groups
 * are numbers into GROUPS.
 *
 * What grows over time is told in HS_SLICES slices of equal length: slice i
 * ends at (i + 1) * slice_ns, the last one with the trace.
 *
 * Columns are in the snapshot's arena and read-only once decoded.  Their order
 * is a function of the input.
 */
#ifndef HS_MODEL_TIMELINE_H
#define HS_MODEL_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

#define HS_BEFORE_TRACE (-1)
#define HS_NO_GROUP     UINT32_MAX
#define HS_SLICES       32

struct hs_trace_frame {
    uint32_t function, file; /* strings */
    uint32_t line;
};

struct hs_trace_stack {
    uint32_t first, count; /* frames, leaf first */
};

struct hs_heap_sample {
    int64_t t;
    uint64_t live; /* HeapAlloc: with garbage not swept yet */
    uint64_t goal; /* the collector's goal then; 0: none, or not known yet */
};

struct hs_gc_cycle {
    int64_t start, end; /* HS_BEFORE_TRACE: began before; end < 0: runs on */
    int64_t stw;        /* its stop-the-world times, stopping included */
    int64_t assist;     /* goroutines that had to help mark, all together */
    int64_t sweep;      /* sweeping until the next cycle, all together */
    uint64_t before, after; /* live bytes at its start, at its end */
    uint64_t goal;          /* set by its end; 0: none, or not told */
    uint64_t swept, freed;  /* bytes, by the sweep that follows it */
};

/* Times for which all goroutines stood still, by the reason given. */
struct hs_trace_stw {
    uint32_t kind; /* string: "GC mark termination" */
    uint64_t count;
    int64_t total, longest;
};

struct hs_goroutine_sample {
    int64_t t;
    uint32_t count; /* goroutines that exist, the runtime's own included */
};

enum hs_trace_state {
    HS_TRACE_UNKNOWN, /* never seen doing anything */
    HS_TRACE_RUNNABLE,
    HS_TRACE_RUNNING,
    HS_TRACE_SYSCALL,
    HS_TRACE_WAITING,
    HS_TRACE_STATES,
};

/* Goroutines with one start function and one creation stack.  Those that
 * existed before the trace have no creation stack. */
struct hs_trace_group {
    uint32_t function;       /* string: where they start; "" if not known */
    uint32_t creation;       /* stack of the go statement; 0 if not known */
    uint32_t existed;        /* before the trace */
    uint32_t started, ended; /* in the trace */
    uint32_t alive;          /* at its end: existed + started - ended */
    uint32_t states[HS_TRACE_STATES]; /* of those alive */
    uint32_t first_wait, wait_count;  /* rows of WAITS */
    int64_t oldest, newest;           /* creation of those alive */
    uint32_t alive_at[HS_SLICES];     /* at the end of each slice */
};

/* Goroutines of one group that are alive at the end, in one state for one
 * reason on one stack.  By group, then the most first. */
struct hs_trace_wait {
    uint32_t group;
    uint32_t state;         /* enum hs_trace_state */
    uint32_t reason;        /* string: "chan receive"; "" if not known; of one
                             * that is runnable: what it waited for last */
    uint32_t stack;         /* where; 0 if not known */
    uint32_t count;         /* goroutines */
    int64_t oldest, newest; /* since when they have been in it */
    uint64_t example;       /* id of the oldest */
};

/* A goroutine that is alive at the end.  By id. */
struct hs_trace_goroutine {
    uint64_t id;
    uint32_t group, wait; /* of GROUPS and WAITS */
    int64_t created;      /* HS_BEFORE_TRACE: it existed */
    int64_t since;        /* when it came into its state */
};

/* A goroutine that runs finalizers or cleanups.  Between two of them it is
 * idle; a stretch is the time from one idle moment to the next. */
struct hs_trace_finalizer {
    uint64_t goroutine;
    uint32_t function;  /* string: its start: "runtime.runfinq" */
    uint32_t state;     /* enum hs_trace_state, at the end */
    bool cleanups;      /* runs cleanups and no finalizers (from Go 1.25 on) */
    bool known;         /* the trace tells at all whether it is idle */
    bool busy;          /* inside a finalizer at the end */
    bool stuck;         /* busy, and its wait will hardly end: see SINCE */
    uint32_t running;   /* string: the finalizer it is in; "" if idle */
    uint32_t reason;    /* string: what it waits for, if busy and waiting */
    uint32_t stack;     /* where it is, if busy */
    int64_t since;      /* if busy: when this wait, or else stretch, began */
    uint32_t cycles;    /* collections completed since then */
    int64_t busy_ns;    /* all its stretches, waiting included */
    int64_t blocked_ns; /* waiting inside finalizers */
    uint64_t stretches;
    int64_t longest;         /* stretch */
    uint32_t longest_cycles; /* collections completed in one stretch, at most */
    uint64_t wakes; /* how often it was woken after a collection, and the */
    int64_t wake_median, wake_longest; /* delay; 0 if never */
};

/* One user's finalizer, as far as the trace saw it wait.  By finalizer
 * goroutine, then the longest first. */
struct hs_trace_finalizer_function {
    uint32_t finalizer; /* row of FINALIZERS */
    uint32_t function;  /* string */
    uint32_t stack;     /* where it waited last */
    uint64_t waits;
    int64_t blocked, longest;
};

/* Live objects of one type at the end (GODEBUG=traceallocfree=1), the most
 * bytes first.  Objects without a type are told apart by the size of their
 * slot. */
struct hs_trace_type {
    uint64_t type;                /* address of its descriptor; 0: not known */
    uint32_t name;                /* string: "main.Session"; "" if not known */
    uint64_t slot;                /* size of a slot, if one for all; else 0 */
    uint64_t objects, bytes;      /* live at the end */
    uint64_t existed;             /* of OBJECTS, those from before the trace */
    uint64_t allocated, freed;    /* objects, in the trace */
    int64_t oldest, newest;       /* birth of those live */
    uint32_t group;               /* goroutines that allocated the most of */
    uint64_t group_objects;       /* OBJECTS, and how many those are */
    uint32_t region;              /* string: the same for regions; "" */
    uint64_t region_objects;      /* outside of any */
    uint64_t bytes_at[HS_SLICES]; /* live at the end of each slice */
};

/* An object that is live at the end.  By address. */
struct hs_trace_object {
    uint64_t address; /* of its slot */
    int64_t born;     /* HS_BEFORE_TRACE: it existed */
    uint32_t type;    /* row of TYPES */
    uint32_t group;   /* of the goroutine that made it, or HS_NO_GROUP */
};

struct hs_trace_heap {
    bool known;              /* the trace has allocations */
    bool snapshot;           /* and began with what existed */
    uint64_t objects, bytes; /* live at the end */
    uint64_t allocated, freed;
    uint64_t unplaced;      /* allocations in no known span: not counted */
    struct hs_column types; /* struct hs_trace_type */
    struct hs_column live;  /* struct hs_trace_object */
};

/* User annotations of one name (runtime/trace), the most first. */
struct hs_trace_tally {
    uint32_t name; /* string: of the task or region, category of the log */
    uint64_t begun, ended;  /* a log has no end */
    uint64_t open;          /* at the end */
    int64_t total, longest; /* of those that ended */
    uint32_t last;          /* string: the last message of a log */
};

/* A task that was not ended, or a region that a goroutine has not left.  By
 * time. */
struct hs_trace_open {
    uint64_t task, parent; /* of a region: the task it is in; 0: none */
    uint64_t goroutine;    /* that began it; 0: none */
    uint32_t name;         /* string */
    int64_t since;         /* HS_BEFORE_TRACE: only its end would have told */
};

struct hs_timeline {
    unsigned version;  /* 22: "go 1.22 trace" */
    bool complete;     /* the file has its end */
    uint64_t clock_hz; /* ticks per second; 0: times are ticks */
    int64_t duration;  /* to the last event */
    int64_t slice_ns;  /* length of a slice, at least 1 */
    int64_t wall;      /* ns since 1970 at time 0; 0: not told (before 1.25) */
    uint64_t batches;
    uint64_t generations;         /* 0 before 1.22: they have none */
    uint64_t partial_generations; /* of those, cut short */
    uint64_t events;
    uint64_t cpu_samples;
    uint64_t resynced; /* events that did not fit what was known: lost ones */
    uint64_t unknown_batches; /* with events of a kind not known here */
    uint32_t procs;           /* GOMAXPROCS, the last told; 0: not told */

    struct hs_column strings; /* struct hs_str */
    struct hs_column frames;  /* struct hs_trace_frame */
    struct hs_column stacks;  /* struct hs_trace_stack */

    struct hs_column heap;   /* struct hs_heap_sample, by time */
    uint64_t heap_samples;   /* in the trace; more than in HEAP if thinned */
    uint64_t collections;    /* begun; more than in CYCLES if there are many */
    struct hs_column cycles; /* struct hs_gc_cycle, by time */
    struct hs_column stw;    /* struct hs_trace_stw, the longest first */

    struct hs_column counts; /* struct hs_goroutine_sample, by time; thinned */
    /* The peak is that of the events' order, in which those of two threads that
     * are less than 10 us apart may have changed places. */
    uint32_t goroutines_first, goroutines_last, goroutines_peak;
    int64_t peak_time;
    uint64_t existed, started, ended; /* goroutines */
    struct hs_column groups; /* struct hs_trace_group, the most alive first */
    struct hs_column waits;  /* struct hs_trace_wait */
    struct hs_column goroutines; /* struct hs_trace_goroutine */

    struct hs_column finalizers; /* struct hs_trace_finalizer, by goroutine */
    struct hs_column finalizer_functions; /* ..._finalizer_function */

    struct hs_trace_heap objects;

    struct hs_column tasks, regions, logs;     /* struct hs_trace_tally */
    struct hs_column open_tasks, open_regions; /* struct hs_trace_open */
    struct hs_column labels; /* struct hs_trace_tally: goroutines with it */
};

static inline struct hs_str
hs_timeline_string(const struct hs_timeline *timeline, uint32_t string)
{
    return ((const struct hs_str *)timeline->strings.at)[string];
}

/* The frames of STACK, leaf first; *COUNT says how many. */
static inline const struct hs_trace_frame *
hs_timeline_stack(const struct hs_timeline *timeline, uint32_t stack,
                  uint32_t *count)
{
    const struct hs_trace_stack *s =
        (const struct hs_trace_stack *)timeline->stacks.at + stack;

    *count = s->count;
    if (s->count == 0) /* there may be no frames at all */
        return NULL;
    return (const struct hs_trace_frame *)timeline->frames.at + s->first;
}

#endif
