/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex.c - PCRE2, its memory taken from an arena.
 */
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct hs_regex {
    pcre2_code *code;
    pcre2_match_data *match;
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
    return regex;
}

bool hs_regex_match(const struct hs_regex *regex, struct hs_str text)
{
    const char *at = text.text ? text.text : "";

    return pcre2_match(regex->code, (PCRE2_SPTR)at, text.size, 0, 0,
                       regex->match, NULL) >= 0;
}
