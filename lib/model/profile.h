/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile.h - a pprof profile in compact columns.
 *
 * Texts are numbers into STRINGS; string 0 is "".  Functions, mappings and
 * locations are numbers 0..n-1 in the order of the file (the ids of the file
 * are gone).  A sample's stack is leaf first, as in the file:
 *
 *     frames[stack_start[s] .. stack_start[s + 1])      locations
 *     values[s * type_count + t]                        of sample type t
 *     labels[label_start[s] .. label_start[s + 1])
 *
 * A location's lines run from the innermost inlined call to the function that
 * is really on the stack: lines[first_line .. first_line + line_count).
 * Samples are as in the file: equal stacks are not merged.
 *
 * The arrays belong to the snapshot's arena and are read-only once decoded.
 */
#ifndef HS_MODEL_PROFILE_H
#define HS_MODEL_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define HS_NO_MAPPING UINT32_MAX

struct hs_value_type {
    uint32_t type, unit; /* strings: "inuse_space", "bytes" */
};

struct hs_mapping {
    uint64_t start, limit, offset;
    uint32_t file, build_id; /* strings */
};

struct hs_function {
    uint32_t name, system_name, file; /* strings */
    int64_t start_line;
};

struct hs_line {
    uint32_t function;
    int64_t line, column;
};

struct hs_location {
    uint64_t address;
    uint32_t mapping; /* HS_NO_MAPPING if none */
    uint32_t first_line, line_count;
    bool folded;
};

struct hs_label {
    uint32_t key;
    uint32_t text; /* string label if nonzero, else numeric */
    int64_t number;
    uint32_t unit; /* string; 0 if none */
};

struct hs_profile {
    const struct hs_str *strings;
    const struct hs_value_type *types;
    const struct hs_mapping *mappings;
    const struct hs_function *functions;
    const struct hs_location *locations;
    const struct hs_line *lines;
    const uint32_t *comments; /* strings */
    size_t string_count, type_count, mapping_count, function_count,
        location_count, line_count, comment_count;

    size_t sample_count;
    const uint64_t *stack_start; /* sample_count + 1 */
    const uint32_t *frames;      /* locations, leaf first */
    const int64_t *values;       /* sample_count rows of type_count */
    const uint64_t *label_start; /* sample_count + 1, or NULL: no labels */
    const struct hs_label *labels;

    struct hs_value_type period_type;
    int64_t period;
    int64_t time_nanos, duration_nanos;
    uint32_t drop_frames, keep_frames; /* strings: regular expressions */
    uint32_t default_type, doc_url;    /* strings */
};

static inline struct hs_str hs_profile_string(const struct hs_profile *profile,
                                              uint32_t string)
{
    return profile->strings[string];
}

#endif
