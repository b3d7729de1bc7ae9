/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_impl.h - what the files of the execution trace decoders share.
 *
 * Both decoders, of the format of Go 1.11 to 1.21 (v1: per processor, ids for
 * the whole file) and of Go 1.22 on (v2: per thread, in generations with ids
 * of their own), read streams of events, merge them (trace_merge.c) and tell
 * the same things of them: goroutines (trace_lives.c), finalizers, collections,
 * annotations and objects, which end up in the timeline (trace_finish.c).
 *
 * "Id" is a number of the file; it is good for one generation.  Strings and
 * stacks without that word are those of the timeline.
 */
#ifndef HS_FORMAT_TRACE_IMPL_H
#define HS_FORMAT_TRACE_IMPL_H

#include <stdlib.h>

#include "base/cursor.h"
#include "base/intern.h"
#include "base/map.h"
#include "model/snapshot.h"
#include "model/timeline.h"

#define TRACE_HEADER 16
#define TRACE_NONE   UINT32_MAX

struct trace;

/* --- trace_ids.c: a table from 64-bit ids to numbers, with removal --- */

struct trace_ids {
    struct trace_id_slot *slots;
    size_t count, mask;
    uint64_t seed;
    struct hs_arena *arena;
};

void hs_trace_ids_init(struct trace_ids *ids, struct hs_arena *arena);
/* The number of ID, or TRACE_NONE. */
uint32_t hs_trace_ids_find(const struct trace_ids *ids, uint64_t id);
/* ID must not be there. */
void hs_trace_ids_add(struct trace_ids *ids, uint64_t id, uint32_t number);
void hs_trace_ids_remove(struct trace_ids *ids, uint64_t id);

/* --- trace_series.c: values over time, thinned to a bounded number --- */

struct trace_sample {
    int64_t t, value;
    uint64_t goal;
};

struct trace_series {
    struct hs_column samples; /* struct trace_sample */
    size_t most;
    uint64_t stride;  /* values of which one in two is kept; 1: all are */
    uint64_t pending; /* of those since the last pair */
    struct trace_sample low, high, last;
    bool low_first;
    uint64_t total;
};

void hs_trace_series_init(struct trace_series *series, size_t most,
                          struct hs_arena *arena);
void hs_trace_series_add(struct trace_series *series,
                         struct trace_sample sample);
/* No more come: what is pending is kept, and all is sorted by time. */
void hs_trace_series_close(struct trace_series *series);

/* --- trace_table.c: strings and stacks --- */

enum trace_root { /* what the outermost function of a stack is for */
                  TRACE_ROOT_OTHER,
                  TRACE_ROOT_FINALIZERS,
                  TRACE_ROOT_CLEANUPS,
};

struct trace_stack_info {
    uint32_t root;      /* string: the outermost function; 0: cut off */
    uint32_t finalizer; /* string: what runs in a finalizer goroutine */
    uint8_t kind;       /* enum trace_root */
};

/* The tables of one generation. */
struct trace_table {
    struct hs_arena arena;
    struct hs_map strings, stacks;            /* id to row */
    struct hs_column string_rows, stack_rows; /* see trace_table.c */
    uint32_t plain[64]; /* strings of the first ids, before this generation */
};

void hs_trace_table_reset(struct trace *t);
/* False: the id is there already. */
bool hs_trace_table_string(struct trace *t, uint64_t id, struct hs_str text);
/* FRAMES: COUNT times pc, function, file, line. */
bool hs_trace_table_stack(struct trace *t, uint64_t id, uint64_t count,
                          struct hs_cursor frames);
/* The string or stack of an id; 0 if it is 0 or missing. */
uint32_t hs_trace_string(struct trace *t, uint64_t id);
uint32_t hs_trace_stack(struct trace *t, uint64_t id);
/* The text of a string's id; empty if it is missing. */
struct hs_str hs_trace_string_text(struct trace *t, uint64_t id);
/* The number of a text. */
uint32_t hs_trace_text(struct trace *t, const char *text);
enum trace_root hs_trace_root_kind(struct hs_str function);
const struct trace_stack_info *hs_trace_stack_info(const struct trace *t,
                                                   uint32_t stack);

/* --- trace_merge.c: streams in order --- */

