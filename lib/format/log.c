/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.c - what a Go program and its kernel write to a log.
 *
 * Any text is read to its end, whatever else it has: a service's own log, a
 * container's, dmesg.  It is known by the first 4 KiB, though: they have a
 * message that one of the takers knows, or at least look like a log.
 */
#include "format/log.h"

#include <inttypes.h>

#include "format/format.h"

static const struct log_taker *const takers[] = {
    &log_gctrace, &log_stacks, &log_finalizers,
    &log_queue,   &log_kernel, &log_reason,
};

#define TAKERS (sizeof(takers) / sizeof(takers[0]))

_Static_assert(TAKERS == LOG_TAKERS, "each taker is counted");

/* Where the marks of all takers are, by pair of characters: one look at each of
 * a line's pairs says who should look closer.  That is most often nobody. */
static uint8_t *mark(struct hs_arena *arena)
{
    uint8_t *marked = hs_arena_zeroed(arena, 1 << 16, 1);

    for (size_t i = 0; i < TAKERS; i++)
        for (const char *m = takers[i]->marks; *m; m += 2)
            marked[(uint8_t)m[0] << 8 | (uint8_t)m[1]] |= (uint8_t)(1 << i);
    return marked;
}

static unsigned marks_of(const uint8_t *marked, struct hs_cursor line)
{
    size_t size = hs_cursor_left(&line);
    unsigned marks = 0;

    for (size_t i = 1; i < size; i++)
        marks |= marked[line.at[i - 1] << 8 | line.at[i]];
    return marks;
}

static const struct log_taker *taker_of(const uint8_t *marked,
                                        struct hs_cursor line)
{
    unsigned marks = marks_of(marked, line);

    for (size_t i = 0; marks && i < TAKERS; i++)
        if ((marks >> i & 1) && takers[i]->knows(line))
            return takers[i];
    return NULL;
}

/* The next line of HEAD; false at its end. */
static bool next_line(struct hs_cursor *head, struct hs_cursor *line)
{
    size_t left = hs_cursor_left(head);
    const uint8_t *end = left ? memchr(head->at, '\n', left) : NULL;

    if (left == 0)
        return false;
    *line = hs_cursor_sub(head, end ? (uint64_t)(end - head->at) : left);
    hs_cursor_take(head, end ? 1 : 0);
    return true;
}

/* What loggers start a line with: a time, a level, a field, a host. */
static bool looks_logged(struct hs_cursor line)
{
    static const char *const starts[] = {
        "time=", "level=", "ts=",  "msg=", "INFO", "WARN", "ERROR", "DEBUG",
        "Jan ",  "Feb ",   "Mar ", "Apr ", "May ", "Jun ", "Jul ",  "Aug ",
        "Sep ",  "Oct ",   "Nov ", "Dec ", "{\"",  "<",    "[",
    };
    uint8_t c = hs_scan_peek(&line);
    size_t digits = 0;

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        struct hs_cursor scan = line;

        if (hs_scan_literal(&scan, starts[i]))
            return true;
    }
    if (c == 'I' || c == 'W' || c == 'E' || c == 'F')
        hs_cursor_take(&line, 1); /* I1130 12:00:00, of glog */
    while (hs_scan_peek(&line) >= '0' && hs_scan_peek(&line) <= '9') {
        hs_cursor_take(&line, 1);
        digits++;
    }
    /* 2026-11-30, 2026/11/30, 1130 12:, 12:00:00 */
    return digits >= 2 && hs_scan_peek(&line) &&
           memchr("-/: ", hs_scan_peek(&line), 4);
}

/* Does the head have a message?  *FIRST if it stands in its first line. */
static bool has_message(struct hs_cursor head, bool *first)
{
    struct hs_cursor line;

    *first = true;
    for (; next_line(&head, &line); *first = false)
        for (size_t i = 0; i < TAKERS; i++)
            if (!takers[i]->weak && takers[i]->knows(line))
                return true;
    return false;
}

