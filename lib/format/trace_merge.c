/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_merge.c - the events of many streams in one order.
 *
 * A stream's own order is never in doubt, and what a goroutine does is ordered
 * by its sequence numbers.  So an event that needs its goroutine in a state, or
 * with a number, that has not come yet makes its stream wait for that
 * goroutine.  Among the rest the earliest goes first; that is right but for
 * what nobody asks about, since clocks of processors differ and a thread that
 * traces allocations runs ahead of the time.
 *
 * If all streams wait, what they wait for was lost.  Then the earliest may go
 * all the same, and its goroutine takes the state that the event implies.
 */
#include "format/trace_impl.h"

/* Streams that may wait for one goroutine: real traces have a few, and a made
 * one shall not make us search long lists. */
#define MOST_WAITERS 64

struct entry {
    uint64_t time;
    uint32_t stream;
};

static bool before(struct entry a, struct entry b)
{
    return a.time != b.time ? a.time < b.time : a.stream < b.stream;
}

/* Puts ENTRY at PLACE, or where it belongs above or below. */
static void settle(struct trace *t, struct trace_queue *queue, size_t place,
                   struct entry entry)
{
    struct entry *e = queue->entries.at;
    size_t n = queue->entries.count;

    while (place > 0 && before(entry, e[(place - 1) / 2])) {
        e[place] = e[(place - 1) / 2];
        hs_trace_stream(t, e[place].stream)->place = (uint32_t)place;
        place = (place - 1) / 2;
    }
    for (;;) {
        size_t child = place * 2 + 1;

        if (child + 1 < n && before(e[child + 1], e[child]))
            child++;
        if (child >= n || !before(e[child], entry))
            break;
        e[place] = e[child];
        hs_trace_stream(t, e[place].stream)->place = (uint32_t)place;
        place = child;
    }
    e[place] = entry;
    hs_trace_stream(t, entry.stream)->place = (uint32_t)place;
}

static void push(struct trace *t, struct trace_queue *queue, uint32_t stream)
{
    struct entry entry = {hs_trace_stream(t, stream)->time, stream};

    hs_column_push(&queue->entries, &entry);
    settle(t, queue, queue->entries.count - 1, entry);
}

static void take(struct trace *t, struct trace_queue *queue, size_t place)
{
    const struct entry *e = queue->entries.at;
    size_t last = --queue->entries.count;

    if (place < last)
        settle(t, queue, place, e[last]);
}

struct trace_stream *hs_trace_stream_new(struct trace *t, uint64_t id)
{
    struct trace_stream stream = {
        .id = id, .life = TRACE_NONE, .batch = TRACE_NONE, .sweep = -1};

    if (!t->merge.ready.entries.size) {
        t->merge.ready.entries = HS_COLUMN(struct entry, &t->scratch);
        t->merge.waiting.entries = HS_COLUMN(struct entry, &t->scratch);
    }
    hs_column_push(&t->merge.streams, &stream);
    return hs_trace_stream(t, (uint32_t)t->merge.streams.count - 1);
}

static uint32_t number_of(const struct trace *t,
                          const struct trace_stream *stream)
{
    return (uint32_t)(stream - (struct trace_stream *)t->merge.streams.at);
}

void hs_trace_merge_add(struct trace *t, struct trace_stream *stream)
{
    push(t, &t->merge.ready, number_of(t, stream));
}

static bool satisfied(const struct trace *t, const struct trace_life *life,
                      const struct trace_stream *stream)
{
    if (!(stream->need_states >> life->state & 1))
        return false;
    return stream->need_seq == TRACE_ANY_SEQ ||
           (life->era == t->era && life->seq + 1 == stream->need_seq);
}

bool hs_trace_merge_ready(struct trace *t, struct trace_stream *stream,
                          uint32_t life, uint32_t states, uint64_t seq)
{
    const struct trace_life *l = hs_trace_life(t, life);

    stream->awaited = life;
    stream->need_states = states;
    stream->need_seq = seq;
    if (satisfied(t, l, stream))
        return true;
    if (!t->merge.forced && l->waiter_count < MOST_WAITERS)
        return false;
    hs_trace_odd(t);
    return true;
}

static void wait(struct trace *t, uint32_t number)
{
    struct trace_stream *stream = hs_trace_stream(t, number);
    struct trace_life *life = hs_trace_life(t, stream->awaited);

    stream->next_waiter = life->waiters;
    life->waiters = number + 1;
    life->waiter_count++;
    push(t, &t->merge.waiting, number);
}

/* STREAM waits no more. */
static void unlink_waiter(struct trace *t, uint32_t number)
{
    struct trace_stream *stream = hs_trace_stream(t, number);
    struct trace_life *life = hs_trace_life(t, stream->awaited);
    uint32_t *at = &life->waiters;

    while (*at != number + 1)
        at = &hs_trace_stream(t, *at - 1)->next_waiter;
    *at = stream->next_waiter;
    life->waiter_count--;
    take(t, &t->merge.waiting, stream->place);
}

void hs_trace_merge_wake(struct trace *t, uint32_t life)
{
    uint32_t at = hs_trace_life(t, life)->waiters;

    while (at) {
        uint32_t number = at - 1;

        at = hs_trace_stream(t, number)->next_waiter;
        if (!satisfied(t, hs_trace_life(t, life), hs_trace_stream(t, number)))
            continue;
        unlink_waiter(t, number);
        push(t, &t->merge.ready, number);
        t->merge.limit = 0; /* it may be earlier than who runs now */
    }
}

/* If all wait, the earliest may go. */
static void force(struct trace *t)
{
    struct trace_merge *merge = &t->merge;
    const struct entry *e = merge->waiting.entries.at;
    uint32_t number = e->stream;

    unlink_waiter(t, number);
    push(t, &merge->ready, number);
    merge->forced = true;
}

/* The earliest event of those that are ready, but for the first. */
static uint64_t second(const struct trace_queue *queue)
{
    const struct entry *e = queue->entries.at;
    uint64_t time = UINT64_MAX;

    if (queue->entries.count > 1)
        time = e[1].time;
    if (queue->entries.count > 2 && e[2].time < time)
        time = e[2].time;
    return time;
}

/* A stream keeps its place in the queue, with the time it had, as long as it
 * runs: most go on a little later. */
void hs_trace_merge_run(struct trace *t)
{
    struct trace_merge *merge = &t->merge;
    struct trace_queue *ready = &merge->ready;

    while (ready->entries.count + merge->waiting.entries.count > 0) {
        struct trace_stream *stream;
        enum trace_step step;
        uint32_t number;

        merge->forced = false;
        if (ready->entries.count == 0)
            force(t);
        number = ((struct entry *)ready->entries.at)->stream;
        merge->limit = second(ready);
        step = merge->run(t, hs_trace_stream(t, number));
        stream = hs_trace_stream(t, number);
        if (step == TRACE_LATER) {
            settle(t, ready, stream->place,
                   (struct entry){stream->time, number});
            continue;
        }
        take(t, ready, stream->place);
        if (step == TRACE_WAIT)
            wait(t, number);
    }
}
