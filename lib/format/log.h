/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - what the files of the log decoder share; for nobody else.
 *
 * A log is read once, line by line, and each line is shown to every *taker*: a
 * kind of message that may stand among any others, with anything before it.
 *
 *   log.c             lines, and who takes them
 *   log_gctrace.c     GODEBUG=gctrace=1, scavtrace=1
 *   log_stacks.c      goroutines: panics, SIGQUIT, ?debug=2
 *   log_finalizers.c  GODEBUG=checkfinalizers=1
 *   log_queue.c       events of the finalizer queue
 *   log_kernel.c      the OOM killer
 *
 * A new taker is one file and one row in the table of log.c.
 */
#ifndef HS_FORMAT_LOG_H
#define HS_FORMAT_LOG_H

#include "base/lines.h"
#include "base/scan.h"
#include "model/snapshot.h"
#include "model/stacks.h"

#define LOG_TAKERS 6

struct log {
    struct hs_lines lines;
    struct hs_snapshot *snapshot;
    /* By pair of characters, the takers that have it as a mark. */
    uint8_t *marked;
    uint64_t taken[LOG_TAKERS]; /* messages, by taker */
    uint64_t found;             /* messages that were understood */
    uint64_t goroutines;
    bool cut; /* the log ends within a message */

    double gc_seconds; /* of the last line of gctrace; negative: none yet */
    struct hs_gclog_builder *gc;
    struct log_stacks *stacks;
    struct log_issue *issue;
    struct log_kernel *kernel;
};

struct log_taker {
    const char *one, *many; /* "goroutine", "goroutines"; NULL: not told */
    /* Pairs of characters, one after the other: a line that has none of them
     * is not of this kind.  What is rare elsewhere is good. */
    const char *marks;
    bool weak; /* such a line alone makes no file a log of this kind */
    /* Is LINE, anywhere in it, the start of a message of this kind? */
    bool (*knows)(struct hs_cursor line);
    /* Takes such a line.  True if it is a message to be counted. */
    bool (*take)(struct log *log, struct hs_cursor line);
    /* Does LINE, which nobody knows, go on with the message before?  NULL if
     * messages have one line. */
    bool (*more)(struct log *log, struct hs_cursor line);
    /* Before the first line, and after the last; or NULL. */
    void (*begin)(struct log *log, struct hs_arena *scratch);
    void (*end)(struct log *log);
};

extern const struct log_taker log_gctrace, log_stacks, log_reason,
    log_finalizers, log_queue, log_kernel;

#endif
