/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proftext_maps.c - the memory map at the end of a text profile.
 *
 *   map   = ("MAPPED_LIBRARIES:" | "--- Memory map: ---") line*
 *   line  = start "-" end perm offset device inode [file]     as /proc has it
 *         | start "-" end [perm] [file] ["(@" offset ")"] [build id]
 *         | name "=" value                       $name stands for value below
 *
 * What is none of these is passed over.  The same repairs are made as by
 * pprof: adjacent parts of one file are joined, the executable comes first,
 * and an address that is in no mapping gets one that holds everything.
 */
#include <ctype.h>

#include "format/proftext.h"

/* Each location is looked for in each mapping, so there is a limit. */
#define MOST 4096
/* Lines that are made of others, and what they are made with. */
#define LONGEST    ((size_t)16 << 10)
#define ATTRIBUTES 16

struct attribute {
    struct hs_str name, value;
};

static bool take_hex(struct hs_cursor *line, uint64_t *number)
{
    proftext_literal(line, "0x");
    return proftext_hex(proftext_hex_digits(line), number);
}

/* The next word, which must stand behind a blank. */
static struct hs_str take_word(struct hs_cursor *line)
{
    if (hs_cursor_left(line) == 0 || !proftext_is_space(*line->at))
        return (struct hs_str){"", 0};
    proftext_spaces(line);
    return proftext_word(line);
}

static bool is_permission(struct hs_str word)
{
    for (size_t i = 0; i < word.size; i++)
        if (!memchr("-rwxp", word.text[i], 5))
            return false;
    return word.size > 0;
}

static bool all_hex(struct hs_str word)
{
    for (size_t i = 0; i < word.size; i++)
        if (proftext_hex_digit(word.text[i]) < 0)
            return false;
    return word.size > 0;
}

/* `08:01 1234 [file]`, what follows the offset in /proc. */
static bool take_device(struct hs_cursor *line, struct hs_str *file)
{
    struct hs_str device = take_word(line), inode = take_word(line);

    if (!memchr(device.text, ':', device.size) || inode.size == 0)
        return false;
    for (size_t i = 0; i < inode.size; i++)
        if (inode.text[i] < '0' || inode.text[i] > '9')
            return false;
    *file = take_word(line);
    return true;
}

/* `[file] [(@offset)] [build id]`. */
static void take_brief(struct hs_cursor *line, struct hs_mapping *mapping,
                       struct hs_str *file, struct hs_str *build_id)
{
    struct hs_str word = take_word(line);

    if (word.size > 1 && word.text[0] != '(') {
        *file = word;
        word = take_word(line);
    }
    if (word.size > 3 && memcmp(word.text, "(@", 2) == 0) {
        struct hs_str digits = {word.text + 2, word.size - 3};

        if (!all_hex(digits) || !proftext_hex(digits, &mapping->offset))
            return;
        word = take_word(line);
    }
    if (all_hex(word))
        *build_id = word;
}

/* Adds the mapping that LINE is; false if it is none. */
static bool add_mapping(struct proftext *text, struct hs_cursor line)
{
    struct hs_mapping mapping = {0};
    struct hs_str permission, file = {"", 0}, build_id = {"", 0}, offset;
    struct hs_cursor rest;

    proftext_spaces(&line);
    if (!take_hex(&line, &mapping.start))
        return false;
    proftext_literal(&line, "-");
    proftext_spaces(&line);
    if (!take_hex(&line, &mapping.limit))
        return false;
    proftext_literal(&line, ":");
    rest = line;
    permission = take_word(&line);
    if (!is_permission(permission)) {
        permission = (struct hs_str){"x", 1};
        line = rest;
    }
    if (!memchr(permission.text, 'x', permission.size))
        return true;
    rest = line;
    offset = take_word(&rest);
    if (all_hex(offset) && take_device(&rest, &file)) {
        if (!proftext_hex(offset, &mapping.offset))
            return false;
    } else {
        take_brief(&line, &mapping, &file, &build_id);
    }
    mapping.file = hs_intern_add(&text->strings, file);
    mapping.build_id = hs_intern_add(&text->strings, build_id);
    hs_column_push(&text->mappings, &mapping);
    return true;
}

