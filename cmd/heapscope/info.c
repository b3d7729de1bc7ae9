/* SPDX-License-Identifier: Apache-2.0 */
/*
 * info.c - the command info: what each file is and what it contains.
 */
#include <string.h>

#include "command.h"
#include "format/format.h"
#include "info.h"
#include "inputs.h"

static void one_file(struct hs_run *run, struct hs_block *list,
                     const struct hs_snapshot *snapshot,
                     const struct hs_source *source)
{
    struct hs_document *doc = run->doc;
    struct hs_block *file = hs_doc_group(doc, list, NULL, source->path);
    const struct hs_format *format =
        source->format ? hs_format_named(source->format) : NULL;

    hs_doc_field(doc, file, "path", NULL,
                 hs_value_name(source->path, strlen(source->path)));
    hs_doc_field(doc, file, "title", "format",
                 format ? hs_value_text(format->title) : hs_value_null());
    hs_doc_field(doc, file, "bytes", "size",
                 hs_value_of(HS_UNIT_BYTES, (int64_t)source->bytes));
    hs_doc_field(doc, file, NULL, "state",
                 hs_value_text(hs_source_state(source, run->scratch)));
    if (snapshot->parts & HS_PART_PROFILE)
        hs_info_profile(doc, file, snapshot->profile);
    if (snapshot->parts & HS_PART_HEAP)
        hs_info_heap(doc, file, snapshot->heap);
    /* What a dump or a profile has of the process is told with it. */
    else if (!(snapshot->parts & HS_PART_PROFILE) &&
             (snapshot->parts & HS_PARTS_SHARED))
        hs_info_process(doc, file, snapshot);
    if (snapshot->parts & HS_PART_PROGRAM)
        hs_info_program(doc, file, snapshot->program);
    if (snapshot->parts & HS_PART_TIMELINE)
        hs_info_trace(doc, file, snapshot->timeline);
}

static bool info_run(struct hs_run *run, struct hs_err *err)
{
    struct hs_block *list = hs_doc_list(run->doc, run->doc->top, "files", "");

    (void)err;
    for (size_t i = 0; i < run->snapshot_count; i++) {
        const struct hs_snapshot *snapshot = &run->snapshots[i];
        const struct hs_source *source = snapshot->sources.at;

        for (size_t j = 0; j < snapshot->sources.count; j++)
            one_file(run, list, snapshot, &source[j]);
    }
    return true;
}

const struct hs_command command_info = {
    .name = "info",
    .summary = "what each file is, what it contains, whether it is whole",
    .arguments = "FILE...",
    .takes = HS_TAKES_EACH,
    .run = info_run,
};
