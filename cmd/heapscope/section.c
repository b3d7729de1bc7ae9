/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section.c - which sections a run has.
 */
#include "section.h"

static bool has(const struct hs_run *run, unsigned part)
{
    for (size_t i = 0; i < run->snapshot_count; i++)
        if ((run->snapshots[i].parts & part) != part)
            return false;
    return true;
}

bool hs_sections_all(struct hs_run *run, const struct hs_section *sections,
                     struct hs_err *err)
{
    for (; sections->add; sections++)
        if (has(run, sections->part) && !sections->add(run, err))
            return false;
    return true;
}

bool hs_sections_first(struct hs_run *run, const struct hs_section *sections,
                       struct hs_err *err)
{
    for (; sections->add; sections++)
        if (has(run, sections->part))
            return sections->add(run, err);
    return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                   "the files have nothing that '%s' could tell of",
                   run->command->name);
}