#define TRACE_ARGS    5
#define TRACE_ANY_SEQ UINT64_MAX
#define TRACE_SLACK   100000 /* 10 us, as a part of a second */

/* What events of one processor (v1) or thread (v2) tell, in their order. */
struct trace_stream {
    uint64_t id;
    struct hs_cursor at;  /* the rest of its batch */
    uint32_t batch, last; /* the next of its batches, and the last */
    uint32_t life;        /* goroutine that runs there, or TRACE_NONE */
    uint32_t life_use;    /* its number of uses then */
    uint64_t time;        /* of the event at hand, in ticks */
    uint64_t args[TRACE_ARGS];
    uint8_t type;
    bool started;       /* v1: a processor was started there */
    bool may_have_p;    /* v2: or else has certainly none */
    struct hs_str text; /* v1: of a log */
    uint32_t syscall;   /* v1: stack id of the last system call */
    int64_t sweep;      /* when it began to sweep, or -1 */
    /* Where the event at hand must wait: */
    uint32_t awaited;     /* life */
    uint32_t next_waiter; /* stream */
    bool waiting;
    bool queued;          /* among those that wait, with the ... */
    uint64_t queued_time; /* ... time it had then; it may be out of date */
    uint64_t need_seq;
    uint32_t need_states; /* bits, 1 << enum hs_trace_state */
};

struct trace_queue { /* a binary heap of streams, earliest first */
    struct hs_column entries;
};

enum trace_step {
    TRACE_WAIT,  /* the event at hand must wait: see the stream's needs */
    TRACE_LATER, /* others are to go first */
    TRACE_END,   /* the stream has no more events */
};

struct trace_merge {
    struct hs_column streams; /* struct trace_stream */
    struct trace_queue ready;
    struct trace_queue waiting; /* and some that do not wait any more */
    size_t waiters;
    struct hs_column woken; /* uint32_t: streams */
    uint64_t slack;         /* ticks */
    uint64_t limit; /* the earliest event of the other streams, and SLACK */
    bool forced;    /* the event at hand may not wait */
    /* Applies events of STREAM up to LIMIT, at least one. */
    enum trace_step (*run)(struct trace *t, struct trace_stream *stream);
};

/* The stream of ID by MAP, new if it must be; NULL: there are too many. */
struct trace_stream *hs_trace_stream_of(struct trace *t, struct hs_map *map,
                                        uint64_t id);
/* STREAM has its first event at hand. */
void hs_trace_merge_add(struct trace *t, struct trace_stream *stream);
/* Until no stream has any event left. */
void hs_trace_merge_run(struct trace *t);
/* LIFE changed: whoever waited for that goes on. */
void hs_trace_merge_wake(struct trace *t, uint32_t life);
/* Is LIFE in one of STATES, and SEQ the next of its numbers?  Or may the event
 * not wait any longer?  If not, STREAM's needs are set. */
bool hs_trace_merge_ready(struct trace *t, struct trace_stream *stream,
                          uint32_t life, uint32_t states, uint64_t seq);

/* --- trace_lives.c: goroutines --- */

#define TRACE_ABSENT HS_TRACE_STATES /* awaited, but does not exist (yet) */

enum {
    LIFE_EXISTED = 1, /* before the trace */
    LIFE_ROOTED = 2,  /* its start function is known */
    LIFE_LOCAL = 4,   /* REASON and STACK are ids of this generation */
    LIFE_OWN = 8,     /* its group is of it alone, until its root is known */
};

struct trace_life {
    uint64_t id;
    uint64_t seq;
    int64_t since;   /* it came into its state */
    int64_t created; /* HS_BEFORE_TRACE: it existed */
    uint32_t era;    /* of SEQ: a number of the generation */
    uint32_t group;
    uint32_t reason, stack; /* of its state: strings, stacks or ids */
    uint32_t use;           /* how often this row was given to another */
    uint32_t waiters;       /* first stream that waits for it + 1 */
    uint32_t extra;         /* row of EXTRAS + 1, or 0 */
    uint8_t state;          /* enum hs_trace_state, or TRACE_ABSENT */
    uint8_t flags;
    uint8_t waiter_count;
};

