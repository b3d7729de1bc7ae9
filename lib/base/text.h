/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h - UTF-8 from strangers: is it valid, how wide is it, can it be shown.
 *
 * Names come out of input files and may hold anything.  Texts are (pointer,
 * length); results live in the arena that the caller names, or are the very
 * text that was given if nothing had to change.
 */
#ifndef HS_BASE_TEXT_H
#define HS_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* Decodes the code point at TEXT[*AT], which must be inside, and steps over
 * it.  Returns -1, one byte on, where TEXT is not UTF-8: overlong forms,
 * surrogates and numbers past U+10FFFF are not. */
int32_t hs_text_next(struct hs_str text, size_t *at);

/* Appends CODE to a column of chars. */
void hs_text_push(struct hs_column *chars, uint32_t code);

/* How many terminal columns TEXT takes; a byte that is no UTF-8 takes one. */
size_t hs_text_width(struct hs_str text);

/* TEXT with each byte that is no UTF-8 replaced by U+FFFD. */
struct hs_str hs_text_repair(struct hs_arena *arena, struct hs_str text);

/* TEXT safe for a terminal and a picture: control characters, what is no UTF-8
 * and marks that turn the direction of writing become visible escapes as Go
 * writes them: \n, \x1b, \u202e. */
struct hs_str hs_text_clean(struct hs_arena *arena, struct hs_str text);

/* True if hs_text_clean has nothing to do. */
bool hs_text_is_clean(struct hs_str text);

/* A clean Go name or a file's path, brought down to WIDTH columns where that is
 * possible without loss of what identifies it: folders of package paths go
 * first, type arguments next, the last package element, type and method never.
 * What is left may be wider than WIDTH, up to HS_TEXT_IDENTITY; only beyond
 * that it is cut in the middle.  ELLIPSIS stands for what went. */
struct hs_str hs_text_shorten(struct hs_arena *arena, struct hs_str name,
                              size_t width, const char *ellipsis);

#define HS_TEXT_IDENTITY 60

#endif
