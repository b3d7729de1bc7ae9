/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.h - what is known of the process as a whole, with its evidence.
 *
 * Many files each know a little: /proc, the control group, MemStats in one of
 * its forms, the log.  They fill one process together: a fact remembers who
 * said it, and a better witness takes the place of a worse one, whatever the
 * order of the files.  Witnesses of the same worth: the last one, as a later
 * moment is asked for more often than an earlier.
 *
 * Longer stories have parts of their own: model/gclog.h, model/stacks.h and
 * model/finqueue.h.
 */
#ifndef HS_MODEL_PROCESS_H
#define HS_MODEL_PROCESS_H

#include "base/str.h"
#include "model/snapshot.h"

enum hs_fact_name {
#define HS_FACT(name) HS_FACT_##name,
#include "model/process_facts.def"
#undef HS_FACT
    HS_FACT_COUNT
};

/* Who says so; better ones later. */
enum hs_witness {
    HS_BY_NOBODY,
    HS_BY_SAMPLES, /* what a heap profile makes of its samples */
    HS_BY_CGROUP,  /* of a group that may have more than this process */
    HS_BY_KERNEL,  /* the log line that tells of its end */
    HS_BY_GCTRACE, /* whole MiB */
    HS_BY_PROFILE, /* the MemStats at the end of a text profile */
    HS_BY_METRICS, /* Prometheus, at the scrape */
    HS_BY_GOPS,
    HS_BY_EXPVAR,
    HS_BY_STATUS, /* /proc/PID/status: may lag behind by some pages */
    HS_BY_SMAPS,
    HS_BY_ROLLUP,
    HS_BY_DUMP, /* the MemStats of a heap dump */
    HS_BY_USER, /* --rss */
    HS_WITNESSES
};

struct hs_fact {
    uint64_t value;
    enum hs_witness by; /* HS_BY_NOBODY: not known */
};

/* A process that the kernel killed for want of memory. */
struct hs_oom_kill {
    uint64_t pid;
    struct hs_str name;
    struct hs_str group; /* whose limit it was; empty: the machine's */
    uint64_t anon, file, shmem, virtual; /* resident bytes, and mapped ones */
    struct hs_str when;                  /* what the line starts with */
};

#define HS_OOM_KILLS_KEPT 64

struct hs_process {
    struct hs_fact facts[HS_FACT_COUNT];
    struct hs_column kills; /* struct hs_oom_kill, the first of them */
    uint64_t kill_count;
    bool group_unlimited; /* the control group says that it has no limit */
    /* Whether all of this is of one process: */
    uint64_t other_pid;              /* a second one that was said; 0: none */
    uint64_t rss_said[HS_WITNESSES]; /* by each witness; 0: not said */
};

/* The process of SNAPSHOT, which has one from then on. */
struct hs_process *hs_process_of(struct hs_snapshot *snapshot);

/* BY says that NAME is VALUE. */
void hs_process_say(struct hs_process *process, enum hs_fact_name name,
                    uint64_t value, enum hs_witness by);

/* Is NAME known?  Then *VALUE is what it is.  PROCESS may be NULL. */
bool hs_process_knows(const struct hs_process *process, enum hs_fact_name name,
                      uint64_t *value);

/* "smaps_rollup", "MemStats of expvar", ... */
const char *hs_witness_name(enum hs_witness by);

/* What runtime.MemStats calls NAME ("HeapAlloc"), or NULL. */
const char *hs_memstats_field(enum hs_fact_name name);

/* Keeps KILL, with copies of its texts. */
void hs_process_kill(struct hs_process *process, struct hs_snapshot *snapshot,
                     const struct hs_oom_kill *kill);

#endif
