/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace.c - execution traces of a service that leaks goroutines and memory.
 *
 * Workers take turns on four processors: each allocates, starts a request now
 * and then, wakes another worker and waits.  One request in LEAK_ONE waits for
 * ever, and what is reachable grows by LEAK_BYTES with every allocation.  When
 * the heap meets its goal, a collection runs for two milliseconds.
 *
 * The shape "objects" adds AllocFree's events: each turn makes six sessions and
 * a page; one session in a hundred stays, the rest goes with the next
 * collection.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"

enum {
    WORKERS = 64,
    AWAKE = 16, /* workers that can run at the start; so many always can */
    LEAK_ONE = 400,
    LEAK_BYTES = 64,
    SPAN_BYTES = 8192,
    SESSION = 64, /* bytes: class 6 */
    PAGE = 512,   /* bytes: class 26, without pointers */
    OBJECT_UNIT = 8,
    GC_TICKS = 31250
};

enum kind { WORKER, REQUEST, STARTER };

/* Objects of one size. */
struct class
{
    uint64_t size, kind_class, type;
    struct hs_column free;  /* uint64_t: numbers of objects */
    struct hs_column dying; /* that the next collection frees */
    uint64_t since;         /* when what is free came to be so */
};

struct queued {
    uint32_t goroutine;
    uint64_t since;
};

struct sim {
    struct trace *t;
    struct hs_arena arena;
    struct hs_column waiting; /* struct queued: workers that wait */
    struct queued *ready;     /* a ring */
    size_t room, head, count;
    uint64_t live, reachable, goal, gc_sequence, gc_end, sweeps;
    bool collecting;
    struct class classes[2];
    uint64_t next_page;
};

void mkdump_trace_put(struct trace_proc *proc, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        proc->batch[proc->size++] = (uint8_t)(value | 0x80);
    proc->batch[proc->size++] = (uint8_t)value;
}

static uint64_t chance(struct sim *s, uint64_t of)
{
    return mkdump_random(&s->t->state) % of;
}

static struct trace_goroutine *goroutine(struct sim *s, uint64_t id)
{
    return (struct trace_goroutine *)s->t->goroutines.at + (id - 1);
}

/* OP on processor P, a moment after what was there before. */
static void happen(struct sim *s, unsigned p, enum trace_op op, uint64_t a,
                   uint64_t b, uint64_t c)
{
    const uint64_t args[3] = {a, b, c};

    s->t->procs[p].clock += 1 + chance(s, 40);
    s->t->layout->event(s->t, p, op, args);
}

/* A deep stack of a goroutine of KIND: those of workers have even numbers. */
static unsigned some_stack(struct sim *s, enum kind kind)
{
    unsigned pairs = (TRACE_STACK_END - TRACE_STACK_OTHERS) / 2;

    return TRACE_STACK_OTHERS + 2 * (unsigned)chance(s, pairs) +
           (kind == WORKER ? 0 : 1);
}

static void push_ready(struct sim *s, uint32_t id, uint64_t since)
{
    if (s->count == s->room) {
        size_t room = s->room ? 2 * s->room : 256;
        struct queued *more = hs_arena_zeroed(&s->arena, room, sizeof(*more));

        for (size_t i = 0; i < s->count; i++)
            more[i] = s->ready[(s->head + i) % s->room];
        s->ready = more;
        s->room = room;
        s->head = 0;
    }
    s->ready[(s->head + s->count++) % s->room] = (struct queued){id, since};
}

static struct queued pop_ready(struct sim *s)
{
    struct queued first = s->ready[s->head];

    s->head = (s->head + 1) % s->room;
    s->count--;
    return first;
}

static uint32_t add_goroutine(struct sim *s, enum kind kind,
                              enum trace_status status)
{
    struct trace_goroutine g = {.status = (uint8_t)status,
                                .kind = (uint8_t)kind};

    hs_column_push(&s->t->goroutines, &g);
    return (uint32_t)s->t->goroutines.count;
}

static void allocate_object(struct sim *s, unsigned p, struct class *class,
                            bool stays)
{
    const uint64_t *slots;
    uint64_t id;

    if (s->t->procs[p].clock < class->since)
        s->t->procs[p].clock = class->since;
    if (class->free.count == 0) {
        uint64_t page = s->next_page++;

        happen(s, p, TRACE_SPAN_ALLOC, page, 1, class->kind_class);
        for (uint64_t at = SPAN_BYTES / class->size; at-- > 0;) {
            id = (page * SPAN_BYTES + at * class->size) / OBJECT_UNIT;
            hs_column_push(&class->free, &id);
        }
        class->since = s->t->procs[p].clock;
    }
    slots = class->free.at;
    id = slots[--class->free.count];
    happen(s, p, TRACE_OBJECT_ALLOC, id, class->type, 0);
    s->live += class->size;
    if (stays)
        s->reachable += class->size;
    else
        hs_column_push(&class->dying, &id);
}

