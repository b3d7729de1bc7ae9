/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_nodes.c - what the frames of a profile stand for, by name.
 *
 * Every function, and every binary whose code has no lines, is an atom with
 * three texts: function, file, binary.  Granularity empties some of them.
 * Sorting the atoms brings equal ones together, which is all the
 * identity that is needed: no hash table, and numbers in the order of names.
 * By line, the lines are then sorted below their function.
 */
#include "algo/profile_nodes.h"

#include "model/goname.h"

#include <stdlib.h>

struct atom {
    struct hs_str function, file, binary;
    uint32_t index; /* function, or function_count + mapping (+ 1: none) */
    uint32_t group; /* number among the different atoms */
};

struct line_key {
    int64_t line;
    uint32_t group;
    uint32_t index; /* of the profile's line; or an atom without lines */
};

#define NO_LINE UINT32_MAX

/* FILE as Go's filepath.Clean has it; points into FILE if it is clean. */
static struct hs_str clean(struct hs_str file, struct hs_arena *arena)
{
    bool rooted = file.size > 0 && file.text[0] == '/', dirty = file.size == 0;
    size_t used = rooted, floor = rooted, at = 0;
    char *to;

    for (size_t i = 0; i < file.size && !dirty; i++)
        dirty = file.text[i] == '/' &&
                (i + 1 == file.size || file.text[i + 1] == '/' ||
                 file.text[i + 1] == '.');
    if (file.size == 0 || (!dirty && file.text[0] != '.') ||
        (file.size == 1 && rooted))
        return file;
    to = hs_arena_alloc(arena, file.size + 1);
    if (rooted)
        to[0] = '/';
    while (at < file.size) {
        size_t start = at, size;

        while (at < file.size && file.text[at] != '/')
            at++;
        size = at++ - start;
        if (size == 0 || (size == 1 && file.text[start] == '.'))
            continue;
        if (size == 2 && memcmp(file.text + start, "..", 2) == 0) {
            if (used > floor) {
                while (used > floor && to[used - 1] != '/')
                    used--;
                if (used > floor)
                    used--;
                continue;
            }
            if (rooted)
                continue;
        }
        if (used > (size_t)rooted)
            to[used++] = '/';
        memmove(to + used, file.text + start, size);
        used += size;
        if (size == 2 && memcmp(file.text + start, "..", 2) == 0)
            floor = used;
    }
    if (used == 0)
        to[used++] = '.';
    return (struct hs_str){to, used};
}

static int compare_atoms(const void *a, const void *b)
{
    const struct atom *x = a, *y = b;
    int order = hs_str_compare(x->function, y->function);

    if (!order)
        order = hs_str_compare(x->file, y->file);
    if (!order)
        order = hs_str_compare(x->binary, y->binary);
    return order;
}

/* The lines of one group. */
static int compare_lines(const void *a, const void *b)
{
    const struct line_key *x = a, *y = b;

    return (x->line > y->line) - (x->line < y->line);
}

static void fill_atom(struct atom *atom, const struct hs_profile *profile,
                      size_t i, enum hs_granularity by, struct hs_arena *arena)
{
    size_t functions = profile->function_count;

    *atom = (struct atom){.index = (uint32_t)i};
    if (i >= functions) {
        i -= functions;
        if (i < profile->mapping_count)
            atom->binary =
                hs_profile_string(profile, profile->mappings[i].file);
        return;
    }
    if (by != HS_BY_FILE)
        atom->function = hs_profile_string(profile, profile->functions[i].name);
    if (by == HS_BY_PACKAGE)
        atom->function = hs_goname_package(atom->function);
    if (by == HS_BY_FILE || by == HS_BY_LINE)
        atom->file = clean(
            hs_profile_string(profile, profile->functions[i].file), arena);
}

/* Joins PARTS.  Not by printf: a big profile has names by the ten thousand. */
static struct hs_str join(const struct hs_str *parts, size_t count,
                          struct hs_arena *arena)
{
    size_t size = 0;
    char *text;

    for (size_t i = 0; i < count; i++)
        size += parts[i].size;
    text = hs_arena_alloc(arena, size);
    size = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].size > 0)
            memcpy(text + size, parts[i].text, parts[i].size);
        size += parts[i].size;
    }
    return (struct hs_str){text, size};
}

/* "[app]" of "/usr/bin/app". */
static struct hs_str bracketed(struct hs_str binary, struct hs_arena *arena)
{
    struct hs_str parts[] = {hs_str_of("["), binary, hs_str_of("]")};
    const char *slash = memrchr(binary.text, '/', binary.size);

    if (slash) {
        parts[1].text = slash + 1;
        parts[1].size -= (size_t)(slash + 1 - binary.text);
    }
    return join(parts, 3, arena);
}

/* ":41"; the digits are written backwards, to the end of TEXT. */
static struct hs_str colon_number(int64_t number, char text[24])
{
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    size_t at = 24;

    do
        text[--at] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (number < 0)
        text[--at] = '-';
    text[--at] = ':';
    return (struct hs_str){text + at, 24 - at};
}

/* The name that pprof prints. */
static struct hs_str print_name(const struct hs_view_node *node,
                                struct hs_str binary, struct hs_arena *arena)
{
    bool spaced = node->function.size > 0;
    char number[24];
    struct hs_str parts[] = {node->function,
                             {" ", spaced},
                             node->file,
                             colon_number(node->line, number)};

