/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan.c - small steps over a line of text.
 */
#include "base/scan.h"

#include <math.h>

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

bool hs_scan_literal(struct hs_cursor *scan, const char *literal)
{
    size_t size = strlen(literal);

    if (size > hs_cursor_left(scan) || memcmp(scan->at, literal, size) != 0)
        return false;
    hs_cursor_take(scan, size);
    return true;
}

void hs_scan_blanks(struct hs_cursor *scan)
{
    while (is_blank(hs_scan_peek(scan)))
        hs_cursor_take(scan, 1);
}

bool hs_scan_unsigned(struct hs_cursor *scan, uint64_t *number)
{
    struct hs_cursor at = *scan;
    uint64_t value = 0;

    if (!is_digit(hs_scan_peek(&at)))
        return false;
    while (is_digit(hs_scan_peek(&at))) {
        uint64_t digit = *at.at - (uint64_t)'0';

        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
        hs_cursor_take(&at, 1);
    }
    *number = value;
    *scan = at;
    return true;
}

static int hex_digit(uint8_t c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hs_scan_hex(struct hs_cursor *scan, uint64_t *number)
{
    struct hs_cursor at = *scan;
    uint64_t value = 0;

    if (!hs_scan_literal(&at, "0x") && !hs_scan_literal(&at, "0X"))
        return false;
    if (hex_digit(hs_scan_peek(&at)) < 0)
        return false;
    while (hex_digit(hs_scan_peek(&at)) >= 0) {
        if (value >> 60)
            return false;
        value = value << 4 | (uint64_t)hex_digit(*at.at);
        hs_cursor_take(&at, 1);
    }
    *number = value;
    *scan = at;
    return true;
}

/* Digits into *VALUE; returns how many there were. */
static size_t digits(struct hs_cursor *at, double *value)
{
    const uint8_t *start = at->at;

    while (is_digit(hs_scan_peek(at))) {
        *value = *value * 10 + (*at->at - '0');
        hs_cursor_take(at, 1);
    }
    return (size_t)(at->at - start);
}

/* `e+06`, if that is there; else 0. */
static double exponent(struct hs_cursor *at)
{
    struct hs_cursor here = *at;
    bool negative;
    double value = 0;

    if ((hs_scan_peek(&here) | 0x20) != 'e')
        return 0;
    hs_cursor_take(&here, 1);
    negative = hs_scan_literal(&here, "-");
    if (!negative)
        hs_scan_literal(&here, "+");
    if (digits(&here, &value) == 0)
        return 0;
    *at = here;
    return negative ? -value : value;
}

bool hs_scan_number(struct hs_cursor *scan, double *number)
{
    struct hs_cursor at = *scan;
    bool negative = hs_scan_literal(&at, "-");
    double value = 0;
    size_t whole, fraction = 0;

    if (!negative)
        hs_scan_literal(&at, "+");
    whole = digits(&at, &value);
    if (hs_scan_peek(&at) == '.') {
        hs_cursor_take(&at, 1);
        fraction = digits(&at, &value);
    }
    if (whole + fraction == 0)
        return false;
    /* One scaling, by an exact power where there is one, so that what Go
     * prints of an integer comes back as that integer. */
    value *= pow(10, exponent(&at) - (double)fraction);
    if (!isfinite(value))
        return false;
    *number = negative ? -value : value;
    *scan = at;
    return true;
}

bool hs_scan_until(struct hs_cursor *scan, char c, struct hs_str *text)
{
    size_t left = hs_cursor_left(scan);
    const uint8_t *end = left ? memchr(scan->at, c, left) : NULL;

    if (!end)
        return false;
    *text = (struct hs_str){(const char *)scan->at, (size_t)(end - scan->at)};
    hs_cursor_take(scan, text->size + 1);
    return true;
}

bool hs_scan_word(struct hs_cursor *scan, struct hs_str *word)
{
    const uint8_t *start = scan->at;

    while (hs_cursor_left(scan) > 0 && !is_blank(*scan->at))
        hs_cursor_take(scan, 1);
    *word = (struct hs_str){(const char *)start, (size_t)(scan->at - start)};
    return word->size > 0;
}

bool hs_scan_past(struct hs_cursor *scan, const char *literal)
{
    size_t left = hs_cursor_left(scan), size = strlen(literal);
    const uint8_t *at =
        left >= size ? memmem(scan->at, left, literal, size) : NULL;

    if (!at)
        return false;
    hs_cursor_take(scan, (uint64_t)(at - scan->at) + size);
    return true;
}

struct hs_str hs_scan_trim(struct hs_str text)
{
    while (text.size > 0 && is_blank((uint8_t)text.text[0])) {
        text.text++;
        text.size--;
    }
    while (text.size > 0 && is_blank((uint8_t)text.text[text.size - 1]))
        text.size--;
    return text;
}
