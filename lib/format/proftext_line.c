/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proftext_line.c - lines of a text profile, and the numbers in them.
 */
#include "format/proftext.h"

bool proftext_next(struct proftext *text)
{
    size_t left = hs_cursor_left(&text->in), size = left;
    const uint8_t *end;

    if (left == 0) {
        text->line = hs_cursor_over(text->in.at, 0, text->in.offset);
        return false;
    }
    end = memchr(text->in.at, '\n', left);
    if (end)
        size = (size_t)(end - text->in.at);
    text->line = hs_cursor_sub(&text->in, size);
    hs_cursor_take(&text->in, end ? 1 : 0);
    if (size > 0 && text->line.end[-1] == '\r')
        text->line.end--;
    return true;
}

uint8_t proftext_peek(const struct hs_cursor *line)
{
    return hs_cursor_left(line) > 0 ? *line->at : 0;
}

bool proftext_is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

void proftext_spaces(struct hs_cursor *line)
{
    while (hs_cursor_left(line) > 0 && proftext_is_space(*line->at))
        hs_cursor_take(line, 1);
}

bool proftext_is_comment(struct hs_cursor line)
{
    proftext_spaces(&line);
    return hs_cursor_left(&line) == 0 || *line.at == '#';
}

bool proftext_is_map_head(struct hs_cursor line)
{
    size_t size = hs_cursor_left(&line);

    return memmem(line.at, size, "MAPPED_LIBRARIES:", 17) ||
           memmem(line.at, size, "--- Memory map: ---", 19);
}

bool proftext_literal(struct hs_cursor *line, const char *literal)
{
    size_t size = strlen(literal);

    if (size > hs_cursor_left(line) || memcmp(line->at, literal, size) != 0)
        return false;
    hs_cursor_take(line, size);
    return true;
}

bool proftext_digits(struct hs_cursor *line, struct hs_str *digits)
{
    const uint8_t *start = line->at;

    while (proftext_peek(line) >= '0' && proftext_peek(line) <= '9')
        hs_cursor_take(line, 1);
    *digits = (struct hs_str){(const char *)start, (size_t)(line->at - start)};
    return digits->size > 0;
}

struct hs_str proftext_word(struct hs_cursor *line)
{
    const uint8_t *start = line->at;

    while (hs_cursor_left(line) > 0 && !memchr(" \t\n\f\r", *line->at, 5))
        hs_cursor_take(line, 1);
    return (struct hs_str){(const char *)start, (size_t)(line->at - start)};
}

bool proftext_number(struct hs_str digits, int64_t *number)
{
    bool negative = digits.size > 0 && digits.text[0] == '-';
    int64_t value = 0;

    for (size_t i = negative; i < digits.size; i++) {
        int digit = digits.text[i] - '0';

        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    /* Counted downwards, as the lowest number has no positive twin. */
    *number = value;
    return negative || !__builtin_sub_overflow(0, value, number);
}

int proftext_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct hs_str proftext_hex_digits(struct hs_cursor *line)
{
    const uint8_t *start = line->at;

    while (hs_cursor_left(line) > 0 && proftext_hex_digit((char)*line->at) >= 0)
        hs_cursor_take(line, 1);
    return (struct hs_str){(const char *)start, (size_t)(line->at - start)};
}

bool proftext_hex(struct hs_str digits, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < digits.size; i++) {
        int digit = proftext_hex_digit(digits.text[i]);

        if (*number >> 60 || digit < 0)
            return false;
        *number = *number << 4 | (uint64_t)digit;
    }
    return digits.size > 0;
}

bool proftext_fail(const struct proftext *text, const char *what,
                   struct hs_err *err)
{
    return hs_fail(err, HS_EDATA, text->line.offset, "%s", what);
}
