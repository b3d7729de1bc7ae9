/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_view.h - a profile as it is looked at: by function, file, line or
 * package, without the frames that drop_frames names, and only the samples
 * and frames that the filters leave.
 *
 * What a frame stands for is worked out once per location, so that a walk
 * over the samples only reads small arrays.  A location expands to nodes:
 *
 *     expand[expand_start[l] .. expand_start[l + 1])    innermost first
 *
 * A node is one name as pprof prints it, without " (inline)".  Code without
 * lines is the node "[binary]", or "<unknown>" if no binary is known.  Nodes
 * are numbered by function name, then file, then line.  A location that is
 * hidden expands to none, but is never the innermost one of a stack.
 *
 * The view borrows the profile and lives in the arena that it was made in.
 */
#ifndef HS_ALGO_PROFILE_VIEW_H
#define HS_ALGO_PROFILE_VIEW_H

#include "base/arena.h"
#include "base/regex.h"
#include "model/profile.h"

enum hs_granularity {
    HS_BY_FUNCTION,
    HS_BY_FILE,
    HS_BY_LINE,
    HS_BY_PACKAGE,
};

struct hs_view_node {
    struct hs_str name;     /* as pprof prints it; empty if unnamed */
    struct hs_str function; /* empty by file; the package by package */
    struct hs_str file;     /* empty by function and by package */
    int64_t line;           /* 0 but by line */
};

struct hs_tag_filter;

/* What is looked at; a filter that is NULL is not there.  Names are those of
 * functions, files and mappings.  Applied as pprof does: first focus and
 * ignore, then hide and show, show_from, and the filters of labels. */
struct hs_view_options {
    enum hs_granularity by;
    bool unnamed; /* nodes with a function need no name of their own: by line
                   * that is the better half of a view's memory and time */
    const struct hs_regex *focus,
        *ignore;                        /* stacks with such a name, without */
    const struct hs_regex *hide, *show; /* frames without, frames with it */
    const struct hs_regex *show_from;   /* frames from the outermost on */
    const struct hs_tag_filter *tag_focus, *tag_ignore;
};

enum hs_filter {
    HS_FILTER_FOCUS = 1,
    HS_FILTER_IGNORE = 2,
    HS_FILTER_HIDE = 4,
    HS_FILTER_SHOW = 8,
    HS_FILTER_SHOW_FROM = 16,
    HS_FILTER_TAG_FOCUS = 32,
    HS_FILTER_TAG_IGNORE = 64,
};

struct hs_profile_view {
    const struct hs_profile *profile;
    enum hs_granularity by;
    struct hs_view_node *nodes;
    uint32_t node_count;
    const uint32_t *expand, *expand_start;
    const uint8_t *marks; /* per location, see profile_prune.h */
    const uint64_t *out;  /* bits: samples that filters of labels leave out */
    bool prunes;          /* some location may be dropped */
    bool focuses, hides, starts_late, filters;
    unsigned idle;       /* enum hs_filter: those that find nothing at all */
    const char *warning; /* a bad drop_frames expression; NULL if fine */
};

/* Prepares to look at PROFILE; what is returned lives in ARENA. */
struct hs_profile_view *hs_profile_view(const struct hs_profile *profile,
                                        const struct hs_view_options *options,
                                        struct hs_arena *arena);

/* The part of sample S's stack that is looked at, leaf first:
 * frames[*FIRST .. *END).  False if the sample is filtered out. */
bool hs_view_stack(const struct hs_profile_view *view, size_t s,
                   uint64_t *first, uint64_t *end);

/* "function", "file", "line" or "package". */
const char *hs_granularity_name(enum hs_granularity by);

/* The granularity called NAME ("function", "functions", ...). */
bool hs_granularity_named(const char *name, enum hs_granularity *by);

#endif
