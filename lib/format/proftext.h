/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proftext.h - what the files of the text profile decoder share; for nobody
 * else.
 *
 *   proftext.c        which text it is; samples become a profile
 *   proftext_line.c   lines, and the numbers in them
 *   proftext_heap.c   `heap profile: ...`
 *   proftext_count.c  `goroutine profile: ...` and `--- mutex:`
 *   proftext_thread.c `--- threadz 1 ---`
 *   proftext_names.c  the comments that name addresses
 *   proftext_labels.c the comment that labels a sample
 *   proftext_maps.c   the memory map at the end
 */
#ifndef HS_FORMAT_PROFTEXT_H
#define HS_FORMAT_PROFTEXT_H

#include "base/intern.h"
#include "base/map.h"
#include "format/proftext_line.h"
#include "model/profile.h"
#include "model/snapshot.h"

struct proftext {
    struct hs_cursor in;   /* what follows LINE */
    struct hs_cursor line; /* without its end */

    struct hs_snapshot *snapshot;
    struct hs_profile *profile;
    struct hs_arena scratch;
    struct hs_intern strings;
    struct hs_column types, mappings, functions, locations, lines;
    struct hs_column stack_start, frames, values, label_start, labels;
    struct hs_map by_address, by_name; /* locations; functions */

    /* The sample that is being read: its addresses, leaf first, and how many
     * of them a comment has named so far. */
    struct hs_column stack; /* struct proftext_frame */
    size_t matched;         /* frames before this one are done with */
    bool open;
    struct hs_column chars; /* of a text that is being read */
    bool cut;               /* the rows are fewer than the header says */
};

struct proftext_frame {
    uint64_t address; /* as in the text: behind the call */
    uint32_t location;
    bool named;
};

/* Goes to the next line; false at the end. */
bool proftext_next(struct proftext *text);

/* Fails with WHAT at the start of the line. */
bool proftext_fail(const struct proftext *text, const char *what,
                   struct hs_err *err);

/* Opens a sample without addresses; adds the next one, leaf first.  What it
 * calls stands BACK bytes before it: 1 if it is where a call returns to. */
void proftext_open(struct proftext *text);
void proftext_address(struct proftext *text, uint64_t address, uint64_t back);
/* Opens a sample at the addresses that LINE has ("0x4a0c10 0x4a1000"). */
bool proftext_sample(struct proftext *text, struct hs_cursor line,
                     struct hs_err *err);
/* Ends the open sample, if there is one. */
void proftext_finish(struct proftext *text);

void proftext_value(struct proftext *text, int64_t value);
/* VALUE without its fraction; what does not fit stays at the edge. */
int64_t proftext_integer(double value);
void proftext_type(struct proftext *text, struct hs_str type, const char *unit);

/* Takes the name for an address of the open sample from the comment LINE. */
void proftext_name(struct proftext *text);

/* Takes the labels of the open sample from LINE, if it is such a comment. */
bool proftext_labels(struct proftext *text);

/* Reads the memory map, if there is one from LINE on. */
void proftext_maps(struct proftext *text);

/* One of the texts. */
struct proftext_kind {
    /* True if LINE is its header. */
    bool (*likes)(struct hs_cursor line);
    /* Reads TEXT, which stands at the header, up to the memory map. */
    bool (*read)(struct proftext *text, struct hs_err *err);
    bool comes_first;        /* nothing may come before the header */
    const char *drop, *keep; /* drop_frames and keep_frames */
};

/* The frames of a profiler itself.  The names are pprof's own, so that both
 * tools drop the same. */
#define PROFTEXT_PROFILER                                                      \
    "ProfileData::Add|ProfileData::prof_handler|CpuProfiler::prof_handler|"    \
    "__pthread_sighandler|__restore"

extern const struct proftext_kind proftext_heap, proftext_count,
    proftext_thread, proftext_delay;

#endif
