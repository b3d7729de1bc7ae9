/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inputs.h - telling what the files are that a report rests on.
 */
#ifndef HEAPSCOPE_INPUTS_H
#define HEAPSCOPE_INPUTS_H

#include "command.h"

/* Adds "inputs" to RUN's document, and what is odd about them as notes. */
void hs_inputs_section(struct hs_run *run);

/* What SOURCE of SNAPSHOT is, in a few words: "heap profile, 1234 samples".
 * In ARENA. */
const char *hs_source_summary(const struct hs_snapshot *snapshot,
                              const struct hs_source *source,
                              struct hs_arena *arena);

/* "complete", or what is wrong with it.  In ARENA. */
const char *hs_source_state(const struct hs_source *source,
                            struct hs_arena *arena);

/* What a profile's sample types say it is a profile of: "heap profile". */
const char *hs_profile_kind(const struct hs_profile *profile);

#endif
