/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.c - looking things up by address, and what to call them.
 */
#include "model/names.h"

uint32_t hs_names_global(const struct hs_names *names, uint64_t address)
{
    const struct hs_global *globals = names->globals.at;
    size_t low = 0, high = names->globals.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (address - globals[middle].address < globals[middle].size)
            return (uint32_t)middle;
        if (address < globals[middle].address)
            high = middle;
        else
            low = middle + 1;
    }
    return HS_NO_GLOBAL;
}

const struct hs_frame_layout *hs_names_layout(const struct hs_names *names,
                                              uint64_t entry)
{
    const struct hs_frame_layout *layouts = names->layouts.at;
    size_t low = 0, high = names->layouts.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (layouts[middle].entry == entry)
            return &layouts[middle];
        if (entry < layouts[middle].entry)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* A local's size is its type's; one without a type is a word long. */
static bool covers(const struct hs_names *names, const struct hs_local *local,
                   uint64_t offset)
{
    uint64_t size = hs_names_type(names, local->type)->size;

    return offset - local->offset < (size ? size : 8);
}

const struct hs_local *hs_names_local(const struct hs_names *names,
                                      uint32_t frame, uint64_t offset)
{
    const struct hs_local *locals = names->locals.at;
    size_t low = 0, high = names->locals.count;

    /* The last that starts at OFFSET or before. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (locals[middle].frame < frame ||
            (locals[middle].frame == frame && locals[middle].offset <= offset))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || locals[low - 1].frame != frame ||
        !covers(names, &locals[low - 1], offset))
        return NULL;
    return &locals[low - 1];
}

const struct hs_go_field *hs_names_field(const struct hs_names *names,
                                         uint32_t type, const char *name)
{
    const struct hs_go_type *its = hs_names_type(names, type);
    const struct hs_go_field *fields = names->fields.at;

    for (uint32_t i = 0; i < its->field_count; i++)
        if (its->first_field + (uint64_t)i < names->fields.count &&
            hs_str_equal(fields[its->first_field + i].name, hs_str_of(name)))
            return &fields[its->first_field + i];
    return NULL;
}

bool hs_typing_inner(const struct hs_names *names, uint32_t typing)
{
    enum hs_shape shape = hs_typing_shape(typing);

    if (shape == HS_SHAPE_ONE)
        return hs_typing_evidence(typing) > HS_EVIDENCE_GUESS &&
               hs_names_type(names, hs_typing_type(typing))->inner;
    return (shape >= HS_SHAPE_MAP && shape <= HS_SHAPE_MAP_EXTRA) ||
           shape == HS_SHAPE_CHAN_BUFFER;
}

/* What is said of a value of TYPE that stands by itself, in an interface or
 * behind a pointer, where what it leads to has the same name. */
static const char *apart(const struct hs_go_type *type)
{
    if (type->kind == HS_GO_MAP || type->kind == HS_GO_CHAN)
        return " (reference)";
    return type->kind == HS_GO_STRING || (type->kind == HS_GO_SLICE &&
                                          hs_str_starts(type->name, "[]"))
               ? " (header)"
               : "";
}

struct hs_str hs_typing_name(const struct hs_names *names, uint32_t typing,
                             struct hs_arena *arena)
{
    static const char *const around[][2] = {
        [HS_SHAPE_ONE] = {"", ""},
        [HS_SHAPE_MANY] = {"[]", ""},
        [HS_SHAPE_STRING] = {"", ""},
        [HS_SHAPE_MAP] = {"", ""},
        [HS_SHAPE_MAP_DIRECTORY] = {"", " (directory)"},
        [HS_SHAPE_MAP_TABLE] = {"", " (table)"},
        [HS_SHAPE_MAP_GROUPS] = {"", " (entries)"},
        [HS_SHAPE_MAP_EXTRA] = {"", " (overflow)"},
        [HS_SHAPE_CHAN] = {"", ""},
        [HS_SHAPE_CHAN_BUFFER] = {"", " (buffer)"},
        [HS_SHAPE_CLOSURE] = {"", ""},
    };
    enum hs_shape shape = hs_typing_shape(typing);
    uint32_t type = hs_typing_type(typing);
    const char *after;
    struct hs_str name;

    if (type == HS_NO_TYPE || !names ||
        shape >= sizeof(around) / sizeof(around[0]))
        return (struct hs_str){0};
    name = hs_names_type(names, type)->name;
    after = around[shape][1];
    if (shape == HS_SHAPE_ONE)
        after = apart(hs_names_type(names, type));
    if (!around[shape][0][0] && !after[0])
        return name;
    return hs_str_of(hs_arena_printf(arena, "%s%.*s%s", around[shape][0],
                                     (int)name.size, name.text, after));
}