static int probe(struct hs_cursor head)
{
    struct hs_cursor line;
    size_t lines = 0, logged = 0;
    bool first;

    if (memchr(head.at, '\0', hs_cursor_left(&head)))
        return 0;
    if (has_message(head, &first))
        return first ? 80 : 70;
    while (next_line(&head, &line)) {
        if (hs_cursor_left(&line) == 0)
            continue;
        lines++;
        logged += looks_logged(line);
    }
    return lines >= 3 && logged > lines / 2 ? 1 : 0;
}

static void take_line(struct log *log)
{
    const struct log_taker *taker = taker_of(log->marked, log->lines.line);

    if (taker) {
        bool counts = taker->take(log, log->lines.line);

        log->found += !taker->weak;
        for (size_t i = 0; i < TAKERS; i++)
            log->taken[i] += takers[i] == taker && counts;
        return;
    }
    /* It may have been to become one. */
    log->cut |= !log->lines.ended && !log->lines.cut;
    for (size_t i = 0; i < TAKERS; i++)
        if (takers[i]->more && takers[i]->more(log, log->lines.line))
            return;
}

/* "log: 412 collections, 87 goroutines printed" */
static void tell(const struct log *log)
{
    struct hs_arena *arena = &log->snapshot->arena;
    const char *text = "log: ", *comma = "";

    for (size_t i = 0; i < TAKERS; i++) {
        uint64_t n = log->taken[i];

        /* One line may have many. */
        if (takers[i] == &log_stacks)
            n = log->goroutines;
        if (n == 0 || !takers[i]->one)
            continue;
        text = hs_arena_printf(arena, "%s%s%" PRIu64 " %s", text, comma, n,
                               n == 1 ? takers[i]->one : takers[i]->many);
        comma = ", ";
    }
    if (*comma)
        log->snapshot->told = text;
}

static bool finish(const struct log *log, struct hs_err *err)
{
    const struct hs_err *why = &log->lines.err;

    if (why->kind != HS_OK)
        return hs_fail(err, why->kind, why->offset, "%s", why->message);
    if (log->cut)
        return hs_fail(err, HS_ETRUNC, log->lines.window.offset,
                       "the log is cut short within a line or a message");
    if (log->found == 0 || !log->snapshot->parts)
        return hs_fail(err, HS_EUNKNOWN, HS_NOWHERE,
                       "a log without a line of the Go runtime or of the "
                       "kernel's OOM killer");
    return true;
}

static bool decode(struct hs_input *input, struct hs_snapshot *snapshot,
                   struct hs_err *err)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct log log = {.snapshot = snapshot, .gc_seconds = -1};

    log.marked = mark(&scratch);
    hs_lines_open(&log.lines, input);
    for (size_t i = 0; i < TAKERS; i++)
        if (takers[i]->begin)
            takers[i]->begin(&log, &scratch);
    while (hs_lines_next(&log.lines))
        take_line(&log);
    for (size_t i = 0; i < TAKERS; i++)
        if (takers[i]->end)
            takers[i]->end(&log);
    tell(&log);
    finish(&log, err);
    hs_lines_close(&log.lines);
    hs_arena_free(&scratch);
    return err->kind == HS_OK;
}

const struct hs_format hs_format_log = {
    .name = "log",
    .title = "log of a Go program or the kernel",
    .command = "GODEBUG=gctrace=1 PROGRAM 2>LOG; "
               "curl 'http://HOST/debug/pprof/goroutine?debug=2'",
    .capture =
        "    GODEBUG=gctrace=1 PROGRAM 2>LOG\n"
        "    curl -o stacks.txt "
        "'http://localhost:6060/debug/pprof/goroutine?debug=2'\n"
        "    kill -QUIT PID                # ends it, stacks on its stderr\n"
        "    dmesg | grep -i -e oom -e killed >oom.txt\n"
        "\n"
        "Read from whatever log they ended up in, with anything before and\n"
        "between: the lines of gctrace, scavtrace and checkfinalizers, the\n"
        "stacks of panics, and what the kernel says when it kills a process.\n"
        "gctrace costs a line for each collection. The stacks stop the "
        "program\n"
        "while they are written: with very many goroutines take the profile,\n"
        "without debug=2.",
    .fills =
        HS_PART_PROCESS | HS_PART_GCLOG | HS_PART_STACKS | HS_PART_FINQUEUE,
    .probe = probe,
    .decode = decode,
};
