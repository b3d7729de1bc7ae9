/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_hint.c - what would name more, in one line.
 */
#include "section_heap.h"

#include "format/format.h"
#include "model/program.h"

void hs_heap_hint(struct hs_run *run, const struct hs_case *c)
{
    const struct hs_names *names = c->heap->names;
    const struct hs_snapshot *snapshot = &run->snapshots[0];
    struct hs_document *doc = run->doc;

    if (run->options->quiet)
        return;
    if (!names && snapshot->program)
        return; /* load.c has said what is wrong with it */
    if (!names)
        hs_doc_note(doc, doc->top,
                    "Give the executable, too (heapscope %s app %s), and "
                    "variables, types, fields and map keys have names.",
                    run->command->name, hs_heap_files(run, HS_PART_HEAP));
    else if (names->globals.count == 0)
        hs_doc_note(doc, doc->top,
                    "Variables have no names: the executable is stripped.");
}

const char *hs_heap_files(struct hs_run *run, unsigned parts)
{
    const struct hs_snapshot *snapshot = &run->snapshots[0];
    const struct hs_source *sources = snapshot->sources.at;
    const char *files = "";

    for (size_t i = 0; i < snapshot->sources.count; i++) {
        const struct hs_format *format =
            hs_format_named(sources[i].format ? sources[i].format : "");

        if (format && (format->fills & parts))
            files = hs_doc_printf(run->doc, "%s%s%s", files, *files ? " " : "",
                                  sources[i].path);
    }
    return *files ? files : "FILE";
}
