/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debug_closures.c - what the closures of a function have captured.
 *
 *   closure      = code:word captured*
 *   captured     = variable{name, type, go_closure_offset}   Go >= 1.23
 *   method value = code:word receiver        its function is "main.T.Do-fm"
 *
 * A variable that is captured by reference is "&x" here too.  The wrappers of
 * go and defer statements have no variables, so of those nothing is known.
 */
#include "golang/debug_impl.h"

#include <stdlib.h>

#include "base/hash.h"
#include "golang/symname.h"

static const struct debug_function *function_of(const struct golang_debug *d,
                                                uint32_t number)
{
    return (const struct debug_function *)d->functions.at + number;
}

/* What FUNCTION, whose entry is DIE, has captured, into FIELDS.
 */
static void read_captures(struct golang_debug *d,
                          const struct debug_function *function, Dwarf_Die *die,
                          struct hs_column *fields)
{
    struct golang *g = d->g;
    Dwarf_Die child;

    for (bool more = hs_debug_child(d, die, &child); more;
         more = hs_debug_next(d, &child, function->end)) {
        struct hs_go_field field = {.type = HS_NO_TYPE};
        struct hs_str name = hs_debug_name(d, &child);

        if (dwarf_tag(&child) != DW_TAG_variable ||
            !hs_debug_number(&child, DW_AT_go_closure_offset, &field.offset))
            continue;
        if (name.size && name.text[0] == '&') {
            name.text++;
            name.size--;
        }
        field.name = hs_symname_plain(name, g->arena);
        field.type = hs_debug_type(d, &child, DW_AT_type);
        hs_column_push(fields, &field);
    }
}

static uint64_t key_of(struct hs_str name)
{
    return hs_hash_bytes(name.text, name.size, hs_hash_seed());
}

static void index_names(struct golang_debug *d)
{
    const struct debug_function *functions = d->functions.at;

    for (size_t i = 0; i < d->functions.count && !d->named; i++) {
        struct hs_str name;
        Dwarf_Die die;

        if (!hs_debug_function(d, &functions[i], &die))
            continue;
        name = hs_debug_name(d, &die);
        hs_map_add(&d->function_named, key_of(name), (uint32_t)i);
    }
    d->named = true;
}

/* The receiver of the method that NAME, with "-fm" at its end, is a value of.
 */
static void read_receiver(struct golang_debug *d, struct hs_str name,
                          struct hs_column *fields)
{
    struct hs_go_field field = {.name = hs_str_of("receiver"),
                                .offset = d->g->pointer_size};
    Dwarf_Die method, child;
    uint32_t number;

    index_names(d);
    name.size -= 3;
    number = hs_map_lookup(&d->function_named, key_of(name));
    if (number == HS_MAP_NONE ||
        !hs_debug_function(d, function_of(d, number), &method) ||
        !hs_str_equal(hs_debug_name(d, &method), name) ||
        !hs_debug_child(d, &method, &child) ||
        dwarf_tag(&child) != DW_TAG_formal_parameter)
        return;
    field.type = hs_debug_type(d, &child, DW_AT_type);
    hs_column_push(fields, &field);
}

static int by_offset(const void *left, const void *right)
{
    const struct hs_go_field *a = left, *b = right;

    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    return hs_str_compare(a->name, b->name);
}

/* The struct of code and FIELDS; HS_NO_TYPE if they do not lie side by side. */
static uint32_t make_struct(struct golang_debug *d, struct hs_str function,
                            struct hs_column *fields)
{
    struct golang *g = d->g;
    struct hs_go_field *all = fields->at;
    uint64_t end = 0;

    qsort(all, fields->count, sizeof(*all), by_offset);
    for (size_t i = 0; i < fields->count; i++) {
        uint64_t size = hs_names_type(g->names, all[i].type)->size;

        if (all[i].offset < end || all[i].type == HS_NO_TYPE ||
            size > UINT32_MAX || all[i].offset > UINT32_MAX)
            return HS_NO_TYPE;
        end = all[i].offset + size;
    }
    end = (end + g->pointer_size - 1) / g->pointer_size * g->pointer_size;
    function = hs_symname_plain(function, g->arena);
    return hs_debug_struct(
        d,
        hs_str_of(hs_arena_printf(g->arena, "%.*s (closure)",
                                  (int)function.size, function.text)),
        end, all, (uint32_t)fields->count);
}

/* The type of the address of code. */
static uint32_t code_type(struct golang_debug *d)
{
    struct hs_go_type type = {.name = hs_str_of("uintptr"),
                              .size = d->g->pointer_size,
                              .kind = HS_GO_UINTPTR};

    if (d->code == HS_NO_TYPE)
        d->code = hs_golang_type_add(d->g, &type, NULL, 0);
    return d->code;
}

static uint32_t closure_type(struct golang_debug *d, uint64_t entry)
{
    uint32_t number = hs_map_lookup(&d->function_at, entry);
    struct hs_column fields = HS_COLUMN(struct hs_go_field, d->g->scratch);
    struct hs_str name;
    Dwarf_Die die;

    if (number == HS_MAP_NONE ||
        !hs_debug_function(d, function_of(d, number), &die))
        return HS_NO_TYPE;
    name = hs_debug_name(d, &die);
    hs_column_push(&fields, &(struct hs_go_field){.name = hs_str_of("F"),
                                                  .type = code_type(d)});
    if (name.size > 3 && memcmp(name.text + name.size - 3, "-fm", 3) == 0)
        read_receiver(d, name, &fields);
    else
        read_captures(d, function_of(d, number), &die, &fields);
    return fields.count > 1 ? make_struct(d, name, &fields) : HS_NO_TYPE;
}

uint32_t hs_golang_closure_type(struct golang *g, uint64_t entry)
{
    struct golang_debug *d = g->debug;
    uint32_t type;

    if (!d || !d->dwarf || entry < g->slide)
        return HS_NO_TYPE;
    type = hs_map_lookup(&d->closures, entry);
    if (type != HS_MAP_NONE)
        return type;
    return hs_map_add(&d->closures, entry, closure_type(d, entry - g->slide));
}
