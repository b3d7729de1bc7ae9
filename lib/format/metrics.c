/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.c - metrics as text, as Prometheus scrapes them.
 *
 *   line   = "#" ... | name ["{" labels "}"] " " value [" " time]
 *
 * Names are those of the Go client library: go_memstats_* are MemStats,
 * go_memory_classes_* the same by other names (runtime/metrics).  A file of
 * many targets has each name many times, with other labels: the first target's
 * are read.
 */
#include "base/lines.h"
#include "base/scan.h"
#include "format/format.h"
#include "model/process.h"

static const struct {
    const char *name;
    enum hs_fact_name fact;
} rows[] = {
    {"go_memstats_heap_alloc_bytes", HS_FACT_HEAP_ALLOC},
    {"go_memstats_heap_inuse_bytes", HS_FACT_HEAP_INUSE},
    {"go_memstats_heap_idle_bytes", HS_FACT_HEAP_IDLE},
    {"go_memstats_heap_released_bytes", HS_FACT_HEAP_RELEASED},
    {"go_memstats_heap_objects", HS_FACT_HEAP_OBJECTS},
    {"go_memstats_stack_inuse_bytes", HS_FACT_STACK_INUSE},
    {"go_memstats_stack_sys_bytes", HS_FACT_STACK_SYS},
    {"go_memstats_mspan_sys_bytes", HS_FACT_MSPAN_SYS},
    {"go_memstats_mcache_sys_bytes", HS_FACT_MCACHE_SYS},
    {"go_memstats_buck_hash_sys_bytes", HS_FACT_BUCK_HASH_SYS},
    {"go_memstats_gc_sys_bytes", HS_FACT_GC_SYS},
    {"go_memstats_other_sys_bytes", HS_FACT_OTHER_SYS},
    {"go_memstats_sys_bytes", HS_FACT_SYS},
    {"go_memstats_next_gc_bytes", HS_FACT_NEXT_GC},
    {"go_gc_heap_live_bytes", HS_FACT_HEAP_LIVE},
    {"go_gc_heap_goal_bytes", HS_FACT_NEXT_GC},
    {"go_gc_gogc_percent", HS_FACT_GOGC},
    {"go_gc_gomemlimit_bytes", HS_FACT_SOFT_LIMIT},
    {"go_gc_duration_seconds_count", HS_FACT_NUM_GC},
    {"go_gc_cycles_total_gc_cycles_total", HS_FACT_NUM_GC},
    {"go_goroutines", HS_FACT_GOROUTINES},
    {"go_sched_goroutines_goroutines", HS_FACT_GOROUTINES},
    {"go_threads", HS_FACT_THREADS},
    {"process_resident_memory_bytes", HS_FACT_RSS},
    {"process_virtual_memory_bytes", HS_FACT_MAPPED_SIZE},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* runtime/metrics, and which of MemStats each is a part of. */
enum class {
    OBJECTS,
    UNUSED,
    FREE,
    RELEASED,
    STACKS,
    OS_STACKS,
    TOTAL,
    CLASSES
};

static const char *const classes[CLASSES] = {
    [OBJECTS] = "go_memory_classes_heap_objects_bytes",
    [UNUSED] = "go_memory_classes_heap_unused_bytes",
    [FREE] = "go_memory_classes_heap_free_bytes",
    [RELEASED] = "go_memory_classes_heap_released_bytes",
    [STACKS] = "go_memory_classes_heap_stacks_bytes",
    [OS_STACKS] = "go_memory_classes_os_stacks_bytes",
    [TOTAL] = "go_memory_classes_total_bytes",
};

struct metrics {
    struct hs_lines lines;
    struct hs_snapshot *snapshot;
    uint64_t values[CLASSES];
    bool has[CLASSES], seen[ROWS], many;
    uint64_t found;
};

static bool is_name(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == ':';
}

/* A sample; what is no number of bytes becomes -1. */
static bool read_sample(struct hs_cursor scan, struct hs_str *name,
                        double *value)
{
    const uint8_t *start = scan.at;

    while (is_name(hs_scan_peek(&scan)))
        hs_cursor_take(&scan, 1);
    *name = (struct hs_str){(const char *)start, (size_t)(scan.at - start)};
    if (name->size == 0)
        return false;
    if (hs_scan_peek(&scan) == '{') {
        /* A label's text may have a bracket in it. */
        const uint8_t *close = memrchr(scan.at, '}', hs_cursor_left(&scan));

        if (!close)
            return false;
        hs_cursor_take(&scan, (uint64_t)(close - scan.at) + 1);
    }
    hs_scan_blanks(&scan);
    if (hs_scan_literal(&scan, "+Inf") || hs_scan_literal(&scan, "NaN") ||
        hs_scan_literal(&scan, "-Inf")) {
        *value = -1;
        return true;
    }
    return hs_scan_number(&scan, value);
}

/* By this name or another, which may count a little more: of goroutines, the
 * runtime's own, too. */
static bool is_said(const struct metrics *m, enum hs_fact_name fact)
{
    for (size_t i = 0; i < ROWS; i++)
        if (m->seen[i] && rows[i].fact == fact)
            return true;
    return false;
}

static void take_sample(struct metrics *m, struct hs_str name, double value)
{
    uint64_t whole = value >= 0x1p64 ? UINT64_MAX : (uint64_t)value;

    for (size_t i = 0; i < ROWS; i++) {
        if (!hs_str_equal(name, hs_str_of(rows[i].name)))
            continue;
        m->many |= m->seen[i];
        if (!is_said(m, rows[i].fact))
            hs_process_say(hs_process_of(m->snapshot), rows[i].fact, whole,
                           HS_BY_METRICS);
        m->seen[i] = true;
        m->found++;
    }
    for (size_t i = 0; i < CLASSES; i++) {
        if (m->has[i] || !hs_str_equal(name, hs_str_of(classes[i])))
            continue;
        m->has[i] = true;
        m->values[i] = whole;
    }
}

static bool take_line(struct metrics *m, struct hs_err *err)
{
    struct hs_str name;
    double value;

    if (hs_cursor_left(&m->lines.line) == 0 ||
        hs_scan_peek(&m->lines.line) == '#')
        return true;
    if (!read_sample(m->lines.line, &name, &value))
        return hs_lines_fail(&m->lines, "a line of Prometheus metrics", err);
    if (value >= 0)
        take_sample(m, name, value);
    return true;
}

/* MemStats' numbers are sums of the classes (runtime/metrics/description.go).
 */
static void say_classes(struct metrics *m)
{
    static const struct {
        enum hs_fact_name fact;
        enum class a, b; /* the same: one alone */
    } sums[] = {
        {HS_FACT_HEAP_ALLOC, OBJECTS, OBJECTS},
        {HS_FACT_HEAP_INUSE, OBJECTS, UNUSED},
        {HS_FACT_HEAP_IDLE, FREE, RELEASED},
        {HS_FACT_HEAP_RELEASED, RELEASED, RELEASED},
        {HS_FACT_STACK_INUSE, STACKS, STACKS},
        {HS_FACT_STACK_SYS, STACKS, OS_STACKS},
        {HS_FACT_SYS, TOTAL, TOTAL},
    };

    for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
        uint64_t sum = m->values[sums[i].a];

        if (!m->has[sums[i].a] || !m->has[sums[i].b])
            continue;
        if (sums[i].a != sums[i].b &&
            __builtin_add_overflow(sum, m->values[sums[i].b], &sum))
            continue;
        hs_process_say(hs_process_of(m->snapshot), sums[i].fact, sum,
                       HS_BY_METRICS);
        m->found++;
    }
}

