/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_analyze.c - what a heap dump says on one screen, and what to
 * do next.
 */
#include "section_heap.h"

#include <inttypes.h>

/* The largest claim that is not the runtime's. */
static const struct hs_claim *first_claim(const struct hs_case *c)
{
    for (size_t i = 0; i < c->claims->count; i++) {
        uint32_t holder = c->claims->rows[i].holder;

        if (holder == HS_NO_RECORD ||
            c->holders->holders[holder].kind != HS_HOLDER_RUNTIME)
            return &c->claims->rows[i];
    }
    return NULL;
}

/* What to ask for to see CLAIM: by its name, or if that is one of many names,
 * by the largest object below all of them. */
static const char *target_of(struct hs_run *run, const struct hs_case *c,
                             const struct hs_claim *claim)
{
    size_t count;
    const struct hs_shared *shared = hs_retention_shared(c->retention, &count);

    if (claim->holder == HS_NO_RECORD && claim->top < hs_heap_count(c->heap) &&
        shared[claim->shared[0]].holder_count > HS_LOOK_NAMES_SHOWN)
        return hs_doc_printf(run->doc, " 0x%" PRIx64,
                             hs_heap_address(c->heap, claim->top));
    return hs_doc_printf(run->doc, " '%.*s'", (int)claim->name.size,
                         claim->name.text);
}

static void add_next(struct hs_run *run, const struct hs_case *c)
{
    struct hs_document *doc = run->doc;
    const struct hs_claim *first = first_claim(c);
    const char *command = "tree", *name = "";

    if (!c->heap->complete && !first) {
        hs_doc_note(doc, doc->top,
                    "Next: take the dump again, and see that there is room "
                    "for all of it; this one has no roots");
        return;
    }
    if (first && first->holder == HS_NO_RECORD)
        command = "path"; /* from each of those who hold it together */
    if (first)
        name = target_of(run, c, first);
    hs_doc_note(doc, doc->top,
                "Next: heapscope %s%s %s, or a second dump some time later "
                "and heapscope diff OLD NEW",
                command, name,
                hs_heap_files(run, HS_PART_PROGRAM | HS_PART_HEAP));
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
    hs_heap_hint(run, c);
    add_next(run, c);
    return true;
}