static void allocate(struct sim *s, unsigned p)
{
    if (s->t->objects) {
        for (int i = 0; i < 6; i++)
            allocate_object(s, p, &s->classes[0], chance(s, 100) == 0);
        allocate_object(s, p, &s->classes[1], false);
    } else {
        s->live += SPAN_BYTES;
        s->reachable += LEAK_BYTES;
    }
    happen(s, p, TRACE_HEAP, s->live, 0, 0);
}

static void free_objects(struct sim *s, unsigned p, struct class *class)
{
    const uint64_t *dying = class->dying.at;

    for (size_t i = 0; i < class->dying.count; i++) {
        happen(s, p, TRACE_OBJECT_FREE, dying[i], 0, 0);
        hs_column_push(&class->free, &dying[i]);
    }
    class->dying.count = 0;
    class->since = s->t->procs[p].clock;
}

static void begin_collection(struct sim *s, unsigned p)
{
    happen(s, p, TRACE_STW, TRACE_SWEEP_TERMINATION, some_stack(s, WORKER), 0);
    happen(s, p, TRACE_GC, s->gc_sequence++, some_stack(s, WORKER), 0);
    happen(s, p, TRACE_STW_END, 0, 0, 0);
    s->collecting = true;
    s->gc_end = s->t->procs[p].clock + GC_TICKS;
}

static void end_collection(struct sim *s, unsigned p)
{
    happen(s, p, TRACE_STW, TRACE_MARK_TERMINATION, some_stack(s, WORKER), 0);
    s->live = s->reachable;
    s->goal = 2 * s->live;
    happen(s, p, TRACE_HEAP, s->live, 0, 0);
    happen(s, p, TRACE_GC_END, s->gc_sequence, 0, 0);
    happen(s, p, TRACE_GOAL, s->goal, 0, 0);
    s->gc_sequence += s->t->version >= 22; /* v1 counts beginnings only */
    happen(s, p, TRACE_STW_END, 0, 0, 0);
    s->collecting = false;
    s->sweeps = 64;
    for (size_t i = 0; i < sizeof(s->classes) / sizeof(s->classes[0]); i++)
        free_objects(s, p, &s->classes[i]);
}

/* What the collector makes of a turn. */
static void collect(struct sim *s, unsigned p)
{
    if (s->collecting && s->t->procs[p].clock >= s->gc_end)
        end_collection(s, p);
    else if (!s->collecting && s->live >= s->goal)
        begin_collection(s, p);
    if (s->collecting && chance(s, 8) == 0) {
        happen(s, p, TRACE_ASSIST, some_stack(s, WORKER), 0, 0);
        happen(s, p, TRACE_ASSIST_END, 0, 0, 0);
    }
    if (!s->collecting && s->sweeps > 0) {
        s->sweeps--;
        happen(s, p, TRACE_SWEEP, some_stack(s, WORKER), 0, 0);
        happen(s, p, TRACE_SWEEP_END, SPAN_BYTES, SPAN_BYTES / 2, 0);
    }
}

static void wake(struct sim *s, unsigned p)
{
    struct queued *waiting = s->waiting.at;
    size_t at = chance(s, s->waiting.count);
    struct queued one = waiting[at];
    struct trace_goroutine *g = goroutine(s, one.goroutine);

    waiting[at] = waiting[--s->waiting.count];
    g->status = TRACE_RUNNABLE;
    if (s->t->procs[p].clock < one.since)
        s->t->procs[p].clock = one.since;
    happen(s, p, TRACE_UNBLOCK, one.goroutine, ++g->sequence,
           some_stack(s, WORKER));
    push_ready(s, one.goroutine, s->t->procs[p].clock);
}

static void work(struct sim *s, unsigned p, uint32_t id)
{
    allocate(s, p);
    collect(s, p);
    if (chance(s, 4) == 0) {
        uint32_t request = add_goroutine(s, REQUEST, TRACE_RUNNABLE);

        happen(s, p, TRACE_CREATE, request, TRACE_STACK_REQUEST,
               TRACE_STACK_CREATE);
        push_ready(s, request, s->t->procs[p].clock);
    }
    if (chance(s, 8) == 0) {
        happen(s, p, TRACE_SYSCALL, ++s->t->procs[p].sequence,
               some_stack(s, WORKER), 0);
        happen(s, p, TRACE_SYSCALL_END, 0, 0, 0);
    }
    wake(s, p);
    happen(s, p, TRACE_BLOCK, TRACE_RECEIVE, TRACE_STACK_WAIT, 0);
    goroutine(s, id)->status = TRACE_WAITING;
    hs_column_push(&s->waiting, &(struct queued){id, s->t->procs[p].clock});
}

static void serve(struct sim *s, unsigned p, uint32_t id)
{
    static const uint8_t reasons[] = {TRACE_SEND, TRACE_SYNC, TRACE_SELECT};
    struct trace_goroutine *g = goroutine(s, id);

    if (g->turns++ < 2) {
        happen(s, p, TRACE_YIELD, TRACE_PREEMPTED, some_stack(s, REQUEST), 0);
        push_ready(s, id, s->t->procs[p].clock);
    } else if (chance(s, LEAK_ONE) == 0) {
        uint64_t why = chance(s, sizeof(reasons));

        happen(s, p, TRACE_BLOCK, reasons[why], TRACE_STACK_LEAK + why, 0);
        g->status = TRACE_WAITING;
    } else {
        happen(s, p, TRACE_END, 0, 0, 0);
        g->status = TRACE_DEAD;
    }
}

