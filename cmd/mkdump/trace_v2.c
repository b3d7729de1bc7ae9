/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_v2.c - traces of Go 1.22 and later: generations of batches, one batch
 * a thread at a time.
 *
 *   batch = type generation thread time size:10 bytes  event*
 *   event = type dt argument*
 *
 * At the start of a generation each processor and goroutine tells its state;
 * the stacks and strings it has used follow its events.
 */
#include <string.h>

#include "trace.h"

enum {
    EV_BATCH = 1,
    EV_STACKS,
    EV_STACK,
    EV_STRINGS,
    EV_STRING,
    EV_FREQUENCY = 8,
    EV_PROC_STATUS = 13,
    EV_GO_STATUS = 25,
    EV_GO_STATUS_STACK = 48,
    EV_EXPERIMENTAL,
    EV_SYNC,
    EV_CLOCK,
    EV_END_OF_GENERATION
};

#define NO_THREAD    UINT64_MAX
#define THREAD       4711 /* of the first processor */
#define EVENT_MOST   64
#define RUNNING      1  /* a processor's status */
#define FIRST_STRING 40 /* of a function; reasons are below */

struct spec {
    uint8_t type, count;
};

static const struct spec specs[TRACE_OPS] = {
    [TRACE_PROCS] = {9, 2},          [TRACE_CREATE] = {14, 3},
    [TRACE_START] = {16, 2},         [TRACE_END] = {17, 0},
    [TRACE_YIELD] = {19, 2},         [TRACE_BLOCK] = {20, 2},
    [TRACE_UNBLOCK] = {21, 3},       [TRACE_SYSCALL] = {22, 2},
    [TRACE_SYSCALL_END] = {23, 0},   [TRACE_STW] = {26, 2},
    [TRACE_STW_END] = {27, 0},       [TRACE_GC] = {29, 2},
    [TRACE_GC_END] = {30, 1},        [TRACE_SWEEP] = {32, 1},
    [TRACE_SWEEP_END] = {33, 2},     [TRACE_ASSIST] = {35, 1},
    [TRACE_ASSIST_END] = {36, 0},    [TRACE_HEAP] = {37, 1},
    [TRACE_GOAL] = {38, 1},          [TRACE_SPAN_ALLOC] = {129, 3},
    [TRACE_OBJECT_ALLOC] = {132, 2}, [TRACE_OBJECT_FREE] = {133, 1},
};

static const char *const strings[FIRST_STRING] = {
    [TRACE_SELECT] = "select",
    [TRACE_SYNC] = "sync",
    [TRACE_SEND] = "chan send",
    [TRACE_RECEIVE] = "chan receive",
    [TRACE_PREEMPTED] = "preempted",
    [TRACE_SLEEP] = "sleep",
    [30 + TRACE_SWEEP_TERMINATION] = "GC sweep termination",
    [30 + TRACE_MARK_TERMINATION] = "GC mark termination",
};

/* The size of a batch as the runtime writes it, which leaves room for it. */
static void write_size(struct hs_writer *writer, size_t size)
{
    uint8_t bytes[10];

    for (size_t i = 0; i < sizeof(bytes); i++, size >>= 7)
        bytes[i] = (uint8_t)((size & 0x7f) | (i < 9 ? 0x80 : 0));
    hs_writer_bytes(writer, bytes, sizeof(bytes));
}

/* Writes BATCH, if there is anything in it, and empties it.  EXPERIMENT is 0
 * for none. */
static void flush(struct trace *t, struct trace_proc *batch, uint64_t thread,
                  unsigned experiment)
{
    uint8_t head[] = {EV_EXPERIMENTAL, (uint8_t)experiment};

    if (batch->size == 0)
        return;
    if (experiment)
        hs_writer_bytes(t->writer, head, sizeof(head));
    else
        hs_writer_varint(t->writer, EV_BATCH);
    hs_writer_varint(t->writer, t->generation);
    hs_writer_varint(t->writer, thread);
    hs_writer_varint(t->writer, batch->start);
    write_size(t->writer, batch->size);
    hs_writer_bytes(t->writer, batch->batch, batch->size);
    batch->size = 0;
}

