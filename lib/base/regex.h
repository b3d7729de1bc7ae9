/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex.h - regular expressions as Go people write them.
 *
 * PCRE2 underneath, with the options that bring it closest to Go's RE2 syntax:
 * UTF-8 (bad bytes match nothing), `$` at the very end only.  What PCRE2 has
 * beyond RE2 (lookaround, back references) works too; an expression that takes
 * too long on a text does not match it.
 */
#ifndef HS_BASE_REGEX_H
#define HS_BASE_REGEX_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct hs_regex;

/* Compiles PATTERN; lives in ARENA.  NULL with ERR filled (HS_EUSAGE, the
 * offset is that in the pattern) if it is none. */
struct hs_regex *hs_regex_compile(struct hs_arena *arena, struct hs_str pattern,
                                  struct hs_err *err);

/* Whether REGEX matches anywhere in TEXT.  One thread at a time. */
bool hs_regex_match(const struct hs_regex *regex, struct hs_str text);

#endif
