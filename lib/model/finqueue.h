/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finqueue.h - the finalizer queue over time.
 *
 * Two witnesses: events `runtime.finalizer.queue`, one for each object that is
 * put into the queue (Go does not write them; a probe on the runtime's function
 * queuefinalizer does), and the lines of GODEBUG=checkfinalizers=1, one after
 * each collection (Go 1.25 and later).
 */
#ifndef HS_MODEL_FINQUEUE_H
#define HS_MODEL_FINQUEUE_H

#include "base/intern.h"
#include "base/json_read.h"
#include "base/map.h"
#include "model/series.h"
#include "model/snapshot.h"

/* One event:
 *   {"name": "runtime.finalizer.queue", "ts": microseconds,
 *    "args": {"g": goroutine, "obj": address, "fn": function, "n": length}}
 * Addresses are numbers or texts of "0x..."; FN may be a name instead. */
struct hs_finqueue_event {
    double seconds;
    uint64_t goroutine, object, pc;
    struct hs_str function; /* a name; empty: PC */
    uint64_t length;        /* of the queue, if LENGTH_KNOWN */
    bool length_known;
};

struct hs_finqueue_function {
    struct hs_str name; /* empty: not known */
    uint64_t pc;        /* 0: not known */
    uint64_t count;
    uint64_t again; /* of objects that were in the queue before */
    double first, last;
};

/* What checkfinalizers=1 has found wrong with one object. */
struct hs_finalizer_issue {
    struct hs_str type;
    uint64_t object;
    bool cycle;   /* it is reachable from its own finalizer or cleanup */
    bool tiny;    /* it shares a block with others that may live longer */
    bool cleanup; /* it is a cleanup's, not a finalizer's */
    struct hs_str function, created; /* "main.finish main.go:17" */
};

#define HS_FINALIZER_ISSUES 256

struct hs_finqueue {
    struct hs_series length;    /* of the queue, events; line 0, seconds */
    struct hs_column functions; /* struct hs_finqueue_function */
    uint64_t events, unknown;   /* UNKNOWN have no length */
    uint64_t again;             /* objects that came twice or more often */
    double first, last;         /* seconds of the first and the last event */
    bool in_order;
    struct hs_series waiting; /* checkfinalizers: finalizers, cleanups;
                               * seconds if a gctrace line says, else the
                               * number of the line */
    struct hs_column issues;  /* struct hs_finalizer_issue */
    uint64_t issue_count;

    struct hs_intern names;
    struct hs_map objects, by_name, by_pc;
    struct hs_arena *arena;
};

/* The queue of SNAPSHOT, which has this part from then on. */
struct hs_finqueue *hs_finqueue_of(struct hs_snapshot *snapshot);

/* False if JSON is not such an event. */
bool hs_finqueue_read(const struct hs_json *json,
                      struct hs_finqueue_event *event);

void hs_finqueue_add(struct hs_finqueue *queue,
                     const struct hs_finqueue_event *event);

/* A line of checkfinalizers: so many are in the queue. */
void hs_finqueue_waiting(struct hs_finqueue *queue, double time,
                         uint64_t finalizers, uint64_t cleanups);

/* Keeps ISSUE, with copies of its texts. */
void hs_finqueue_issue(struct hs_finqueue *queue,
                       const struct hs_finalizer_issue *issue);

#endif
