/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.c - facts of a process, and which witness is believed.
 */
#include "model/process.h"

struct hs_process *hs_process_of(struct hs_snapshot *snapshot)
{
    if (!snapshot->process) {
        snapshot->process =
            hs_arena_zeroed(&snapshot->arena, 1, sizeof(*snapshot->process));
        snapshot->process->kills =
            HS_COLUMN(struct hs_oom_kill, &snapshot->arena);
    }
    snapshot->parts |= HS_PART_PROCESS;
    return snapshot->process;
}

void hs_process_say(struct hs_process *process, enum hs_fact_name name,
                    uint64_t value, enum hs_witness by)
{
    struct hs_fact *fact = &process->facts[name];

    if (name == HS_FACT_RSS)
        process->rss_said[by] = value;
    if (name == HS_FACT_PID && fact->by != HS_BY_NOBODY && fact->value != value)
        process->other_pid = fact->value;
    if (by >= fact->by)
        *fact = (struct hs_fact){.value = value, .by = by};
}

bool hs_process_knows(const struct hs_process *process, enum hs_fact_name name,
                      uint64_t *value)
{
    if (!process || process->facts[name].by == HS_BY_NOBODY)
        return false;
    *value = process->facts[name].value;
    return true;
}

const char *hs_witness_name(enum hs_witness by)
{
    static const char *const names[HS_WITNESSES] = {
        [HS_BY_NOBODY] = "",
        [HS_BY_SAMPLES] = "heap profile",
        [HS_BY_CGROUP] = "cgroup",
        [HS_BY_KERNEL] = "kernel log",
        [HS_BY_GCTRACE] = "gctrace",
        [HS_BY_PROFILE] = "MemStats of the profile",
        [HS_BY_METRICS] = "metrics",
        [HS_BY_GOPS] = "gops",
        [HS_BY_EXPVAR] = "expvar",
        [HS_BY_STATUS] = "/proc/PID/status",
        [HS_BY_SMAPS] = "smaps",
        [HS_BY_ROLLUP] = "smaps_rollup",
        [HS_BY_DUMP] = "MemStats of the dump",
        [HS_BY_USER] = "--rss",
    };

    return names[by];
}

const char *hs_memstats_field(enum hs_fact_name name)
{
    static const char *const fields[HS_FACT_COUNT] = {
        [HS_FACT_HEAP_ALLOC] = "HeapAlloc",
        [HS_FACT_HEAP_INUSE] = "HeapInuse",
        [HS_FACT_HEAP_IDLE] = "HeapIdle",
        [HS_FACT_HEAP_RELEASED] = "HeapReleased",
        [HS_FACT_HEAP_OBJECTS] = "HeapObjects",
        [HS_FACT_STACK_INUSE] = "StackInuse",
        [HS_FACT_STACK_SYS] = "StackSys",
        [HS_FACT_MSPAN_SYS] = "MSpanSys",
        [HS_FACT_MCACHE_SYS] = "MCacheSys",
        [HS_FACT_BUCK_HASH_SYS] = "BuckHashSys",
        [HS_FACT_GC_SYS] = "GCSys",
        [HS_FACT_OTHER_SYS] = "OtherSys",
        [HS_FACT_SYS] = "Sys",
        [HS_FACT_NEXT_GC] = "NextGC",
        [HS_FACT_NUM_GC] = "NumGC",
    };

    return fields[name];
}

void hs_process_kill(struct hs_process *process, struct hs_snapshot *snapshot,
                     const struct hs_oom_kill *kill)
{
    struct hs_oom_kill kept = *kill;

    process->kill_count++;
    if (process->kills.count == HS_OOM_KILLS_KEPT)
        return;
    kept.name = hs_str_copy(&snapshot->arena, kill->name);
    kept.group = hs_str_copy(&snapshot->arena, kill->group);
    kept.when = hs_str_copy(&snapshot->arena, kill->when);
    hs_column_push(&process->kills, &kept);
}
