/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff.c - the command diff: what changed between moments of one program.
 *
 * Every part of the snapshots fills rows of a digest per moment; what differs
 * between those is the answer, whatever the rows are of.
 */
#include "fail_on.h"
#include "profile_look.h"
#include "section.h"
#include "section_diff.h"
#include "section_profile.h"

static const struct hs_section sections[] = {
    {HS_PART_HEAP, hs_heap_diff_section},
    {HS_PART_PROFILE, hs_profile_diff_section},
    {HS_PART_STACKS, hs_stacks_diff_section},
    {0, NULL},
};

static const struct hs_filler fillers[] = {
    {HS_PART_HEAP, hs_heap_fill},
    {HS_PART_PROFILE, hs_profile_fill},
    {HS_PART_STACKS, hs_stacks_fill},
    {0, NULL},
};

/* The parts that all snapshots have, of those that can be compared; 0 with ERR
 * filled if there are none. */
static unsigned common_parts(const struct hs_run *run, struct hs_err *err)
{
    const struct hs_source *source = run->snapshots[0].sources.at;
    unsigned parts = run->command->needs, before = 0;

    for (size_t i = 0; parts && i < run->snapshot_count; i++) {
        before = parts;
        parts &= run->snapshots[i].parts;
        source = run->snapshots[i].sources.at;
    }
    if (!parts)
        hs_fail(err, HS_EDATA, HS_NOWHERE, "'%s' %s", source->path,
                before == HS_PART_STACKS ? "has no printed goroutines"
                                         : "has nothing that others have, too");
    return parts;
}

static bool fill(struct hs_run *run, struct hs_digest *digests,
                 struct hs_err *err)
{
    unsigned parts = common_parts(run, err);

    if (!parts)
        return false;
    for (size_t i = 0; i < run->snapshot_count; i++) {
        hs_digest_init(&digests[i], run->scratch);
        for (const struct hs_filler *f = fillers; f->fill; f++)
            if ((parts & f->part) == f->part &&
                !f->fill(run, &run->snapshots[i], &digests[i], err))
                return false;
        hs_digest_close(&digests[i]);
    }
    return true;
}

static bool diff_run(struct hs_run *run, struct hs_err *err)
{
    size_t count = run->snapshot_count;
    struct hs_digest *digests =
        hs_arena_zeroed(run->scratch, count, sizeof(*digests));
    const struct hs_digest **list =
        hs_arena_zeroed(run->scratch, count, sizeof(struct hs_digest *));
    struct hs_conditions conditions;
    const struct hs_diff *diff;

    if (!hs_conditions_parse(run, &conditions, err) ||
        !fill(run, digests, err) || !hs_sections_all(run, sections, err))
        return false;
    for (size_t i = 0; i < count; i++)
        list[i] = &digests[i];
    diff = hs_diff(list, count, run->scratch);
    hs_diff_rows(run, diff, hs_unit_of(hs_str_of(digests[0].unit)));
    hs_conditions_check(run, &conditions, &digests[count - 1], diff);
    return true;
}

const struct hs_command command_diff = {
    .name = "diff",
    .summary = "what grew between two or more moments, oldest first",
    .arguments = "OLD NEW [NEWER...]",
    .details =
        "Of profiles, --by function, file, line or package; flat values, or "
        "with --cum cumulative ones. What sampling alone may change is folded "
        "into one line.\n\n"
        "Of heap dumps, what holders own, types and allocation sites, or one "
        "of them, --by holder, type or site; of dumps of one process also how "
        "many objects survived, are new or were "
        "freed, in all and for each holder.\n\n"
        "Of logs with printed goroutines, or files of "
        "/debug/pprof/goroutine?debug=2, how many there are in each function, "
        "and of one process how many are still there.\n\n"
        "With three or more files, old and new are the first and the last, "
        "and what grows in every step is marked.",
    .takes = HS_TAKES_TWO,
    .options = HS_OPT_SAMPLE_TYPE | HS_OPT_BY | HS_OPT_CUM | HS_OPT_FOCUS |
               HS_OPT_FAIL_ON,
    .needs = HS_PART_PROFILE | HS_PART_HEAP | HS_PART_STACKS,
    .run = diff_run,
};
