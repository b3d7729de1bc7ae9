/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_stacks_finalizers.c - the finalizer that was running when goroutines
 * were printed.
 */
#include "section_stacks.h"

#include <inttypes.h>

#define FRAMES_SHOWN 16

/* How the runtime calls what it does not know: not told of. */
static bool is_call(struct hs_str function)
{
    return hs_str_starts(function, "runtime.call") ||
           hs_str_starts(function, "runtime.reflectcall") ||
           hs_str_starts(function, "runtime.AddCleanup");
}

/* What GROUP does in the goroutine that runs finalizers: the function that was
 * called there.  Nothing if it is another, or waits for work. */
static struct hs_str finalizer_of(const struct hs_stacks_view *v,
                                  const struct hs_stacks_group *group)
{
    const struct hs_stacks_frame *frames =
        (const struct hs_stacks_frame *)v->stacks->frames.at;
    bool runs = false;

    for (uint32_t i = group->frame_count; i-- > 0;) {
        struct hs_str function =
            hs_stacks_text(v->stacks, frames[group->first_frame + i].function);

        if (runs && !is_call(function))
            return hs_str_starts(function, "runtime.") ? (struct hs_str){0}
                                                       : function;
        runs |= hs_stacks_runs_finalizers(function);
    }
    return (struct hs_str){0};
}

void hs_stacks_tell_finalizers(const struct hs_stacks_view *v)
{
    const struct hs_stacks_goroutine *all = v->stacks->goroutines.at;

    for (size_t i = 0; i < v->count; i++) {
        const struct hs_stacks_group *group =
            hs_stacks_group_of(v, &v->rows[i]);
        struct hs_str function = finalizer_of(v, group);
        struct hs_str state = hs_stacks_text(v->stacks, v->rows[i].state);

        if (!function.size)
            continue;
        hs_doc_note(v->run->doc, v->run->doc->top,
                    "goroutine %" PRIu64 ", which runs finalizers, is in "
                    "%.*s [%.*s]%s: all others wait for it.",
                    all[group->first].id, (int)function.size, function.text,
                    (int)state.size, state.text,
                    v->rows[i].most_minutes
                        ? hs_doc_printf(v->run->doc,
                                        " for %" PRIu32 " minutes or more",
                                        v->rows[i].most_minutes)
                        : "");
    }
}

/* The row of the goroutine that is in a finalizer, or NULL. */
static const struct hs_stacks_row *in_finalizer(const struct hs_stacks_view *v,
                                                struct hs_str *function)
{
    for (size_t i = 0; i < v->count; i++) {
        *function = finalizer_of(v, hs_stacks_group_of(v, &v->rows[i]));
        if (function->size)
            return &v->rows[i];
    }
    return NULL;
}

bool hs_stacks_finalizers_section(struct hs_run *run, struct hs_err *err)
{
    struct hs_document *doc = run->doc;
    struct hs_block *group = hs_doc_group(doc, doc->top, "finalizer", NULL);
    const struct hs_stacks_goroutine *all;
    const struct hs_stacks_row *row;
    struct hs_str function, state;
    struct hs_stacks_view v;

    (void)err;
    hs_stacks_look(run, NULL, &v);
    hs_stacks_heading(&v);
    row = in_finalizer(&v, &function);
    if (!row) {
        hs_doc_field(doc, group, "stuck", NULL, hs_value_bool(false));
        hs_doc_note(doc, doc->top,
                    "No finalizer was running when the goroutines were "
                    "printed.");
        return true;
    }
    all = v.stacks->goroutines.at;
    state = hs_stacks_text(v.stacks, row->state);
    hs_doc_field(
        doc, group, "goroutine", NULL,
        hs_value_of(
            HS_UNIT_COUNT,
            (int64_t)(all[hs_stacks_group_of(&v, row)->first].id & INT64_MAX)));
    hs_doc_field(doc, group, "stuck", NULL,
                 hs_value_bool(!hs_str_equal(state, hs_str_of("running")) &&
                               !hs_str_equal(state, hs_str_of("runnable"))));
    hs_doc_field(doc, group, "function", NULL,
                 hs_value_name(function.text, function.size));
    hs_doc_field(doc, group, "wait_reason", NULL,
                 hs_value_name(state.text, state.size));
    hs_doc_field(doc, group, "since_ns", NULL, hs_stacks_waited(row));
    hs_stacks_tell_finalizers(&v);
    hs_stacks_stack_part(&v, doc->top, NULL, "its stack", row, FRAMES_SHOWN);
    return true;
}
