/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_merge.c - the events of many streams in one order.
 *
 * A stream's own order is never in doubt, and what a goroutine does is ordered
 * by its sequence numbers.  So an event that needs its goroutine in a state, or
 * with a number, that has not come yet makes its stream wait for that
 * goroutine.  Among the rest the earliest goes first, give or take SLACK, which
 * saves much changing between streams: clocks of processors differ, and nothing
 * that is told depends on a few microseconds.  With allocations there is no
 * slack, as a slot may be freed by one thread and used again by another.
 *
 * If all streams wait, what they wait for was lost.  Then the earliest may go
 * all the same, and its goroutine takes the state that the event implies.
 */
#include "format/trace_impl.h"

/* Streams that may wait for one goroutine: real traces have a few, and a made
 * one shall not make us search long lists. */
#define MOST_WAITERS 64

/* Threads, or processors: Go has at most 10,000 at a time. */
#define MOST_STREAMS ((size_t)1 << 17)

struct entry {
    uint64_t time;
    uint32_t stream;
};

/* Without a branch, as nobody could foretell it. */
static bool before(struct entry a, struct entry b)
{
    return (a.time < b.time) | ((a.time == b.time) & (a.stream < b.stream));
}

/* Puts ENTRY where it belongs, from PLACE on down. */
static void sift_down(struct trace_queue *queue, size_t place,
                      struct entry entry)
{
    struct entry *e = queue->entries.at;
    size_t n = queue->entries.count;

    for (size_t child; (child = place * 2 + 1) < n; place = child) {
        if (child + 1 < n)
            child += before(e[child + 1], e[child]);
        if (!before(e[child], entry))
            break;
        e[place] = e[child];
    }
    e[place] = entry;
}

static void push(struct trace *t, struct trace_queue *queue, uint32_t stream)
{
    struct entry entry = {hs_trace_stream(t, stream)->time, stream}, *e;
    size_t place = queue->entries.count;

    hs_column_push(&queue->entries, &entry);
    e = queue->entries.at;
    for (; place > 0 && before(entry, e[(place - 1) / 2]);
         place = (place - 1) / 2)
        e[place] = e[(place - 1) / 2];
    e[place] = entry;
}

static void take_first(struct trace_queue *queue)
{
    const struct entry *e = queue->entries.at;
    size_t last = --queue->entries.count;

    if (last > 0)
        sift_down(queue, 0, e[last]);
}

