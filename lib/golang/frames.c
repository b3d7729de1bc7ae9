/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frames.c - the stack objects of the functions that the heap has frames of.
 *
 *   objects = count:word (offset:i4 size:i4 pointerbytes:i4 mask:u4)*
 *
 * A negative offset counts from the end of the locals (the runtime's varp), any
 * other from the arguments (argp).  Where these are depends on what a call
 * leaves between them; fp is the end of the frame as the dump has it:
 *
 *            x86                         others
 *   argp ->  arguments of the caller     arguments
 *   fp   ->  (= argp)                    saved link register: argp - fp bytes
 *            return address          fp ->
 *            saved frame pointer         saved frame pointer (arm64)
 *   varp ->  locals                      locals
 *
 * They are sorted and do not overlap: the runtime stops the program otherwise
 * (mgcstack.go, addObject).  The mask counts from rodata; before Go 1.24 a
 * negative number of pointer bytes means that it is a program.
 */
#include <elf.h>
#include <stdlib.h>

#include "golang/functions.h"
#include "golang/types.h"

static const struct geometry {
    unsigned machine;
    int varp_words; /* from fp to varp */
    unsigned argp;  /* bytes from fp to argp: the least frame size */
} geometries[] = {
    {EM_X86_64, -2, 0}, {EM_386, -1, 0},      {EM_AARCH64, -1, 8},
    {EM_ARM, 0, 4},     {EM_PPC64, 0, 32},    {EM_S390, 0, 8},
    {EM_RISCV, 0, 8},   {EM_LOONGARCH, 0, 8},
};

/* What these two have on the stack is known to the runtime alone. */
static bool is_special(struct hs_str function)
{
    return hs_str_equal(function, hs_str_of("reflect.makeFuncStub")) ||
           hs_str_equal(function, hs_str_of("reflect.methodValueCall"));
}

static const struct geometry *geometry_of(const struct golang *g)
{
    for (size_t i = 0; i < sizeof(geometries) / sizeof(geometries[0]); i++)
        if (geometries[i].machine == g->image->machine)
            return &geometries[i];
    return NULL;
}

/* *END is where the object before it ends. */
static void read_object(struct golang *g, const struct geometry *geometry,
                        struct hs_cursor *c, int64_t *end)
{
    int32_t offset = (int32_t)hs_cursor_u32(c);
    uint32_t size = hs_cursor_u32(c);
    int64_t pointers = (int32_t)hs_cursor_u32(c);
    uint64_t mask = g->module->rodata + hs_cursor_u32(c);
    uint64_t words =
        (uint64_t)(pointers < 0 ? -pointers : pointers) / g->pointer_size;
    struct hs_stack_object object = {.offset = offset, .size = size};
    struct hs_cursor bits = hs_golang_bytes(g, mask, (words + 7) / 8);

    if (c->fault || words > size / g->pointer_size)
        return;
    object.offset += offset < 0 ? geometry->varp_words * (int)g->pointer_size
                                : (int)geometry->argp;
    if (pointers < 0)
        object.mask = hs_golang_run_mask(g, mask, words);
    else
        object.mask = bits.fault ? NULL : bits.at;
    object.mask_words = object.mask ? (uint32_t)words : 0;
    if (object.offset < *end)
        return;
    *end = object.offset + (int64_t)size;
    hs_column_push(&g->names->stack_objects, &object);
}

/* The layout of FUNCTION; none if its objects cannot be read. */
static void read_layout(struct golang *g, const struct geometry *geometry,
                        const struct golang_function *function)
{
    uint64_t at =
        hs_golang_funcdata(g, function, GOLANG_FUNCDATA_STACK_OBJECTS);
    struct hs_frame_layout layout = {
        .entry = function->entry,
        .first_object = (uint32_t)g->names->stack_objects.count,
    };
    struct hs_cursor c = hs_golang_bytes(g, at, g->pointer_size);
    uint64_t count = at ? hs_golang_word(g, &c) : 0;
    int64_t end = INT64_MIN;

    /* Functions do not share them: together they are less than the file. */
    if (is_special(function->name) || (at && c.fault) ||
        count > g->image->loaded / 16 - layout.first_object)
        return;
    c = hs_golang_bytes(g, at + g->pointer_size, 16 * count);
    for (uint64_t i = 0; i < count; i++)
        read_object(g, geometry, &c, &end);
    layout.object_count =
        (uint32_t)g->names->stack_objects.count - layout.first_object;
    if (layout.object_count != count) {
        g->names->stack_objects.count = layout.first_object;
        return;
    }
    hs_column_push(&g->names->layouts, &layout);
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

void hs_golang_read_frames(struct golang *g)
{
    const struct hs_frame *frames = g->heap->frames.at;
    struct hs_column entries = HS_COLUMN(uint64_t, g->scratch);
    const struct geometry *geometry = geometry_of(g);
    struct hs_map seen;

    hs_map_init(&seen, g->scratch, 256);
    for (size_t i = 0; geometry && i < g->heap->frames.count; i++) {
        if (hs_map_lookup(&seen, frames[i].entry) != HS_MAP_NONE)
            continue;
        hs_map_add(&seen, frames[i].entry, 0);
        hs_column_push(&entries, &frames[i].entry);
    }
    if (entries.count)
        qsort(entries.at, entries.count, sizeof(uint64_t), by_value);
    for (size_t i = 0; i < entries.count; i++) {
        uint64_t entry = ((const uint64_t *)entries.at)[i];
        struct golang_function function;

        if (hs_golang_function_at(g, entry, &function) &&
            function.entry == entry)
            read_layout(g, geometry, &function);
    }
}
