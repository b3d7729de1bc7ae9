/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.h - one moment of one program, as far as its inputs tell of it.
 *
 * A snapshot has parts.  A format fills some (hs_format.fills), a command
 * needs some (hs_command.needs).  Everything a snapshot points to lives in its
 * arena or in the inputs it keeps open; hs_snapshot_close gives both back.
 */
#ifndef HS_MODEL_SNAPSHOT_H
#define HS_MODEL_SNAPSHOT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"

enum hs_part {
    HS_PART_PROFILE = 1,        /* sampled stacks: model/profile.h */
    HS_PART_HEAP = 2,           /* objects, roots, goroutines: model/heap.h */
    HS_PART_PROGRAM = 4,        /* the executable: model/program.h */
    HS_PART_TIMELINE = 8,       /* what a trace saw happen: model/timeline.h */
    HS_PART_PROCESS = 16,       /* where its memory is: model/process.h */
    HS_PART_GCLOG = 1 << 10,    /* lines of gctrace: model/gclog.h */
    HS_PART_STACKS = 1 << 11,   /* printed goroutines: model/stacks.h */
    HS_PART_FINQUEUE = 1 << 12, /* finalizers over time: model/finqueue.h */
};

/* Those that several files fill together.  Each of the others has one file,
 * and files that fill the same of them are different moments. */
#define HS_PARTS_SHARED                                                        \
    (HS_PART_PROCESS | HS_PART_GCLOG | HS_PART_STACKS | HS_PART_FINQUEUE)

/* One input and what became of it. */
struct hs_source {
    const char *path;   /* as the user gave it */
    const char *format; /* "pprof"; NULL if unknown */
    uint64_t bytes;     /* on disk */
    bool complete;      /* false: cut short or damaged, see ERR */
    struct hs_err err;  /* why it is not complete; kind HS_OK if it is */
    const char *told;   /* what it is, in a few words; NULL: its format */
    struct hs_input *input;
    const char *summary; /* what it held before it was merged with others;
                          * NULL: what its snapshot holds */
};

struct hs_snapshot {
    struct hs_arena arena;
    unsigned parts; /* enum hs_part, those that are filled */
    struct hs_profile *profile;
    struct hs_heap *heap;
    struct hs_program *program;
    struct hs_names *names; /* model/names.h; NULL: no executable that fits */
    struct hs_timeline *timeline;
    struct hs_process *process;
    struct hs_gclog *gclog;
    struct hs_stacks *stacks;
    struct hs_finqueue *finqueue;
    const char *told;          /* the same, of the file that is decoded now */
    struct hs_column sources;  /* struct hs_source */
    struct hs_column warnings; /* const char *: odd but readable input */
};

/* An empty snapshot; closed with hs_snapshot_close. */
void hs_snapshot_init(struct hs_snapshot *snapshot);
void hs_snapshot_close(struct hs_snapshot *snapshot);

/* Remembers something the reader should know but that is no failure. */
void hs_snapshot_warn(struct hs_snapshot *snapshot, const char *format, ...)
    HS_PRINTF(2, 3);

#endif
