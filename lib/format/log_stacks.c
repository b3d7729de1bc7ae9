/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_stacks.c - goroutines as panics, SIGQUIT and ?debug=2 print them.
 *
 *   goroutine = "goroutine " id [" gp=" ...] " [" state "]" [labels] ":" NL
 *               frame* [creator] (NL | end)
 *   labels    = " labels:{" ... "}"
 *   state     = reason [" (leaked)"] [" (scan)"] [", " n " minutes"]
 *               [", locked to thread"] [", synctest bubble " n]
 *   frame     = function "(" args ")" NL TAB file ":" line [" +0x" hex] ... NL
 *             | "..." [n " "] ["additional "] "frames elided..." NL
 *   creator   = "created by " function [" in goroutine " id] NL TAB file ... NL
 *
 * (runtime/traceback.go.)  "in goroutine" came with Go 1.21; goroutine 0 is the
 * scheduler's stack and none.  Ancestors, which follow "[originating from", are
 * not read.
 *
 * A logger may have put something before each line: as many bytes as before the
 * first are skipped.  And it may have put all into a JSON text, where line ends
 * and tabs are written `\n` and `\t`.
 */
#include "format/log.h"

/* Other lines between two goroutines of one moment: Go writes none, but other
 * threads write, too. */
#define GAP_MOST    8
#define REASON_MOST 200
/* Go prints a hundred frames at most. */
#define FRAMES_MOST 1024
/* A header is no longer, so that no line makes looking for one slow. */
#define HEADER_MOST 8192
/* Lines between the reason and the goroutines ("[signal SIGSEGV ...]"). */
#define REASON_LINES 8

/* A goroutine that was read. */
struct parsed {
    struct hs_arena texts; /* of ENTRY */
    struct hs_stacks_entry entry;
    uint64_t offset; /* of its header */
};

struct log_stacks {
    struct hs_stacks_builder builder;
    struct parsed now, held; /* see hold */
    bool holds;
    size_t prefix; /* bytes before each of its lines */
    bool json;     /* they are in a JSON text */
    bool open;
    bool ancestors; /* what follows is of others */
    uint32_t *line; /* where the next file's line goes, or NULL */
    struct hs_str *file;
    uint64_t last_line; /* the number of the last line of a goroutine */
    char reason[REASON_MOST];
    size_t reason_size;
    uint64_t reason_line;
};

/* The state's text without what follows it; what that says goes to ENTRY. */
static void read_state(struct hs_str text, struct hs_stacks_entry *entry)
{
    struct hs_cursor scan = hs_cursor_over(text.text, text.size, 0);
    struct hs_str part = text;
    bool first = true;

    while (hs_cursor_left(&scan) > 0) {
        struct hs_cursor at;
        uint64_t n;

        if (!hs_scan_until(&scan, ',', &part)) {
            part = hs_scan_rest(&scan);
            hs_cursor_take(&scan, part.size);
        }
        part = hs_scan_trim(part);
        at = hs_cursor_over(part.text, part.size, 0);
        if (first)
            entry->state = part;
        else if (hs_str_equal(part, hs_str_of("locked to thread")))
            entry->locked = true;
        else if (hs_scan_unsigned(&at, &n) && hs_scan_literal(&at, " minute"))
            entry->minutes = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
        first = false;
    }
}

/* Cuts END off TEXT; false if it does not end so. */
static bool cut_end(struct hs_str *text, const char *end)
{
    if (!hs_str_ends(*text, end))
        return false;
    text->size -= strlen(end);
    return true;
}

/* SCAN stands at "goroutine ". */
static bool read_header(struct hs_cursor *scan, struct hs_stacks_entry *entry)
{
    struct hs_str state, rest;

    *entry = (struct hs_stacks_entry){0};
    if (!hs_scan_literal(scan, "goroutine ") ||
        !hs_scan_unsigned(scan, &entry->id))
        return false;
    if (hs_scan_literal(scan, " gp=")) {
        if (!hs_scan_until(scan, '[', &rest))
            return false;
    } else if (!hs_scan_literal(scan, " [")) {
        return false;
    }
    if (!hs_scan_until(scan, ']', &state) || state.size == 0)
        return false;
    if (hs_scan_literal(scan, " labels:{") && !hs_scan_past(scan, "}"))
        return false;
    if (!hs_scan_literal(scan, ":"))
        return false;
    read_state(state, entry);
    cut_end(&entry->state, " (durable)");
    cut_end(&entry->state, " (scan)");
    entry->leaked = cut_end(&entry->state, " (leaked)");
    return entry->state.size > 0;
}

