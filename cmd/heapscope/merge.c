/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge.c - the profiles of several snapshots become that of the first.
 */
#include "merge.h"

#include "algo/profile_merge.h"
#include "inputs.h"

/* Has each source say what it holds while that can still be told apart. */
static void note_summaries(struct hs_snapshot *snapshot, struct hs_arena *arena)
{
    struct hs_source *source = snapshot->sources.at;

    for (size_t i = 0; i < snapshot->sources.count; i++)
        source[i].summary = hs_source_summary(snapshot, &source[i], arena);
}

/* Moves what the other snapshots tell of their inputs to the first, and closes
 * them. */
static void close_others(struct hs_run *run)
{
    struct hs_snapshot *one = run->snapshots;

    for (size_t i = 1; i < run->snapshot_count; i++) {
        struct hs_snapshot *other = &run->snapshots[i];
        const struct hs_source *source = other->sources.at;
        const char *const *warning = other->warnings.at;

        for (size_t n = 0; n < other->sources.count; n++)
            hs_column_push(&one->sources, &source[n]);
        for (size_t n = 0; n < other->warnings.count; n++)
            hs_snapshot_warn(one, "%s", warning[n]);
        other->sources.count = 0; /* they are open still */
        hs_snapshot_close(other);
    }
    run->snapshot_count = 1;
}

bool hs_merge_snapshots(struct hs_run *run, struct hs_err *err)
{
    struct hs_snapshot *one = run->snapshots;
    const struct hs_profile **profiles = hs_arena_zeroed(
        run->scratch, run->snapshot_count, sizeof(struct hs_profile *));
    struct hs_profile *merged =
        hs_arena_zeroed(&one->arena, 1, sizeof(*merged));
    size_t count = 0;

    for (size_t i = 0; i < run->snapshot_count; i++)
        if (run->snapshots[i].parts & HS_PART_PROFILE)
            profiles[count++] = run->snapshots[i].profile;
    if (count > 0 &&
        !hs_profile_merge(profiles, count, merged, &one->arena, err))
        return false;
    for (size_t i = 0; i < run->snapshot_count; i++)
        note_summaries(&run->snapshots[i], &one->arena);
    if (count > 0) {
        one->profile = merged;
        one->parts |= HS_PART_PROFILE;
    }
    close_others(run);
    return true;
}
