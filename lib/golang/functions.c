/* SPDX-License-Identifier: Apache-2.0 */
/*
 * functions.c - the function table (pclntab), as of Go 1.18 and later.
 *
 *   index    = (entry:u4 function:u4)* end:u4 ...   entry counts from the text
 *   function = entry:u4 name:i4 args:u4 deferreturn:u4 pcsp:u4 pcfile:u4
 *              pcline:u4 npcdata:u4 unit:u4 startline:u4 (Go >= 1.20) id:u1
 *              flags:u1 0:u1 nfuncdata:u1 pcdata:u4* funcdata:u4*
 *   pctable  = (value:zigzag pc:varint)* 0          both are differences
 *   inlined  = id:u1 0:u1[3] name:i4 parentpc:i4 startline:i4
 *   (before Go 1.20)  parent:i2 id:u1 0:u1 file:i4 line:i4 name:i4 parentpc:i4
 *
 * A pctable says what holds from one address to the next, for one function:
 * its line, its file (a number, whose name is files[units[unit + number]]), or
 * which inlined call an address is in.  The call's own place is that of the
 * address parentpc.
 */
#include "golang/functions.h"

#define MAGIC_118 0xfffffff0u

/* What all walks may take together. */
#define MOST_STEPS ((uint64_t)1 << 30)

/* A part of the text that another linker moved. */
struct golang_section {
    uint64_t start, end, address; /* in offsets of the table; where it is */
};

static struct hs_cursor table(const struct golang *g,
                              const struct golang_table *t, unsigned size)
{
    if (t->count > g->image->loaded)
        return (struct hs_cursor){.fault = HS_CURSOR_SHORT};
    return hs_golang_bytes(g, t->at, t->count * size);
}

static void read_sections(struct golang *g, struct golang_functions *f)
{
    uint64_t count = g->module->sections.count;
    struct hs_cursor c = table(g, &g->module->sections, 3 * g->pointer_size);

    if (count < 2 || hs_cursor_done(&c))
        return;
    f->sections = hs_arena_zeroed(g->arena, count, sizeof(*f->sections));
    for (uint64_t i = 0; i < count; i++) {
        f->sections[i].start = hs_golang_word(g, &c);
        f->sections[i].end = hs_golang_word(g, &c);
        f->sections[i].address = hs_golang_pointer(g, &c);
    }
}

bool hs_golang_read_functions(struct golang *g, struct hs_err *err)
{
    const struct golang_module *m = g->module;
    struct golang_functions *f = hs_arena_zeroed(g->arena, 1, sizeof(*f));
    struct hs_cursor header = hs_golang_bytes(g, m->header, 8);

    g->functions = f;
    f->start_lines = hs_cursor_u32(&header) != MAGIC_118;
    hs_cursor_u16(&header);
    f->quantum = hs_cursor_u8(&header);
    f->names = table(g, &m->funcnames, 1);
    f->units = table(g, &m->units, 4);
    f->files = table(g, &m->files, 1);
    f->pctab = table(g, &m->pctab, 1);
    f->pclines = table(g, &m->pclines, 1);
    f->index = table(g, &m->functions, 8);
    f->steps_left = MOST_STEPS;
    read_sections(g, f);
    if (header.fault || f->names.fault || f->pclines.fault || f->index.fault ||
        !f->quantum || m->functions.count < 2)
        return hs_fail(err, HS_EDATA, HS_NOWHERE,
                       "the function table of the executable is damaged");
    f->count = m->functions.count - 1;
    g->program->functions = f->count;
    return true;
}

/* The text in TABLE from OFFSET to the next NUL. */
static struct hs_str text_at(struct hs_cursor table, uint64_t offset)
{
    const char *end;

    hs_cursor_take(&table, offset);
    if (hs_cursor_done(&table))
        return (struct hs_str){"", 0};
    end = memchr(table.at, '\0', hs_cursor_left(&table));
    return (struct hs_str){(const char *)table.at,
                           end ? (size_t)(end - (const char *)table.at) : 0};
}

static uint32_t u32_at(struct hs_cursor table, uint64_t offset)
{
    hs_cursor_take(&table, offset);
    return hs_cursor_u32(&table);
}

/* Where PC is in the offsets of the table; false if not in the text. */
static bool text_offset(const struct golang *g, uint64_t pc, uint64_t *offset)
{
    const struct golang_section *sections = g->functions->sections;

    if (pc < g->module->text.start || pc >= g->module->text.end)
        return false;
    *offset = pc - g->module->text.start;
    if (!sections)
        return true;
    for (uint64_t i = 0; i < g->module->sections.count; i++)
        if (pc - sections[i].address < sections[i].end - sections[i].start) {
            *offset = pc - sections[i].address + sections[i].start;
            return true;
        }
    return false;
}

static uint64_t text_address(const struct golang *g, uint64_t offset)
{
    const struct golang_section *sections = g->functions->sections;

    for (uint64_t i = 0; sections && i < g->module->sections.count; i++)
        if (offset >= sections[i].start && offset < sections[i].end)
            return offset - sections[i].start + sections[i].address;
    return g->module->text.start + offset;
}

bool hs_golang_function(const struct golang *g, uint64_t number,
                        struct golang_function *function)
{
    const struct golang_functions *f = g->functions;
    struct hs_cursor c = f->pclines;
    uint64_t entry, size;
    uint32_t name;

