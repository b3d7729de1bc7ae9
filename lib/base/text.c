/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.c - UTF-8 decoding, display width and escapes; text_shorten.c shortens.
 *
 * Widths do not come from wcwidth(3): that depends on the locale, and a report
 * must not.  The ranges follow Unicode's EastAsianWidth (W and F) and its
 * nonspacing marks, rounded over unassigned gaps.
 */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

struct range {
    uint32_t from, to;
};

static const struct range wide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},
    {0x23e9, 0x23ec},   {0x23f0, 0x23f0},   {0x23f3, 0x23f3},
    {0x25fd, 0x25fe},   {0x2614, 0x2615},   {0x2648, 0x2653},
    {0x267f, 0x267f},   {0x2693, 0x2693},   {0x26a1, 0x26a1},
    {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},
    {0x26ce, 0x26ce},   {0x26d4, 0x26d4},   {0x26ea, 0x26ea},
    {0x26f2, 0x26f3},   {0x26f5, 0x26f5},   {0x26fa, 0x26fa},
    {0x26fd, 0x26fd},   {0x2705, 0x2705},   {0x270a, 0x270b},
    {0x2728, 0x2728},   {0x274c, 0x274c},   {0x274e, 0x274e},
    {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x27b0, 0x27b0},   {0x27bf, 0x27bf},   {0x2b1b, 0x2b1c},
    {0x2b50, 0x2b50},   {0x2b55, 0x2b55},   {0x2e80, 0x303e},
    {0x3041, 0x4dbf},   {0x4e00, 0xa4cf},   {0xa960, 0xa97f},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe10, 0xfe19},
    {0xfe30, 0xfe6f},   {0xff01, 0xff60},   {0xffe0, 0xffe6},
    {0x16fe0, 0x18dff}, {0x1aff0, 0x1b2ff}, {0x1f004, 0x1f004},
    {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a},
    {0x1f200, 0x1f320}, {0x1f32d, 0x1f335}, {0x1f337, 0x1f37c},
    {0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca}, {0x1f3cf, 0x1f3d3},
    {0x1f3e0, 0x1f3f0}, {0x1f3f4, 0x1f3f4}, {0x1f3f8, 0x1f43e},
    {0x1f440, 0x1f440}, {0x1f442, 0x1f4fc}, {0x1f4ff, 0x1f53d},
    {0x1f54b, 0x1f567}, {0x1f57a, 0x1f57a}, {0x1f595, 0x1f596},
    {0x1f5a4, 0x1f5a4}, {0x1f5fb, 0x1f64f}, {0x1f680, 0x1f6c5},
    {0x1f6cc, 0x1f6cc}, {0x1f6d0, 0x1f6df}, {0x1f6eb, 0x1f6ec},
    {0x1f6f4, 0x1f6fc}, {0x1f7e0, 0x1f7ff}, {0x1f90c, 0x1f9ff},
    {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
};

static const struct range narrow[] = {
    /* marks that sit on the letter before them, and joiners */
    {0x300, 0x36f},     {0x483, 0x489},     {0x591, 0x5bd},
    {0x5bf, 0x5c7},     {0x610, 0x61a},     {0x64b, 0x65f},
    {0x670, 0x670},     {0x6d6, 0x6dc},     {0x6df, 0x6e4},
    {0x6e7, 0x6e8},     {0x6ea, 0x6ed},     {0x711, 0x711},
    {0x730, 0x74a},     {0x7a6, 0x7b0},     {0x7eb, 0x7f3},
    {0x816, 0x82d},     {0x859, 0x85b},     {0x898, 0x89f},
    {0x8ca, 0x902},     {0x93a, 0x93a},     {0x93c, 0x93c},
    {0x941, 0x948},     {0x94d, 0x94d},     {0x951, 0x957},
    {0x962, 0x963},     {0x981, 0x981},     {0x9bc, 0x9bc},
    {0x9c1, 0x9c4},     {0x9cd, 0x9cd},     {0xa01, 0xa02},
    {0xa3c, 0xa3c},     {0xa41, 0xa51},     {0xa70, 0xa71},
    {0xa81, 0xa82},     {0xabc, 0xabc},     {0xac1, 0xac8},
    {0xacd, 0xacd},     {0xb01, 0xb01},     {0xb3c, 0xb3c},
    {0xb41, 0xb44},     {0xb4d, 0xb56},     {0xb82, 0xb82},
    {0xbc0, 0xbc0},     {0xbcd, 0xbcd},     {0xc3e, 0xc40},
    {0xc46, 0xc56},     {0xcbc, 0xcbc},     {0xccc, 0xccd},
    {0xd41, 0xd44},     {0xd4d, 0xd4d},     {0xdca, 0xdca},
    {0xdd2, 0xdd6},     {0xe31, 0xe31},     {0xe34, 0xe3a},
    {0xe47, 0xe4e},     {0xeb1, 0xeb1},     {0xeb4, 0xebc},
    {0xec8, 0xece},     {0xf18, 0xf19},     {0xf35, 0xf35},
    {0xf37, 0xf37},     {0xf39, 0xf39},     {0xf71, 0xf7e},
    {0xf80, 0xf84},     {0xf86, 0xf87},     {0xf8d, 0xfbc},
    {0x102d, 0x1030},   {0x1032, 0x1037},   {0x1039, 0x103a},
    {0x103d, 0x103e},   {0x1160, 0x11ff},   {0x135d, 0x135f},
    {0x1712, 0x1714},   {0x17b4, 0x17b5},   {0x17b7, 0x17bd},
    {0x17c6, 0x17c6},   {0x17c9, 0x17d3},   {0x180b, 0x180f},
    {0x1ab0, 0x1ace},   {0x1b00, 0x1b03},   {0x1b34, 0x1b3a},
    {0x1dc0, 0x1dff},   {0x200b, 0x200d},   {0x2060, 0x2064},
    {0x20d0, 0x20f0},   {0x2cef, 0x2cf1},   {0x2de0, 0x2dff},
    {0x302a, 0x302d},   {0x3099, 0x309a},   {0xa66f, 0xa67d},
    {0xa69e, 0xa69f},   {0xa6f0, 0xa6f1},   {0xa8e0, 0xa8f1},
    {0xfb1e, 0xfb1e},   {0xfe00, 0xfe0f},   {0xfe20, 0xfe2f},
    {0x1d167, 0x1d169}, {0x1e000, 0x1e02a}, {0x1f3fb, 0x1f3ff},
    {0xe0100, 0xe01ef},
};

