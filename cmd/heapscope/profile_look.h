/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_look.h - a profile as the options of a run ask to see it: which
 * sample type, by what, which samples; what its numbers are called.
 */
#ifndef HEAPSCOPE_PROFILE_LOOK_H
#define HEAPSCOPE_PROFILE_LOOK_H

#include "algo/profile_sum.h"
#include "command.h"

/* What a sample type measures, in words. */
struct hs_measure {
    const char *sites;   /* "Where what is in use was allocated" */
    const char *column;  /* "in use" */
    const char *objects; /* what a count counts: "objects", "waits" */
    bool memory;         /* allocation stacks: they say nothing of holders */
    bool in_use;         /* of memory: what is live, not all there ever was */
};

struct hs_look {
    const struct hs_profile *profile;
    size_t type;
    enum hs_unit unit;
    const struct hs_measure *measure;
    struct hs_view_options options; /* what VIEW was made with */
    struct hs_profile_view *view;
    struct hs_profile_sums *sums;
};

/* Looks at SNAPSHOT's profile; BY is NULL to take --by or --granularity, else
 * what the command wants.  Fails for options that make no sense. */
bool hs_look(struct hs_run *run, const struct hs_snapshot *snapshot,
             const enum hs_granularity *by, struct hs_look *look,
             struct hs_err *err);

/* A sum in the unit of LOOK; one that 64 bits cannot hold says so. */
struct hs_value hs_look_value(const struct hs_look *look, __int128 sum);

/* The unit in which values of a sample type are shown. */
enum hs_unit hs_unit_of(struct hs_str unit);

/* What is looked at: sample type, total and unit. */
void hs_look_head(struct hs_run *run, const struct hs_look *look);

/* Notes on what is in the total and in no row. */
void hs_look_notes(struct hs_run *run, struct hs_block *group,
                   const struct hs_look *look);

#endif
