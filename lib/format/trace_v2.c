/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_v2.c - traces of Go 1.22 on: the container.
 *
 *   trace      = header batch*
 *   batch      = 1 gen thread time size byte[size]
 *              | 49 experiment gen thread time size byte[size]   from 1.23 on
 *              | 52                       end of a generation, from 1.26 on
 *   events     = (type dt argument*)*         what most batches hold
 *
 * Numbers are varints, not always the shortest.  What a batch holds, its first
 * byte tells.  A generation lasts about a second and has ids of its own, with
 * tables that come after the events which need them; a thread's batches are
 * in order, though their times may go back.  So each generation is read twice,
 * first its tables.
 */
#include <stdlib.h>

#include "format/trace_v2.h"

#define DEFAULT_HZ 15625000 /* on all platforms but those of slow clocks */
#define MOST_SIZE  65536

enum reading {
    READ_BATCH,
    READ_END_OF_GENERATION,
    READ_END,
    READ_CUT,
    READ_BAD
};

/* The kinds whose first byte is not that of an event. */
static bool is_table(const struct v2 *v2, const struct v2_batch *batch)
{
    if (batch->experiment)
        return true;
    switch (batch->kind) {
    case EV_STRINGS:
    case EV_STACKS:
    case EV_CPU_SAMPLES:
        return true;
    case EV_FREQUENCY:
        return v2->version < 25;
    case EV_SYNC:
        return v2->version >= 25;
    default:
        return false;
    }
}

static enum reading read_batch(const struct v2 *v2, struct hs_cursor *in,
                               struct v2_batch *batch)
{
    uint64_t size;
    uint8_t tag;

    *batch = (struct v2_batch){.next = TRACE_NONE};
    if (hs_cursor_done(in))
        return READ_END;
    tag = *hs_cursor_take(in, 1);
    if (tag == EV_END_OF_GENERATION && v2->version >= 26)
        return READ_END_OF_GENERATION;
    if (tag == EV_EXPERIMENTAL_BATCH && v2->version >= 23) {
        if (hs_cursor_done(in))
            return READ_CUT;
        batch->experiment = *hs_cursor_take(in, 1);
    } else if (tag != EV_EVENT_BATCH) {
        return READ_BAD;
    }
    batch->gen = hs_cursor_varint(in);
    batch->thread = hs_cursor_varint(in);
    batch->time = hs_cursor_varint(in);
    size = hs_cursor_varint(in);
    if (in->fault)
        return in->fault == HS_CURSOR_SHORT ? READ_CUT : READ_BAD;
    if (batch->gen == 0 || size > MOST_SIZE)
        return READ_BAD;
    batch->cut = size > hs_cursor_left(in);
    batch->data = hs_cursor_sub(in, batch->cut ? hs_cursor_left(in) : size);
    if (!hs_cursor_done(&batch->data)) {
        batch->kind = *batch->data.at;
        if (is_table(v2, batch))
            hs_cursor_take(&batch->data, 1);
    }
    return READ_BATCH;
}

struct trace_stream *hs_trace_v2_stream(struct trace *t, uint64_t thread)
{
    struct v2 *v2 = t->own;

    return hs_trace_stream_of(t, &v2->streams, thread);
}

/* --- the events of a stream --- */

static struct v2_batch *batch_at(const struct v2 *v2, uint32_t batch)
{
    return (struct v2_batch *)v2->batches.at + batch;
}

/* As hs_cursor_varint, where 10 bytes are there for sure; *AT is NULL after a
 * number that is longer. */
static inline uint64_t sure_varint(const uint8_t **at)
{
    const uint8_t *p = *at;
    uint64_t value = *p++;

    if (value >= 0x80) {
        unsigned shift = 7;

        value &= 0x7f;
        while (*p >= 0x80 && shift < 63) {
            value |= (uint64_t)(*p++ & 0x7f) << shift;
            shift += 7;
        }
        if (*p >= 0x80) {
            *at = NULL;
            return 0;
        }
        value |= (uint64_t)*p++ << shift;
    }
    *at = p;
    return value;
}

