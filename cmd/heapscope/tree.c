/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.c - the command tree: from the top, or from one thing, down.
 */
#include "section.h"
#include "section_profile.h"

static bool tree_run(struct hs_run *run, struct hs_err *err)
{
    static const struct hs_section sections[] = {
        {HS_PART_HEAP, hs_heap_tree_section},
        {HS_PART_PROFILE, hs_profile_tree_section},
        {0, NULL},
    };

    return hs_sections_first(run, sections, err);
}

const struct hs_command command_tree = {
    .name = "tree",
    .summary = "who holds what inside whom; or the call tree of a profile",
    .arguments = "[HOLDER|FUNCTION] FILE...",
    .details =
        "Of a heap dump, the dominator tree from the top down, like du: each "
        "row is what would be freed if it went, and what is below it goes "
        "with it. The biggest branches are opened, as many rows as --limit "
        "says. With HOLDER (or an address), from there down.\n\n"
        "Of a profile, who called whom, from the outermost call inwards: the "
        "biggest branches, as many as --limit says, the others folded. With "
        "FUNCTION, or a part of its name, what is below its outermost call.",
    .takes = HS_TAKES_TARGET,
    .options = HS_OPT_SAMPLE_TYPE | HS_OPT_FOCUS | HS_OPT_MERGE,
    .needs = HS_PART_HEAP | HS_PART_PROFILE,
    .run = tree_run,
};
