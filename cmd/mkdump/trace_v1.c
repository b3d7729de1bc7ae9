/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_v1.c - traces of Go 1.21: batches, one a processor at a time, and at
 * the file's end all stacks, strings and the frequency of the clock.
 *
 *   event = type|code<<6 argument*        code + 1 arguments, up to 3
 *         | type|3<<6 length argument*    any number of them, LENGTH bytes
 *
 * The first argument is the time since the event before.
 */
#include <string.h>

#include "trace.h"

enum {
    EV_BATCH = 1,
    EV_FREQUENCY,
    EV_STACK,
    EV_PROC_START = 5,
    EV_GO_CREATE = 13,
    EV_GO_WAITING = 31,
    EV_STRING = 37,
    EV_START_LOCAL,
    EV_UNBLOCK_LOCAL
};

#define EVENT_MOST   64
#define FIRST_STRING 1

/* COUNT arguments of an operation, from FIRST on; type 0 is not written. */
struct spec {
    uint8_t type, first, count;
};

static const struct spec specs[TRACE_OPS] = {
    [TRACE_PROCS] = {4, 0, 2},    [TRACE_CREATE] = {EV_GO_CREATE, 0, 3},
    [TRACE_START] = {14, 0, 2},   [TRACE_END] = {15, 0, 0},
    [TRACE_YIELD] = {18, 1, 1},   [TRACE_BLOCK] = {20, 1, 1},
    [TRACE_UNBLOCK] = {21, 0, 3}, [TRACE_SYSCALL] = {28, 1, 1},
    [TRACE_STW] = {9, 0, 1},      [TRACE_STW_END] = {10, 0, 0},
    [TRACE_GC] = {7, 0, 2},       [TRACE_GC_END] = {8, 0, 0},
    [TRACE_SWEEP] = {11, 0, 1},   [TRACE_SWEEP_END] = {12, 0, 2},
    [TRACE_ASSIST] = {43, 0, 1},  [TRACE_ASSIST_END] = {44, 0, 0},
    [TRACE_HEAP] = {33, 0, 1},    [TRACE_GOAL] = {34, 0, 1},
};

/* The event that says why a goroutine blocks. */
static uint8_t block_type(uint64_t reason)
{
    switch (reason) {
    case TRACE_SEND:
        return 22;
    case TRACE_RECEIVE:
        return 23;
    case TRACE_SELECT:
        return 24;
    case TRACE_SYNC:
        return 25;
    default:
        return 20;
    }
}

static void flush(struct trace *t, unsigned p)
{
    struct trace_proc *proc = &t->procs[p];

    if (proc->size == 0)
        return;
    hs_writer_varint(t->writer, EV_BATCH | 1 << 6);
    hs_writer_varint(t->writer, p);
    hs_writer_varint(t->writer, proc->start);
    hs_writer_bytes(t->writer, proc->batch, proc->size);
    proc->size = 0;
}

static unsigned varint_size(uint64_t value)
{
    unsigned size = 1;

    while (value >>= 7)
        size++;
    return size;
}

static void put_event(struct trace *t, unsigned p, uint8_t type,
                      const uint64_t *args, unsigned count)
{
    struct trace_proc *proc = &t->procs[p];
    unsigned length;

    if (proc->size > TRACE_BATCH - EVENT_MOST - 64)
        flush(t, p);
    if (proc->size == 0)
        proc->start = proc->last = proc->clock;
    if (proc->clock <= proc->last)
        proc->clock = proc->last + 1;
    length = varint_size(proc->clock - proc->last);
    for (unsigned i = 0; i < count; i++)
        length += varint_size(args[i]);
    if (count < 3) {
        mkdump_trace_put(proc, 0); /* the code goes above the type's bits */
        proc->batch[proc->size - 1] = (uint8_t)(type | count << 6);
    } else {
        proc->batch[proc->size++] = (uint8_t)(type | 3 << 6);
        mkdump_trace_put(proc, length);
    }
    mkdump_trace_put(proc, proc->clock - proc->last);
    for (unsigned i = 0; i < count; i++)
        mkdump_trace_put(proc, args[i]);
    proc->last = proc->clock;
    t->events++;
}

/* A goroutine that was last seen on this processor needs no sequence number.
 */
static bool is_local(struct trace *t, unsigned p, uint64_t goroutine)
{
    struct trace_goroutine *g =
        (struct trace_goroutine *)t->goroutines.at + (goroutine - 1);
    bool local = g->proc == p;

    g->proc = (uint8_t)p;
    return local;
}