struct trace_stream *hs_trace_stream_of(struct trace *t, struct hs_map *map,
                                        uint64_t id)
{
    struct trace_stream stream = {
        .id = id, .life = TRACE_NONE, .batch = TRACE_NONE, .sweep = -1};
    struct hs_column *streams = &t->merge.streams;
    uint32_t number = hs_map_lookup(map, id);

    if (number != HS_MAP_NONE)
        return hs_trace_stream(t, number);
    if (streams->count >= MOST_STREAMS) {
        t->faults++;
        return NULL;
    }
    if (!t->merge.ready.entries.size) {
        t->merge.ready.entries = HS_COLUMN(struct entry, &t->scratch);
        t->merge.waiting.entries = HS_COLUMN(struct entry, &t->scratch);
        t->merge.woken = HS_COLUMN(uint32_t, &t->scratch);
    }
    number = hs_map_add(map, id, (uint32_t)streams->count);
    hs_column_push(streams, &stream);
    return hs_trace_stream(t, number);
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

/* Does the stream of ENTRY still wait for what it waited for then? */
static bool is_current(const struct trace *t, struct entry entry)
{
    const struct trace_stream *stream = hs_trace_stream(t, entry.stream);

    return stream->waiting && stream->queued_time == entry.time;
}

/* ENTRY has left the queue of those that wait. */
static void unqueue(struct trace *t, struct entry entry)
{
    struct trace_stream *stream = hs_trace_stream(t, entry.stream);

    if (stream->queued_time == entry.time)
        stream->queued = false;
}

/* Forgets entries of streams that do not wait any more. */
static void clean(struct trace *t)
{
    struct trace_queue *waiting = &t->merge.waiting;
    struct entry *e = waiting->entries.at;
    size_t kept = 0;

    for (size_t i = 0; i < waiting->entries.count; i++)
        if (is_current(t, e[i]))
            e[kept++] = e[i];
        else
            unqueue(t, e[i]);
    waiting->entries.count = kept;
    for (size_t i = kept / 2; i-- > 0;)
        sift_down(waiting, i, e[i]);
}

static void wait(struct trace *t, uint32_t number)
{
    struct trace_stream *stream = hs_trace_stream(t, number);
    struct trace_life *life = hs_trace_life(t, stream->awaited);

    stream->waiting = true;
    if (!stream->queued || stream->queued_time != stream->time) {
        stream->queued = true;
        stream->queued_time = stream->time;
        push(t, &t->merge.waiting, number);
    }
    stream->next_waiter = life->waiters;
    life->waiters = number + 1;
    life->waiter_count++;
    t->merge.waiters++;
    if (t->merge.waiting.entries.count > t->merge.waiters * 2 + 64)
        clean(t);
}

/* STREAM waits no more; it stays in the queue of those that do until its turn
 * comes there. */
static void unlink_waiter(struct trace *t, uint32_t number)
{
    struct trace_stream *stream = hs_trace_stream(t, number);
    struct trace_life *life = hs_trace_life(t, stream->awaited);
    uint32_t *at = &life->waiters;

    while (*at != number + 1)
        at = &hs_trace_stream(t, *at - 1)->next_waiter;
    *at = stream->next_waiter;
    stream->waiting = false;
    life->waiter_count--;
    t->merge.waiters--;
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
        hs_column_push(&t->merge.woken, &number);
        t->merge.limit = 0; /* it may be earlier than who runs now */
    }
}

/* Who was woken is ready. */
static void admit_woken(struct trace *t)
{
    const uint32_t *woken = t->merge.woken.at;

    for (size_t i = 0; i < t->merge.woken.count; i++)
        push(t, &t->merge.ready, woken[i]);
    t->merge.woken.count = 0;
}

/* All wait, so the earliest may go. */
static void force(struct trace *t)
{
    struct trace_merge *merge = &t->merge;
    struct entry first;
    bool current;

    do {
        first = *(struct entry *)merge->waiting.entries.at;
        current = is_current(t, first);
        take_first(&merge->waiting);
        unqueue(t, first);
    } while (!current);
    unlink_waiter(t, first.stream);
    push(t, &merge->ready, first.stream);
    merge->forced = true;
}

/* The earliest event of those that are ready, but for the first; and SLACK. */
static uint64_t second(const struct trace_queue *queue, uint64_t slack)
{
    const struct entry *e = queue->entries.at;
    uint64_t time = UINT64_MAX;

    if (queue->entries.count > 1)
        time = e[1].time;
    if (queue->entries.count > 2 && e[2].time < time)
        time = e[2].time;
    return time < UINT64_MAX - slack ? time + slack : UINT64_MAX;
}

/* A stream keeps its place in the queue, with the time it had, as long as it
 * runs: most go on a little later. */
void hs_trace_merge_run(struct trace *t)
{
    struct trace_merge *merge = &t->merge;
    struct trace_queue *ready = &merge->ready;

    while (ready->entries.count > 0 || merge->waiters > 0) {
        enum trace_step step;
        uint32_t number;

        merge->forced = false;
        if (ready->entries.count == 0)
            force(t);
        number = ((struct entry *)ready->entries.at)->stream;
        merge->limit = second(ready, merge->slack);
        step = merge->run(t, hs_trace_stream(t, number));
        if (step == TRACE_LATER)
            sift_down(ready, 0,
                      (struct entry){hs_trace_stream(t, number)->time, number});
        else
            take_first(ready);
        if (step == TRACE_WAIT)
            wait(t, number);
        if (merge->woken.count > 0)
            admit_woken(t);
    }
    clean(t);
}
