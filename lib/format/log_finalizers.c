/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_finalizers.c - GODEBUG=checkfinalizers=1, Go 1.25 and later.
 *
 *   "checkfinalizers: queue: " n " finalizers + " n " cleanups"
 *
 * stands after every collection.  When a check finds something wrong, the
 * program ends with a list (runtime/mcheckmark.go):
 *
 *   "WARNING: LIKELY CLEANUP/FINALIZER ISSUES" NL NL
 *   ("Value of type " type " at 0x" hex NL
 *    "  is reachable from finalizer" NL ...
 *    (NL "Has finalizer at 0x" hex NL
 *     "  " function "()" NL "      " file ":" line " +0x" hex NL
 *     "created at: " NL "  " function "()" NL "      " file ...)+ NL)+
 */
#include "format/log.h"

#include "model/finqueue.h"

#define LIST "WARNING: LIKELY CLEANUP/FINALIZER ISSUES"

struct log_issue {
    struct hs_arena texts;
    struct hs_finalizer_issue issue;
    size_t prefix;       /* bytes before each line */
    bool listing;        /* within the list */
    bool open;           /* ISSUE has something */
    bool created;        /* what follows is where it was set */
    struct hs_str *name; /* where the next file and line go, or NULL */
};

static bool find_counts(struct hs_cursor line, uint64_t *finalizers,
                        uint64_t *cleanups)
{
    return hs_scan_past(&line, "checkfinalizers: queue: ") &&
           hs_scan_unsigned(&line, finalizers) &&
           hs_scan_literal(&line, " finalizers + ") &&
           hs_scan_unsigned(&line, cleanups) &&
           hs_scan_literal(&line, " cleanups");
}

static bool starts_list(struct hs_cursor line)
{
    return hs_scan_past(&line, LIST);
}

static bool knows(struct hs_cursor line)
{
    uint64_t finalizers, cleanups;

    return find_counts(line, &finalizers, &cleanups) || starts_list(line);
}

static void close_issue(struct log *log)
{
    struct log_issue *l = log->issue;

    if (l->open)
        hs_finqueue_issue(hs_finqueue_of(log->snapshot), &l->issue);
    l->open = false;
    l->issue = (struct hs_finalizer_issue){0};
    l->name = NULL;
    hs_arena_reset(&l->texts);
}

static bool take(struct log *log, struct hs_cursor line)
{
    struct log_issue *l = log->issue;
    uint64_t finalizers, cleanups;

    if (find_counts(line, &finalizers, &cleanups)) {
        struct hs_finqueue *queue = hs_finqueue_of(log->snapshot);

        hs_finqueue_waiting(queue,
                            log->gc_seconds >= 0 ? log->gc_seconds
                                                 : (double)queue->waiting.count,
                            finalizers, cleanups);
        return true;
    }
    close_issue(log);
    l->listing = true;
    hs_finqueue_of(log->snapshot);
    hs_scan_past(&line, LIST);
    l->prefix = (size_t)(line.at - log->lines.line.at) - strlen(LIST);
    return true;
}

/* `Value of type *main.T at 0xc000010000` */
static bool read_value(struct log *log, struct hs_cursor scan)
{
    struct log_issue *l = log->issue;
    struct hs_cursor at = scan;
    struct hs_str type = {0};

    if (!hs_scan_literal(&scan, "Value of type "))
        return false;
    at = scan;
    close_issue(log);
    while (hs_scan_past(&at, " at "))
        type = (struct hs_str){(const char *)scan.at,
                               (size_t)(at.at - 4 - scan.at)};
    at = scan;
    hs_cursor_take(&at, type.size + 4);
    l->open = type.size > 0 && hs_scan_hex(&at, &l->issue.object);
    l->issue.type = hs_str_copy(&l->texts, type);
    return true;
}

/* `  main.finish()`, and below it `      /src/main.go:17 +0x1d`. */
static void read_place(struct log_issue *l, struct hs_str text)
{
    struct hs_cursor scan = hs_cursor_over(text.text, text.size, 0);
    struct hs_str place = text;
    const char *slash;

    if (text.size > 2 && memcmp(text.text + text.size - 2, "()", 2) == 0) {
        l->name = l->created ? &l->issue.created : &l->issue.function;
        *l->name =
            hs_str_copy(&l->texts, (struct hs_str){text.text, text.size - 2});
        return;
    }
    if (!l->name)
        return;
    if (hs_scan_past(&scan, " +0x"))
        place.size = (size_t)((const char *)scan.at - 4 - text.text);
    slash = place.size ? memrchr(place.text, '/', place.size) : NULL;
    if (slash) {
        place.size -= (size_t)(slash + 1 - place.text);
        place.text = slash + 1;
    }
    *l->name =
        hs_str_of(hs_arena_printf(&l->texts, "%.*s %.*s", (int)l->name->size,
                                  l->name->text, (int)place.size, place.text));
    l->name = NULL;
}

static bool more(struct log *log, struct hs_cursor line)
{
    struct log_issue *l = log->issue;
    struct hs_str text;

    if (!l->listing)
        return false;
    if (hs_cursor_left(&line) < l->prefix)
        return true;
    hs_cursor_take(&line, l->prefix);
    text = hs_scan_trim(hs_scan_rest(&line));
    if (text.size == 0 || read_value(log, line))
        return true;
    if (hs_scan_literal(&line, "Has ")) {
        /* Of one object's many finalizers and cleanups the first is told. */
        l->issue.cleanup = hs_scan_literal(&line, "cleanup");
        l->created = false;
    } else if (hs_scan_literal(&line, "created at:")) {
        l->created = true;
    } else if (hs_scan_literal(&line, "  is reachable from")) {
        l->issue.cycle = true;
    } else if (hs_scan_literal(&line, "  is in a tiny block")) {
        l->issue.tiny = true;
    } else if (hs_scan_literal(&line, "  ") || hs_scan_literal(&line, "\t")) {
        read_place(l, text);
    } else {
        l->listing = false;
        close_issue(log);
        return false;
    }
    return true;
}

static void begin(struct log *log, struct hs_arena *scratch)
{
    log->issue = hs_arena_zeroed(scratch, 1, sizeof(*log->issue));
}

static void end(struct log *log)
{
    log->cut |= log->issue->listing;
    close_issue(log);
    hs_arena_free(&log->issue->texts);
}

const struct log_taker log_finalizers = {
    .marks = "kfLY",
    .one = "line of checkfinalizers",
    .many = "lines of checkfinalizers",
    .knows = knows,
    .take = take,
    .more = more,
    .begin = begin,
    .end = end,
};
