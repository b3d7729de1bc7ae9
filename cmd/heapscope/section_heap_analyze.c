/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_analyze.c - what a heap dump says on one screen, and what to
 * do next.
 */
#include "section_heap.h"

static void add_next(struct hs_run *run, const struct hs_case *c)
{
    const struct hs_source *source = run->snapshots[0].sources.at;
    const struct hs_claim *first =
        c->claims->count ? &c->claims->rows[0] : NULL;

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
