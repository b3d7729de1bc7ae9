/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str.h - text that came from the input: a pointer and a length.
 *
 * NUL is a byte like any other.  Nothing is owned; whoever made the text says
 * how long it lives.
 */
#ifndef HS_BASE_STR_H
#define HS_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct hs_str {
    const char *text;
    size_t size;
};

/* The string literal or NUL-terminated TEXT. */
static inline struct hs_str hs_str_of(const char *text)
{
    return (struct hs_str){text, strlen(text)};
}

static inline bool hs_str_equal(struct hs_str a, struct hs_str b)
{
    return a.size == b.size &&
           (a.size == 0 || memcmp(a.text, b.text, a.size) == 0);
}

/* Does TEXT start with the string START? */
static inline bool hs_str_starts(struct hs_str text, const char *start)
{
    size_t size = strlen(start);

    return text.size >= size && memcmp(text.text, start, size) == 0;
}

static inline bool hs_str_ends(struct hs_str text, const char *end)
{
    size_t size = strlen(end);

    return text.size >= size &&
           memcmp(text.text + text.size - size, end, size) == 0;
}

struct hs_arena;

/* A copy of TEXT in ARENA. */
struct hs_str hs_str_copy(struct hs_arena *arena, struct hs_str text);

/* Bytewise order, a prefix first: like strcmp, and like Go's string order. */
static inline int hs_str_compare(struct hs_str a, struct hs_str b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common ? memcmp(a.text, b.text, common) : 0;

    return order ? order : (a.size > b.size) - (a.size < b.size);
}

#endif
