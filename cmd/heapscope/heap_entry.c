/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_entry.c - where a holder has the first object of a path.
 *
 * A variable has it in itself.  A group of goroutines has it in frames, or
 * beside them: in a call that is deferred, in the value of a panic.
 */
#include "heap_steps.h"

#include "base/size.h"

/* Is OBJECT where ADDRESS points? */
static bool leads(const struct hs_heap_case *c, uint64_t address,
                  uint32_t object)
{
    return address && hs_heap_find(c->heap, address) == object;
}

/* The function of G's frame that SP is in. */
static struct hs_str function_at(const struct hs_heap_case *c,
                                 const struct hs_goroutine *g, uint64_t sp)
{
    const struct hs_frame *frames = c->heap->frames.at;

    for (uint32_t i = 0; i < g->frame_count; i++) {
        const struct hs_frame *frame = &frames[g->first_frame + i];

        if (sp - frame->memory.address < frame->memory.size)
            return frame->function;
    }
    return (struct hs_str){0};
}

/* ", deferred by main.serve", ", in its panic", or nothing: how goroutine G has
 * OBJECT. */
static const char *beside_frames(const struct hs_heap_case *c,
                                 const struct hs_goroutine *g, uint32_t object,
                                 struct hs_document *doc)
{
    const struct hs_defer *defers = c->heap->defers.at;
    const struct hs_panic *panics = c->heap->panics.at;

    for (size_t i = 0; i < c->heap->defers.count; i++) {
        struct hs_str function;

        if (defers[i].g != g->g || (!leads(c, defers[i].closure, object) &&
                                    !leads(c, defers[i].address, object)))
            continue;
        function = function_at(c, g, defers[i].sp);
        if (!function.size)
            return ", deferred";
        return hs_doc_printf(doc, ", deferred by %.*s", (int)function.size,
                             function.text);
    }
    for (size_t i = 0; i < c->heap->panics.count; i++)
        if (panics[i].g == g->g && leads(c, panics[i].argument, object))
            return ", in its panic";
    return "";
}

/* "goroutine 17", "5 of its goroutines, deferred by main.serve" */
static const char *goroutine_text(const struct hs_heap_case *c,
                                  const struct hs_path *path,
                                  struct hs_document *doc)
{
    const struct hs_goroutine *g =
        (const struct hs_goroutine *)c->heap->goroutines.at +
        c->holders->holders[path->holder].record;
    struct hs_str name = hs_holders_name(c->holders, path->holder, doc->arena);
    const char *how = "";

    if (path->step_count)
        how = beside_frames(c, g, path->steps[0].object, doc);
    if (path->goroutines > 1)
        return hs_doc_printf(doc, "%s of its goroutines%s",
                             hs_show_count(path->goroutines).text, how);
    return hs_doc_printf(doc, "%.*s%s", (int)name.size, name.text, how);
}

const char *hs_look_entry(const struct hs_heap_case *c,
                          const struct hs_path *path, struct hs_document *doc)
{
    const struct hs_holder *holder = &c->holders->holders[path->holder];
    struct hs_str name = hs_holders_name(c->holders, path->holder, doc->arena);

    switch ((enum hs_holder_kind)holder->kind) {
    case HS_HOLDER_FRAME:
        if (path->goroutines > 1)
            return hs_doc_printf(doc, "%s of its goroutines, in %.*s",
                                 hs_show_count(path->goroutines).text,
                                 (int)name.size, name.text);
        return hs_doc_printf(doc, "in %.*s", (int)name.size, name.text);
    case HS_HOLDER_GOROUTINE:
        return goroutine_text(c, path, doc);
    case HS_HOLDER_FINALIZER:
        return hs_doc_printf(doc, "%.*s", (int)name.size, name.text);
    case HS_HOLDER_GLOBAL: /* of the runtime */
        if (path->holder != path->unit)
            return hs_doc_printf(doc, "%.*s", (int)name.size, name.text);
        break;
    default:
        break;
    }
    if (path->through == path->holder)
        return "";
    name = hs_holders_name(c->holders, path->through, doc->arena);
    if (hs_look_holder_type(c, path->through).size)
        return "";
    return hs_doc_printf(doc, "through %.*s, which it points to",
                         (int)name.size, name.text);
}
