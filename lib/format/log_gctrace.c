/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_gctrace.c - collections: one line each, on standard error.
 *
 *   line  = "gc " n " @" s "s " share "%" [" (...)"] ": " times " ms clock, "
 *           times " ms cpu, " n "->" n "->" n " MB, " n " MB goal, "
 *           [n " MB stacks, " n " MB globals, "] n " P" [" (forced)"]
 *   times = number (("+" | "/") number)*
 *
 * The first and the last of the clock's times stopped the world; Go 1.5 had
 * five of them, later versions have three.  Stacks and globals came with Go
 * 1.18.  MB are MiB, rounded down.
 *
 * What the scavenger has given back comes from its lines:
 *
 *   "scvg" [n] ": inuse: " n ", idle: " n ", sys: " n ", released: " n ... (MB)
 *   "scav " [n " "] ... ", " n (" KiB now" | " KiB total") ...
 */
#include "format/log.h"

#include "model/gclog.h"
#include "model/process.h"

/* The runtime's line is no longer, so that no line makes looking for one slow.
 */
#define LINE_MOST 1024
/* With larger numbers it is none of the runtime's: three centuries, and 8 PiB.
 */
#define SECONDS_MOST 1e10
#define MB_MOST      ((uint64_t)1 << 33)

/* `0.026+0.39+0.10`: the first and the last, and the sum of all. */
static bool read_times(struct hs_cursor *scan, double *ends, double *sum)
{
    double time;
    bool first = true;

    *sum = *ends = 0;
    for (;;) {
        if (!hs_scan_number(scan, &time) || time < 0 ||
            time > SECONDS_MOST * 1e3)
            return false;
        *sum += time;
        if (first)
            *ends = time;
        if (hs_scan_peek(scan) != '+' && hs_scan_peek(scan) != '/')
            break;
        hs_cursor_take(scan, 1);
        first = false;
    }
    if (!first)
        *ends += time;
    return true;
}

static bool read_mb(struct hs_cursor *scan, const char *what, uint64_t *bytes)
{
    struct hs_cursor at = *scan;
    uint64_t mb;

    if (!hs_scan_unsigned(&at, &mb) || !hs_scan_literal(&at, what) ||
        mb > MB_MOST)
        return false;
    *bytes = mb << 20;
    *scan = at;
    return true;
}

static bool read_head(struct hs_cursor *scan, struct hs_gc_cycle *cycle)
{
    struct hs_str remark;

    if (!hs_scan_literal(scan, "gc ") ||
        !hs_scan_unsigned(scan, &cycle->number) ||
        !hs_scan_literal(scan, " @") || !hs_scan_number(scan, &cycle->start) ||
        cycle->start < 0 || cycle->start > SECONDS_MOST ||
        !hs_scan_literal(scan, "s ") ||
        !hs_scan_number(scan, &cycle->gc_share) ||
        !hs_scan_literal(scan, "%") || cycle->gc_share < 0 ||
        cycle->gc_share > 100)
        return false;
    cycle->gc_share /= 100;
    if (hs_scan_literal(scan, " (") && !hs_scan_until(scan, ')', &remark))
        return false;
    return hs_scan_literal(scan, ": ");
}

static bool read_cycle(struct hs_cursor *scan, struct hs_gc_cycle *cycle)
{
    double ends, sum;

    *cycle = (struct hs_gc_cycle){0};
    if (!read_head(scan, cycle) ||
        !read_times(scan, &cycle->stop_ms, &cycle->clock_ms) ||
        !hs_scan_literal(scan, " ms clock, ") ||
        !read_times(scan, &ends, &sum) || !hs_scan_literal(scan, " ms cpu, ") ||
        !read_mb(scan, "->", &cycle->before) ||
        !read_mb(scan, "->", &cycle->at) ||
        !read_mb(scan, " MB, ", &cycle->after) ||
        !read_mb(scan, " MB goal, ", &cycle->goal))
        return false;
    cycle->scans_known = read_mb(scan, " MB stacks, ", &cycle->stacks);
    if (cycle->scans_known && !read_mb(scan, " MB globals, ", &cycle->globals))
        return false;
    if (!hs_scan_unsigned(scan, &cycle->processors) ||
        !hs_scan_literal(scan, " P"))
        return false;
    cycle->forced = hs_scan_literal(scan, " (forced)");
    return true;
}

/* The line may have anything before it, and `gc ` in that. */
static bool find_cycle(struct hs_cursor line, struct hs_gc_cycle *cycle)
{
    while (hs_scan_past(&line, "gc ")) {
        struct hs_cursor scan = line;

        scan.at -= 3;
        if (hs_cursor_left(&scan) > LINE_MOST)
            scan.end = scan.at + LINE_MOST;
        if (read_cycle(&scan, cycle))
            return true;
    }
    return false;
}

/* What LINE says has been given back to the system. */
static bool find_released(struct hs_cursor line, uint64_t *bytes)
{
    struct hs_cursor scan = line;
    uint64_t n;

    if (hs_scan_past(&scan, "scvg") && hs_scan_past(&scan, ": inuse: ") &&
        hs_scan_past(&scan, "released: ") && hs_scan_unsigned(&scan, &n) &&
        n <= UINT64_MAX >> 20) {
        *bytes = n << 20;
        return true;
    }
    scan = line;
    if (!hs_scan_past(&scan, "scav ") || !hs_scan_past(&scan, " KiB work"))
        return false;
    while (hs_scan_past(&scan, ", ")) {
        struct hs_cursor here = scan;

        if (!hs_scan_unsigned(&here, &n) || n > UINT64_MAX >> 10)
            continue;
        *bytes = n << 10;
        if (hs_scan_literal(&here, " KiB now") ||
            hs_scan_literal(&here, " KiB total"))
            return true;
    }
    return false;
}

static bool knows(struct hs_cursor line)
{
    struct hs_gc_cycle cycle;
    uint64_t bytes;

    return find_cycle(line, &cycle) || find_released(line, &bytes);
}

static bool take(struct log *log, struct hs_cursor line)
{
    struct hs_process *process = hs_process_of(log->snapshot);
    struct hs_gc_cycle cycle;
    uint64_t bytes;

    if (find_cycle(line, &cycle)) {
        hs_gclog_add(log->gc, &cycle);
        log->gc_seconds = cycle.start;
        hs_process_say(process, HS_FACT_HEAP_LIVE, cycle.after, HS_BY_GCTRACE);
        hs_process_say(process, HS_FACT_NUM_GC, cycle.number, HS_BY_GCTRACE);
        return true;
    }
    if (find_released(line, &bytes))
        hs_process_say(process, HS_FACT_HEAP_RELEASED, bytes, HS_BY_GCTRACE);
    return false;
}

static void begin(struct log *log, struct hs_arena *scratch)
{
    log->gc = hs_gclog_new(log->snapshot, scratch);
}

static void end(struct log *log)
{
    hs_gclog_end(log->gc);
}

const struct log_taker log_gctrace = {
    .marks = " @cvKi",
    .one = "collection",
    .many = "collections",
    .knows = knows,
    .take = take,
    .begin = begin,
    .end = end,
};