struct trace_extra {
    int64_t assist;     /* when it began to help the collector, or -1 */
    uint32_t regions;   /* innermost open region + 1 */
    uint32_t finalizer; /* row of FINALIZERS + 1 */
};

struct trace_group {
    struct hs_trace_group row; /* alive_at has changes in that slice */
    uint8_t kind;              /* enum trace_root */
    uint32_t merged;           /* into that group + 1 */
};

#define TRACE_RECENT 1024

struct trace_lives {
    struct trace_ids ids;
    uint32_t
        recent[TRACE_RECENT]; /* lives by the low bits of their ids, or 0 */
    struct hs_column lives;   /* struct trace_life; life 0 is the collector */
    struct hs_column unused;  /* uint32_t */
    struct hs_column extras, unused_extras;
    struct hs_column groups; /* struct trace_group */
    struct hs_map group_of;  /* stack << 32 | function */
    struct trace_series counts;
    int64_t count, peak; /* goroutines, less those that existed */
    int64_t peak_time;
};

void hs_trace_lives_init(struct trace *t);
/* Of ID, which is absent if it is new. */
uint32_t hs_trace_life_of(struct trace *t, uint64_t id);
/* It was created, by a go statement on stack id STACK that starts what stack
 * id NEW_STACK is. */
void hs_trace_life_born(struct trace *t, uint32_t life, uint64_t new_stack,
                        uint64_t stack, enum hs_trace_state state);
/* It existed before the trace; NEW_STACK may be 0. */
void hs_trace_life_existed(struct trace *t, uint32_t life, uint64_t new_stack,
                           enum hs_trace_state state);
void hs_trace_life_ended(struct trace *t, uint32_t life);
void hs_trace_life_start(struct trace *t, uint32_t life);
/* It stopped running, for the reason and on the stack of these ids. */
void hs_trace_life_stop(struct trace *t, uint32_t life,
                        enum hs_trace_state state, uint64_t reason,
                        uint64_t stack);
/* The group of LIFE, good also when its root becomes known later. */
uint32_t hs_trace_life_group(struct trace *t, uint32_t life);
void hs_trace_life_unblock(struct trace *t, uint32_t life);
/* It has been on the stack of this id since it came into its state. */
void hs_trace_life_on(struct trace *t, uint32_t life, uint64_t stack);
/* Ids of this generation end: keeps what they stand for. */
void hs_trace_lives_settle(struct trace *t);
struct trace_extra *hs_trace_life_extra(struct trace *t, uint32_t life);

/* --- trace_finalizer.c --- */

struct trace_finalizer {
    struct hs_trace_finalizer row;
    uint32_t life;
    bool idle;
    int64_t stretch; /* when it was last idle and started to run */
    uint64_t cycle;  /* collections completed then */
    int64_t block;   /* when it began to wait in a finalizer, or -2 */
    uint64_t block_cycle;
    uint32_t block_row;     /* of FINALIZER_FUNCTIONS */
    uint64_t woken;         /* collection after which it was last woken */
    struct hs_column wakes; /* int64_t */
};

void hs_trace_finalizer_new(struct trace *t, uint32_t life,
                            enum trace_root kind, uint32_t function);
void hs_trace_finalizer_start(struct trace *t, uint32_t finalizer);
void hs_trace_finalizer_stop(struct trace *t, uint32_t finalizer,
                             enum hs_trace_state state, uint64_t reason,
                             uint64_t stack);
void hs_trace_finalizer_unblock(struct trace *t, uint32_t finalizer);
void hs_trace_finalizer_ended(struct trace *t, uint32_t finalizer);
void hs_trace_finalizers_finish(struct trace *t);

/* --- trace_gc.c --- */

struct trace_gc {
    struct trace_series heap;
    uint64_t live, goal;
    uint64_t completed; /* collections */
    int64_t ended;      /* the last one */
    bool running;
    int64_t stw; /* when the world was stopped, or -1 */
    uint32_t stw_kind;
    struct hs_map stw_rows; /* of line->stw, by kind */
};