/* Time and arguments, which are WANTED numbers, of the event at IN. */
static bool read_args(struct trace_stream *s, struct hs_cursor *in, int wanted)
{
    if (hs_cursor_left(in) >= 10 * (TRACE_ARGS + 1)) {
        const uint8_t *at = in->at;

        s->time += sure_varint(&at);
        for (int i = 0; i < wanted && at; i++)
            s->args[i] = sure_varint(&at);
        if (at)
            in->at = at;
        return at != NULL;
    }
    s->time += hs_cursor_varint(in);
    for (int i = 0; i < wanted; i++)
        s->args[i] = hs_cursor_varint(in);
    return !in->fault;
}

/* The first batch of S with anything in it; false if there is none. */
static bool next_batch(const struct v2 *v2, struct trace_stream *s)
{
    while (s->at.at == s->at.end) {
        const struct v2_batch *batch;

        if (s->batch == TRACE_NONE)
            return false;
        batch = batch_at(v2, s->batch);
        s->batch = batch->next;
        s->time = batch->time;
        s->at = batch->data;
    }
    return true;
}

/* Takes the next event of S in hand; false if there is none. */
static bool next_event(struct trace *t, struct trace_stream *s)
{
    const struct v2 *v2 = t->own;

    while (s->at.at < s->at.end || next_batch(v2, s)) {
        s->type = *s->at.at++;
        if (v2->args[s->type] < 0) {
            t->line->unknown_batches++;
        } else if (read_args(s, &s->at, v2->args[s->type])) {
            t->line->events++;
            return true;
        } else {
            t->faults += !t->partial;
        }
        s->at.at = s->at.end; /* nobody knows where the next one starts */
    }
    return false;
}

static enum trace_step run(struct trace *t, struct trace_stream *stream)
{
    uint32_t number =
        (uint32_t)(stream - (struct trace_stream *)t->merge.streams.at);

    for (;;) {
        if (!hs_trace_v2_apply(t, stream))
            return TRACE_WAIT;
        t->merge.forced = false;
        stream = hs_trace_stream(t, number);
        if (!next_event(t, stream))
            return TRACE_END;
        if (stream->time >= t->merge.limit)
            return TRACE_LATER;
    }
}

/* --- generations --- */

/* When the last event of BATCH is, as far as its types are known. */
static uint64_t end_of_batch(const struct v2 *v2, const struct v2_batch *batch)
{
    struct hs_cursor in = batch->data;
    uint64_t time = batch->time;

    if (is_table(v2, batch))
        return time;
    while (!hs_cursor_done(&in)) {
        uint8_t type = *in.at++;
        uint64_t dt;

        if (v2->args[type] < 0)
            break;
        dt = hs_cursor_varint(&in);
        for (int i = 0; i < v2->args[type]; i++)
            hs_cursor_varint(&in);
        if (!in.fault)
            time += dt;
    }
    return time;
}

/* Where the trace begins and ends, by the first times of its batches and the
 * last events of each thread. */
static void measure(struct trace *t, struct hs_cursor in, uint64_t *begin,
                    uint64_t *end)
{
    struct v2 *v2 = t->own;
    struct hs_map last;
    struct v2_batch batch;
    uint64_t gen = 0;
    enum reading reading;

    *begin = UINT64_MAX;
    *end = 0;
    v2->batches.count = 0;
    while ((reading = read_batch(v2, &in, &batch)) == READ_BATCH ||
           reading == READ_END_OF_GENERATION) {
        if (reading == READ_END_OF_GENERATION)
            continue;
        if (gen == 0)
            gen = batch.gen;
        if (batch.gen == gen && batch.time < *begin)
            *begin = batch.time;
        if (batch.time > *end)
            *end = batch.time;
        if (v2->batches.count > 0 && batch_at(v2, 0)->gen != batch.gen)
            v2->batches.count = 0;
        hs_column_push(&v2->batches, &batch);
    }
    hs_map_init(&last, &t->scratch, 16);
    for (size_t i = v2->batches.count; i-- > 0;) {
        const struct v2_batch *b = batch_at(v2, (uint32_t)i);
        uint64_t until;

        if (hs_map_lookup(&last, b->thread) != HS_MAP_NONE)
            continue;
        hs_map_add(&last, b->thread, 0);
        until = end_of_batch(v2, b);
        if (until > *end)
            *end = until;
    }
    v2->batches.count = 0;
}