    if (node->line != 0)
        return join(parts, 4, arena);
    if (node->file.size == 0 && spaced)
        return node->function;
    if (node->file.size > 0 && !spaced)
        return node->file;
    if (spaced)
        return join(parts, 3, arena);
    return binary.size ? bracketed(binary, arena) : hs_str_of("<unknown>");
}

/* Sorts all atoms; returns how many different ones there are, and of every
 * index its group. */
static uint32_t group_atoms(struct atom *atoms, size_t count, uint32_t *group)
{
    uint32_t groups = 0;

    qsort(atoms, count, sizeof(*atoms), compare_atoms);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && compare_atoms(&atoms[i - 1], &atoms[i]) != 0)
            groups++;
        atoms[i].group = groups;
        group[atoms[i].index] = groups;
    }
    return groups + 1;
}

static uint32_t add_node(struct hs_node_table *table, const struct atom *atom,
                         int64_t line, struct hs_arena *arena)
{
    struct hs_view_node node = {
        .function = atom->function, .file = atom->file, .line = line};

    if (!table->unnamed || node.function.size == 0)
        node.name = print_name(&node, atom->binary, arena);
    hs_column_push(&table->nodes, &node);
    return (uint32_t)table->nodes.count - 1;
}

/* Deals the lines out to their groups, each behind an entry for no line, and
 * sorts each group's.  Few functions have many lines, so that this is nearly
 * linear. */
static struct line_key *sort_lines(const struct hs_profile *profile,
                                   uint32_t groups, const uint32_t *group,
                                   struct hs_arena *arena)
{
    size_t count = profile->line_count + groups, at = 0;
    struct line_key *keys = hs_arena_alloc(arena, count * sizeof(*keys));
    size_t *next = hs_arena_zeroed(arena, groups, sizeof(*next));

    for (size_t i = 0; i < profile->line_count; i++)
        next[group[profile->lines[i].function]]++;
    for (uint32_t g = 0; g < groups; g++) {
        size_t lines = next[g];

        next[g] = at + 1;
        keys[at] = (struct line_key){.group = g, .index = NO_LINE};
        at += lines + 1;
    }
    for (size_t i = 0; i < profile->line_count; i++) {
        uint32_t g = group[profile->lines[i].function];

        keys[next[g]++] = (struct line_key){
            .line = profile->lines[i].line, .group = g, .index = (uint32_t)i};
    }
    at = 0;
    for (uint32_t g = 0; g < groups; at = next[g++])
        if (next[g] - at > 1)
            qsort(&keys[at], next[g] - at, sizeof(*keys), compare_lines);
    return keys;
}

/* By line: a node for every different line of a function, and one for every
 * group that has none. */
static void add_line_nodes(struct hs_node_table *table,
                           const struct hs_profile *profile,
                           const struct atom *first_of, uint32_t groups,
                           const uint32_t *group, struct hs_arena *arena)
{
    size_t count = profile->line_count + groups;
    struct line_key *keys = sort_lines(profile, groups, group, arena);
    uint32_t node = 0;

    for (size_t i = 0; i < count; i++) {
        if (i == 0 || keys[i - 1].group != keys[i].group ||
            keys[i - 1].line != keys[i].line)
            node =
                add_node(table, &first_of[keys[i].group], keys[i].line, arena);
        if (keys[i].index == NO_LINE)
            table->of_group[keys[i].group] = node;
        else
            table->of_line[keys[i].index] = node;
    }
    hs_arena_release(arena, keys, count * sizeof(*keys));
}

void hs_node_table_make(struct hs_node_table *table,
                        const struct hs_profile *profile,
                        const struct hs_view_options *options,
                        struct hs_arena *arena)
{
    enum hs_granularity by = options->by;
    size_t count = profile->function_count + profile->mapping_count + 1;
    struct atom *atoms = hs_arena_alloc(arena, count * sizeof(*atoms));
    struct atom *first_of = hs_arena_alloc(arena, count * sizeof(*first_of));
    uint32_t groups;

    *table = (struct hs_node_table){
        .nodes = HS_COLUMN(struct hs_view_node, arena),
        .group = hs_arena_alloc(arena, count * sizeof(uint32_t)),
        .of_group = hs_arena_alloc(arena, count * sizeof(uint32_t)),
        .unnamed = options->unnamed,
    };
    for (size_t i = 0; i < count; i++)
        fill_atom(&atoms[i], profile, i, by, arena);
    groups = group_atoms(atoms, count, table->group);
    for (size_t i = count; i-- > 0;)
        first_of[atoms[i].group] = atoms[i];
    if (by == HS_BY_LINE) {
        table->of_line =
            hs_arena_alloc(arena, profile->line_count * sizeof(uint32_t));
        add_line_nodes(table, profile, first_of, groups, table->group, arena);
    } else {
        for (uint32_t i = 0; i < groups; i++)
            table->of_group[i] = add_node(table, &first_of[i], 0, arena);
    }
    hs_arena_release(arena, atoms, count * sizeof(*atoms));
    hs_arena_release(arena, first_of, count * sizeof(*first_of));
}
