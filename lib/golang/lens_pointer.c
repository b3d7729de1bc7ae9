/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lens_pointer.c - pointers as Go writes them, for the keys of maps.
 *
 *   nil   main.Order   &main.state   &main.table[3].leaf   main.fallback
 *   0xc000123400
 *
 * A pointer to a type's descriptor is that type: it is what a reflect.Type
 * holds.  One to a package variable is the variable's address, of what only
 * that variable points to its value.  All others are known by address alone.
 */
#include "golang/lens_impl.h"

#include <inttypes.h>
#include <stdio.h>

#define DEEPEST 64 /* structs in arrays in structs ... */

/* What a reflect.Type points to, and the runtime's own name for it. */
static bool is_descriptor(const struct golang *g, uint32_t type)
{
    struct hs_str name = hs_names_type(g->names, type)->name;

    return hs_str_equal(name, hs_str_of("reflect.rtype")) ||
           hs_str_equal(name, hs_str_of("internal/abi.Type")) ||
           hs_str_equal(name, hs_str_of("runtime._type"));
}

static bool add_descriptor(const struct golang *g, struct hs_column *chars,
                           uint64_t address)
{
    uint32_t type = hs_map_lookup(&g->type_at, address);

    if (type == HS_MAP_NONE || !hs_names_type(g->names, type)->name.size)
        return false;
    lens_add(chars, hs_names_type(g->names, type)->name);
    return true;
}

/* Of a value of type *TYPE, OFFSET bytes into which something is: the part that
 * it is in, which becomes *TYPE and *OFFSET, and what Go writes for it. */
static bool step_into(const struct golang *g, struct hs_column *chars,
                      uint32_t *type, uint64_t *offset)
{
    const struct hs_go_type *whole = hs_names_type(g->names, *type);
    const struct hs_go_field *field = g->names->fields.at;
    uint64_t size = hs_names_type(g->names, whole->elem)->size;
    char text[40];

    if (whole->kind == HS_GO_ARRAY && size) {
        snprintf(text, sizeof(text), "[%" PRIu64 "]", *offset / size);
        lens_add(chars, hs_str_of(text));
        *offset %= size;
        *type = whole->elem;
        return true;
    }
    if (whole->kind != HS_GO_STRUCT)
        return false;
    field += whole->first_field;
    for (uint32_t i = 0; i < whole->field_count; i++, field++) {
        if (*offset - field->offset >=
            hs_names_type(g->names, field->type)->size)
            continue;
        lens_add(chars, hs_str_of("."));
        lens_add(chars, field->name);
        *offset -= field->offset;
        *type = field->type;
        return true;
    }
    return false;
}

/* The part of GLOBAL, of type TYPE, that is OFFSET bytes into it. */
static bool add_part(const struct golang *g, struct hs_column *chars,
                     const struct hs_global *global, uint32_t type,
                     uint64_t offset)
{
    uint64_t size = hs_names_type(g->names, global->type)->size;
    uint32_t part = global->type;
    char text[40];

    if (global->several && size) {
        snprintf(text, sizeof(text), "[%" PRIu64 "]", offset / size);
        lens_add(chars, hs_str_of(text));
        offset %= size;
    }
    for (unsigned depth = 0; part != type || offset; depth++)
        if (depth == DEEPEST || !step_into(g, chars, &part, &offset))
            return false;
    return true;
}

/* Of main.cause.(*main.failure) main.cause: it is compared with, not looked
 * into. */
static struct hs_str without_assertion(struct hs_str name)
{
    size_t end = name.size;

    if (!end || name.text[end - 1] != ')')
        return name;
    while (end > 1 && memcmp(name.text + end - 2, ".(", 2) != 0)
        end--;
    return end > 1 ? (struct hs_str){name.text, end - 2} : name;
}

/* The variable at ADDRESS, to which a pointer to TYPE leads. */
static bool add_variable(const struct golang *g, struct hs_column *chars,
                         uint32_t type, uint64_t address)
{
    uint32_t number = hs_names_global(g->names, address);
    const struct hs_global *global = g->names->globals.at;
    size_t before = chars->count;
    struct hs_str name;
    bool value;

    if (number == HS_NO_GLOBAL || type == HS_NO_TYPE)
        return false;
    global += number;
    name = global->name;
    /* "*main.fallback" is what main.fallback points to. */
    value = global->temporary && name.size && name.text[0] == '*';
    if (value)
        name = (struct hs_str){name.text + 1, name.size - 1};
    if (value && address == global->address && global->type == type)
        name = without_assertion(name);
    else
        lens_add(chars, hs_str_of("&"));
    lens_add(chars, name);
    if (add_part(g, chars, global, type, address - global->address))
        return true;
    chars->count = before;
    return false;
}

void lens_add_pointer(const struct golang *g, struct hs_column *chars,
                      uint32_t type, uint64_t address)
{
    const struct hs_go_type *pointer = hs_names_type(g->names, type);
    uint32_t to = pointer->kind == HS_GO_POINTER ? pointer->elem : HS_NO_TYPE;
    char text[32];

    if (address == 0) {
        lens_add(chars, hs_str_of("nil"));
        return;
    }
    if (is_descriptor(g, to) && add_descriptor(g, chars, address))
        return;
    if (add_variable(g, chars, to, address))
        return;
    snprintf(text, sizeof(text), "0x%" PRIx64, address);
    lens_add(chars, hs_str_of(text));
}
