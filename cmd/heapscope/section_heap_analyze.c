/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_analyze.c - what a heap dump says on one screen, and what to
 * do next.
 */
#include "section_heap.h"

#include <inttypes.h>

/* The first variable that is shown without a name: how to find it. */
static void name_variables(struct hs_run *run, const struct hs_case *c)
{
    for (size_t i = 0; i < c->claims->count && i < 8; i++) {
        const struct hs_claim *claim = &c->claims->rows[i];
        const struct hs_variable *variable;
        const struct hs_holder *holder;

        if (claim->holder == HS_NO_RECORD)
            continue;
        holder = &c->holders->holders[claim->holder];
        if (holder->kind != HS_HOLDER_GLOBAL)
            continue;
        variable = &c->holders->variables[holder->record];
        if (variable->name.size)
            continue;
        hs_doc_note(run->doc, run->doc->top,
                    "A dump has no names of variables: %.*s is the word at "
                    "0x%" PRIx64 ", and 'go tool nm -n PROGRAM' tells what is "
                    "there.",
                    (int)claim->name.size, claim->name.text, variable->address);
        return;
    }
}

static void add_next(struct hs_run *run, const struct hs_case *c)
{
    const struct hs_source *source = run->snapshots[0].sources.at;
    const struct hs_claim *first =
        c->claims->count ? &c->claims->rows[0] : NULL;

    name_variables(run, c);
    if (first && first->holder != HS_NO_RECORD)
        hs_doc_note(run->doc, run->doc->top,
                    "Next: heapscope tree '%.*s' %s, or a second dump some "
                    "time later and heapscope diff OLD NEW",
                    (int)first->name.size, first->name.text, source->path);
    else
        hs_doc_note(run->doc, run->doc->top,
                    "Next: heapscope tree %s, or a second dump some time later "
                    "and heapscope diff OLD NEW",
                    source->path);
}

bool hs_heap_analyze_section(struct hs_run *run, struct hs_err *err)
{
    const struct hs_case *c = hs_look_case(run, 0, err);
    struct hs_suspects suspects;

    if (!c)
        return false;
    suspects = hs_findings_run(c);
    if (run->digest)
        hs_heap_digest(c, &suspects, run->digest);
    hs_heap_summary_part(run, c);
    hs_heap_holders_part(run, c);
    hs_heap_suspects_part(run, c, &suspects);
    hs_heap_types_part(run, c);
    hs_heap_sites_part(run, c);
    add_next(run, c);
    return true;
}
