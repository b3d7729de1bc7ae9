/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stacks.h - goroutines as a program prints them: a panic, SIGQUIT, or
 * /debug/pprof/goroutine?debug=2.
 *
 * Goroutines with the same functions all the way down, started by the same
 * function, are one group; as with those of a heap dump, the compiler's
 * wrappers of go statements are left out.  Texts are numbers into STRINGS, 0
 * is "".
 *
 * A log may print goroutines at many moments.  The moment with the most of them
 * is kept, the last of such; of the first and the last one how many each group
 * had, which tells what piles up; and of the others how many they were: memory
 * goes with a few moments and not with the log.
 */
#ifndef HS_MODEL_STACKS_H
#define HS_MODEL_STACKS_H

#include "base/intern.h"
#include "base/map.h"
#include "model/digest.h"
#include "model/snapshot.h"

#define HS_STACKS_MOST        ((size_t)4 << 20) /* goroutines of a moment */
#define HS_STACKS_FRAMES_MOST ((size_t)4 << 20) /* of all of its groups */

struct hs_stacks_frame {
    uint32_t function, file; /* strings */
    uint32_t line;
};

struct hs_stacks_group {
    uint32_t name; /* string: the function that tells what it does */
    uint32_t first_frame, frame_count; /* innermost first */
    uint32_t elided;                   /* frames that were not printed; at
                                        * least so many */
    struct hs_stacks_frame creator;    /* function 0: not told */
    uint32_t count;
    uint32_t first; /* of its goroutines */
};

struct hs_stacks_goroutine {
    uint64_t id, parent; /* parent 0: not told */
    uint32_t state;      /* string: "chan receive" */
    uint32_t minutes;    /* how long it waits, at least; 0 if not told */
    uint32_t group;
    bool locked; /* to its thread */
    bool leaked; /* the runtime has found that nothing can wake it */
};

struct hs_stacks {
    struct hs_intern strings;
    struct hs_column frames;     /* struct hs_stacks_frame */
    struct hs_column groups;     /* struct hs_stacks_group */
    struct hs_column goroutines; /* struct hs_stacks_goroutine, as printed */
    struct hs_str reason; /* "panic: out of ideas", "SIGQUIT: quit"; or "" */
    const char *path;     /* of the file that has them */
    uint64_t offset;      /* of the first, in its file */
    uint64_t moments;     /* in all files */
    /* Of that file's first and last moment, but for those of one goroutine: a
     * panic prints no other.  No rows in LAST if there is one such moment. */
    struct hs_digest first, last;
    uint64_t left_out; /* goroutines beyond HS_STACKS_MOST */
};

static inline struct hs_str hs_stacks_text(const struct hs_stacks *stacks,
                                           uint32_t string)
{
    return hs_intern_text(&stacks->strings, string);
}

/* One goroutine, as it is read.  Texts are borrowed. */
struct hs_stacks_entry {
    uint64_t id, parent;
    struct hs_str state;
    uint32_t minutes, elided;
    bool locked, leaked;
    struct hs_column frames; /* struct hs_stacks_entry_frame */
    struct hs_str creator, creator_file;
    uint32_t creator_line;
};

struct hs_stacks_entry_frame {
    struct hs_str function, file;
    uint32_t line;
};

struct hs_stacks_moment {
    struct hs_arena arena;
    struct hs_stacks stacks;
    struct hs_map by_stack; /* groups */
    struct hs_map by_id;    /* goroutines */
};

/* Of one moment, what is left of it when it is over. */
struct hs_stacks_summary {
    struct hs_arena arena;
    struct hs_digest digest;
};

/* The moment that is read now, and the largest of those before it. */
struct hs_stacks_builder {
    struct hs_snapshot *snapshot;
    const char *path;
    struct hs_stacks_summary first, last;
    struct hs_stacks_moment moments[2];
    unsigned now; /* which of them is read */
    uint64_t count;
};

/* PATH, of the file to be read, lives as long as SNAPSHOT. */
void hs_stacks_begin(struct hs_stacks_builder *builder,
                     struct hs_snapshot *snapshot, const char *path);

/* Has the moment that is read now the goroutine ID? */
bool hs_stacks_has(const struct hs_stacks_builder *builder, uint64_t id);

/* Adds a goroutine to the moment; one whose id it has already starts another
 * moment. */
void hs_stacks_add(struct hs_stacks_builder *builder,
                   const struct hs_stacks_entry *entry, uint64_t offset);

/* The moment is over.  REASON is why the next one is printed, if known. */
void hs_stacks_next(struct hs_stacks_builder *builder, struct hs_str reason);

/* Ends the last moment, and gives the largest to the snapshot. */
void hs_stacks_end(struct hs_stacks_builder *builder);

/* Makes BY_ID lead from ids to the indices of goroutines. */
void hs_stacks_index(const struct hs_stacks *stacks, struct hs_map *by_id,
                     struct hs_arena *arena);

/* A row of DIGEST for each name, all its groups together; what led to it is who
 * has started the largest.  Texts go to ARENA. */
void hs_stacks_digest(const struct hs_stacks *stacks, struct hs_digest *digest,
                      struct hs_arena *arena);

/* True for the goroutine that runs finalizers, or cleanups. */
bool hs_stacks_runs_finalizers(struct hs_str function);

#endif
