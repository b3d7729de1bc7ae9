/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input_impl.h - what input.c and input_stream.c know of an input and nobody
 * else does.
 */
#ifndef HS_BASE_INPUT_IMPL_H
#define HS_BASE_INPUT_IMPL_H

#include <sys/stat.h>

#include "base/input.h"

#define HS_INPUT_HEAD 4096

struct hs_input {
    char *path;
    const uint8_t *stored; /* as on disk; STORED_SIZE bytes */
    size_t stored_size;
    bool stored_mapped; /* STORED is ours to unmap */
    bool gzipped;
    bool in_place;      /* STORED is the file itself, not a copy of it */
    struct stat opened; /* the file then */
    struct hs_input_limits limits;
    bool limits_given; /* by the user; else they are ours to choose */

    uint8_t head[HS_INPUT_HEAD];
    size_t head_size;

    /* Filled by the first hs_input_map of a gzip'd input. */
    bool inflated;
    const uint8_t *plain;
    size_t plain_size;
    struct hs_err plain_err;
};

#endif