/* The reasons with ids 1 to 19 in every generation since Go 1.22; later ones
 * follow, and are taken from the generation before. */
static const char *const reasons[] = {
    "",
    "Not worker",
    "GC (dedicated)",
    "GC (fractional)",
    "GC (idle)",
    "unspecified",
    "forever",
    "network",
    "select",
    "sync.(*Cond).Wait",
    "sync",
    "chan send",
    "chan receive",
    "GC mark assist wait for work",
    "GC background sweeper wait",
    "system goroutine wait",
    "preempted",
    "wait for debug call",
    "wait until GC ends",
    "sleep",
};

#define REASONS (sizeof(reasons) / sizeof(*reasons))

/* Is TEXT what a goroutine waits for, in the runtime's words? */
static bool is_reason(struct hs_str text)
{
    for (size_t i = 1; i < REASONS; i++)
        if (hs_str_equal(text, hs_str_of(reasons[i])))
            return true;
    return hs_str_equal(text, hs_str_of("runtime.Gosched"));
}

/* Keeps what a generation without its tables will need. */
static void keep_reasons(struct trace *t)
{
    size_t most = sizeof(t->table.plain) / sizeof(*t->table.plain);

    for (uint32_t id = 1; id < most; id++) {
        uint64_t before = t->unresolved;
        struct hs_str text = hs_trace_string_text(t, id);

        t->unresolved = before;
        if (is_reason(text))
            t->table.plain[id] = hs_trace_string(t, id);
    }
}

/* Reads the tables of the generation and deals its events out to streams. */
static bool read_tables(struct trace *t, struct hs_err *err)
{
    struct v2 *v2 = t->own;
    bool ok = true;

    hs_trace_table_reset(t);
    hs_trace_objects_reset(t);
    v2->synced = false;
    for (uint32_t i = 0; i < v2->batches.count; i++) {
        struct v2_batch *batch = batch_at(v2, i);
        struct trace_stream *s;

        if (is_table(v2, batch)) {
            struct hs_err cut = HS_ERR_NONE;

            if (batch->cut)
                hs_trace_v2_table(t, batch, &cut);
            else
                ok &= hs_trace_v2_table(t, batch, err);
            continue;
        }
        if (hs_cursor_done(&batch->data))
            continue;
        s = hs_trace_v2_stream(t, batch->thread);
        if (!s)
            continue;
        if (s->batch == TRACE_NONE)
            s->batch = i;
        else
            batch_at(v2, s->last)->next = i;
        s->last = i;
    }
    return ok;
}

/* All of the batches at hand.  PARTIAL: the file ends in them. */
static bool generation(struct trace *t, uint64_t begin, uint64_t end,
                       bool partial, struct hs_err *err)
{
    struct v2 *v2 = t->own;
    bool ok;

    if (v2->batches.count == 0)
        return true;
    t->era++;
    t->line->generations++;
    t->line->partial_generations += partial;
    t->partial = partial;
    ok = read_tables(t, err);
    if (!v2->synced && v2->first)
        hs_trace_clock(t, DEFAULT_HZ);
    if (!v2->synced)
        t->faults += !partial;
    if (v2->first)
        hs_trace_span_of_time(t, begin, end);
    t->merge.slack = t->objects.seen ? 0 : t->line->clock_hz / TRACE_SLACK;
    for (uint32_t i = 0; i < t->merge.streams.count; i++) {
        struct trace_stream *s = hs_trace_stream(t, i);

        s->at = (struct hs_cursor){0};
        if (next_event(t, s))
            hs_trace_merge_add(t, s);
    }
    hs_trace_merge_run(t);
    hs_trace_lives_settle(t);
    keep_reasons(t);
    v2->first = false;
    t->told = true;
    v2->batches.count = 0;
    return ok;
}