static void event(struct trace *t, unsigned p, enum trace_op op,
                  const uint64_t args[3])
{
    struct spec spec = specs[op];
    uint64_t local[] = {args[0], args[2]};

    if (spec.type == 0)
        return;
    if (op == TRACE_BLOCK)
        spec.type = block_type(args[0]);
    if (op == TRACE_CREATE)
        is_local(t, p, args[0]);
    if (op == TRACE_START && is_local(t, p, args[0]))
        put_event(t, p, EV_START_LOCAL, local, 1);
    else if (op == TRACE_UNBLOCK && is_local(t, p, args[0]))
        put_event(t, p, EV_UNBLOCK_LOCAL, local, 2);
    else
        put_event(t, p, spec.type, args + spec.first, spec.count);
}

static void open(struct trace *t)
{
    static const char header[16] = "go 1.21 trace";

    hs_writer_bytes(t->writer, header, sizeof(header));
}

/* Nothing has generations: those who are there at the start are told once. */
static void begin(struct trace *t)
{
    static const unsigned stacks[] = {TRACE_STACK_WORKER, TRACE_STACK_REQUEST,
                                      TRACE_STACK_START};
    struct trace_goroutine *all = t->goroutines.at;

    if (t->generation++ > 0)
        return;
    for (size_t i = 0; i < t->goroutines.count; i++) {
        uint64_t args[] = {i + 1, stacks[all[i].kind], TRACE_STACK_START};

        put_event(t, 0, EV_GO_CREATE, args, 3);
        all[i].sequence = 0;
        all[i].proc = 0;
        if (all[i].status != TRACE_WAITING)
            continue;
        put_event(t, 0, EV_GO_WAITING, args, 1);
        all[i].sequence = 1;
    }
    for (unsigned p = 0; p < TRACE_PROC_COUNT; p++) {
        uint64_t thread = p;

        if (t->procs[p].clock < t->procs[0].clock)
            t->procs[p].clock = t->procs[0].clock;
        put_event(t, p, EV_PROC_START, &thread, 1);
    }
}

static void end(struct trace *t)
{
    (void)t;
}

static void write_string(struct trace *t, unsigned id, const char *text)
{
    hs_writer_varint(t->writer, EV_STRING);
    hs_writer_varint(t->writer, id);
    hs_writer_varint(t->writer, strlen(text));
    hs_writer_bytes(t->writer, text, strlen(text));
}

static void write_stack(struct trace *t, unsigned stack)
{
    struct trace_proc *record =
        hs_arena_zeroed(&t->arena, 1, sizeof(struct trace_proc));
    unsigned frames[32], count = mkdump_trace_frames(stack, frames);
    uint8_t type = EV_STACK | 3 << 6;

    mkdump_trace_put(record, stack);
    mkdump_trace_put(record, count);
    for (unsigned i = 0; i < count; i++) {
        mkdump_trace_put(record, 0x480000 + frames[i] * 64);
        mkdump_trace_put(record, FIRST_STRING + frames[i]);
        mkdump_trace_put(record, FIRST_STRING + TRACE_FUNCTIONS +
                                     frames[i] % TRACE_FILES);
        mkdump_trace_put(record, 10 + frames[i]);
    }
    hs_writer_bytes(t->writer, &type, 1);
    hs_writer_varint(t->writer, record->size);
    hs_writer_bytes(t->writer, record->batch, record->size);
    hs_arena_reset(&t->arena);
}

static void close(struct trace *t)
{
    char room[96];

    for (unsigned p = 0; p < TRACE_PROC_COUNT; p++)
        flush(t, p);
    for (unsigned i = 0; i < TRACE_FUNCTIONS; i++)
        write_string(t, FIRST_STRING + i, mkdump_trace_function(i, room));
    for (unsigned i = 0; i < TRACE_FILES; i++)
        write_string(t, FIRST_STRING + TRACE_FUNCTIONS + i,
                     mkdump_trace_file(i, room));
    for (unsigned stack = TRACE_STACK_START; stack < TRACE_STACK_END; stack++)
        write_stack(t, stack);
    hs_writer_varint(t->writer, EV_FREQUENCY);
    hs_writer_varint(t->writer, TRACE_TICKS);
}

const struct trace_layout mkdump_trace_v1 = {
    .open = open,
    .begin = begin,
    .event = event,
    .end = end,
    .close = close,
};
