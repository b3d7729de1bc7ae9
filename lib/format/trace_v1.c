/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_v1.c - traces of Go 1.11 to 1.21: the container.
 *
 *   trace  = header event*
 *   event  = type | count << 6, argument[count + 1]       count 0 to 2
 *          | type | 3 << 6, size, argument*               in SIZE bytes
 *          | 37 | ..., id, size, byte[size]               a string
 *          | 48 | 3 << 6, size, argument*, size, byte[size]    a log
 *
 * Numbers are varints; the first is the time since the event before but for
 * batches, frequency, strings and stacks.  A batch is an event, too: those
 * that follow are of its processor.  Frequency and stacks come at the very
 * end, and with them it is known which events there are: so the file is read
 * once for these, and once more for the events, processor by processor.
 */
#include "format/trace_v1.h"

#define MOST_BYTES 2048 /* of arguments; the runtime has up to 128 frames */

/* How many arguments each event has, the time included. */
static const uint8_t arguments[V1_COUNT] = {
    [V1_BATCH] = 2,
    [V1_FREQUENCY] = 1,
    [V1_GOMAXPROCS] = 3,
    [V1_PROC_START] = 2,
    [V1_PROC_STOP] = 1,
    [V1_GC_START] = 3,
    [V1_GC_DONE] = 1,
    [V1_STW_START] = 2,
    [V1_STW_DONE] = 1,
    [V1_SWEEP_START] = 2,
    [V1_SWEEP_DONE] = 3,
    [V1_GO_CREATE] = 4,
    [V1_GO_START] = 3,
    [V1_GO_END] = 1,
    [V1_GO_STOP] = 2,
    [V1_GO_SCHED] = 2,
    [V1_GO_PREEMPT] = 2,
    [V1_GO_SLEEP] = 2,
    [V1_GO_BLOCK] = 2,
    [V1_GO_UNBLOCK] = 4,
    [V1_GO_BLOCK_SEND] = 2,
    [V1_GO_BLOCK_RECV] = 2,
    [V1_GO_BLOCK_SELECT] = 2,
    [V1_GO_BLOCK_SYNC] = 2,
    [V1_GO_BLOCK_COND] = 2,
    [V1_GO_BLOCK_NET] = 2,
    [V1_GO_SYSCALL] = 2,
    [V1_GO_SYSEXIT] = 4,
    [V1_GO_SYSBLOCK] = 1,
    [V1_GO_WAITING] = 2,
    [V1_GO_IN_SYSCALL] = 2,
    [V1_HEAP_ALLOC] = 2,
    [V1_HEAP_GOAL] = 2,
    [V1_TIMER_GOROUTINE] = 1,
    [V1_FUTILE_WAKEUP] = 1,
    [V1_GO_START_LOCAL] = 2,
    [V1_GO_UNBLOCK_LOCAL] = 3,
    [V1_GO_SYSEXIT_LOCAL] = 3,
    [V1_GO_START_LABEL] = 4,
    [V1_GO_BLOCK_GC] = 2,
    [V1_ASSIST_START] = 2,
    [V1_ASSIST_DONE] = 1,
    [V1_USER_TASK] = 5,
    [V1_USER_TASK_END] = 3,
    [V1_USER_REGION] = 5,
    [V1_USER_LOG] = 4,
    [V1_CPU_SAMPLE] = 5,
};

bool hs_trace_v1_timed(uint8_t type)
{
    switch (type) {
    case V1_BATCH:
    case V1_FREQUENCY:
    case V1_STACK:
    case V1_TIMER_GOROUTINE:
    case V1_STRING:
    case V1_CPU_SAMPLE:
        return false;
    default:
        return true;
    }
}

static struct hs_str text(struct hs_cursor *in)
{
    uint64_t size = hs_cursor_varint(in);
    const uint8_t *at = hs_cursor_take(in, size);

    return at ? (struct hs_str){(const char *)at, (size_t)size}
              : (struct hs_str){"", 0};
}

