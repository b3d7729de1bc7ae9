/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_page.c - lines, colours and single values of the text report.
 */
#include "report/text_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"

void hs_page_put(struct hs_page *page, struct hs_str text, enum hs_style style)
{
    static const char *const codes[] = {
        [HS_STYLE_PLAIN] = NULL,      [HS_STYLE_HEADING] = "\x1b[1m",
        [HS_STYLE_DIM] = "\x1b[2m",   [HS_STYLE_WARM] = "\x1b[33m",
        [HS_STYLE_HOT] = "\x1b[31m",  [HS_STYLE_HOTTEST] = "\x1b[1;31m",
        [HS_STYLE_COLD] = "\x1b[32m",
    };
    bool coloured = page->out->colour && codes[style];

    if (text.size == 0)
        return;
    hs_output_spaces(page->out, page->spaces);
    page->spaces = 0;
    if (coloured)
        hs_output_puts(page->out, codes[style]);
    hs_output_text(page->out, text);
    if (coloured)
        hs_output_puts(page->out, "\x1b[0m");
}

void hs_page_puts(struct hs_page *page, const char *string, enum hs_style style)
{
    hs_page_put(page, hs_str_of(string), style);
}

void hs_page_skip(struct hs_page *page, size_t spaces)
{
    page->spaces += spaces;
}

void hs_page_end_line(struct hs_page *page)
{
    page->spaces = 0;
    hs_output_put(page->out, "\n", 1);
}

void hs_page_separate(struct hs_page *page)
{
    if (page->last == HS_PAGE_LINE || page->last == HS_PAGE_BLOCK)
        hs_page_end_line(page);
    page->last = HS_PAGE_HEADING; /* one blank line is enough for all */
}

/* What stands for CODE where only ASCII may. */
static const char *plain_form(int32_t code)
{
    static const struct {
        int32_t code;
        const char *form;
    } forms[] = {
        {0xb2, "2"},     {0xb5, "u"},    {0xb7, "-"},    {0xd7, "x"},
        {0x2013, "-"},   {0x2014, "-"},  {0x2018, "'"},  {0x2019, "'"},
        {0x2026, "..."}, {0x2190, "<-"}, {0x2192, "->"}, {0x2208, "in"},
        {0x2248, "~"},   {0x2264, "<="}, {0x2265, ">="}, {0x2581, "_"},
        {0x2582, "."},   {0x2583, "."},  {0x2584, "-"},  {0x2585, "-"},
        {0x2586, "="},   {0x2587, "="},  {0x2588, "#"},
    };

    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
        if (forms[i].code == code)
            return forms[i].form;
    return NULL;
}

static struct hs_str to_ascii(struct hs_arena *arena, struct hs_str text)
{
    struct hs_column chars = HS_COLUMN(char, arena);

    for (size_t at = 0; at < text.size;) {
        int32_t code = hs_text_next(text, &at);
        const char *form = plain_form(code);
        char escape[12];

        if (!form) {
            snprintf(escape, sizeof(escape),
                     code < 0x80      ? "%c"
                     : code < 0x10000 ? "\\u%04x"
                                      : "\\U%08x",
                     (unsigned)code);
            form = escape;
        }
        memcpy(hs_column_extend(&chars, strlen(form)), form, strlen(form));
    }
    return (struct hs_str){chars.at, chars.count};
}

struct hs_str hs_page_clean(const struct hs_page *page, struct hs_arena *arena,
                            struct hs_str text)
{
    bool ascii = true;

    text = hs_text_clean(arena, text);
    for (size_t i = 0; i < text.size && ascii; i++)
        ascii = !(text.text[i] & 0x80);
    if (ascii || page->out->unicode)
        return text;
    return to_ascii(arena, text);
}

static enum hs_style heat_style(const struct hs_value *value)
{
    double share = value->unit == HS_UNIT_SHARE ? value->number : 0;

    if (value->unit == HS_UNIT_SHARE && share < 0)
        return HS_STYLE_COLD;
    if (share >= 0.5)
        return HS_STYLE_HOTTEST;
    if (share >= 0.2)
        return HS_STYLE_HOT;
    if (share >= 0.05)
        return HS_STYLE_WARM;
    return share < 0.01 ? HS_STYLE_DIM : HS_STYLE_PLAIN;
}

static struct hs_shown show(const struct hs_value *value)
{
    struct hs_shown shown = {""};

    switch (value->unit) {
    case HS_UNIT_COUNT:
        return hs_show_count(value->integer);
    case HS_UNIT_BYTES:
        return hs_show_bytes(value->integer);
    case HS_UNIT_NANOS:
        return hs_show_nanos(value->integer);
    case HS_UNIT_TIME:
        return hs_show_time(value->integer);
    case HS_UNIT_SHARE:
        return hs_show_share(value->number);
    case HS_UNIT_NUMBER:
        return hs_show_number(value->number);
    case HS_UNIT_ADDRESS:
        snprintf(shown.text, sizeof(shown.text), "0x%" PRIx64, value->address);
        break;
    case HS_UNIT_BOOL:
        snprintf(shown.text, sizeof(shown.text), "%s",
                 value->truth ? "yes" : "no");
        break;
    case HS_UNIT_NULL:
    case HS_UNIT_TEXT:
    case HS_UNIT_NAME:
        break;
    }
    return shown;
}

static bool is_positive(const struct hs_value *value)
{
    if (value->unit == HS_UNIT_SHARE || value->unit == HS_UNIT_NUMBER)
        return value->number > 0;
    return value->integer > 0;
}

static struct hs_str show_text(struct hs_page *page,
                               const struct hs_value *value)
{
    const char *about = value->flags & HS_VALUE_ABOUT ? "≈" : "";
    const char *least = value->flags & HS_VALUE_AT_LEAST ? "≥" : "";
    struct hs_shown shown = show(value);
    const char *sign = "";

    if (value->flags & HS_VALUE_SIGNED && is_positive(value))
        sign = "+";
    return hs_str_of(hs_arena_printf(page->cells, "%s%s%s%s", about, least,
                                     sign, shown.text));
}

struct hs_cell hs_cell_of(struct hs_page *page, const struct hs_value *value,
                          bool heat)
{
    struct hs_cell cell = {.name = value->unit == HS_UNIT_NAME};

    if (value->unit == HS_UNIT_NULL)
        return cell;
    if (value->unit == HS_UNIT_TEXT || value->unit == HS_UNIT_NAME)
        cell.text = (struct hs_str){value->text, value->size};
    else
        cell.text = show_text(page, value);
    if (heat)
        cell.style = heat_style(value);
    cell.text = hs_page_clean(page, page->cells, cell.text);
    cell.width = hs_text_width(cell.text);
    return cell;
}

void hs_cell_shorten(struct hs_page *page, struct hs_cell *cell, size_t width)
{
    if (!cell->name || cell->width <= width)
        return;
    cell->text =
        hs_text_shorten(page->cells, cell->text, width, page->ellipsis);
    cell->width = hs_text_width(cell->text);
}