/* *AT becomes where the header is; *REST what follows it. */
static bool find_header(struct hs_cursor line, const uint8_t **at,
                        struct hs_cursor *rest, struct hs_stacks_entry *entry)
{
    while (hs_scan_past(&line, "goroutine ")) {
        struct hs_cursor scan = line;

        scan.at -= strlen("goroutine ");
        *at = scan.at;
        if (hs_cursor_left(&scan) > HEADER_MOST)
            scan.end = scan.at + HEADER_MOST;
        if (!read_header(&scan, entry))
            continue;
        scan.end = line.end;
        *rest = scan;
        /* At the end of its line, or of what a JSON text has as one. */
        if (hs_cursor_left(&scan) == 0 || hs_scan_literal(&scan, "\\n") ||
            hs_scan_literal(&scan, "\""))
            return true;
    }
    return false;
}

static bool knows(struct hs_cursor line)
{
    struct hs_stacks_entry entry;
    struct hs_cursor rest;
    const uint8_t *at;

    return find_header(line, &at, &rest, &entry);
}

static void release(struct log_stacks *s)
{
    if (s->holds)
        hs_stacks_add(&s->builder, &s->held.entry, s->held.offset);
    s->holds = false;
}

/* A running goroutine may be the first of the next moment, whose id is a new
 * one: ?debug=2 begins with the one that asks.  Then the goroutine after it is
 * in the moment before it. */
static void hold(struct log_stacks *s)
{
    struct parsed held = s->held;

    if (s->holds && hs_stacks_has(&s->builder, s->now.entry.id))
        hs_stacks_next(&s->builder, (struct hs_str){0});
    release(s);
    if (!hs_str_equal(s->now.entry.state, hs_str_of("running"))) {
        hs_stacks_add(&s->builder, &s->now.entry, s->now.offset);
        return;
    }
    s->held = s->now;
    s->now = held; /* and its memory */
    s->holds = true;
}

static void next_moment(struct log_stacks *s, struct hs_str reason)
{
    release(s);
    hs_stacks_next(&s->builder, reason);
}

static void close_entry(struct log *log)
{
    struct log_stacks *s = log->stacks;

    if (!s->open)
        return;
    s->open = false;
    s->line = NULL;
    s->last_line = log->lines.count;
    log->goroutines += s->now.entry.id > 0;
    if (s->now.entry.id > 0)
        hold(s);
}

/* `\t/src/main.go:17 +0x1d` of the function before. */
static void read_place(struct log_stacks *s, struct hs_str text)
{
    struct hs_cursor scan;
    const char *colon;
    uint64_t line;

    if (!s->line)
        return;
    scan = hs_cursor_over(text.text, text.size, 0);
    if (hs_scan_past(&scan, " +0x"))
        text.size = (size_t)((const char *)scan.at - 4 - text.text);
    colon = text.size ? memrchr(text.text, ':', text.size) : NULL;
    if (!colon)
        return;
    scan = hs_cursor_over(colon + 1,
                          (size_t)(text.text + text.size - colon - 1), 0);
    if (!hs_scan_unsigned(&scan, &line))
        return;
    text.size = (size_t)(colon - text.text);
    *s->file = hs_str_copy(&s->now.texts, text);
    *s->line = line < UINT32_MAX ? (uint32_t)line : UINT32_MAX;
    s->line = NULL;
}

/* `...additional frames elided...`, `...23 frames elided...` */
static bool read_elided(struct log_stacks *s, struct hs_cursor scan)
{
    uint64_t n = 1;

    if (!hs_scan_literal(&scan, "..."))
        return false;
    if (!hs_scan_literal(&scan, "additional"))
        hs_scan_unsigned(&scan, &n);
    if (!hs_scan_literal(&scan, " frames elided..."))
        return false;
    s->now.entry.elided += n < UINT16_MAX ? (uint32_t)n : UINT16_MAX;
    return true;
}