/* The arguments that are in a number of bytes. */
static bool read_sized(struct hs_cursor *in, struct v1_event *event)
{
    uint64_t size = hs_cursor_varint(in);
    struct hs_cursor body = hs_cursor_sub(in, size);
    unsigned most = event->type == V1_STACK ? 2 : TRACE_ARGS + 1;

    if (in->fault || size > MOST_BYTES)
        return false;
    while (event->count < most && !hs_cursor_done(&body))
        event->args[event->count++] = hs_cursor_varint(&body);
    event->body = body;
    if (body.fault || (event->type != V1_STACK && !hs_cursor_done(&body)))
        return false;
    if (event->type == V1_USER_LOG)
        event->text = text(in);
    return !in->fault;
}

bool hs_trace_v1_read(const struct v1 *v1, struct hs_cursor *in,
                      struct v1_event *event)
{
    const uint8_t *head = hs_cursor_take(in, 1);
    unsigned count;

    if (!head)
        return false;
    event->type = *head & 63;
    event->count = 0;
    count = (*head >> 6) + 1u;
    if (event->type == 0 || event->type >= V1_COUNT ||
        (event->type == V1_CPU_SAMPLE && v1->version < 19))
        return false;
    if (event->type == V1_STRING) {
        event->args[0] = hs_cursor_varint(in);
        event->text = text(in);
        return !in->fault;
    }
    if (event->type == V1_BATCH)
        count = 2;
    if (count == 4)
        return read_sized(in, event) &&
               (event->type == V1_STACK
                    ? event->count == 2
                    : event->count == arguments[event->type]);
    for (; event->count < count; event->count++)
        event->args[event->count] = hs_cursor_varint(in);
    return !in->fault && event->count == arguments[event->type];
}

static struct v1_batch *batch_at(const struct v1 *v1, uint32_t batch)
{
    return (struct v1_batch *)v1->batches.at + batch;
}

/* The batch at hand ends where IN is; one of EVENT begins, if any. */
static void next_batch(struct trace *t, const struct hs_cursor *in,
                       const struct v1_event *event)
{
    struct v1 *v1 = t->own;
    uint32_t number = (uint32_t)v1->batches.count;
    struct v1_batch batch = {.data = *in, .next = TRACE_NONE};
    struct trace_stream *s;

    if (number > 0)
        batch_at(v1, number - 1)->data.end = in->at;
    if (!event)
        return;
    batch.time = event->args[1];
    hs_column_push(&v1->batches, &batch);
    t->line->batches++;
    s = hs_trace_stream_of(t, &v1->streams, event->args[0]);
    if (!s)
        return;
    if (s->batch == TRACE_NONE)
        s->batch = number;
    else
        batch_at(v1, s->last)->next = number;
    s->last = number;
}

static void note_string(struct trace *t, const struct v1_event *event)
{
    if (event->args[0] == 0 || event->text.size == 0 ||
        !hs_trace_table_string(t, event->args[0], event->text))
        t->faults++;
}

static void note_stack(struct trace *t, const struct v1_event *event)
{
    struct hs_cursor body = event->body;

    for (uint64_t i = 0; i < event->args[1] && !body.fault; i++)
        for (unsigned k = 0; k < 4; k++)
            hs_cursor_varint(&body);
    if (body.fault || !hs_cursor_done(&body))
        t->faults++;
    else if (event->args[0] && event->args[1])
        hs_trace_table_stack(t, event->args[0], event->args[1], event->body);
}

/* Notes where batches, strings and stacks are, and how long the trace is.
 * Stops in front of what is no event, and tells so. */