/* Adds to COPY the value of the attribute whose $name LINE is at. */
static bool replace_one(struct hs_cursor *line,
                        const struct hs_column *attributes,
                        struct hs_column *copy)
{
    const struct attribute *attribute = attributes->at;

    for (size_t i = 0; *line->at == '$' && i < attributes->count; i++) {
        struct hs_str name = attribute[i].name, value = attribute[i].value;

        if (name.size >= hs_cursor_left(line) ||
            memcmp(line->at + 1, name.text, name.size) != 0)
            continue;
        if (value.size > 0)
            memcpy(hs_column_extend(copy, value.size), value.text, value.size);
        hs_cursor_take(line, name.size + 1);
        return true;
    }
    return false;
}

/* LINE with the $names that are known replaced, in COPY.  A line that would
 * become absurdly long is left as it is. */
static struct hs_cursor replaced(struct hs_cursor line,
                                 const struct hs_column *attributes,
                                 struct hs_column *copy)
{
    struct hs_cursor rest = line;

    copy->count = 0;
    if (attributes->count == 0 || hs_cursor_left(&line) > LONGEST ||
        !memchr(line.at, '$', hs_cursor_left(&line)))
        return line;
    while (hs_cursor_left(&rest) > 0 && copy->count <= LONGEST)
        if (!replace_one(&rest, attributes, copy))
            hs_column_push(copy, hs_cursor_take(&rest, 1));
    if (copy->count > LONGEST)
        return line;
    return hs_cursor_over(copy->at, copy->count, line.offset);
}

static void note_attribute(struct proftext *text, struct hs_cursor line,
                           struct hs_column *attributes)
{
    const uint8_t *equal = memchr(line.at, '=', hs_cursor_left(&line));
    struct hs_str name, value;
    struct attribute kept;

    if (!equal || attributes->count == ATTRIBUTES)
        return;
    proftext_spaces(&line);
    name = proftext_word(&line);
    if (name.text + name.size > (const char *)equal)
        name.size = (size_t)((const char *)equal - name.text);
    line = hs_cursor_over(equal + 1, (size_t)(line.end - equal) - 1, 0);
    proftext_spaces(&line);
    value = proftext_word(&line);
    if (name.size == 0 || name.size > LONGEST || value.size > LONGEST)
        return;
    kept.name.text = hs_arena_copy(&text->scratch, name.text, name.size);
    kept.name.size = name.size;
    kept.value.text = hs_arena_copy(&text->scratch, value.text, value.size);
    kept.value.size = value.size;
    hs_column_push(attributes, &kept);
}

static struct hs_str string(const struct proftext *text, uint32_t number)
{
    return hs_intern_text(&text->strings, number);
}

static bool adjacent(const struct hs_mapping *a, const struct hs_mapping *b)
{
    if ((a->file && b->file && a->file != b->file) ||
        (a->build_id && b->build_id && a->build_id != b->build_id) ||
        a->limit != b->start)
        return false;
    return !a->offset || !b->offset ||
           a->offset + (a->limit - a->start) == b->offset;
}

static void join_adjacent(struct proftext *text)
{
    struct hs_mapping *mapping = text->mappings.at;
    size_t kept = 0;

    for (size_t i = 1; i < text->mappings.count; i++) {
        struct hs_mapping *last = &mapping[kept];

        if (!adjacent(last, &mapping[i])) {
            mapping[++kept] = mapping[i];
            continue;
        }
        last->limit = mapping[i].limit;
        if (mapping[i].file)
            last->file = mapping[i].file;
        if (mapping[i].build_id)
            last->build_id = mapping[i].build_id;
    }
    if (text->mappings.count > 0)
        text->mappings.count = kept + 1;
}