static bool read(struct metrics *m, struct hs_err *err)
{
    while (hs_lines_next(&m->lines))
        if (!take_line(m, err))
            return false;
    if (!hs_lines_whole(&m->lines, "the list", err))
        return false;
    say_classes(m);
    if (m->found == 0)
        return hs_fail(err, HS_EUNKNOWN, HS_NOWHERE,
                       "metrics without any of the Go runtime (go_memstats_*, "
                       "process_resident_memory_bytes)");
    if (m->many)
        hs_snapshot_warn(m->snapshot,
                         "%s has metrics of several processes; "
                         "the first one's are used",
                         hs_input_path(m->lines.input));
    return true;
}

static bool decode(struct hs_input *input, struct hs_snapshot *snapshot,
                   struct hs_err *err)
{
    struct metrics m = {.snapshot = snapshot};

    hs_lines_open(&m.lines, input);
    read(&m, err);
    hs_lines_close(&m.lines);
    return err->kind == HS_OK;
}

static int probe(struct hs_cursor head)
{
    struct hs_cursor at = head;
    struct hs_str name;
    double value;

    if (hs_scan_literal(&at, "# HELP ") || hs_scan_literal(&at, "# TYPE "))
        return 90;
    if (!read_sample(at, &name, &value))
        return 0;
    at = hs_cursor_over(name.text, name.size, 0);
    return hs_scan_literal(&at, "go_") || hs_scan_literal(&at, "process_") ? 80
                                                                           : 0;
}

const struct hs_format hs_format_metrics = {
    .name = "metrics",
    .title = "page of metrics (Prometheus text)",
    .command = "curl -o metrics.txt http://HOST/metrics",
    .capture = "    curl -o metrics.txt http://HOST/metrics\n"
               "    curl -o vars.json http://HOST/debug/vars    # expvar\n"
               "    gops memstats PID >memstats.txt\n"
               "\n"
               "MemStats in any of these forms, and the metrics have the RSS\n"
               "of the same moment, too: enough to say where it goes.",
    .fills = HS_PART_PROCESS,
    .probe = probe,
    .decode = decode,
};
