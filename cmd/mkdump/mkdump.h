/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkdump.h - one kind of synthetic input.
 *
 * A kind is one file in this folder that ends in one constant,
 *
 *     const struct mkdump_kind mkdump_NAME = { ... };
 *
 * and one row, MKDUMP(NAME), in kinds.def.  The same options give the same
 * bytes, on every machine.
 */
#ifndef MKDUMP_H
#define MKDUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/writer.h"

struct mkdump_options {
    uint64_t count; /* of samples, of objects: the kind's unit; 0: not said */
    uint64_t seed;
    const char *shape; /* a word that the kind understands, or NULL */
    /* Of a heap dump: */
    bool fragmented;
    bool allocs;         /* with allocation sites */
    const char *go;      /* "1.24.4", or NULL */
    uint64_t goroutines; /* 0: not said */
};

struct mkdump_kind {
    const char *name;  /* "profile" */
    const char *title; /* one line for --help, with the shapes */
    bool (*write)(const struct mkdump_options *options,
                  struct hs_writer *writer, struct hs_err *err);
};

/* The next of a sequence of well-mixed numbers that starts at *STATE. */
static inline uint64_t mkdump_random(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

#endif