    if (number >= f->count)
        return false;
    entry = u32_at(f->index, 8 * number);
    size = u32_at(f->index, 8 * number + 8) - entry;
    hs_cursor_take(&c, u32_at(f->index, 8 * number + 4));
    hs_cursor_u32(&c); /* entry */
    name = hs_cursor_u32(&c);
    hs_cursor_take(&c, 12); /* args, deferreturn, pcsp */
    *function = (struct golang_function){.entry = text_address(g, entry)};
    function->end = function->entry + size;
    function->name = text_at(f->names, name);
    function->line_files = hs_cursor_u32(&c);
    function->lines = hs_cursor_u32(&c);
    function->pcdata_count = hs_cursor_u32(&c);
    function->unit = hs_cursor_u32(&c);
    hs_cursor_take(&c, f->start_lines ? 7 : 3); /* start line, id, flags, 0 */
    function->funcdata_count = hs_cursor_u8(&c);
    function->tables = c;
    return !c.fault;
}

bool hs_golang_function_at(const struct golang *g, uint64_t pc,
                           struct golang_function *function)
{
    const struct golang_functions *f = g->functions;
    uint64_t low = 0, high = f->count, offset;

    if (!text_offset(g, pc, &offset))
        return false;
    /* The last that starts at OFFSET or before. */
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (u32_at(f->index, 8 * middle) <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && hs_golang_function(g, low - 1, function) &&
           pc - function->entry < function->end - function->entry;
}

uint64_t hs_golang_funcdata(const struct golang *g,
                            const struct golang_function *function,
                            unsigned which)
{
    uint32_t offset;

    if (which >= function->funcdata_count || !g->module->gofunc)
        return 0;
    offset = u32_at(function->tables,
                    4 * ((uint64_t)function->pcdata_count + which));
    return offset == UINT32_MAX ? 0 : g->module->gofunc + offset;
}

/* What the pctable at TABLE says of PC, or -1. */
static int32_t value_at(const struct golang *g,
                        const struct golang_function *function, uint32_t table,
                        uint64_t pc)
{
    struct golang_functions *f = g->functions;
    struct hs_cursor c = f->pctab;
    uint64_t at = function->entry;
    uint32_t value = UINT32_MAX;

    hs_cursor_take(&c, table);
    if (table == 0)
        return -1;
    while (!hs_cursor_done(&c) && f->steps_left) {
        uint32_t delta = (uint32_t)hs_cursor_varint(&c);

        f->steps_left--;
        if (delta == 0 && at != function->entry)
            break;
        value += delta & 1 ? ~(delta >> 1) : delta >> 1;
        at += (uint32_t)hs_cursor_varint(&c) * (uint64_t)f->quantum;
        if (pc < at && !c.fault)
            return (int32_t)value;
    }
    return -1;
}

static int32_t pcdata_at(const struct golang *g,
                         const struct golang_function *function, unsigned which,
                         uint64_t pc)
{
    if (which >= function->pcdata_count)
        return -1;
    return value_at(g, function, u32_at(function->tables, 4 * which), pc);
}

/* The file and line of PC, whichever function they are of. */
static void place_at(const struct golang *g,
                     const struct golang_function *function, uint64_t pc,
                     struct hs_place *place)
{
    const struct golang_functions *f = g->functions;
    int32_t file = value_at(g, function, function->line_files, pc);
    int32_t line = value_at(g, function, function->lines, pc);
    struct hs_cursor units = f->units;

    place->file = (struct hs_str){"", 0};
    place->line = line > 0 ? (uint32_t)line : 0;
    if (file < 0)
        return;
    hs_cursor_take(&units, 4 * ((uint64_t)function->unit + (uint32_t)file));
    place->file = text_at(f->files, hs_cursor_u32(&units));
    if (units.fault)
        place->file = (struct hs_str){"", 0};
}

/* Call number INDEX of the inlined ones of FUNCTION: its name, and the offset
 * of the address that stands for where it was called. */
static bool inlined_call(const struct golang *g, uint64_t tree, int32_t index,
                         struct hs_str *name, uint32_t *parent)
{
    bool old = !g->functions->start_lines;
    struct hs_cursor c = hs_golang_bytes(
        g, tree + (uint32_t)index * (old ? 20ull : 16ull), old ? 20 : 16);

    hs_cursor_take(&c, old ? 12 : 4);
    *name = text_at(g->functions->names, hs_cursor_u32(&c));
    *parent = hs_cursor_u32(&c);
    return !c.fault;
}

size_t hs_golang_lines(const struct golang *g, uint64_t pc,
                       struct hs_place *lines, size_t room)
{
    struct golang_function function;
    uint64_t tree, last = pc;
    size_t count = 0;

    if (!g->functions || room == 0 || !hs_golang_function_at(g, pc, &function))
        return 0;
    tree = hs_golang_funcdata(g, &function, GOLANG_FUNCDATA_INLINED);
    while (tree && count + 1 < room) {
        int32_t index = pcdata_at(g, &function, GOLANG_PCDATA_INLINED, pc);
        struct hs_str name;
        uint32_t parent;

        if (index < 0 || !inlined_call(g, tree, index, &name, &parent))
            break;
        lines[count].function = name;
        place_at(g, &function, pc, &lines[count++]);
        pc = function.entry + parent;
        if (pc == last || pc >= function.end)
            break;
        last = pc;
    }
    lines[count].function = function.name;
    place_at(g, &function, pc, &lines[count++]);
    return count;
}
