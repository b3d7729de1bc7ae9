/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex.c - PCRE2, its memory taken from an arena.
 *
 * PCRE2 goes back and tries again, so "(a+)+$" takes time exponential in the
 * text; and the expressions of drop_frames come from the input.  A match gives
 * up after LIMIT steps, and once that has happened PATIENCE times, after
 * HURRIED steps, so that no number of texts adds up to a hang.
 */
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define LIMIT    1000000 /* steps; some 10 ms */
#define HURRIED  1000
#define PATIENCE 16
#define HEAP_KIB 16384 /* for what was tried, beyond the first few KiB */

struct hs_regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *how;
    unsigned *given_up; /* matches that took LIMIT steps */
};

static void *take(PCRE2_SIZE size, void *arena)
{
    return hs_arena_alloc(arena, size);
}

static void leave(void *block, void *arena)
{
    (void)block; /* goes with its arena */
    (void)arena;
}

struct hs_regex *hs_regex_compile(struct hs_arena *arena, struct hs_str pattern,
                                  struct hs_err *err)
{
    pcre2_general_context *memory =
        pcre2_general_context_create(take, leave, arena);
    pcre2_compile_context *how = pcre2_compile_context_create(memory);
    struct hs_regex *regex = hs_arena_alloc(arena, sizeof(*regex));
    PCRE2_UCHAR message[128];
    PCRE2_SIZE offset;
    int code;

    regex->code =
        pcre2_compile((PCRE2_SPTR)pattern.text, pattern.size,
                      PCRE2_UTF | PCRE2_MATCH_INVALID_UTF |
                          PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C,
                      &code, &offset, how);
    if (!regex->code) {
        pcre2_get_error_message(code, message, sizeof(message));
        hs_fail(err, HS_EUSAGE, offset, "'%.*s' is no regular expression: %s",
                pattern.size < 60 ? (int)pattern.size : 60, pattern.text,
                (const char *)message);
        return NULL;
    }
    regex->match = pcre2_match_data_create(1, memory);
    regex->how = pcre2_match_context_create(memory);
    regex->given_up = hs_arena_zeroed(arena, 1, sizeof(unsigned));
    pcre2_set_match_limit(regex->how, LIMIT);
    pcre2_set_heap_limit(regex->how, HEAP_KIB);
    return regex;
}

bool hs_regex_match(const struct hs_regex *regex, struct hs_str text)
{
    const char *at = text.text ? text.text : "";
    int result = pcre2_match(regex->code, (PCRE2_SPTR)at, text.size, 0, 0,
                             regex->match, regex->how);

    if ((result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_HEAPLIMIT) &&
        ++*regex->given_up == PATIENCE)
        pcre2_set_match_limit(regex->how, HURRIED);
    return result >= 0;
}
