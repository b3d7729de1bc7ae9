/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest.h - what any snapshot has to say, short enough to compare.
 *
 * A row says how much of something there is: a function of a profile, a type,
 * a variable of a heap.  Every part of a snapshot can fill rows of its own
 * kinds; diff and --fail-on read nothing else, so they compare snapshots of
 * any kind, and need no word about a new one.
 *
 * Rows are added in any order; hs_digest_close sorts them and adds up those of
 * one kind and name.  Names are borrowed.
 */
#ifndef HS_MODEL_DIGEST_H
#define HS_MODEL_DIGEST_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* What BYTES of a row means, for --fail-on. */
enum hs_metric {
    HS_METRIC_OWN,      /* its own value: a function's flat, a type's size */
    HS_METRIC_RETAINED, /* what goes when it goes */
    HS_METRIC_OWNED,    /* what it owns; RETAINED is what goes when it goes */
};

struct hs_digest_row {
    const char *kind; /* "function", "type", "global"; static text */
    struct hs_str name;
    struct hs_str via; /* the program's own function that led to most of it,
                        * of a holder the line that allocated most of it;
                        * empty if that is itself, or not known */
    int64_t objects;   /* -1: not known */
    int64_t bytes;     /* or the digest's unit */
    int64_t retained;  /* only if METRIC is HS_METRIC_OWNED */
    double variance;   /* of BYTES, by sampling; 0 if exact */
    enum hs_metric metric;
    bool saturated;       /* BYTES has reached the end of its range */
    uint64_t fingerprint; /* of kind and name, the same in every run */
};

struct hs_digest {
    struct hs_column rows; /* struct hs_digest_row */
    const char *unit;      /* of BYTES: "bytes", "nanoseconds", "count" */
    int64_t total;         /* what shares refer to */
    int64_t time_nanos;    /* since 1970; 0: not known */
};

/* An empty digest whose rows live in ARENA. */
void hs_digest_init(struct hs_digest *digest, struct hs_arena *arena);

/* Adds a row; its fingerprint is worked out here. */
void hs_digest_add(struct hs_digest *digest, struct hs_digest_row row);

/* Sorts by kind and name.  Nothing may be added after. */
void hs_digest_close(struct hs_digest *digest);

/* A before B, B before A, or the same kind and name. */
int hs_digest_compare(const struct hs_digest_row *a,
                      const struct hs_digest_row *b);

/* A + B, at most what 64 bits hold; then *SATURATED is set. */
int64_t hs_digest_plus(int64_t a, int64_t b, bool *saturated);

#endif
