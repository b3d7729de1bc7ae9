/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_case_test.h - traces made by hand, event by event.
 *
 * More than 12 functions: a case is made of small pieces, and asked a few.
 */
#ifndef HS_FORMAT_TRACE_CASE_TEST_H
#define HS_FORMAT_TRACE_CASE_TEST_H

#include "format/format.h"
#include "model/timeline.h"

#include "base/test.h"

struct trace_case {
    uint8_t bytes[8192];
    size_t size;
    size_t batch;      /* where the batch at hand has its size, v2 */
    uint64_t gen, now; /* v2: generation, and its strings and stacks */
    struct hs_snapshot snapshot;
    struct hs_err err;
};

/* An empty trace of "go 1.VERSION trace". */
void trace_case_new(struct trace_case *c, unsigned version);

/* One number. */
void trace_case_put(struct trace_case *c, uint64_t number);

/* v2: begins a batch of THREAD in c->gen at TIME; the one before ends. */
void trace_case_batch(struct trace_case *c, uint64_t thread, uint64_t time);

/* v2: begins a batch of the allocations' experiment, of that KIND. */
void trace_case_experiment(struct trace_case *c, unsigned kind);

/* One text, its size first. */
void trace_case_text(struct trace_case *c, const char *text);

/* v2: an event with the numbers that follow COUNT, its time first. */
void trace_case_event(struct trace_case *c, unsigned type, int count, ...);

/* v2: clock, strings and stacks, and from version 26 on the generation's end.
 * STRINGS: id 1, 2, ...; stack id N + 100 is one frame in string N. */
void trace_case_tables(struct trace_case *c, const char *const *strings,
                       size_t count);

/* v1: an event with arguments. */
void trace_case_v1(struct trace_case *c, unsigned type, int count, ...);
/* v1: clock, strings and stacks as above. */
void trace_case_v1_tables(struct trace_case *c, const char *const *strings,
                          size_t count);

/* Decodes the first SIZE bytes; the timeline, or NULL.  Until the next call. */
const struct hs_timeline *trace_case_decode(struct trace_case *c, size_t size);
void trace_case_close(struct trace_case *c);

/* The group whose goroutines FUNCTION starts, with a creation stack or not. */
const struct hs_trace_group *trace_case_group(const struct hs_timeline *line,
                                              const char *function,
                                              bool created);
/* Its first wait. */
const struct hs_trace_wait *trace_case_wait(const struct hs_timeline *line,
                                            const struct hs_trace_group *group);
bool trace_case_is(const struct hs_timeline *line, uint32_t string,
                   const char *text);

#endif