struct reader {
    struct hs_cursor in;
    uint64_t begin, end; /* of the trace, in ticks */
    uint64_t gen;        /* of the batches at hand; 0: none */
};

/* What the end of the file at READING means for the generation at hand. */
static bool last_generation(struct trace *t, struct reader *r,
                            enum reading reading, struct hs_err *err)
{
    const struct v2 *v2 = t->own;
    uint64_t at = r->in.offset, missing = t->unresolved, faults = t->faults;
    bool had = v2->batches.count > 0;
    bool partial = reading == READ_CUT || (v2->version >= 26 && had);
    struct hs_err bad = HS_ERR_NONE;

    if (reading == READ_BAD) {
        generation(t, r->begin, r->end, true, &bad);
        return hs_fail(err, HS_EDATA, at, "no batch of events is here");
    }
    /* Before Go 1.26 nothing tells that a generation is whole, but that it
     * has a clock and all tables that its events need. */
    if (!partial && had) {
        bool ok = generation(t, r->begin, r->end, false, err);

        if (!ok || (v2->synced && t->unresolved == missing))
            return ok;
        t->line->partial_generations++;
        t->unresolved = missing;
        t->faults = faults;
    } else if (partial) {
        generation(t, r->begin, r->end, true, &bad);
    } else {
        return true;
    }
    return hs_fail(err, HS_ETRUNC, at, "the last generation is cut short");
}

static bool read_generations(struct trace *t, struct reader *r,
                             struct hs_err *err)
{
    struct v2 *v2 = t->own;
    struct v2_batch batch;

    for (;;) {
        uint64_t at = r->in.offset;
        enum reading reading = read_batch(v2, &r->in, &batch);

        if (reading == READ_END_OF_GENERATION) {
            r->gen = 0;
            if (!generation(t, r->begin, r->end, false, err))
                return false;
            continue;
        }
        if (reading != READ_BATCH) {
            r->in.offset = at;
            return last_generation(t, r, reading, err);
        }
        t->line->batches++;
        if (r->gen && batch.gen != r->gen) {
            bool follows = batch.gen == r->gen + 1 && v2->version < 26;

            if (!generation(t, r->begin, r->end, !follows, err))
                return false;
            if (!follows)
                return hs_fail(
                    err, HS_EDATA, at, "generation %llu follows %llu",
                    (unsigned long long)batch.gen, (unsigned long long)r->gen);
        }
        r->gen = batch.gen;
        hs_column_push(&v2->batches, &batch);
        if (batch.cut) {
            r->in.offset = at;
            return last_generation(t, r, READ_CUT, err);
        }
    }
}

bool hs_trace_v2(struct trace *t, struct hs_cursor in, struct hs_err *err)
{
    struct v2 v2 = {
        .version = t->line->version,
        .batches = HS_COLUMN(struct v2_batch, &t->scratch),
        .first = true,
    };
    struct reader reader = {.in = in};
    bool ok;

    t->own = &v2;
    t->merge.run = run;
    hs_trace_v2_events(&v2);
    hs_map_init(&v2.streams, &t->scratch, 64);
    for (uint32_t i = 1; i < REASONS; i++)
        t->table.plain[i] = hs_trace_text(t, reasons[i]);
    measure(t, in, &reader.begin, &reader.end);
    ok = read_generations(t, &reader, err);
    if (t->line->wall)
        t->line->wall -= hs_trace_time(t, t->wall_ticks);
    t->own = NULL;
    return ok;
}
