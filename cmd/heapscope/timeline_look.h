/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timeline_look.h - how times, names and stacks of a trace are shown.
 */
#ifndef HEAPSCOPE_TIMELINE_LOOK_H
#define HEAPSCOPE_TIMELINE_LOOK_H

#include "command.h"
#include "model/timeline.h"

/* A moment or a duration; ticks where the trace does not tell their length, and
 * null before the trace. */
struct hs_value hs_timeline_time(struct hs_run *run,
                                 const struct hs_timeline *t, int64_t time);

/* A moment on the axis of a chart. */
struct hs_value hs_timeline_moment(const struct hs_timeline *t, int64_t time);

/* How long it was from SINCE to the end: at least, if that was before the
 * trace. */
struct hs_value hs_timeline_age(struct hs_run *run, const struct hs_timeline *t,
                                int64_t since);

/* A string as a name, null if it is empty. */
struct hs_value hs_timeline_name(const struct hs_timeline *t, uint32_t string);

/* "main.go:31", of FRAME; NULL if it has no file. */
const char *hs_timeline_line(struct hs_run *run, const struct hs_timeline *t,
                             const struct hs_trace_frame *frame);

/* The frame of STACK that tells most: the innermost outside Go's library, else
 * outside of what only waits, else the innermost.  NULL if there is none. */
const struct hs_trace_frame *hs_timeline_frame(const struct hs_timeline *t,
                                               uint32_t stack);

/* "main.leak main.go:31", of that frame; null if there is none. */
struct hs_value hs_timeline_place(struct hs_run *run,
                                  const struct hs_timeline *t, uint32_t stack);

/* A stack for programs: the table "stack" of GROUP. */
void hs_timeline_stack_table(struct hs_run *run, const struct hs_timeline *t,
                             struct hs_block *group, uint32_t stack);

/* COUNTS, which are HS_SLICES numbers over time, as a line of blocks that is as
 * high as the largest. */
struct hs_value hs_timeline_curve(struct hs_run *run, const uint64_t *counts);

/* True for goroutines of the runtime's own, by their start FUNCTION. */
bool hs_timeline_is_system(const struct hs_timeline *t, uint32_t function);

/* "waiting", "running", ...; NULL if not known. */
const char *hs_timeline_state(uint32_t state);

/* COUNT is how many; a text that starts with it: "1 goroutine". */
const char *hs_timeline_count(struct hs_run *run, uint64_t count,
                              const char *what);

#endif