/* FILE is a shared library: `.so` at the end, or a version behind it. */
static bool is_library(struct hs_str file)
{
    for (size_t i = 0; i + 3 <= file.size; i++) {
        if (memcmp(file.text + i, ".so", 3) != 0)
            continue;
        if (i + 3 == file.size)
            return true;
        if (i + 4 < file.size && memchr("._", file.text[i + 3], 2) &&
            isdigit((unsigned char)file.text[i + 4]))
            return true;
    }
    return false;
}

static void put_executable_first(struct proftext *text)
{
    struct hs_mapping *mapping = text->mappings.at, swap;

    for (size_t i = 0; i < text->mappings.count; i++) {
        struct hs_str file = string(text, mapping[i].file);

        if (file.size == 0 || file.text[0] == '[' || is_library(file))
            continue;
        swap = mapping[0];
        mapping[0] = mapping[i];
        mapping[i] = swap;
        return;
    }
}

/* Repairs starts that are known to be written wrong. */
static void repair_first(struct proftext *text)
{
    struct hs_mapping *mapping = text->mappings.at;
    const char *huge = "/anon_hugepage";
    const uint64_t usual_start = 0x400000;
    struct hs_str file;

    if (text->mappings.count == 0)
        return;
    file = string(text, mapping[0].file);
    if (text->mappings.count > 1 && file.size >= strlen(huge) &&
        memcmp(file.text, huge, strlen(huge)) == 0 &&
        mapping[0].limit == mapping[1].start) {
        text->mappings.count--;
        memmove(mapping, mapping + 1, text->mappings.count * sizeof(*mapping));
    }
    if (mapping[0].start - mapping[0].offset == usual_start) {
        mapping[0].start = usual_start;
        mapping[0].offset = 0;
    }
}

static uint32_t mapping_of(struct proftext *text, uint64_t address)
{
    struct hs_mapping *mapping = text->mappings.at;
    uint32_t count = (uint32_t)text->mappings.count;

    for (uint32_t i = 0; i < count; i++)
        if (mapping[i].start <= address && address < mapping[i].limit)
            return i;
    /* The first part of a mapping that was split may be missing. */
    for (uint32_t i = 0; i < count; i++) {
        struct hs_mapping *m = &mapping[i];

        if (!m->offset || m->start - m->offset > address || address >= m->start)
            continue;
        m->start -= m->offset;
        m->offset = 0;
        return i;
    }
    return HS_NO_MAPPING;
}

void proftext_maps(struct proftext *text)
{
    struct hs_column attributes = HS_COLUMN(struct attribute, &text->scratch);
    struct hs_column copy = HS_COLUMN(char, &text->scratch);
    struct hs_mapping everything = {.limit = UINT64_MAX};
    struct hs_location *location = text->locations.at;
    uint32_t other = HS_NO_MAPPING;

    while (!proftext_is_map_head(text->line) && proftext_next(text))
        continue;
    while (text->mappings.count < MOST && proftext_next(text)) {
        struct hs_cursor line = replaced(text->line, &attributes, &copy);

        if (!add_mapping(text, line))
            note_attribute(text, line, &attributes);
    }
    join_adjacent(text);
    put_executable_first(text);
    repair_first(text);
    for (size_t i = 0; i < text->locations.count; i++) {
        uint32_t mapping = HS_NO_MAPPING;

        if (location[i].address == 0)
            continue;
        mapping = mapping_of(text, location[i].address);
        if (mapping == HS_NO_MAPPING && other == HS_NO_MAPPING) {
            other = (uint32_t)text->mappings.count;
            hs_column_push(&text->mappings, &everything);
        }
        location[i].mapping = mapping == HS_NO_MAPPING ? other : mapping;
    }
}
