/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_process_verdict.c - what the numbers of a process mean: which part is
 * the one to look at, how near the limit is, who was killed.
 */
#include "section_process.h"

#include <inttypes.h>

#include "base/size.h"

#define NEAR 0.9 /* of a limit */

static bool is_part(uint64_t part, uint64_t all, double share)
{
    return all > 0 && (double)part >= share * (double)all;
}

/* Memory that Go has given back and a huge page has brought back looks like a
 * leak of C: it is resident, and Go does not count it. */
static void tell_huge_pages(struct hs_run *run, const struct hs_waterfall *w,
                            const struct hs_process *process)
{
    uint64_t huge, file = 0, anon;

    if (is_part(w->huge.bytes, w->total, 0.05)) {
        hs_doc_note(run->doc, run->doc->top,
                    "No leak, but huge pages: Go has given %s back, and the "
                    "kernel has made it resident again. 'echo madvise "
                    ">/sys/kernel/mm/transparent_hugepage/enabled' ends that.",
                    hs_show_bytes((int64_t)w->huge.bytes).text);
        return;
    }
    if (w->huge.known || !w->outside.known ||
        !hs_process_knows(process, HS_FACT_HUGE_PAGES, &huge))
        return;
    hs_process_knows(process, HS_FACT_RSS_FILE, &file);
    anon = w->outside.bytes > file ? w->outside.bytes - file : 0;
    if (!is_part(anon, w->total, 0.1) || huge < anon / 2)
        return;
    hs_doc_note(run->doc, run->doc->top,
                "%s is in anonymous huge pages: they may have made resident "
                "again what Go has given back (%s released), which is no "
                "leak. /proc/PID/smaps, beside these files, tells.",
                hs_show_bytes((int64_t)huge).text,
                hs_show_bytes((int64_t)w->released.bytes).text);
}

/* The part that decides, and where to look. */
static void tell_largest(struct hs_run *run, const struct hs_waterfall *w)
{
    struct hs_document *doc = run->doc;
    uint64_t live = w->live.bytes + w->heap.bytes;
    struct hs_shown share;

    if (!w->rss_known || !w->go_known)
        return;
    if (is_part(w->outside.bytes, w->total, 0.4) && w->outside.bytes > live) {
        share = hs_show_share((double)w->outside.bytes / (double)w->total);
        hs_doc_note(doc, doc->top,
                    "Look outside of Go: %s (%s) is memory that no heap "
                    "profile and no dump shows. cgo, C libraries and mmap "
                    "have it; /proc/PID/smaps says which mappings.",
                    hs_show_bytes((int64_t)w->outside.bytes).text, share.text);
    } else if (is_part(w->idle.bytes, w->total, 0.3)) {
        hs_doc_note(doc, doc->top,
                    "%s is free, but not given back yet: the heap was larger "
                    "before. Go returns it slowly; GOMEMLIMIT, or "
                    "debug.FreeOSMemory() once, does so at once.",
                    hs_show_bytes((int64_t)w->idle.bytes).text);
    } else if (is_part(w->garbage.bytes, w->total, 0.3) &&
               w->garbage.bytes > w->live.bytes / 2) {
        hs_doc_note(doc, doc->top,
                    "%s is garbage that waits for the next GC: GOGC and "
                    "GOMEMLIMIT decide how much there may be.",
                    hs_show_bytes((int64_t)w->garbage.bytes).text);
    } else if (is_part(w->slack.bytes, w->total, 0.25)) {
        hs_doc_note(doc, doc->top,
                    "%s is free slots between objects that live: many small "
                    "ones were freed, and what is left is scattered.",
                    hs_show_bytes((int64_t)w->slack.bytes).text);
    }
}

static void tell_missing(struct hs_run *run, const struct hs_waterfall *w)
{
    if (w->rss_known && !w->go_known)
        hs_doc_note(run->doc, run->doc->top,
                    "MemStats of the same moment tells the rest apart: a heap "
                    "dump, /metrics, /debug/vars, or heap?debug=1.");
    else if (w->live.about && w->go_known && w->live_by != HS_BY_SAMPLES)
        hs_doc_note(run->doc, run->doc->top,
                    "Live heap (%s) and MemStats (%s) are of two moments, so "
                    "what is garbage is known about.",
                    hs_witness_name(w->live_by), hs_witness_name(w->go_by));
}

/* What of the group's memory cannot simply be dropped. */
static bool group_used(const struct hs_process *process, uint64_t *used)
{
    uint64_t idle;

    if (!hs_process_knows(process, HS_FACT_GROUP_USED, used) ||
        *used > INT64_MAX)
        return false;
    if (hs_process_knows(process, HS_FACT_GROUP_IDLE_FILE, &idle))
        *used = *used > idle ? *used - idle : 0;
    return true;
}

static void tell_limit(struct hs_run *run, const struct hs_waterfall *w,
                       const struct hs_process *process)
{
    uint64_t used = w->rss_known ? w->total : 0, ooms = 0;
    const char *what = "of it is resident";

    if (!w->limit_is_soft && group_used(process, &used))
        what = "of it is in use";
    if (w->limit.known && used > 0) {
        double share = (double)used / (double)w->limit.bytes;
        bool near = w->limit.bytes == 0 || share >= NEAR;

        hs_doc_note(run->doc, run->doc->top, "%s%s is %s; %s (%s) %s.",
                    near ? "Near the limit: " : "",
                    w->limit_is_soft ? "GOMEMLIMIT" : "the group's limit",
                    hs_show_bytes((int64_t)w->limit.bytes).text,
                    hs_show_bytes((int64_t)used).text,
                    hs_show_share(w->limit.bytes ? share : 1).text, what);
    }
    if (hs_process_knows(process, HS_FACT_GROUP_OOM_KILLS, &ooms) && ooms > 0)
        hs_doc_note(run->doc, run->doc->top,
                    "In this group %s process%s been killed for want of "
                    "memory.",
                    hs_show_count((int64_t)ooms).text,
                    ooms == 1 ? " has" : "es have");
}

