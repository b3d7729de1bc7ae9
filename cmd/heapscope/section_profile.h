/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_profile.h - the parts of what analyze says of a profile.
 */
#ifndef HEAPSCOPE_SECTION_PROFILE_H
#define HEAPSCOPE_SECTION_PROFILE_H

#include "profile_look.h"
#include "section.h"

/* "sites" and "churn" into GROUP. */
void hs_profile_sites_part(struct hs_run *run, struct hs_block *group,
                           const struct hs_look *by_function);

/* "gateways" into GROUP, and what each function retains into RUN's digest. */
bool hs_profile_gateways_part(struct hs_run *run, struct hs_block *group,
                              const struct hs_look *look, struct hs_err *err);

/* The rows of top --by tag into RUN's document. */
void hs_profile_tags_part(struct hs_run *run, const struct hs_look *look);

#endif
