/* SPDX-License-Identifier: Apache-2.0 */
/*
 * globals.c - the variables, in order and apart from each other.
 */
#include "golang/globals.h"

#include <stdlib.h>

#include "golang/symname.h"

void hs_globals_begin(struct globals *globals, struct golang *g)
{
    const struct golang_module *m = g->module;

    *globals = (struct globals){
        .g = g,
        .spans = {m->noptrdata, m->data, m->bss, m->noptrbss},
        .found = HS_COLUMN(struct hs_global, g->scratch),
        /* Names are in the file, each once; two may share an end. */
        .budget = 2 * (uint64_t)hs_cursor_left(&g->program->bytes),
    };
    if (!g->names->globals.size)
        g->names->globals = HS_COLUMN(struct hs_global, g->arena);
}

static bool is_variable(const struct globals *globals, uint64_t address,
                        uint64_t size)
{
    for (size_t i = 0; i < sizeof(globals->spans) / sizeof(globals->spans[0]);
         i++) {
        const struct golang_span *span = &globals->spans[i];

        if (address >= span->start && address < span->end)
            return size > 0 && size <= span->end - address;
    }
    return false;
}

void hs_globals_add(struct globals *globals, struct hs_str symbol,
                    uint64_t address, uint64_t size, uint32_t type)
{
    struct golang *g = globals->g;
    struct symname name;

    if (!is_variable(globals, address, size) || symbol.size > globals->budget)
        return;
    globals->budget -= symbol.size;
    if (hs_symname_variable(symbol, g->arena, &name))
        hs_column_push(&globals->found,
                       &(struct hs_global){.address = address,
                                           .size = size,
                                           .name = name.name,
                                           .package = name.package,
                                           .type = type,
                                           .temporary = name.temporary});
}

static int by_address(const void *left, const void *right)
{
    const struct hs_global *a = left, *b = right;

    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    if (a->size != b->size)
        return a->size > b->size ? -1 : 1;
    if ((a->type == HS_NO_TYPE) != (b->type == HS_NO_TYPE))
        return a->type == HS_NO_TYPE ? 1 : -1;
    return hs_str_compare(a->name, b->name);
}

void hs_globals_settle(struct globals *globals)
{
    struct hs_column *column = &globals->g->names->globals;
    struct hs_global *all;
    uint64_t end = 0;
    size_t to = 0;

    if (globals->found.count)
        memcpy(hs_column_extend(column, globals->found.count),
               globals->found.at, globals->found.count * sizeof(*all));
    globals->found.count = 0;
    all = column->at;
    if (column->count)
        qsort(all, column->count, sizeof(*all), by_address);
    for (size_t i = 0; i < column->count; i++) {
        if (to > 0 && all[i].address < end)
            continue;
        end = all[i].address + all[i].size;
        all[to++] = all[i];
    }
    column->count = to;
    globals->g->program->variables = to;
}