static bool read_creator(struct log_stacks *s, struct hs_cursor scan)
{
    struct hs_str name;

    if (!hs_scan_literal(&scan, "created by ") || !hs_scan_word(&scan, &name))
        return false;
    s->now.entry.creator = hs_str_copy(&s->now.texts, name);
    s->file = &s->now.entry.creator_file;
    s->line = &s->now.entry.creator_line;
    if (hs_scan_literal(&scan, " in goroutine "))
        hs_scan_unsigned(&scan, &s->now.entry.parent);
    return true;
}

/* `main.(*T).f(0x1, {0x2, 0x3})`: the last bracket opens the arguments. */
static bool read_frame(struct log_stacks *s, struct hs_str text)
{
    struct hs_stacks_entry_frame frame = {0}, *kept;
    const char *open;

    if (text.size < 3 || text.text[text.size - 1] != ')')
        return false;
    open = memrchr(text.text, '(', text.size);
    if (!open || open == text.text)
        return false;
    frame.function = hs_str_copy(
        &s->now.texts, (struct hs_str){text.text, (size_t)(open - text.text)});
    if (memchr(frame.function.text, ' ', frame.function.size))
        return false;
    if (s->now.entry.frames.count == FRAMES_MOST) {
        s->now.entry.elided++;
        s->line = NULL;
        return true;
    }
    hs_column_push(&s->now.entry.frames, &frame);
    kept = s->now.entry.frames.at;
    kept += s->now.entry.frames.count - 1;
    s->file = &kept->file;
    s->line = &kept->line;
    return true;
}

/* A line of an open goroutine, without what the logger adds; false if it is
 * none, or ends it. */
static bool read_line(struct log *log, struct hs_str text)
{
    struct log_stacks *s = log->stacks;
    struct hs_cursor scan = hs_cursor_over(text.text, text.size, 0);
    bool place = hs_scan_literal(&scan, "\t") || hs_scan_literal(&scan, "\\t");

    if (hs_scan_trim(text).size == 0) {
        close_entry(log);
        return false;
    }
    if (place || hs_scan_literal(&scan, "    ")) {
        read_place(s, hs_scan_trim(hs_scan_rest(&scan)));
        return true;
    }
    s->ancestors |= hs_scan_literal(&scan, "[originating from goroutine ");
    if (s->ancestors || read_elided(s, scan) || read_creator(s, scan) ||
        read_frame(s, text))
        return true;
    close_entry(log);
    return false;
}

static void begin_entry(struct log *log, const struct hs_stacks_entry *header,
                        size_t prefix)
{
    struct log_stacks *s = log->stacks;

    if (log->lines.count - s->last_line > GAP_MOST + 1)
        next_moment(s, (struct hs_str){0});
    if (s->reason_size > 0 && log->lines.count - s->reason_line <= REASON_LINES)
        next_moment(s, (struct hs_str){s->reason, s->reason_size});
    s->reason_size = 0;
    hs_arena_reset(&s->now.texts);
    s->now.entry = *header;
    s->now.entry.state = hs_str_copy(&s->now.texts, header->state);
    s->now.entry.frames =
        HS_COLUMN(struct hs_stacks_entry_frame, &s->now.texts);
    s->now.offset = log->lines.line.offset;
    s->prefix = prefix;
    s->open = true;
    s->ancestors = false;
    s->line = NULL;
}

/* The lines that a JSON text has in one. */
static void read_json(struct log *log, struct hs_cursor rest)
{
    struct log_stacks *s = log->stacks;
    bool more = true;

    while (more) {
        struct hs_str line = hs_scan_rest(&rest);
        struct hs_stacks_entry header;
        struct hs_cursor scan;

        more = hs_scan_past(&rest, "\\n");
        if (more)
            line.size = (size_t)((const char *)rest.at - 2 - line.text);
        else if (!line.size || memchr(line.text, '"', line.size))
            return; /* what follows the text */
        scan = hs_cursor_over(line.text, line.size, 0);
        if (read_header(&scan, &header)) {
            close_entry(log);
            begin_entry(log, &header, s->prefix);
        } else if (s->open) {
            read_line(log, line);
        }
    }
}

