/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyze.c - the command analyze: everything that the files tell, one screen
 * first.
 */
#include "fail_on.h"
#include "section.h"
#include "section_process.h"
#include "section_profile.h"

static bool analyze_run(struct hs_run *run, struct hs_err *err)
{
    static const struct hs_section sections[] = {
        {HS_PART_HEAP, hs_heap_analyze_section},
        {HS_PART_TIMELINE, hs_timeline_analyze_section},
        {HS_PART_PROCESS, hs_process_analyze_section},
        {HS_PART_GCLOG, hs_gclog_analyze_section},
        {HS_PART_FINQUEUE, hs_finqueue_section},
        {HS_PART_STACKS, hs_stacks_analyze_section},
        {HS_PART_PROFILE, hs_profile_analyze_section},
        {0, NULL},
    };
    struct hs_digest digest;
    struct hs_conditions conditions;

    if (!hs_conditions_parse(run, &conditions, err))
        return false;
    hs_digest_init(&digest, run->scratch);
    if (run->options->fail_on.count > 0)
        run->digest = &digest;
    hs_process_take_others(run);
    if (!hs_sections_all(run, sections, err))
        return false;
    hs_digest_close(&digest);
    hs_conditions_check(run, &conditions, &digest, NULL);
    return true;
}

const struct hs_command command_analyze = {
    .name = "analyze",
    .summary = "everything that the files tell, one screen first",
    .arguments = "FILE...",
    .details =
        "Of a heap dump: whether it is whole, where the memory is, who holds "
        "it, what looks like a leak and how it is held. Of a profile: the "
        "lines that allocated what is in use (in Go's library: called from, "
        "most of all, that line of the program), the functions "
        "that alone lead to it, and what was allocated and let go again. Of "
        "an execution trace: whether the heap grows, which goroutines pile "
        "up, and whether finalizers run; with a dump of the same process, what "
        "those goroutines hold.\n\n"
        "/proc files, metrics and logs: where the resident memory goes, as a "
        "sum, how the heap grows from GC to GC, and what goroutines wait for.",
    .takes = HS_TAKES_ONE,
    .options = HS_OPT_SAMPLE_TYPE | HS_OPT_FOCUS | HS_OPT_MERGE |
               HS_OPT_FAIL_ON | HS_OPT_RSS,
    .run = analyze_run,
};
