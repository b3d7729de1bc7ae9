/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_profile_analyze.c - what a profile says on one screen, and what it
 * cannot say.
 */
#include "section_profile.h"

#include <inttypes.h>

#include "algo/profile_digest.h"
#include "algo/profile_select.h"

/* The program, as the first mapping tells. */
static void add_program(struct hs_run *run, struct hs_block *group,
                        const struct hs_profile *profile)
{
    const struct hs_mapping *mapping = profile->mappings;
    struct hs_str file, build;

    if (profile->mapping_count == 0)
        return;
    file = hs_profile_string(profile, mapping->file);
    build = hs_profile_string(profile, mapping->build_id);
    if (file.size)
        hs_doc_field(run->doc, group, "program", "program",
                     hs_value_name(file.text, file.size));
    if (build.size)
        hs_doc_field(run->doc, group, "build_id", NULL,
                     hs_value_name(build.text, build.size));
}

static void add_facts(struct hs_run *run, struct hs_block *group,
                      const struct hs_look *look)
{
    const struct hs_profile *profile = look->profile;
    struct hs_document *doc = run->doc;
    struct hs_str type = hs_profile_type_name(profile, look->type);
    struct hs_str unit = hs_profile_type_unit(profile, look->type);
    struct hs_str period_unit =
        hs_profile_string(profile, profile->period_type.unit);

    hs_doc_field(doc, group, "sample_type", "sample type",
                 hs_value_name(type.text, type.size));
    hs_doc_field(doc, group, "unit", NULL, hs_value_name(unit.text, unit.size));
    hs_doc_field(doc, group, "total", look->measure->column,
                 hs_look_value(look, look->sums->total));
    hs_doc_field(doc, group, "samples", NULL,
                 hs_value_of(HS_UNIT_COUNT, (int64_t)profile->sample_count));
    hs_doc_field(doc, group, NULL, "from",
                 hs_value_text(hs_doc_printf(
                     doc, "%" PRIu64 " of %zu sampled stacks",
                     look->sums->samples, profile->sample_count)));
    if (profile->period > 1)
        hs_doc_field(doc, group, "period", "one sample per",
                     hs_value_of(hs_unit_of(period_unit), profile->period));
    if (profile->time_nanos)
        hs_doc_field(doc, group, "time_ns", NULL,
                     hs_value_of(HS_UNIT_TIME, profile->time_nanos));
    if (profile->duration_nanos)
        hs_doc_field(doc, group, "duration_ns", "lasted",
                     hs_value_of(HS_UNIT_NANOS, profile->duration_nanos));
    add_program(run, group, profile);
}

static void add_memory_notes(struct hs_run *run, struct hs_block *group,
                             const struct hs_look *look)
{
    if (look->profile->duration_nanos != 0)
        hs_doc_note(run->doc, group,
                    "This profile is the difference over a time (?seconds=), "
                    "not a moment: it has what was added, and values may be "
                    "negative.");
    if (run->snapshots[0].parts & HS_PART_HEAP) {
        hs_doc_note(run->doc, group,
                    "These are the paths on which the memory was allocated; "
                    "what refers to it is told of the dump, above.");
        return;
    }
    hs_doc_note(run->doc, group,
                "These are the paths on which the memory was allocated, not "
                "what refers to it. A heap dump names the holder:");
    hs_doc_note(run->doc, group,
                "  f, _ := os.Create(\"heap.dump\"); runtime.GC(); "
                "debug.WriteHeapDump(f.Fd())");
    if (look->measure->in_use)
        hs_doc_note(run->doc, group,
                    "Next: the dump, or a second profile some time later and "
                    "'heapscope diff OLD NEW', which says what grows.");
    else
        hs_doc_note(run->doc, group,
                    "Next: --sample-type inuse_space, for what of it is still "
                    "there.");
}

bool hs_profile_analyze_section(struct hs_run *run, struct hs_err *err)
{
    const enum hs_granularity by = HS_BY_FUNCTION;
    struct hs_block *group =
        hs_doc_group(run->doc, run->doc->top, "profile", "");
    struct hs_look look;

    if (!hs_look(run, &run->snapshots[0], &by, &look, err))
        return false;
    add_facts(run, group, &look);
    if (run->digest)
        hs_profile_digest(look.view, look.sums, look.type, false, run->digest,
                          run->scratch);
    hs_profile_sites_part(run, group, &look);
    if (!hs_profile_gateways_part(run, group, &look, err))
        return false;
    hs_look_notes(run, group, &look);
    if (look.measure->memory)
        add_memory_notes(run, group, &look);
    return true;
}
