/* SPDX-License-Identifier: Apache-2.0 */
/*
 * info_process.c - what info tells of a file about a process: its numbers as
 * they are, and what a log has.
 */
#include "info.h"

#include <inttypes.h>

#include "model/finqueue.h"
#include "model/gclog.h"
#include "model/process.h"
#include "model/stacks.h"

static const struct {
    enum hs_fact_name fact;
    const char *key, *title;
    enum hs_unit unit;
} rows[] = {
    {HS_FACT_PID, "pid", NULL, HS_UNIT_COUNT},
    {HS_FACT_RSS, "rss", "resident", HS_UNIT_BYTES},
    {HS_FACT_RSS_PEAK, "rss_peak", "at its peak", HS_UNIT_BYTES},
    {HS_FACT_RSS_ANON, "anonymous", "anonymous", HS_UNIT_BYTES},
    {HS_FACT_RSS_FILE, "file_backed", "of files", HS_UNIT_BYTES},
    {HS_FACT_RSS_SHMEM, "shared_memory", "shared memory", HS_UNIT_BYTES},
    {HS_FACT_HUGE_PAGES, "huge_pages", "huge pages", HS_UNIT_BYTES},
    {HS_FACT_SWAP, "swap", "swapped out", HS_UNIT_BYTES},
    {HS_FACT_ARENAS, "go_arenas", "Go's arenas", HS_UNIT_BYTES},
    {HS_FACT_GO_TABLES, "go_tables", "Go's tables", HS_UNIT_BYTES},
    {HS_FACT_C_HEAP, "c_heap", "[heap] of C", HS_UNIT_BYTES},
    {HS_FACT_MAPPED, "mapped_files", "mapped files", HS_UNIT_BYTES},
    {HS_FACT_OTHER_ANON, "other_mappings", "other mappings", HS_UNIT_BYTES},
    {HS_FACT_THREADS, "threads", "threads", HS_UNIT_COUNT},
    {HS_FACT_GOROUTINES, "goroutines", "goroutines", HS_UNIT_COUNT},
    {HS_FACT_HEAP_LIVE, "heap_live", "heap after GC", HS_UNIT_BYTES},
    {HS_FACT_HEAP_ALLOC, "heap_alloc", "HeapAlloc", HS_UNIT_BYTES},
    {HS_FACT_HEAP_INUSE, "heap_inuse", "HeapInuse", HS_UNIT_BYTES},
    {HS_FACT_HEAP_IDLE, "heap_idle", "HeapIdle", HS_UNIT_BYTES},
    {HS_FACT_HEAP_RELEASED, "heap_released", "HeapReleased", HS_UNIT_BYTES},
    {HS_FACT_STACK_SYS, "stack_sys", "StackSys", HS_UNIT_BYTES},
    {HS_FACT_SYS, "sys", "Sys", HS_UNIT_BYTES},
    {HS_FACT_NEXT_GC, "next_gc", "NextGC", HS_UNIT_BYTES},
    {HS_FACT_NUM_GC, "collections", "collections", HS_UNIT_COUNT},
    {HS_FACT_SOFT_LIMIT, "memory_limit", "GOMEMLIMIT", HS_UNIT_BYTES},
    {HS_FACT_GROUP_USED, "group_used", "group uses", HS_UNIT_BYTES},
    {HS_FACT_GROUP_LIMIT, "group_limit", "group's limit", HS_UNIT_BYTES},
    {HS_FACT_GROUP_HIGH, "group_high", "slowed from", HS_UNIT_BYTES},
    {HS_FACT_GROUP_PEAK, "group_peak", "group's peak", HS_UNIT_BYTES},
    {HS_FACT_GROUP_ANON, "group_anonymous", "group's anonymous", HS_UNIT_BYTES},
    {HS_FACT_GROUP_FILE, "group_files", "group's file cache", HS_UNIT_BYTES},
    {HS_FACT_GROUP_OOM_KILLS, "group_oom_kills", "killed in the group",
     HS_UNIT_COUNT},
};

static struct hs_value number(uint64_t n)
{
    return hs_value_of(HS_UNIT_COUNT, (int64_t)(n & INT64_MAX));
}

static void add_facts(struct hs_document *doc, struct hs_block *group,
                      const struct hs_process *process)
{
    uint64_t pid;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t value;

        if (hs_process_knows(process, rows[i].fact, &value) &&
            value <= INT64_MAX)
            hs_doc_field(doc, group, rows[i].key, rows[i].title,
                         hs_value_of(rows[i].unit, (int64_t)value));
    }
    if (hs_process_knows(process, HS_FACT_PID, &pid))
        hs_doc_field(doc, group, NULL, "process",
                     hs_value_text(hs_doc_printf(doc, "%" PRIu64, pid)));
    if (process->group_unlimited)
        hs_doc_field(doc, group, NULL, "group's limit", hs_value_text("none"));
    if (process->kill_count)
        hs_doc_field(doc, group, "oom_kills", "killed by kernel",
                     number(process->kill_count));
}

static void add_queue(struct hs_document *doc, struct hs_block *group,
                      const struct hs_finqueue *queue)
{
    if (queue->events)
        hs_doc_field(doc, group, "queue_events", "put into queue",
                     number(queue->events));
    if (queue->waiting.count)
        hs_doc_field(doc, group, "checkfinalizers_lines",
                     "lines of checkfinalizers", number(queue->waiting.count));
    if (queue->issue_count)
        hs_doc_field(doc, group, "finalizer_issues", "finalizer issues",
                     number(queue->issue_count));
}

void hs_info_process(struct hs_document *doc, struct hs_block *file,
                     const struct hs_snapshot *snapshot)
{
    struct hs_block *group = hs_doc_group(doc, file, "process", "process");

    if (snapshot->parts & HS_PART_PROCESS)
        add_facts(doc, group, snapshot->process);
    if (snapshot->parts & HS_PART_GCLOG)
        hs_doc_field(doc, group, "gctrace_lines", "lines of gctrace",
                     number(snapshot->gclog->cycles));
    if (snapshot->parts & HS_PART_STACKS) {
        hs_doc_field(doc, group, "printed_goroutines", "printed goroutines",
                     number(snapshot->stacks->goroutines.count));
        hs_doc_field(doc, group, "printed_moments", "at moments",
                     number(snapshot->stacks->moments));
    }
    if (snapshot->parts & HS_PART_FINQUEUE)
        add_queue(doc, group, snapshot->finqueue);
}
