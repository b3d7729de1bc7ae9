/* SPDX-License-Identifier: Apache-2.0 */
/* trace_case_test.c - traces made by hand, event by event. */
#include "format/trace_case_test.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/timeline_sound.h"

#define SIZE_BYTES 10 /* the runtime writes sizes of batches that wide */

static void byte(struct trace_case *c, unsigned value)
{
    assert_true(c->size < sizeof(c->bytes));
    c->bytes[c->size++] = (uint8_t)value;
}

void trace_case_put(struct trace_case *c, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        byte(c, (unsigned)(number & 0x7f) | 0x80);
    byte(c, (unsigned)number);
}

void trace_case_text(struct trace_case *c, const char *s)
{
    trace_case_put(c, strlen(s));
    while (*s)
        byte(c, (unsigned char)*s++);
}

void trace_case_new(struct trace_case *c, unsigned version)
{
    *c = (struct trace_case){.gen = 1};
    snprintf((char *)c->bytes, 17, "go 1.%u trace", version);
    c->size = 16;
}

/* The batch at hand is complete: its size is known. */
static void end_batch(struct trace_case *c)
{
    size_t size = c->size - c->batch - SIZE_BYTES;

    if (c->batch == 0)
        return;
    for (size_t i = 0; i < SIZE_BYTES; i++, size >>= 7)
        c->bytes[c->batch + i] =
            (uint8_t)((size & 0x7f) | (i + 1 < SIZE_BYTES ? 0x80 : 0));
    c->batch = 0;
}

/* The head of a batch behind its type. */
static void begin_batch(struct trace_case *c, uint64_t thread, uint64_t time)
{
    trace_case_put(c, c->gen);
    trace_case_put(c, thread);
    trace_case_put(c, time);
    c->batch = c->size;
    for (size_t i = 0; i < SIZE_BYTES; i++)
        byte(c, 0);
}

void trace_case_batch(struct trace_case *c, uint64_t thread, uint64_t time)
{
    end_batch(c);
    byte(c, 1);
    begin_batch(c, thread, time);
}

void trace_case_experiment(struct trace_case *c, unsigned kind)
{
    end_batch(c);
    byte(c, 49);
    byte(c, 1);
    begin_batch(c, UINT64_MAX, 1);
    byte(c, kind);
}

void trace_case_event(struct trace_case *c, unsigned type, int count, ...)
{
    va_list args;

    byte(c, type);
    va_start(args, count);
    for (int i = 0; i < count; i++)
        trace_case_put(c, (uint64_t)va_arg(args, int));
    va_end(args);
}

static bool writes(const struct trace_case *c, unsigned version)
{
    return (unsigned)atoi((const char *)c->bytes + 5) >= version;
}

void trace_case_tables(struct trace_case *c, const char *const *strings,
                       size_t count)
{
    trace_case_batch(c, UINT64_MAX, 1);
    if (writes(c, 25))
        byte(c, 50);
    byte(c, 8);
    trace_case_put(c, 1000000000);
    if (writes(c, 25))
        trace_case_event(c, 51, 4, 0, 1, 1000, 7);
    trace_case_batch(c, UINT64_MAX, 1);
    byte(c, 2);
    for (size_t i = 1; i <= count; i++)
        trace_case_event(c, 3, 6, (int)i + 100, 1, 4096, (int)i, 0, 42);
    trace_case_batch(c, UINT64_MAX, 1);
    byte(c, 4);
    for (size_t i = 1; i <= count; i++) {
        trace_case_event(c, 5, 1, (int)i);
        trace_case_text(c, strings[i - 1]);
    }
    end_batch(c);
    if (writes(c, 26))
        byte(c, 52);
    c->gen++;
}

void trace_case_v1(struct trace_case *c, unsigned type, int count, ...)
{
    uint8_t args[64];
    size_t head, size;
    va_list list;

    byte(c, type | (unsigned)(count <= 3 ? count - 1 : 3) << 6);
    head = c->size;
    va_start(list, count);
    for (int i = 0; i < count; i++)
        trace_case_put(c, (uint64_t)va_arg(list, int));
    va_end(list);
    if (count <= 3)
        return;
    size = c->size - head;
    memcpy(args, c->bytes + head, size);
    c->size = head;
    trace_case_put(c, size);
    for (size_t i = 0; i < size; i++)
        byte(c, args[i]);
}

void trace_case_v1_tables(struct trace_case *c, const char *const *strings,
                          size_t count)
{
    trace_case_v1(c, 2, 1, 1000000000);
    for (size_t i = 1; i <= count; i++) {
        byte(c, 37);
        trace_case_put(c, i);
        trace_case_text(c, strings[i - 1]);
        trace_case_v1(c, 3, 6, (int)i + 100, 1, 4096, (int)i, 0, 42);
    }
}

const struct hs_timeline *trace_case_decode(struct trace_case *c, size_t size)
{
    const struct hs_format *format = hs_format_named("trace");
    struct hs_source source = {.path = "case"};
    void *copy;
    bool good;

    end_batch(c);
    trace_case_close(c);
    hs_snapshot_init(&c->snapshot);
    c->err = HS_ERR_NONE;
    copy = hs_arena_alloc(&c->snapshot.arena, size);
    memcpy(copy, c->bytes, size);
    source.input = hs_input_over(copy, size, NULL);
    hs_column_push(&c->snapshot.sources, &source);
    good = format->decode(source.input, &c->snapshot, &c->err);
    assert_true(good == (c->err.kind == HS_OK));
    if (!(c->snapshot.parts & HS_PART_TIMELINE))
        return NULL;
    assert_null(hs_timeline_unsound(c->snapshot.timeline));
    assert_true(c->snapshot.timeline->complete == good);
    return c->snapshot.timeline;
}

void trace_case_close(struct trace_case *c)
{
    if (c->snapshot.sources.size)
        hs_snapshot_close(&c->snapshot);
    c->snapshot = (struct hs_snapshot){0};
}

bool trace_case_is(const struct hs_timeline *line, uint32_t string,
                   const char *expected)
{
    return hs_str_equal(hs_timeline_string(line, string), hs_str_of(expected));
}

const struct hs_trace_group *trace_case_group(const struct hs_timeline *line,
                                              const char *function,
                                              bool created)
{
    const struct hs_trace_group *groups = line->groups.at;

    for (size_t i = 0; i < line->groups.count; i++)
        if (trace_case_is(line, groups[i].function, function) &&
            (groups[i].creation != 0) == created)
            return &groups[i];
    fail_msg("no group starts in '%s'", function);
    return NULL;
}

const struct hs_trace_wait *trace_case_wait(const struct hs_timeline *line,
                                            const struct hs_trace_group *group)
{
    assert_true(group->wait_count > 0);
    return (const struct hs_trace_wait *)line->waits.at + group->first_wait;
}