static bool take(struct log *log, struct hs_cursor line)
{
    struct log_stacks *s = log->stacks;
    struct hs_stacks_entry header;
    struct hs_cursor rest;
    const uint8_t *at;

    if (!find_header(line, &at, &rest, &header))
        return false;
    close_entry(log);
    begin_entry(log, &header, (size_t)(at - line.at));
    s->last_line = log->lines.count;
    s->json = s->prefix > 0 && memchr(line.at, '"', s->prefix);
    if (s->json && hs_scan_literal(&rest, "\\n"))
        read_json(log, rest);
    return header.id > 0;
}

static bool more(struct log *log, struct hs_cursor line)
{
    struct log_stacks *s = log->stacks;
    struct hs_str text;

    if (!s->open)
        return false;
    s->last_line = log->lines.count;
    if (hs_cursor_left(&line) >= s->prefix)
        hs_cursor_take(&line, s->prefix);
    else
        hs_cursor_take(&line, hs_cursor_left(&line));
    text = hs_scan_rest(&line);
    if (s->json) {
        struct hs_cursor scan = line;

        if (hs_scan_past(&scan, "\\n"))
            text.size = (size_t)((const char *)scan.at - 2 - text.text);
    }
    return read_line(log, text);
}

static void begin(struct log *log, struct hs_arena *scratch)
{
    log->stacks = hs_arena_zeroed(scratch, 1, sizeof(*log->stacks));
    hs_stacks_begin(&log->stacks->builder, log->snapshot,
                    hs_input_path(log->lines.input));
}

static void end(struct log *log)
{
    struct log_stacks *s = log->stacks;

    /* Go writes where a function is behind each of them. */
    log->cut |= s->open && s->line != NULL;
    close_entry(log);
    release(s);
    hs_stacks_end(&s->builder);
    hs_arena_free(&s->now.texts);
    hs_arena_free(&s->held.texts);
}

const struct log_taker log_stacks = {
    .marks = "]:}:",
    .one = "goroutine",
    .many = "goroutines",
    .knows = knows,
    .take = take,
    .more = more,
    .begin = begin,
    .end = end,
};

/* Why goroutines are printed: the last line that tells, before them. */
static bool find_reason(struct hs_cursor line, struct hs_str *reason)
{
    static const char *const starts[] = {
        "panic: ",   "fatal error: ", "SIGQUIT: ",
        "SIGABRT: ", "SIGSEGV: ",     "runtime: out of memory: "};

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        struct hs_cursor scan = line;
        const uint8_t *at;

        if (!hs_scan_past(&scan, starts[i]))
            continue;
        at = scan.at - strlen(starts[i]);
        if (at > line.at && (at[-1] | 0x20) >= 'a' && (at[-1] | 0x20) <= 'z')
            continue;
        *reason = (struct hs_str){(const char *)at, (size_t)(line.end - at)};
        return true;
    }
    return false;
}

static bool knows_reason(struct hs_cursor line)
{
    struct hs_str reason;

    return find_reason(line, &reason);
}

static bool take_reason(struct log *log, struct hs_cursor line)
{
    struct log_stacks *s = log->stacks;
    struct hs_str reason;

    /* Not if it is a frame, and a goroutine does not go on after it. */
    if (more(log, line) || !find_reason(line, &reason))
        return false;
    /* A panic within a panic: the first one is the cause. */
    if (s->reason_size > 0 && log->lines.count - s->reason_line <= REASON_LINES)
        return false;
    s->reason_size = reason.size < REASON_MOST ? reason.size : REASON_MOST;
    memcpy(s->reason, reason.text, s->reason_size);
    s->reason_line = log->lines.count;
    return false;
}

const struct log_taker log_reason = {
    .marks = "c:r:T:V:y:",
    .weak = true,
    .knows = knows_reason,
    .take = take_reason,
};
