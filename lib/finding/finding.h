/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finding.h - one pattern of a leak, and what was found of it.
 *
 * A finding is one source file in this folder that ends in one constant,
 *
 *     const struct hs_finding hs_finding_NAME = { ... };
 *
 * and one row, HS_FINDING(NAME), in findings.def, which hs_findings_run()
 * reads. A finding looks at a case, which it may not change, and adds a suspect
 * for each group of objects that have one cause, or for what a trace shows.
 */
#ifndef HS_FINDING_FINDING_H
#define HS_FINDING_FINDING_H

#include "algo/allocation.h"
#include "algo/claims.h"
#include "algo/composition.h"
#include "algo/heap_case.h"
#include "algo/paths.h"
#include "algo/trace_join.h"
#include "algo/types.h"
#include "model/snapshot.h"
#include "model/timeline.h"

/* What is known of one process; the parts are made once for all findings. */
struct hs_case {
    unsigned parts; /* enum hs_part: those of the next two that are there */
    const struct hs_timeline *timeline;
    const struct hs_trace_join *join; /* of the two; NULL unless both are */
    /* The rest, but for the arena, is of a heap: */
    const struct hs_heap_case *base; /* the next four are its */
    const struct hs_heap *heap;
    const struct hs_holders *holders;
    const struct hs_retention *retention;
    const struct hs_claims *claims;
    const struct hs_types *types;
    const struct hs_allocations *allocations;
    const struct hs_composition *compositions; /* of the first claims */
    size_t composed;                           /* so many */
    struct hs_arena *arena;                    /* for what suspects point to */
};

/* Works out what findings look at, in ARENA, from BASE and TIMELINE, which have
 * to last; either may be NULL. */
struct hs_case *hs_case_new(const struct hs_heap_case *base,
                            const struct hs_timeline *timeline,
                            struct hs_arena *arena);

/* How sure a suspect is. */
enum hs_grade {
    HS_GRADE_PROVED, /* this memory can never be freed */
    HS_GRADE_LIKELY, /* a pattern that hardly ever is meant */
    HS_GRADE_SIZE,   /* nothing but big */
};

struct hs_suspect {
    const struct hs_finding *finding;
    enum hs_grade grade;
    bool anyway;   /* not big, but the biggest there is: no reason to alarm */
    bool unpriced; /* what it costs is not known, and told first */
    struct hs_str holder; /* its name */
    uint32_t unit;        /* its number; HS_NO_RECORD: several together */
    struct hs_str type;   /* of the objects; empty: unknown */
    uint64_t objects;     /* how many the group has */
    uint64_t bytes;       /* what it costs: owned */
    uint64_t retained_bytes;
    double share; /* of the reachable bytes */
    const char *message, *advice;
    struct hs_path path; /* to where it piles up, and one of what is there */
    uint32_t children;   /* how many there are; 0: that is not the matter */
    struct hs_origin origin; /* where its objects were allocated */
    uint64_t key;            /* what the fingerprint is made of */
    char fingerprint[9];     /* equal for the same leak in another dump */
};

struct hs_suspects {
    struct hs_column rows; /* struct hs_suspect */
};

struct hs_finding {
    const char *name; /* "big-holder": stable, and in fingerprints */
    unsigned needs;   /* enum hs_part: all that the case has to have */

    /* Adds what it finds; SCRATCH is for the rest. */
    void (*find)(const struct hs_case *c, struct hs_suspects *suspects,
                 struct hs_arena *scratch);
};

/* What all findings say, in ARENA: what costs most first.  Fills in share and
 * fingerprint. */
struct hs_suspects hs_findings_run(const struct hs_case *c);

/* "proved", "likely", "size". */
const char *hs_grade_name(enum hs_grade grade);

/*
 * For the findings.
 */

/* Mixes TEXT into KEY.  Feed it what stays the same from run to run: names of
 * functions and variables, never addresses of objects. */
uint64_t hs_finding_key(uint64_t key, struct hs_str text);

#endif
