/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golang.c - the readers of an executable, one after another.
 */
#include "golang/golang.h"

#include "golang/golang_impl.h"

static void open_names(struct golang *g)
{
    struct hs_names *names = hs_arena_zeroed(g->arena, 1, sizeof(*names));

    names->types = HS_COLUMN(struct hs_go_type, g->arena);
    names->fields = HS_COLUMN(struct hs_go_field, g->arena);
    names->globals = HS_COLUMN(struct hs_global, g->arena);
    names->layouts = HS_COLUMN(struct hs_frame_layout, g->arena);
    names->stack_objects = HS_COLUMN(struct hs_stack_object, g->arena);
    names->locals = HS_COLUMN(struct hs_local, g->arena);
    g->names = names;
    hs_golang_open_types(g);
}

bool hs_golang_read_program(struct golang *g, struct hs_snapshot *snapshot,
                            struct hs_arena *scratch, struct hs_err *err)
{
    *g = (struct golang){
        .snapshot = snapshot,
        .arena = &snapshot->arena,
        .scratch = scratch,
        .heap = snapshot->parts & HS_PART_HEAP ? snapshot->heap : NULL,
        .program = snapshot->program,
    };

    if (!hs_golang_open_image(g, err))
        return false;
    g->program->has_symbols = hs_golang_has_section(g, ".symtab");
    g->program->has_debug = hs_golang_has_section(g, ".debug_info") ||
                            hs_golang_has_section(g, ".zdebug_info");
    hs_golang_read_notes(g);
    hs_golang_read_buildinfo(g);
    if (!hs_golang_read_module(g, err))
        return false;
    g->program->read = true;
    open_names(g);
    return hs_golang_read_functions(g, err);
}

static bool name_heap(struct golang *g, struct hs_err *err)
{
    if (!hs_golang_match(g, err))
        return false;
    hs_golang_read_frames(g);
    hs_golang_read_symbols(g);
    hs_golang_read_debug(g);
    g->names->lens = hs_golang_lens(g);
    hs_golang_find_temporaries(g);
    hs_golang_type_heap(g);
    hs_golang_guess(g);
    g->snapshot->names = g->names;
    g->snapshot->heap->names = g->names;
    return true;
}

static bool name_parts(struct golang *g, struct hs_err *err)
{
    unsigned parts = g->snapshot->parts;

    if (!(parts & ~(unsigned)HS_PART_PROGRAM))
        hs_golang_count(g);
    if (g->heap && !name_heap(g, err))
        return false;
    if (parts & HS_PART_FINQUEUE)
        hs_golang_name_finqueue(g);
    return !(parts & HS_PART_PROFILE) || hs_golang_name_profile(g, err);
}

bool hs_golang_name(struct hs_snapshot *snapshot, struct hs_err *err)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct golang *g;
    bool good;

    if (!(snapshot->parts & HS_PART_PROGRAM))
        return true;
    /* It stays, for the lens. */
    g = hs_arena_zeroed(&snapshot->arena, 1, sizeof(*g));
    good = hs_golang_read_program(g, snapshot, &scratch, err) &&
           name_parts(g, err);
    hs_golang_close_debug(g);
    hs_golang_close_image(g);
    hs_arena_free(&scratch);
    g->scratch = NULL;
    return good;
}