static bool within(uint32_t code, const struct range *ranges, size_t count)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (code > ranges[middle].to)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && code >= ranges[low].from;
}

static size_t code_width(int32_t code)
{
    if (code < 0x300)
        return 1;
    if (within((uint32_t)code, narrow, sizeof(narrow) / sizeof(*narrow)))
        return 0;
    if (within((uint32_t)code, wide, sizeof(wide) / sizeof(*wide)))
        return 2;
    return 1;
}

int32_t hs_text_next(struct hs_str text, size_t *at)
{
    static const int32_t least[] = {0, 0x80, 0x800, 0x10000};
    const uint8_t *bytes = (const uint8_t *)text.text + *at;
    size_t left = text.size - *at, more;
    int32_t code;

    ++*at;
    if (bytes[0] < 0x80)
        return bytes[0];
    if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
        return -1;
    more = bytes[0] < 0xe0 ? 1 : bytes[0] < 0xf0 ? 2 : 3;
    if (left <= more)
        return -1;
    code = bytes[0] & (0x3f >> more);
    for (size_t i = 1; i <= more; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return -1;
        code = code << 6 | (bytes[i] & 0x3f);
    }
    if (code < least[more] || code > 0x10ffff ||
        (code >= 0xd800 && code <= 0xdfff))
        return -1;
    *at += more;
    return code;
}

void hs_text_push(struct hs_column *chars, uint32_t code)
{
    char bytes[4];
    size_t size;

    if (code < 0x80) {
        bytes[0] = (char)code;
        size = 1;
    } else if (code < 0x800) {
        bytes[0] = (char)(0xc0 | code >> 6);
        size = 2;
    } else if (code < 0x10000) {
        bytes[0] = (char)(0xe0 | code >> 12);
        size = 3;
    } else {
        bytes[0] = (char)(0xf0 | code >> 18);
        size = 4;
    }
    for (size_t i = 1; i < size; i++)
        bytes[i] = (char)(0x80 | (code >> 6 * (size - 1 - i) & 0x3f));
    memcpy(hs_column_extend(chars, size), bytes, size);
}

size_t hs_text_width(struct hs_str text)
{
    size_t width = 0;

    for (size_t at = 0; at < text.size;)
        width += code_width(hs_text_next(text, &at));
    return width;
}

struct hs_str hs_text_repair(struct hs_arena *arena, struct hs_str text)
{
    struct hs_column chars = HS_COLUMN(char, arena);
    bool valid = true;
    size_t at = 0;

    while (valid && at < text.size)
        valid = hs_text_next(text, &at) >= 0;
    if (valid)
        return text;
    for (at = 0; at < text.size;) {
        int32_t code = hs_text_next(text, &at);

        hs_text_push(&chars, code < 0 ? 0xfffd : (uint32_t)code);
    }
    return (struct hs_str){chars.at, chars.count};
}

/* Characters that change what the reader sees around them. */
static bool is_hostile(int32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) ||
           (code >= 0x200e && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0x61c ||
           code == 0xfeff || (code >= 0xfff9 && code <= 0xfffb) ||
           (code >= 0xe0000 && code <= 0xe007f) || (code & 0xfffe) == 0xfffe;
}

static void push_escape(struct hs_column *chars, int32_t code, uint8_t byte)
{
    static const char names[] = "abtnvfr"; /* of 7 to 13 */
    char text[12];
    int size;

    if (code >= 7 && code <= 13)
        size = snprintf(text, sizeof(text), "\\%c", names[code - 7]);
    else if (code < 0x80)
        size = snprintf(text, sizeof(text), "\\x%02x", (unsigned)byte);
    else if (code < 0x10000)
        size = snprintf(text, sizeof(text), "\\u%04x", (unsigned)code);
    else
        size = snprintf(text, sizeof(text), "\\U%08x", (unsigned)code);
    memcpy(hs_column_extend(chars, (size_t)size), text, (size_t)size);
}

bool hs_text_is_clean(struct hs_str text)
{
    for (size_t at = 0; at < text.size;)
        if (is_hostile(hs_text_next(text, &at)))
            return false;
    return true;
}

struct hs_str hs_text_clean(struct hs_arena *arena, struct hs_str text)
{
    struct hs_column chars = HS_COLUMN(char, arena);
    size_t at = 0, kept = 0;

    if (hs_text_is_clean(text))
        return text;
    for (at = 0; at < text.size; kept = at) {
        int32_t code = hs_text_next(text, &at);

        if (is_hostile(code))
            push_escape(&chars, code, (uint8_t)text.text[kept]);
        else
            hs_text_push(&chars, (uint32_t)code);
    }
    return (struct hs_str){chars.at, chars.count};
}
