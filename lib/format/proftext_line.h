/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proftext_line.h - small steps over a line of a text profile.
 */
#ifndef HS_FORMAT_PROFTEXT_LINE_H
#define HS_FORMAT_PROFTEXT_LINE_H

#include "base/cursor.h"
#include "base/str.h"

bool proftext_is_comment(struct hs_cursor line); /* or blank */
bool proftext_is_map_head(struct hs_cursor line);

/* proftext_literal and proftext_digits say whether there was what they look
 * for, and do not move if not. */
bool proftext_is_space(uint8_t c);
uint8_t proftext_peek(const struct hs_cursor *line);
void proftext_spaces(struct hs_cursor *line);
bool proftext_literal(struct hs_cursor *line, const char *literal);
bool proftext_digits(struct hs_cursor *line, struct hs_str *digits);

/* The bytes up to the next blank; maybe none. */
struct hs_str proftext_word(struct hs_cursor *line);

int proftext_hex_digit(char c); /* -1 if it is none */
struct hs_str proftext_hex_digits(struct hs_cursor *line);

/* DIGITS of base 10, with a sign or not, or 16; false if there are none, or
 * too many for 64 bits (63 in base 10). */
bool proftext_number(struct hs_str digits, int64_t *number);
bool proftext_hex(struct hs_str digits, uint64_t *number);

#endif
