/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_profile.h - what the commands say of a profile.
 */
#ifndef HEAPSCOPE_SECTION_PROFILE_H
#define HEAPSCOPE_SECTION_PROFILE_H

#include "profile_look.h"
#include "section.h"

/* The sections, each for the command of its name; see section.h. */
bool hs_profile_analyze_section(struct hs_run *run, struct hs_err *err);
bool hs_profile_top_section(struct hs_run *run, struct hs_err *err);
bool hs_profile_tree_section(struct hs_run *run, struct hs_err *err);
bool hs_profile_diff_section(struct hs_run *run, struct hs_err *err);
bool hs_profile_callgraph_section(struct hs_run *run, struct hs_err *err);

bool hs_profile_fill(struct hs_run *run, const struct hs_snapshot *snapshot,
                     struct hs_digest *digest, struct hs_err *err);

/* Parts of them: "sites" and "churn" into GROUP. */
void hs_profile_sites_part(struct hs_run *run, struct hs_block *group,
                           const struct hs_look *by_function);

/* "gateways" into GROUP, and what each function retains into RUN's digest. */
bool hs_profile_gateways_part(struct hs_run *run, struct hs_block *group,
                              const struct hs_look *look, struct hs_err *err);

/* The rows of top --by tag into RUN's document. */
void hs_profile_tags_part(struct hs_run *run, const struct hs_look *look);

#endif
