/* SPDX-License-Identifier: Apache-2.0 */
/*
 * count.c - how much an executable has to tell, and what is linked in.
 *
 * Types are counted by reading those that package reflect has to find by what
 * they are made of, which are listed, and all that they are made of.  Defined
 * types that nothing listed leads to are left out.
 */
#include "golang/types.h"

/* From Go 1.27 on, the listed ones stand one after another. */
static void read_descriptors(struct golang *g)
{
    const struct golang_span *all = &g->module->descriptors;
    /* The first word is left free: offset 0 stands for no type. */
    uint64_t at = all->start + g->pointer_size, size;

    while (at < all->end && (size = hs_golang_descriptor_size(g, at))) {
        hs_golang_type_at(g, at);
        at += size;
    }
}

static void read_links(struct golang *g)
{
    const struct golang_table *links = &g->module->typelinks;
    struct hs_cursor c = hs_golang_rest(g, links->at);

    for (uint64_t i = 0; i < links->count && !hs_cursor_done(&c); i++)
        hs_golang_type_at(g, g->module->types.start + hs_cursor_u32(&c));
}

/* Is there a function, or a call that was inlined, called NAME? */
static bool has_function(const struct golang *g, const char *name)
{
    struct hs_cursor c =
        hs_golang_bytes(g, g->module->funcnames.at, g->module->funcnames.count);
    size_t size = strlen(name) + 1;
    const uint8_t *found;

    while (!c.fault && (found = memmem(c.at, hs_cursor_left(&c), name, size))) {
        if (found == c.at || found[-1] == '\0')
            return true;
        hs_cursor_take(&c, (uint64_t)(found - c.at) + 1);
    }
    return false;
}

void hs_golang_count(struct golang *g)
{
    struct hs_program *program = g->program;

    if (g->module->descriptors.start)
        read_descriptors(g);
    else
        read_links(g);
    program->types = g->names->types.count - 1;
    hs_golang_read_symbols(g);
    program->variables = g->names->globals.count;
    program->writes_heap_dump = has_function(g, "runtime/debug.WriteHeapDump");
    /* Without these the linker turns the profiler off. */
    program->profiles_memory = has_function(g, "runtime.memProfileInternal") ||
                               has_function(g, "runtime.MemProfile");
    program->sets_finalizers = has_function(g, "runtime.SetFinalizer") ||
                               has_function(g, "runtime.addCleanup");
}