/* Begins an event at the processor's clock: a tick after the last at least. */
static void begin_event(struct trace *t, struct trace_proc *proc,
                        uint64_t thread, uint8_t type)
{
    if (proc->size > TRACE_BATCH - EVENT_MOST - 64)
        flush(t, proc, thread, 0);
    if (proc->size == 0)
        proc->start = proc->last = proc->clock;
    if (proc->clock <= proc->last)
        proc->clock = proc->last + 1;
    proc->batch[proc->size++] = type;
    mkdump_trace_put(proc, proc->clock - proc->last);
    proc->last = proc->clock;
    t->events++;
}

static void event(struct trace *t, unsigned p, enum trace_op op,
                  const uint64_t args[3])
{
    struct trace_proc *proc = &t->procs[p];

    begin_event(t, proc, THREAD + p, specs[op].type);
    for (unsigned i = 0; i < specs[op].count; i++)
        mkdump_trace_put(proc,
                         op == TRACE_STW && i == 0 ? args[0] + 30 : args[i]);
}

static void open(struct trace *t)
{
    char header[16] = "go 1.22 trace";

    header[6] = (char)('0' + t->version % 10);
    hs_writer_bytes(t->writer, header, sizeof(header));
}

/* Where AllocFree's addresses start, and the units they are counted in. */
static void write_units(struct trace *t)
{
    static const uint64_t units[] = {1, 0xc000000000, 8192, 8, 2048};
    struct trace_proc *batch =
        hs_arena_zeroed(&t->arena, 1, sizeof(struct trace_proc));

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        mkdump_trace_put(batch, units[i]);
    batch->start = t->procs[0].clock;
    flush(t, batch, NO_THREAD, 1);
}

static void write_types(struct trace *t)
{
    static const struct {
        uint64_t size, pointers;
        const char *name;
    } types[] = {{64, 24, "main.Session"}, {1, 0, "uint8"}};
    struct trace_proc *batch =
        hs_arena_zeroed(&t->arena, 1, sizeof(struct trace_proc));

    mkdump_trace_put(batch, 0);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        size_t length = strlen(types[i].name);

        mkdump_trace_put(batch, i + 1);
        mkdump_trace_put(batch, 0x4c0000 + i * 64);
        mkdump_trace_put(batch, types[i].size);
        mkdump_trace_put(batch, types[i].pointers);
        mkdump_trace_put(batch, length);
        memcpy(batch->batch + batch->size, types[i].name, length);
        batch->size += length;
    }
    batch->start = t->procs[0].clock;
    flush(t, batch, NO_THREAD, 1);
}

/* Those that wait and those that could run; nobody runs just then. */
static void write_statuses(struct trace *t, struct trace_proc *batch)
{
    static const unsigned stacks[] = {TRACE_STACK_WORKER, TRACE_STACK_REQUEST,
                                      TRACE_STACK_START};
    struct trace_goroutine *all = t->goroutines.at;

    for (size_t i = 0; i < t->goroutines.count; i++) {
        if (all[i].status == TRACE_DEAD)
            continue;
        all[i].sequence = 0;
        begin_event(t, batch, NO_THREAD,
                    t->version >= 23 ? EV_GO_STATUS_STACK : EV_GO_STATUS);
        mkdump_trace_put(batch, i + 1);
        mkdump_trace_put(batch, NO_THREAD);
        mkdump_trace_put(batch, all[i].status);
        if (t->version >= 23)
            mkdump_trace_put(batch, stacks[all[i].kind]);
    }
    flush(t, batch, NO_THREAD, 0);
}

static void begin(struct trace *t)
{
    struct trace_proc *batch =
        hs_arena_zeroed(&t->arena, 1, sizeof(struct trace_proc));
    uint64_t first = UINT64_MAX;

    t->generation++;
    for (unsigned p = 0; p < TRACE_PROC_COUNT; p++)
        if (t->procs[p].clock < first)
            first = t->procs[p].clock;
    batch->clock = first;
    if (t->objects && t->generation == 1)
        write_units(t);
    write_statuses(t, batch);
    for (unsigned p = 0; p < TRACE_PROC_COUNT; p++) {
        t->procs[p].sequence = 0;
        begin_event(t, &t->procs[p], THREAD + p, EV_PROC_STATUS);
        mkdump_trace_put(&t->procs[p], p);
        mkdump_trace_put(&t->procs[p], RUNNING);
    }
}

