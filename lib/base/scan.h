/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan.h - small steps over a line of text.
 *
 * A scanner is a cursor over the line.  Each function says whether what it
 * looks for stands at the cursor, steps over it if so, and moves nothing if
 * not.  So a grammar is a chain of && over a copy of the cursor.
 */
#ifndef HS_BASE_SCAN_H
#define HS_BASE_SCAN_H

#include "base/cursor.h"
#include "base/str.h"

/* What is left, as a text. */
static inline struct hs_str hs_scan_rest(const struct hs_cursor *scan)
{
    return (struct hs_str){(const char *)scan->at, hs_cursor_left(scan)};
}

/* The byte at the cursor, 0 at the end. */
static inline uint8_t hs_scan_peek(const struct hs_cursor *scan)
{
    return hs_cursor_left(scan) > 0 ? *scan->at : 0;
}

bool hs_scan_literal(struct hs_cursor *scan, const char *literal);

/* Blanks and tabs, maybe none. */
void hs_scan_blanks(struct hs_cursor *scan);

/* A decimal or `0x` number of at most 64 bits. */
bool hs_scan_unsigned(struct hs_cursor *scan, uint64_t *number);
bool hs_scan_hex(struct hs_cursor *scan, uint64_t *number);

/* A decimal number with a sign, point and exponent, or without; never NaN. */
bool hs_scan_number(struct hs_cursor *scan, double *number);

/* What comes up to the next C, which is stepped over too. */
bool hs_scan_until(struct hs_cursor *scan, char c, struct hs_str *text);

/* Up to the next blank, tab or the end; true if that is not nothing. */
bool hs_scan_word(struct hs_cursor *scan, struct hs_str *word);

/* To the next LITERAL, and over it. */
bool hs_scan_past(struct hs_cursor *scan, const char *literal);

/* TEXT without blanks and tabs at its ends. */
struct hs_str hs_scan_trim(struct hs_str text);

#endif
