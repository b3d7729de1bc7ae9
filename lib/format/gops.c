/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gops.c - what `gops memstats PID` and `gops stats PID` print.
 *
 *   line = key ": " text [" (" n " bytes)"] | key ": " n
 */
#include "base/lines.h"
#include "base/scan.h"
#include "format/format.h"
#include "model/process.h"

static const struct {
    const char *key;
    enum hs_fact_name fact;
} rows[] = {
    {"sys: ", HS_FACT_SYS},
    {"heap-alloc: ", HS_FACT_HEAP_ALLOC},
    {"heap-idle: ", HS_FACT_HEAP_IDLE},
    {"heap-in-use: ", HS_FACT_HEAP_INUSE},
    {"heap-released: ", HS_FACT_HEAP_RELEASED},
    {"heap-objects: ", HS_FACT_HEAP_OBJECTS},
    {"stack-in-use: ", HS_FACT_STACK_INUSE},
    {"stack-sys: ", HS_FACT_STACK_SYS},
    {"stack-mspan-sys: ", HS_FACT_MSPAN_SYS},
    {"stack-mcache-sys: ", HS_FACT_MCACHE_SYS},
    {"other-sys: ", HS_FACT_OTHER_SYS},
    {"gc-sys: ", HS_FACT_GC_SYS},
    {"next-gc: ", HS_FACT_NEXT_GC},
    {"num-gc: ", HS_FACT_NUM_GC},
    {"goroutines: ", HS_FACT_GOROUTINES},
    {"OS threads: ", HS_FACT_THREADS},
};

/* The number in brackets, which is exact, or the one that stands there. */
static bool read_value(struct hs_cursor scan, uint64_t *value)
{
    struct hs_cursor at = scan;

    if (hs_scan_past(&at, "(") && hs_scan_unsigned(&at, value) &&
        hs_scan_literal(&at, " bytes)"))
        return true;
    return hs_scan_unsigned(&scan, value) && hs_cursor_left(&scan) == 0;
}

static bool read(struct hs_lines *lines, struct hs_snapshot *snapshot,
                 struct hs_err *err)
{
    bool any = false;

    while (hs_lines_next(lines)) {
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            struct hs_cursor scan = lines->line;
            uint64_t value;

            if (!hs_scan_literal(&scan, rows[i].key))
                continue;
            if (!read_value(scan, &value))
                return hs_lines_fail(lines, "a value that gops writes", err);
            hs_process_say(hs_process_of(snapshot), rows[i].fact, value,
                           HS_BY_GOPS);
            any = true;
        }
    }
    if (!hs_lines_whole(lines, "the list", err))
        return false;
    return any ||
           hs_fail(err, HS_EDATA, HS_NOWHERE, "not a line of gops memstats");
}

static bool decode(struct hs_input *input, struct hs_snapshot *snapshot,
                   struct hs_err *err)
{
    struct hs_lines lines;

    hs_lines_open(&lines, input);
    read(&lines, snapshot, err);
    hs_lines_close(&lines);
    return err->kind == HS_OK;
}

static int probe(struct hs_cursor head)
{
    struct hs_cursor at = head;

    if (hs_scan_literal(&at, "alloc: ") && hs_scan_past(&at, "\ntotal-alloc: "))
        return 100;
    return hs_scan_literal(&head, "goroutines: ") &&
                   hs_scan_past(&head, "\nOS threads: ")
               ? 100
               : 0;
}

const struct hs_format hs_format_gops = {
    .name = "gops",
    .title = "table of memory statistics (gops)",
    .command = "gops memstats PID >memstats.txt",
    .fills = HS_PART_PROCESS,
    .probe = probe,
    .decode = decode,
};
