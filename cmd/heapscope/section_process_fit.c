/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_process_fit.c - are the files about one process at one moment?
 *
 * Most of them do not say whose they are.  Told is what cannot be, or hardly:
 * two process ids, more memory of Go's than is mapped in all, an RSS that two
 * witnesses put far apart, more in the process than in its control group.  Two
 * replicas of a service go unnoticed.
 */
#include "section_process.h"

#include <inttypes.h>

#include "base/size.h"

#define MUCH ((uint64_t)32 << 20) /* bytes that come and go in between */

static void tell(struct hs_run *run, const char *what)
{
    hs_doc_note(run->doc, run->doc->top,
                "Warning: the files do not fit: %s. They are of different "
                "processes, or of moments far apart, and so is the sum.",
                what);
}

static void tell_pids(struct hs_run *run, const struct hs_process *process)
{
    uint64_t pid;

    if (!process->other_pid || !hs_process_knows(process, HS_FACT_PID, &pid))
        return;
    hs_doc_note(run->doc, run->doc->top,
                "Warning: the files are of two processes, %" PRIu64
                " and %" PRIu64 ": what is told of one may be the other's.",
                process->other_pid, pid);
}

/* What Go has from the system is mapped, touched or not. */
static void tell_mapped(struct hs_run *run, const struct hs_process *process)
{
    uint64_t sys, mapped;

    if (!hs_process_knows(process, HS_FACT_SYS, &sys) ||
        !hs_process_knows(process, HS_FACT_MAPPED_SIZE, &mapped) ||
        sys <= mapped || sys - mapped < MUCH || sys > INT64_MAX)
        return;
    tell(run, hs_doc_printf(
                  run->doc,
                  "Go has %s from the system by %s, but no more than "
                  "%s is mapped by %s",
                  hs_show_bytes((int64_t)sys).text,
                  hs_witness_name(process->facts[HS_FACT_SYS].by),
                  hs_show_bytes((int64_t)mapped).text,
                  hs_witness_name(process->facts[HS_FACT_MAPPED_SIZE].by)));
}

static void tell_rss(struct hs_run *run, const struct hs_process *process)
{
    enum hs_witness low = HS_BY_NOBODY, high = HS_BY_NOBODY;
    const uint64_t *said = process->rss_said;

    for (enum hs_witness by = HS_BY_METRICS; by <= HS_BY_ROLLUP; by++) {
        if (!said[by] || said[by] > INT64_MAX)
            continue;
        low = !low || said[by] < said[low] ? by : low;
        high = !high || said[by] > said[high] ? by : high;
    }
    if (!low || said[high] / 2 < said[low] || said[high] - said[low] < MUCH)
        return;
    tell(run, hs_doc_printf(run->doc, "%s is resident by %s, %s by %s",
                            hs_show_bytes((int64_t)said[high]).text,
                            hs_witness_name(high),
                            hs_show_bytes((int64_t)said[low]).text,
                            hs_witness_name(low)));
}

/* Anonymous memory is charged to the group that touches it. */
static void tell_group(struct hs_run *run, const struct hs_process *process)
{
    uint64_t anon, used;

    if (!hs_process_knows(process, HS_FACT_RSS_ANON, &anon) ||
        !hs_process_knows(process, HS_FACT_GROUP_USED, &used) ||
        process->facts[HS_FACT_RSS_ANON].by == HS_BY_CGROUP ||
        anon > INT64_MAX || anon / 11 * 10 <= used || anon - used < MUCH)
        return;
    tell(run, hs_doc_printf(run->doc,
                            "the process has %s of its own "
                            "resident, all of its group uses %s",
                            hs_show_bytes((int64_t)anon).text,
                            hs_show_bytes((int64_t)used).text));
}

void hs_process_fit_part(struct hs_run *run, const struct hs_process *process)
{
    tell_pids(run, process);
    tell_mapped(run, process);
    tell_rss(run, process);
    tell_group(run, process);
}
