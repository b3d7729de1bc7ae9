/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_stacks.h - printed goroutines, and what a dump knows of the same.
 */
#ifndef HEAPSCOPE_SECTION_STACKS_H
#define HEAPSCOPE_SECTION_STACKS_H

#include "base/regex.h"
#include "model/stacks.h"
#include "section.h"

/* How the goroutines of a log and of a dump go together, by their ids. */
struct hs_stacks_join {
    bool known;              /* there is a dump */
    bool one_process;        /* what both have does the same in both */
    uint32_t common;         /* goroutines with one id */
    uint32_t alike;          /* of these, that do the same */
    const uint32_t *in_dump; /* of each group, goroutines that are ALIKE */
};

struct hs_stacks_join hs_stacks_joined(struct hs_run *run);

/* A group, and what its goroutines do. */
struct hs_stacks_row {
    uint32_t group;
    uint32_t state; /* the most frequent one; string */
    uint32_t in_state, waiting, most_minutes, locked, leaked;
};

/* The groups that are asked for, the largest first. */
struct hs_stacks_view {
    struct hs_run *run;
    const struct hs_stacks *stacks;
    struct hs_stacks_join join;
    struct hs_stacks_row *rows;
    size_t count;
    uint64_t goroutines;
};

/* Fills V with the groups that have a function which REGEX matches, all if it
 * is NULL; false if there are none. */
bool hs_stacks_look(struct hs_run *run, const struct hs_regex *regex,
                    struct hs_stacks_view *v);

static inline const struct hs_stacks_group *
hs_stacks_group_of(const struct hs_stacks_view *v,
                   const struct hs_stacks_row *row)
{
    return (const struct hs_stacks_group *)v->stacks->groups.at + row->group;
}

/* A string of the log as a name, null if it is empty. */
struct hs_value hs_stacks_name(const struct hs_stacks_view *v, uint32_t string);

/* "main.go:17" */
const char *hs_stacks_place(const struct hs_stacks_view *v,
                            const struct hs_stacks_frame *frame);

/* How long the goroutine of ROW that waits longest does so, at least. */
struct hs_value hs_stacks_waited(const struct hs_stacks_row *row);

/* The heading of all that is told of V. */
void hs_stacks_heading(const struct hs_stacks_view *v);

/* The frames of ROW, innermost first, at most MOST; 0: all. */
void hs_stacks_stack_part(const struct hs_stacks_view *v,
                          struct hs_block *parent, const char *key,
                          const char *title, const struct hs_stacks_row *row,
                          uint32_t most);

/* Of what there is more at the last moment of the log than at the first; to
 * people, if there is more in all. */
void hs_stacks_growth_part(struct hs_run *run, struct hs_block *group,
                           const struct hs_stacks *stacks);

/* Notes on finalizers that were running. */
void hs_stacks_tell_finalizers(const struct hs_stacks_view *v);

#endif
