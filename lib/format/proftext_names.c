/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proftext_names.c - the comments that name the addresses of a sample.
 *
 *   comment = "#" TAB 0xPC TAB function "+" 0xOFFSET TAB+ file ":" line
 *
 * Go writes one below each row for each frame, in order, but for the frames of
 * the runtime next to the leaf and for runtime.goexit.  PC is the address of
 * the row less 1, or that address if it is a function's first.  The pprof tool
 * throws these lines away and needs the executable to know the names.
 */
#include "format/proftext.h"

/* The next word up to a TAB, and past all TABs that follow. */
static struct hs_str take_cell(struct hs_cursor *line)
{
    size_t left = hs_cursor_left(line);
    const uint8_t *start = line->at;
    const uint8_t *end = left ? memchr(start, '\t', left) : NULL;
    size_t size = end ? (size_t)(end - start) : left;

    hs_cursor_take(line, size);
    while (proftext_literal(line, "\t"))
        continue;
    return (struct hs_str){(const char *)start, size};
}

/* TEXT up to the last C, which goes with what follows it to *REST. */
static struct hs_str cut_last(struct hs_str text, char c, struct hs_str *rest)
{
    const char *at = text.size ? memrchr(text.text, c, text.size) : NULL;
    size_t size = at ? (size_t)(at - text.text) : text.size;

    *rest = (struct hs_str){text.text + size, text.size - size};
    return (struct hs_str){text.text, size};
}

static bool take_pc(struct hs_str cell, uint64_t *pc)
{
    struct hs_str digits = {cell.text + 2, cell.size - 2};

    if (cell.size < 3 || memcmp(cell.text, "0x", 2) != 0)
        return false;
    return proftext_hex(digits, pc);
}

/* How many frames in a row may have no comment. */
#define HIDDEN 256

/* The frame of the open sample that PC belongs to, or NULL. */
static struct proftext_frame *find_frame(struct proftext *text, uint64_t pc)
{
    struct proftext_frame *frame = text->stack.at;
    size_t end = text->stack.count;

    if (end - text->matched > HIDDEN)
        end = text->matched + HIDDEN;
    for (size_t i = text->matched; text->open && i < end; i++) {
        if (frame[i].address - 1 != pc && frame[i].address != pc)
            continue;
        text->matched = i + 1;
        return &frame[i];
    }
    return NULL;
}

static uint32_t function_of(struct proftext *text, struct hs_str name,
                            struct hs_str file)
{
    struct hs_function function = {
        .name = hs_intern_add(&text->strings, name),
        .file = hs_intern_add(&text->strings, file),
    };
    uint64_t key = (uint64_t)function.name << 32 | function.file;
    uint32_t next = (uint32_t)text->functions.count;
    uint32_t number = hs_map_add(&text->by_name, key, next);

    function.system_name = function.name;
    if (number == next)
        hs_column_push(&text->functions, &function);
    return number;
}

void proftext_name(struct proftext *text)
{
    struct hs_cursor comment = text->line;
    struct hs_str name, place, file, offset, number;
    struct proftext_frame *frame;
    struct hs_location *location;
    struct hs_line line = {0};
    uint64_t pc;

    if (!proftext_literal(&comment, "#\t") ||
        !take_pc(take_cell(&comment), &pc))
        return;
    frame = find_frame(text, pc);
    if (!frame)
        return;
    frame->named = true;
    name = cut_last(take_cell(&comment), '+', &offset);
    place = take_cell(&comment);
    location = (struct hs_location *)text->locations.at + frame->location;
    if (name.size == 0 || location->line_count > 0)
        return;
    file = cut_last(place, ':', &number);
    if (number.size > 1) {
        struct hs_str digits = {number.text + 1, number.size - 1};
        struct hs_cursor check = hs_cursor_over(digits.text, digits.size, 0);
        struct hs_str all;

        if (proftext_digits(&check, &all) && all.size == digits.size)
            proftext_number(digits, &line.line);
    }
    line.function = function_of(text, name, file);
    location->first_line = (uint32_t)text->lines.count;
    location->line_count = 1;
    hs_column_push(&text->lines, &line);
}
