/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top.c - the command top: the biggest of whatever the files tell of.
 */
#include <string.h>

#include "section.h"
#include "section_profile.h"

/* With a dump and a profile, the dump answers unless the options ask for what
 * only the profile has. */
static bool asks_profile(const struct hs_options *options)
{
    static const char *const words[] = {"function", "file", "line", "tag"};

    if (options->sample_type || options->cum)
        return true;
    for (size_t i = 0; options->by && i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(options->by, words[i]) == 0)
            return true;
    return false;
}

static bool top_run(struct hs_run *run, struct hs_err *err)
{
    static const struct hs_section sections[] = {
        {HS_PART_HEAP, hs_heap_top_section},
        {HS_PART_PROFILE, hs_profile_top_section},
        {HS_PART_HEAP, hs_heap_top_section},
        {0, NULL},
    };

    return hs_sections_first(run, sections + asks_profile(run->options), err);
}

const struct hs_command command_top = {
    .name = "top",
    .summary =
        "the biggest: types or holders of a heap, functions of a profile",
    .arguments = "FILE...",
    .details =
        "Of a heap dump, --by type, package or holder: how many objects, what "
        "they take themselves, and what would go with them. Without an "
        "executable a type is what the dump tells: a slot's size and whether "
        "it has pointers, or the address of the type's descriptor.\n\n"
        "Of a profile, --by function, file, line, package or tag; the values "
        "are those of 'go tool pprof -top'. flat is what was sampled in the "
        "function itself, cum what was sampled in it or below it.",
    .takes = HS_TAKES_ONE,
    .options = HS_OPT_SAMPLE_TYPE | HS_OPT_BY | HS_OPT_CUM | HS_OPT_FOCUS |
               HS_OPT_MERGE,
    .needs = HS_PART_HEAP | HS_PART_PROFILE,
    .run = top_run,
};
