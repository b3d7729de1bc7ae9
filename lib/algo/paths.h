/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paths.h - every way an object is held, shortest first.
 *
 * A path leads from a holder to a target: from a variable, or from a frame of a
 * goroutine, over objects.  There is one path for each way that differs in its
 * holder or in its first step; ways that only differ in which goroutine of a
 * group they start from are one path with a count.  The first paths are the
 * shortest of each unit holder (holders.h): of several targets those of who
 * holds most of them first, alone or with others, then variables before
 * goroutines; further ways of the same units come after.
 */
#ifndef HS_ALGO_PATHS_H
#define HS_ALGO_PATHS_H

#include "algo/retention.h"

/* The offset of a step whose reference was not found in the bytes. */
#define HS_NO_OFFSET UINT64_MAX

/* So many steps at either end of a path come with their references; what is
 * between, in a list of a million elements, hs_paths_step() looks up. */
#define HS_PATH_ENDS 64

struct hs_path_step {
    uint32_t object;
    uint32_t alike;  /* objects of its size and type that the step before points
                      * to, it included; 1 for the first; 0: see hs_paths_step
                      */
    uint64_t offset; /* bytes into the step before, where the pointer is */
    uint32_t count;  /* hs_paths_pile: how many of its kind this one stands for;
                      * 0 or 1: only itself */
    uint64_t bytes;  /* what those retain together */
};

struct hs_path {
    uint32_t unit;    /* the holder that has to let go */
    uint32_t holder;  /* it, or the goroutine or frame below it */
    uint32_t through; /* the variable below it that points to the first object,
                       * if another than HOLDER: what HOLDER points to */
    uint32_t count;   /* how many ways this one stands for, and from how many */
    uint32_t goroutines; /* goroutines; of a way from none of them 1 */
    uint32_t step_count;
    const struct hs_path_step *steps; /* the last is a target */
};

struct hs_paths {
    const struct hs_path *paths;
    size_t count;
    uint64_t units; /* unit holders that reach a target */
    uint64_t ways;  /* all ways found, before MOST was met */
};

/* The ways to any of TARGETS (objects, sorted), at most MOST (0: all), in
 * ARENA.  Looks through the graph backwards: at worst one pass over it. */
void hs_paths_find(const struct hs_heap *heap, const struct hs_holders *holders,
                   const struct hs_retention *retention,
                   const uint32_t *targets, size_t target_count, size_t most,
                   struct hs_arena *arena, struct hs_arena *scratch,
                   struct hs_paths *paths);

/* By holder, how many bytes of TARGETS it holds, alone or with others: only
 * units do, and goroutines only what nothing else holds.  In SCRATCH. */
uint64_t *hs_paths_weigh(const struct hs_heap *heap,
                         const struct hs_holders *holders,
                         const struct hs_retention *retention,
                         const uint32_t *targets, size_t target_count,
                         struct hs_arena *scratch);

/* The ways to each of TARGETS by itself, at most MOST ways each, into PATHS,
 * an array.  Costs little more than asking for one. */
void hs_paths_find_each(const struct hs_heap *heap,
                        const struct hs_holders *holders,
                        const struct hs_retention *retention,
                        const uint32_t *targets, size_t target_count,
                        size_t most, struct hs_arena *arena,
                        struct hs_arena *scratch, struct hs_paths *paths);

/* Step NUMBER of PATH with its reference. */
struct hs_path_step hs_paths_step(const struct hs_heap *heap,
                                  const struct hs_path *path, uint32_t number);

/* The shortest way to NODE, which is reached, as the analysis knows it: no
 * search.  Of a holder it is that holder, without steps. */
void hs_paths_shortest(const struct hs_heap *heap,
                       const struct hs_holders *holders,
                       const struct hs_retention *retention, uint32_t node,
                       struct hs_arena *arena, struct hs_path *path);

/* The way down from HOLDER along what retains most, through OBJECTS objects at
 * most, ending where the retained size drops below KEEP (0..1) of the step
 * before: the accumulation point. */
void hs_paths_descend(const struct hs_heap *heap,
                      const struct hs_retention *retention, uint32_t holder,
                      double keep, size_t most, struct hs_arena *arena,
                      struct hs_path *path);

/* Goes on from the end of PATH, which is the first of NODES (of a path without
 * steps, its holder), to where memory piles up: from kind to kind (kinds.h), as
 * long as one retains KEEP (0..1) of what those before it do.  NODES, COUNT of
 * one kind, are what the end stands for, and retain BYTES; 0 if that is not
 * known. */
void hs_paths_pile(const struct hs_heap *heap, const struct hs_holders *holders,
                   const struct hs_retention *retention, const uint32_t *nodes,
                   size_t count, uint64_t bytes, double keep,
                   struct hs_arena *arena, struct hs_arena *scratch,
                   struct hs_path *path);

/* Fills in offset and alike of STEPS, whose objects are known. */
void hs_paths_dress(const struct hs_heap *heap, struct hs_path_step *steps,
                    size_t count);

/* Where object FROM points to object TO: bytes into FROM; HS_NO_OFFSET if it
 * does not. */
uint64_t hs_paths_offset(const struct hs_heap *heap, uint32_t from,
                         uint32_t to);

#endif