/* The goroutine that has started the trace says how things are, and sleeps. */
static void report(struct sim *s, unsigned p, uint32_t id)
{
    happen(s, p, TRACE_PROCS, TRACE_PROC_COUNT, TRACE_STACK_START, 0);
    happen(s, p, TRACE_HEAP, s->live, 0, 0);
    happen(s, p, TRACE_GOAL, s->goal, 0, 0);
    happen(s, p, TRACE_BLOCK, TRACE_SLEEP, TRACE_STACK_START, 0);
    goroutine(s, id)->status = TRACE_WAITING;
}

/* The processor that is furthest behind. */
static unsigned next_proc(const struct trace *t)
{
    unsigned first = 0;

    for (unsigned p = 1; p < TRACE_PROC_COUNT; p++)
        if (t->procs[p].clock < t->procs[first].clock)
            first = p;
    return first;
}

static void turn(struct sim *s, unsigned p)
{
    struct queued next = pop_ready(s);
    struct trace_goroutine *g = goroutine(s, next.goroutine);

    if (s->t->procs[p].clock < next.since)
        s->t->procs[p].clock = next.since;
    happen(s, p, TRACE_START, next.goroutine, ++g->sequence, 0);
    if (g->kind == WORKER)
        work(s, p, next.goroutine);
    else if (g->kind == REQUEST)
        serve(s, p, next.goroutine);
    else
        report(s, p, next.goroutine);
}

static void set_up(struct sim *s)
{
    static const struct class classes[] = {
        {.size = SESSION, .kind_class = 6 << 2, .type = 1},
        {.size = PAGE, .kind_class = 26 << 2 | 2, .type = 2},
    };

    s->waiting = HS_COLUMN(struct queued, &s->arena);
    s->t->goroutines = HS_COLUMN(struct trace_goroutine, &s->arena);
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        s->classes[i] = classes[i];
        s->classes[i].free = HS_COLUMN(uint64_t, &s->arena);
        s->classes[i].dying = HS_COLUMN(uint64_t, &s->arena);
    }
    s->live = s->reachable = UINT64_C(4) << 20;
    s->goal = 2 * s->live;
    for (unsigned p = 0; p < TRACE_PROC_COUNT; p++)
        s->t->procs[p].clock = 1000000 + p;
    push_ready(s, add_goroutine(s, STARTER, TRACE_RUNNABLE), 0);
    for (uint32_t i = 0; i < WORKERS; i++) {
        uint32_t id = add_goroutine(s, WORKER,
                                    i < AWAKE ? TRACE_RUNNABLE : TRACE_WAITING);

        if (i < AWAKE)
            push_ready(s, id, 0);
        else
            hs_column_push(&s->waiting, &(struct queued){id, 0});
    }
}

static void simulate(struct sim *s, uint64_t events)
{
    struct trace *t = s->t;
    uint64_t next_generation = 1000000 + TRACE_TICKS;

    t->layout->open(t);
    t->layout->begin(t);
    while (t->events < events) {
        unsigned p = next_proc(t);

        if (t->procs[p].clock >= next_generation) {
            t->layout->end(t);
            t->layout->begin(t);
            next_generation += TRACE_TICKS;
        }
        turn(s, p);
    }
    t->layout->end(t);
    t->layout->close(t);
}

/* Chooses the layout that Go VERSION, or the newest known, writes. */
static bool choose_layout(struct trace *t, const char *version,
                          struct hs_err *err)
{
    static const unsigned headers[] = {26, 25, 23, 22, 21};
    unsigned minor = 26;

    if (version && sscanf(version, "1.%u", &minor) != 1)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE, "'%s' is no version of Go",
                       version);
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        if (minor < headers[i])
            continue;
        t->version = headers[i];
        t->layout = t->version >= 22 ? &mkdump_trace_v2 : &mkdump_trace_v1;
        return true;
    }
    return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                   "traces are those of Go 1.21 and later");
}

static bool write_trace(const struct mkdump_options *options,
                        struct hs_writer *writer, struct hs_err *err)
{
    struct sim s = {.arena = HS_ARENA_EMPTY};

    s.t = hs_arena_zeroed(&s.arena, 1, sizeof(*s.t));
    s.t->writer = writer;
    s.t->state = options->seed;
    if (choose_layout(s.t, options->go, err)) {
        s.t->objects = options->shape && strcmp(options->shape, "objects") == 0;
        if (options->shape && (!s.t->objects || s.t->version < 23)) {
            hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                    "a trace of this version has no shape '%s'",
                    options->shape);
        } else {
            set_up(&s);
            simulate(&s, options->count ? options->count : 100000);
        }
    }
    hs_arena_free(&s.t->arena);
    hs_arena_free(&s.arena);
    return err->kind == HS_OK;
}

const struct mkdump_kind mkdump_trace = {
    .name = "trace",
    .title = "an execution trace; --count N events (100000), --go 1.21 or "
             "later, -t objects",
    .write = write_trace,
};
