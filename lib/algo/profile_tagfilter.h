/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_tagfilter.h - --tagfocus and --tagignore: samples by their labels.
 *
 *   filter = [key "="] (range | regex ("," regex)*)
 *   range  = N | N ":" | ":" N | N ":" N              N = number [unit]
 *
 * As in pprof: a range is one of numbers, both ends included, in units that
 * measure the same as the label's; regular expressions are for text labels.
 * With a key, one of them has to find a value of that key; without, each of
 * them has to find some "key:value".
 */
#ifndef HS_ALGO_PROFILE_TAGFILTER_H
#define HS_ALGO_PROFILE_TAGFILTER_H

#include "base/arena.h"
#include "base/bitset.h"
#include "base/regex.h"
#include "model/profile.h"

#define HS_TAG_REGEXES 64

struct hs_tag_filter {
    struct hs_str key;
    bool keyed, range;
    double low, high; /* of a range, in UNIT */
    struct hs_str unit;
    size_t count; /* regular expressions, if it is no range */
    const struct hs_regex *regex[HS_TAG_REGEXES];
};

/* Reads TEXT.  NULL with ERR filled (HS_EUSAGE) if it is no filter. */
const struct hs_tag_filter *hs_tag_filter_compile(const char *text,
                                                  struct hs_arena *arena,
                                                  struct hs_err *err);

/* Adds to FOUND the samples of PROFILE that FILTER finds; false if none. */
bool hs_tag_filter_find(const struct hs_tag_filter *filter,
                        const struct hs_profile *profile,
                        struct hs_bitset *found);

#endif
