/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_v2_tables.c - the batches that hold no events.
 *
 *   strings     = 4 (5 id size byte[size])*
 *   stacks      = 2 (3 id count (pc function file line)[count])*
 *   cpu samples = 6 (7 time m p g stack)*
 *   frequency   = 8 hz                                    to Go 1.24
 *   sync        = 50 (8 hz | 51 dt mono sec nsec)*        from Go 1.25 on
 */
#include "format/trace_v2.h"

static bool strings(struct trace *t, struct hs_cursor in, struct hs_err *err)
{
    while (!hs_cursor_done(&in)) {
        uint8_t tag = *in.at;
        uint64_t id, size;
        struct hs_str text;

        hs_cursor_take(&in, 1);
        id = hs_cursor_varint(&in);
        size = hs_cursor_varint(&in);
        text.text = (const char *)hs_cursor_take(&in, size);
        text.size = (size_t)size;
        if (in.fault)
            break;
        if (tag != EV_STRING)
            return hs_fail(err, HS_EDATA, in.offset,
                           "a string was expected, but event %u is here", tag);
        if (!hs_trace_table_string(t, id, text))
            return hs_fail(err, HS_EDATA, in.offset,
                           "string %llu is there twice",
                           (unsigned long long)id);
    }
    return hs_cursor_ok(&in, "a table of strings", err);
}

static bool stacks(struct trace *t, struct hs_cursor in, struct hs_err *err)
{
    while (!hs_cursor_done(&in)) {
        uint8_t tag = *in.at;
        struct hs_cursor frames;
        uint64_t id, count;

        hs_cursor_take(&in, 1);
        id = hs_cursor_varint(&in);
        count = hs_cursor_varint(&in);
        frames = in;
        for (uint64_t i = 0; i < count && !in.fault; i++)
            for (unsigned k = 0; k < 4; k++)
                hs_cursor_varint(&in);
        if (in.fault)
            break;
        if (tag != EV_STACK)
            return hs_fail(err, HS_EDATA, in.offset,
                           "a stack was expected, but event %u is here", tag);
        if (!hs_trace_table_stack(t, id, count, frames))
            return hs_fail(err, HS_EDATA, in.offset,
                           "stack %llu is there twice", (unsigned long long)id);
    }
    return hs_cursor_ok(&in, "a table of stacks", err);
}

static bool cpu_samples(struct trace *t, struct hs_cursor in,
                        struct hs_err *err)
{
    while (!hs_cursor_done(&in)) {
        uint8_t tag = *in.at;

        hs_cursor_take(&in, 1);
        for (unsigned i = 0; i < 5; i++)
            hs_cursor_varint(&in);
        if (in.fault)
            break;
        if (tag != EV_CPU_SAMPLE)
            return hs_fail(err, HS_EDATA, in.offset,
                           "a sample was expected, but event %u is here", tag);
        t->line->cpu_samples++;
    }
    return hs_cursor_ok(&in, "a table of samples", err);
}

/* Where a clock is measured, generations may find it a bit different: time
 * goes on from BATCH with the new one. */
static void frequency(struct trace *t, const struct v2_batch *batch,
                      uint64_t hz)
{
    struct v2 *v2 = t->own;
    int64_t at = hs_trace_time(t, batch->time);
    bool other = hz != t->line->clock_hz;

    if (hz == 0) {
        t->faults++;
        return;
    }
    v2->synced = true;
    hs_trace_clock(t, hz);
    if (!v2->first && other) {
        t->origin = batch->time;
        t->origin_ns = at;
    }
}

/* What time it was at DT ticks after the batch began. */
static void snapshot(struct trace *t, const struct v2_batch *batch, uint64_t dt,
                     uint64_t sec, uint64_t nsec)
{
    struct v2 *v2 = t->own;

    if (!v2->first || t->line->wall || sec > INT32_MAX || nsec >= 1000000000)
        return;
    /* Times count from the first event, which the caller will subtract. */
    t->line->wall = (int64_t)(sec * 1000000000 + nsec);
    t->wall_ticks = batch->time + dt;
}

static bool sync_batch(struct trace *t, const struct v2_batch *batch,
                       struct hs_err *err)
{
    struct hs_cursor in = batch->data;

    while (!hs_cursor_done(&in)) {
        uint8_t tag = *in.at;
        uint64_t first, mono, sec, nsec;

        hs_cursor_take(&in, 1);
        first = hs_cursor_varint(&in);
        if (in.fault)
            break;
        if (tag == EV_FREQUENCY) {
            frequency(t, batch, first);
            continue;
        }
        mono = hs_cursor_varint(&in);
        (void)mono;
        sec = hs_cursor_varint(&in);
        nsec = hs_cursor_varint(&in);
        if (in.fault)
            break;
        if (tag != EV_CLOCK_SNAPSHOT)
            return hs_fail(err, HS_EDATA, in.offset,
                           "a clock was expected, but event %u is here", tag);
        snapshot(t, batch, first, sec, nsec);
    }
    return hs_cursor_ok(&in, "a clock", err);
}

/* Of an experiment that is not known, nothing is asked. */
static void experiment(struct trace *t, const struct v2_batch *batch)
{
    struct hs_cursor in = batch->data;

    if (batch->experiment != 1)
        return;
    if (batch->kind == 1)
        hs_trace_objects_info(t, in);
    else if (batch->kind == 0)
        hs_trace_objects_types(t, in);
}

bool hs_trace_v2_table(struct trace *t, const struct v2_batch *batch,
                       struct hs_err *err)
{
    const struct v2 *v2 = t->own;
    struct hs_cursor in = batch->data;

    if (batch->experiment) {
        experiment(t, batch);
        return true;
    }
    switch (batch->kind) {
    case EV_STRINGS:
        return strings(t, in, err);
    case EV_STACKS:
        return stacks(t, in, err);
    case EV_CPU_SAMPLES:
        return cpu_samples(t, in, err);
    case EV_FREQUENCY:
        if (v2->version >= 25)
            return true;
        frequency(t, batch, hs_cursor_varint(&in));
        return hs_cursor_ok(&in, "a clock", err);
    case EV_SYNC:
        return sync_batch(t, batch, err);
    default:
        return true;
    }
}