static void put_string(struct trace *t, struct trace_proc *batch, unsigned id,
                       const char *text)
{
    size_t length = strlen(text);

    if (batch->size == 0)
        batch->batch[batch->size++] = EV_STRINGS;
    batch->batch[batch->size++] = EV_STRING;
    mkdump_trace_put(batch, id);
    mkdump_trace_put(batch, length);
    memcpy(batch->batch + batch->size, text, length);
    batch->size += length;
    if (batch->size > TRACE_BATCH - 256)
        flush(t, batch, NO_THREAD, 0);
}

static void write_strings(struct trace *t, struct trace_proc *batch)
{
    char room[96];

    for (unsigned i = 0; i < FIRST_STRING; i++)
        if (strings[i])
            put_string(t, batch, i, strings[i]);
    for (unsigned i = 0; i < TRACE_FUNCTIONS; i++)
        put_string(t, batch, FIRST_STRING + i, mkdump_trace_function(i, room));
    for (unsigned i = 0; i < TRACE_FILES; i++)
        put_string(t, batch, FIRST_STRING + TRACE_FUNCTIONS + i,
                   mkdump_trace_file(i, room));
    flush(t, batch, NO_THREAD, 0);
}

static void write_stacks(struct trace *t, struct trace_proc *batch)
{
    unsigned frames[32];

    for (unsigned stack = TRACE_STACK_START; stack < TRACE_STACK_END; stack++) {
        unsigned count = mkdump_trace_frames(stack, frames);

        if (batch->size == 0)
            batch->batch[batch->size++] = EV_STACKS;
        batch->batch[batch->size++] = EV_STACK;
        mkdump_trace_put(batch, stack);
        mkdump_trace_put(batch, count);
        for (unsigned i = 0; i < count; i++) {
            mkdump_trace_put(batch, 0x480000 + frames[i] * 64);
            mkdump_trace_put(batch, FIRST_STRING + frames[i]);
            mkdump_trace_put(batch, FIRST_STRING + TRACE_FUNCTIONS +
                                        frames[i] % TRACE_FILES);
            mkdump_trace_put(batch, 10 + frames[i]);
        }
        if (batch->size > TRACE_BATCH - 2048)
            flush(t, batch, NO_THREAD, 0);
    }
    flush(t, batch, NO_THREAD, 0);
}

static void write_clock(struct trace *t, struct trace_proc *batch)
{
    if (t->version >= 25)
        batch->batch[batch->size++] = EV_SYNC;
    batch->batch[batch->size++] = EV_FREQUENCY;
    mkdump_trace_put(batch, TRACE_TICKS);
    if (t->version >= 25) {
        batch->batch[batch->size++] = EV_CLOCK;
        mkdump_trace_put(batch, 0);
        mkdump_trace_put(batch, batch->start * 64);
        mkdump_trace_put(batch, 1700000000 + batch->start / TRACE_TICKS);
        mkdump_trace_put(batch, batch->start % TRACE_TICKS * 64);
    }
    flush(t, batch, NO_THREAD, 0);
}

static void end(struct trace *t)
{
    struct trace_proc *batch =
        hs_arena_zeroed(&t->arena, 1, sizeof(struct trace_proc));

    for (unsigned p = 0; p < TRACE_PROC_COUNT; p++)
        flush(t, &t->procs[p], THREAD + p, 0);
    batch->start = t->procs[0].clock;
    write_clock(t, batch);
    write_stacks(t, batch);
    if (t->objects)
        write_types(t);
    write_strings(t, batch);
    if (t->version >= 26)
        hs_writer_varint(t->writer, EV_END_OF_GENERATION);
    hs_arena_reset(&t->arena);
}

static void close(struct trace *t)
{
    (void)t;
}

const struct trace_layout mkdump_trace_v2 = {
    .open = open,
    .begin = begin,
    .event = event,
    .end = end,
    .close = close,
};