void hs_trace_gc_init(struct trace *t);
void hs_trace_gc_heap(struct trace *t, uint64_t live);
void hs_trace_gc_goal(struct trace *t, uint64_t goal);
void hs_trace_gc_begin(struct trace *t, bool before_trace);
void hs_trace_gc_end(struct trace *t);
void hs_trace_gc_stw(struct trace *t, uint32_t kind);
void hs_trace_gc_stw_end(struct trace *t);
void hs_trace_gc_assist(struct trace *t, uint32_t life);
void hs_trace_gc_assist_end(struct trace *t, uint32_t life);
void hs_trace_gc_sweep_end(struct trace *t, struct trace_stream *stream,
                           uint64_t swept, uint64_t freed);
void hs_trace_gc_finish(struct trace *t);

/* --- trace_notes.c: what the user's code said --- */

struct trace_notes {
    struct trace_ids tasks;      /* row of open_tasks */
    struct hs_column open_tasks; /* struct hs_trace_open; see unused_task */
    struct hs_column open;       /* regions, see trace_notes.c */
    uint32_t unused_task, unused_region;
    struct hs_map task_rows, region_rows, log_rows, label_rows;
    struct hs_column messages; /* struct hs_str: the last, by row of logs */
};

void hs_trace_notes_init(struct trace *t);
void hs_trace_task(struct trace *t, uint64_t id, uint64_t parent, uint32_t name,
                   uint32_t life);
void hs_trace_task_end(struct trace *t, uint64_t id);
void hs_trace_region(struct trace *t, uint32_t life, uint64_t task,
                     uint32_t name);
void hs_trace_region_end(struct trace *t, uint32_t life, uint64_t task,
                         uint32_t name);
/* The goroutine of EXTRA ends, and with it its regions. */
void hs_trace_regions_drop(struct trace *t, struct trace_extra *extra);
/* MESSAGE lives as long as the input. */
void hs_trace_log(struct trace *t, uint32_t category, struct hs_str message);
void hs_trace_label(struct trace *t, uint32_t label);
/* The name of the region that LIFE is in, or 0. */
uint32_t hs_trace_region_name(const struct trace *t, uint32_t life);
void hs_trace_notes_finish(struct trace *t);

/* --- trace_objects.c: GODEBUG=traceallocfree=1 --- */

struct trace_page {
    uint64_t page;
    uint32_t span; /* + 1; 0: none */
};

struct trace_objects {
    uint64_t first, align; /* of the heap, of an object's id */
    unsigned page_bits;
    struct hs_map page_of;                  /* page to row of PAGES */
    struct hs_column pages;                 /* uint32_t: span + 1 */
    struct trace_page recent[TRACE_RECENT]; /* by their lowest bits */
    struct hs_column spans;                 /* see trace_objects.c */
    struct hs_column unused;                /* uint32_t: spans */
    struct unused_slots *unused_slots[72];  /* of spans gone, by class */
    struct hs_map type_of;                  /* address to row of types */
    uint32_t untyped[72];                   /* rows of types by class, + 1 */
    struct hs_map local;     /* id of this generation to row of LOCALS */
    struct hs_column locals; /* see trace_objects.c */
    int64_t unit;            /* of births, ns */
    bool seen;
};

void hs_trace_objects_init(struct trace *t);
void hs_trace_objects_reset(struct trace *t); /* a new generation */
/* The payload of a batch of the experiment, behind its kind. */
void hs_trace_objects_info(struct trace *t, struct hs_cursor in);
void hs_trace_objects_types(struct trace *t, struct hs_cursor in);
void hs_trace_span(struct trace *t, uint64_t id, uint64_t pages, uint64_t kind);
void hs_trace_span_free(struct trace *t, uint64_t id);
/* LIFE made it, or TRACE_NONE; EXISTED: before the trace. */
void hs_trace_object(struct trace *t, uint64_t id, uint64_t type, uint32_t life,
                     bool existed);
void hs_trace_object_free(struct trace *t, uint64_t id);
/* GROUPS translates the numbers of groups. */
void hs_trace_objects_finish(struct trace *t, const uint32_t *groups);

/* --- trace_finish.c, trace_v1.c, trace_v2.c --- */

struct trace {
    struct hs_snapshot *snapshot;
    struct hs_timeline *line;
    struct hs_arena *arena;  /* the snapshot's */
    struct hs_arena scratch; /* gone after decoding */
    struct hs_err *err;