static bool index_file(struct trace *t, struct hs_cursor in, struct hs_err *err)
{
    struct v1 *v1 = t->own;
    struct v1_event event;
    uint64_t time = 0;
    struct hs_cursor before = in;

    while (!hs_cursor_done(&in)) {
        before = in;
        if (!hs_trace_v1_read(v1, &in, &event))
            break;
        if (event.type == V1_BATCH) {
            next_batch(t, &before, NULL);
            next_batch(t, &in, &event);
            time = event.args[1];
            if (time < v1->begin)
                v1->begin = time;
        } else if (event.type == V1_STRING) {
            note_string(t, &event);
        } else if (event.type == V1_STACK) {
            note_stack(t, &event);
        } else if (event.type == V1_FREQUENCY) {
            v1->hz = event.args[0];
        } else if (event.type == V1_CPU_SAMPLE) {
            t->line->cpu_samples++;
        } else if (hs_trace_v1_timed(event.type)) {
            time += event.args[0];
        }
        if (v1->batches.count == 0 && event.type != V1_STRING)
            break;
        if (time > v1->end)
            v1->end = time;
        before = in;
    }
    next_batch(t, &before, NULL);
    if (before.at == in.at && !in.fault)
        return true;
    t->partial = true;
    if (in.fault == HS_CURSOR_SHORT)
        return hs_fail(err, HS_ETRUNC, before.offset, "an event is cut short");
    return hs_fail(err, HS_EDATA, before.offset, "no event is here");
}

/* Takes the next event of S in hand; false if there is none. */
static bool next_event(struct trace *t, struct trace_stream *s)
{
    struct v1 *v1 = t->own;
    struct v1_event event;

    for (;;) {
        while (s->at.at == s->at.end) {
            const struct v1_batch *batch;

            if (s->batch == TRACE_NONE)
                return false;
            batch = batch_at(v1, s->batch);
            s->batch = batch->next;
            s->time = batch->time;
            s->at = batch->data;
        }
        if (!hs_trace_v1_read(v1, &s->at, &event))
            return false; /* cannot be: the index was read before */
        if (hs_trace_v1_timed(event.type))
            break;
    }
    s->type = event.type;
    s->time += event.args[0];
    memcpy(s->args, event.args + 1, sizeof(s->args));
    s->text = event.text;
    t->line->events++;
    return true;
}

static enum trace_step run(struct trace *t, struct trace_stream *stream)
{
    for (;;) {
        if (!hs_trace_v1_apply(t, stream))
            return TRACE_WAIT;
        t->merge.forced = false;
        if (!next_event(t, stream))
            return TRACE_END;
        if (stream->time >= t->merge.limit)
            return TRACE_LATER;
    }
}

static bool read_events(struct trace *t, struct hs_err *err)
{
    struct v1 *v1 = t->own;

    hs_trace_clock(t, v1->hz);
    hs_trace_span_of_time(t, v1->begin, v1->end);
    hs_trace_v1_reasons(t);
    t->merge.slack = v1->hz / TRACE_SLACK;
    for (uint32_t i = 0; i < t->merge.streams.count; i++) {
        struct trace_stream *s = hs_trace_stream(t, i);

        if (next_event(t, s))
            hs_trace_merge_add(t, s);
    }
    hs_trace_merge_run(t);
    hs_trace_lives_settle(t);
    if (v1->hz && t->unresolved == 0)
        return true;
    t->unresolved = 0;
    return hs_fail(err, HS_ETRUNC, v1->offset,
                   v1->hz ? "the tables at its end are cut short"
                          : "the trace is cut short: how long its ticks are "
                            "and the names of its functions are missing");
}

bool hs_trace_v1(struct trace *t, struct hs_cursor in, struct hs_err *err)
{
    struct v1 v1 = {
        .version = t->line->version,
        .batches = HS_COLUMN(struct v1_batch, &t->scratch),
        .begin = UINT64_MAX,
        .offset = in.offset + hs_cursor_left(&in),
    };
    bool ok;

    t->own = &v1;
    t->era = 1;
    t->told = true;
    t->merge.run = run;
    hs_map_init(&v1.streams, &t->scratch, 16);
    ok = index_file(t, in, err);
    t->partial |= v1.hz == 0;
    if (v1.batches.count > 0)
        ok &= read_events(t, err);
    t->own = NULL;
    return ok;
}