static void tell_swap(struct hs_run *run, const struct hs_process *process)
{
    uint64_t swap, peak, rss;

    if (hs_process_knows(process, HS_FACT_SWAP, &swap) && swap > 0)
        hs_doc_note(run->doc, run->doc->top,
                    "%s more is swapped out: the RSS does not count it.",
                    hs_show_bytes((int64_t)swap).text);
    if (hs_process_knows(process, HS_FACT_RSS_PEAK, &peak) &&
        hs_process_knows(process, HS_FACT_RSS, &rss) && peak > rss + rss / 4)
        hs_doc_note(run->doc, run->doc->top, "At its peak, %s was resident.",
                    hs_show_bytes((int64_t)peak).text);
}

static uint64_t kill_rss(const struct hs_oom_kill *kill)
{
    const uint64_t most = (uint64_t)1 << 60;

    /* Each is below 2^54 KiB; a sum that no machine has is none. */
    if (kill->anon > most || kill->file > most || kill->shmem > most)
        return most;
    return kill->anon + kill->file + kill->shmem;
}

static void tell_kills(struct hs_run *run, const struct hs_process *process)
{
    static const struct hs_doc_column columns[] = {
        {"when", NULL, HS_UNIT_TEXT, HS_ROLE_PLAIN},
        {"pid", "pid", HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
        {"name", "process", HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"rss", "resident", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"anon", NULL, HS_UNIT_BYTES, HS_ROLE_JSON_ONLY},
        {"virtual", NULL, HS_UNIT_BYTES, HS_ROLE_JSON_ONLY},
        {"group", "limit of", HS_UNIT_NAME, HS_ROLE_PLAIN},
    };
    const struct hs_oom_kill *kills = process->kills.at;
    uint64_t limit = hs_run_limit(run, 5);
    struct hs_block *table;

    if (process->kill_count == 0)
        return;
    table = hs_doc_table(run->doc, run->doc->top, "oom_kills",
                         "Killed by the kernel for want of memory", columns,
                         sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < process->kills.count && (!limit || i < limit); i++) {
        const struct hs_oom_kill *k = &kills[i];
        struct hs_value row[] = {
            hs_value_text(k->when.size ? k->when.text : ""),
            hs_value_of(HS_UNIT_COUNT,
                        k->pid < INT64_MAX ? (int64_t)k->pid : INT64_MAX),
            hs_value_name(k->name.text, k->name.size),
            hs_value_of(HS_UNIT_BYTES, (int64_t)kill_rss(k)),
            hs_value_of(HS_UNIT_BYTES, (int64_t)(k->anon & INT64_MAX)),
            hs_value_of(HS_UNIT_BYTES, (int64_t)(k->virtual & INT64_MAX)),
            k->group.size ? hs_value_name(k->group.text, k->group.size)
                          : hs_value_text("the machine"),
        };

        hs_doc_row(run->doc, table, row);
    }
    table->rows_left_out = process->kill_count - table->row_count;
}

void hs_process_verdict_part(struct hs_run *run, const struct hs_waterfall *w,
                             const struct hs_process *process)
{
    tell_kills(run, process);
    tell_largest(run, w);
    tell_huge_pages(run, w, process);
    tell_limit(run, w, process);
    tell_swap(run, process);
    tell_missing(run, w);
}

void hs_process_facts_fields(struct hs_run *run, struct hs_block *group,
                             const struct hs_process *process)
{
    static const struct {
        const char *key;
        enum hs_fact_name fact;
        enum hs_unit unit;
    } rows[] = {
        {"rss_peak", HS_FACT_RSS_PEAK, HS_UNIT_BYTES},
        {"anonymous", HS_FACT_RSS_ANON, HS_UNIT_BYTES},
        {"file_backed", HS_FACT_RSS_FILE, HS_UNIT_BYTES},
        {"huge_pages", HS_FACT_HUGE_PAGES, HS_UNIT_BYTES},
        {"swap", HS_FACT_SWAP, HS_UNIT_BYTES},
        {"threads", HS_FACT_THREADS, HS_UNIT_COUNT},
        {"goroutines", HS_FACT_GOROUTINES, HS_UNIT_COUNT},
        {"collections", HS_FACT_NUM_GC, HS_UNIT_COUNT},
        {"group_used", HS_FACT_GROUP_USED, HS_UNIT_BYTES},
        {"group_limit", HS_FACT_GROUP_LIMIT, HS_UNIT_BYTES},
        {"memory_limit", HS_FACT_SOFT_LIMIT, HS_UNIT_BYTES},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t value;

        if (hs_process_knows(process, rows[i].fact, &value) &&
            value <= INT64_MAX)
            hs_doc_field(run->doc, group, rows[i].key, NULL,
                         hs_value_of(rows[i].unit, (int64_t)value));
    }
}