    uint64_t ns_per_tick; /* times 2^32 */
    uint64_t origin;      /* tick at which it was ... */
    int64_t origin_ns;    /* ... this time */
    int64_t now;          /* time of the event at hand */
    int64_t latest;       /* event */
    uint32_t slice;       /* of NOW, and where it starts and ends */
    int64_t slice_start, slice_end;
    uint64_t wall_ticks; /* when line->wall was the time */
    void *own;           /* the decoder's */
    uint32_t era;        /* number of the generation, from 1 */
    bool partial;        /* this generation was cut short */
    bool told;           /* all that existed has been: others started since */
    uint64_t unresolved; /* ids that no table of their generation has */
    uint64_t faults;     /* events that do not fit, not for being cut short */

    struct hs_intern strings;
    struct hs_intern stacks;      /* texts are arrays of frames */
    struct hs_column stack_infos; /* struct trace_stack_info */
    struct trace_table table;
    struct trace_merge merge;
    struct trace_lives lives;
    struct hs_column finalizers; /* struct trace_finalizer */
    struct hs_map finalizer_functions;
    struct trace_gc gc;
    struct trace_notes notes;
    struct trace_objects objects;
};

/* The clock makes HZ ticks a second (0: nobody knows). */
void hs_trace_clock(struct trace *t, uint64_t hz);
/* The trace goes from tick ORIGIN to tick END, about. */
void hs_trace_span_of_time(struct trace *t, uint64_t origin, uint64_t end);
/* NOW is in another slice. */
void hs_trace_slice(struct trace *t);
/* An event did not fit to what is known. */
void hs_trace_odd(struct trace *t);
void hs_trace_finish(struct trace *t);

bool hs_trace_v1(struct trace *t, struct hs_cursor in, struct hs_err *err);
bool hs_trace_v2(struct trace *t, struct hs_cursor in, struct hs_err *err);

static inline struct trace_life *hs_trace_life(const struct trace *t,
                                               uint32_t life)
{
    return (struct trace_life *)t->lives.lives.at + life;
}

static inline struct trace_stream *hs_trace_stream(const struct trace *t,
                                                   uint32_t stream)
{
    return (struct trace_stream *)t->merge.streams.at + stream;
}

/* How long it is since T; not less than nothing, as clocks of threads differ.
 */
static inline int64_t hs_trace_since(const struct trace *t, int64_t since)
{
    int64_t start = since < 0 ? 0 : since;

    return t->now > start ? t->now - start : 0;
}

/* LIFE runs on STREAM from now on. */
static inline void hs_trace_occupy(const struct trace *t,
                                   struct trace_stream *stream, uint32_t life)
{
    stream->life = life;
    stream->life_use = hs_trace_life(t, life)->use;
}

/* Where an event is lost, a goroutine may have ended while a stream still has
 * it running. */
static inline void hs_trace_check_life(struct trace *t,
                                       struct trace_stream *stream)
{
    if (stream->life == TRACE_NONE ||
        hs_trace_life(t, stream->life)->use == stream->life_use)
        return;
    stream->life = TRACE_NONE;
    hs_trace_odd(t);
}

/* Sorts what may be empty. */
static inline void hs_trace_sort(struct hs_column *column,
                                 int (*compare)(const void *, const void *))
{
    if (column->count > 1)
        qsort(column->at, column->count, column->size, compare);
}

/* TICKS of the file's clock as time of the timeline. */
static inline int64_t hs_trace_time(const struct trace *t, uint64_t ticks)
{
    unsigned __int128 ns;

    if (ticks <= t->origin)
        return t->origin_ns;
    ns = (unsigned __int128)(ticks - t->origin) * t->ns_per_tick;
    if ((uint64_t)(ns >> 64) >> 29)
        return INT64_MAX / 4; /* damaged: no program runs that long */
    return (int64_t)(ns >> 32) + t->origin_ns;
}

/* The event at hand was at TICKS. */
static inline void hs_trace_now(struct trace *t, uint64_t ticks)
{
    t->now = hs_trace_time(t, ticks);
    if (t->now > t->latest)
        t->latest = t->now;
    if (t->now >= t->slice_end || t->now < t->slice_start)
        hs_trace_slice(t);
}

#endif
