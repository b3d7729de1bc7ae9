/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top.c - the command top: the biggest of whatever the files tell of.
 */
#include "section.h"

static bool top_run(struct hs_run *run, struct hs_err *err)
{
    static const struct hs_section sections[] = {
        {HS_PART_PROFILE, hs_profile_top_section},
        {0, NULL},
    };

    return hs_sections_first(run, sections, err);
}

const struct hs_command command_top = {
    .name = "top",
    .summary = "the biggest: functions, files, lines or packages",
    .arguments = "FILE...",
    .details = "Of a profile, --by function, file, line, package or tag; the "
               "values are "
               "those of 'go tool pprof -top'. flat is what was sampled in the "
               "function itself, cum what was sampled in it or below it.",
    .takes = HS_TAKES_ONE,
    .options = HS_OPT_SAMPLE_TYPE | HS_OPT_BY | HS_OPT_CUM | HS_OPT_FOCUS,
    .needs = HS_PART_PROFILE,
    .run = top_run,
};
