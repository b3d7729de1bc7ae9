/* SPDX-License-Identifier: Apache-2.0 */
/*
 * procstatus.c - /proc/PID/status.
 *
 *   line = key ":" blank+ value [" kB"] NL
 */
#include "base/lines.h"
#include "base/scan.h"
#include "format/format.h"
#include "model/process.h"

static const struct {
    const char *key;
    enum hs_fact_name fact;
    bool bytes;
} rows[] = {
    {"VmSize:", HS_FACT_MAPPED_SIZE, true},
    {"VmRSS:", HS_FACT_RSS, true},
    {"VmHWM:", HS_FACT_RSS_PEAK, true},
    {"RssAnon:", HS_FACT_RSS_ANON, true},
    {"RssFile:", HS_FACT_RSS_FILE, true},
    {"RssShmem:", HS_FACT_RSS_SHMEM, true},
    {"VmSwap:", HS_FACT_SWAP, true},
    {"Threads:", HS_FACT_THREADS, false},
    {"Pid:", HS_FACT_PID, false},
};

static bool read_line(struct hs_process *process, struct hs_cursor line,
                      bool *rss)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct hs_cursor scan = line;
        uint64_t value;

        if (!hs_scan_literal(&scan, rows[i].key))
            continue;
        hs_scan_blanks(&scan);
        if (!hs_scan_unsigned(&scan, &value))
            return false;
        if (rows[i].bytes) {
            if (!hs_scan_literal(&scan, " kB") || value > UINT64_MAX >> 10)
                return false;
            value <<= 10;
        }
        *rss |= rows[i].fact == HS_FACT_RSS;
        hs_process_say(process, rows[i].fact, value, HS_BY_STATUS);
        return true;
    }
    return true;
}

static bool read(struct hs_lines *lines, struct hs_snapshot *snapshot,
                 struct hs_err *err)
{
    struct hs_process *process = hs_process_of(snapshot);
    bool rss = false, named = false;

    while (hs_lines_next(lines)) {
        struct hs_cursor line = lines->line;

        named |= hs_scan_literal(&line, "Name:");
        if (!read_line(process, lines->line, &rss))
            return hs_lines_fail(lines, "a line of /proc/PID/status", err);
    }
    if (!hs_lines_whole(lines, "the list", err))
        return false;
    if (!named || !rss)
        return hs_fail(err, HS_EDATA, HS_NOWHERE,
                       "there is no VmRSS: cut short, or of a kernel thread");
    return true;
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
    return hs_scan_literal(&head, "Name:\t") &&
                   (hs_scan_past(&head, "\nUmask:\t") ||
                    hs_scan_past(&head, "\nState:\t"))
               ? 100
               : 0;
}

const struct hs_format hs_format_procstatus = {
    .name = "procstatus",
    .title = "state of a process (/proc/PID/status)",
    .command = "cat /proc/PID/status >status",
    .fills = HS_PART_PROCESS,
    .probe = probe,
    .decode = decode,
};
