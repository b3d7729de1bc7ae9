/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_look.c - options into a view of a profile, and words for its types.
 */
#include "profile_look.h"

#include <string.h>

#include "algo/profile_select.h"
#include "algo/profile_tagfilter.h"
#include "base/size.h"

static const struct {
    const char *type;
    struct hs_measure measure;
} measures[] = {
    {"inuse_space",
     {"Where what is in use was allocated", "in use", "objects", true, true}},
    {"inuse_objects",
     {"Where what is in use was allocated", "objects", "", true, true}},
    {"space",
     {"Where what is in use was allocated", "in use", "objects", true, true}},
    {"objects",
     {"Where what is in use was allocated", "objects", "", true, true}},
    {"alloc_space",
     {"Where memory was allocated since the start", "allocated", "objects",
      true, false}},
    {"alloc_objects",
     {"Where memory was allocated since the start", "objects", "", true,
      false}},
    {"cpu", {"Where the time went", "time", "samples", false, false}},
    {"samples", {"Where the time went", "samples", "", false, false}},
    {"delay", {"Where goroutines waited", "waited", "waits", false, false}},
    {"contentions", {"Where goroutines waited", "waits", "", false, false}},
    {"goroutine", {"Where the goroutines are", "goroutines", "", false, false}},
    {NULL, {"Where it comes from", "value", "count", false, false}},
};

enum hs_unit hs_unit_of(struct hs_str unit)
{
    if (hs_str_equal(unit, hs_str_of("bytes")))
        return HS_UNIT_BYTES;
    if (hs_str_equal(unit, hs_str_of("nanoseconds")))
        return HS_UNIT_NANOS;
    return HS_UNIT_COUNT;
}

static const struct hs_measure *measure(struct hs_str type)
{
    size_t i = 0;

    while (measures[i].type && !hs_str_equal(type, hs_str_of(measures[i].type)))
        i++;
    return &measures[i].measure;
}

static bool regex(struct hs_run *run, const char *text,
                  const struct hs_regex **compiled, struct hs_err *err)
{
    if (!text || !*text)
        return true; /* as in pprof, none */
    *compiled = hs_regex_compile(run->scratch, hs_str_of(text), err);
    return *compiled != NULL;
}

static bool tags(struct hs_run *run, const char *text,
                 const struct hs_tag_filter **compiled, struct hs_err *err)
{
    if (!text || !*text)
        return true;
    *compiled = hs_tag_filter_compile(text, run->scratch, err);
    return *compiled != NULL;
}

static bool filters(struct hs_run *run, struct hs_view_options *view,
                    struct hs_err *err)
{
    const struct hs_options *o = run->options;

    return regex(run, o->focus, &view->focus, err) &&
           regex(run, o->ignore, &view->ignore, err) &&
           regex(run, o->hide, &view->hide, err) &&
           regex(run, o->show, &view->show, err) &&
           regex(run, o->show_from, &view->show_from, err) &&
           tags(run, o->tag_focus, &view->tag_focus, err) &&
           tags(run, o->tag_ignore, &view->tag_ignore, err);
}

static bool granularity(const struct hs_run *run, enum hs_granularity *by,
                        struct hs_err *err)
{
    const char *name =
        run->options->by ? run->options->by : run->options->granularity;

    *by = HS_BY_FUNCTION;
    if (!name || hs_granularity_named(name, by))
        return true;
    return hs_fail(
        err, HS_EUSAGE, HS_NOWHERE,
        "a profile is shown by function, file, line or package (top: "
        "or tag), not by '%s'",
        name);
}

bool hs_look(struct hs_run *run, const struct hs_snapshot *snapshot,
             const enum hs_granularity *by, struct hs_look *look,
             struct hs_err *err)
{
    struct hs_view_options options = {0};

    *look = (struct hs_look){.profile = snapshot->profile};
    if (by)
        options.by = *by;
    else if (!granularity(run, &options.by, err))
        return false;
    if (!hs_profile_select(look->profile, run->options->sample_type,
                           &look->type, err) ||
        !filters(run, &options, err))
        return false;
    look->unit = hs_unit_of(hs_profile_type_unit(look->profile, look->type));
    look->measure = measure(hs_profile_type_name(look->profile, look->type));
    look->options = options;
    look->view = hs_profile_view(look->profile, &options, run->scratch);
    look->sums = hs_profile_sum(look->view, look->type, run->scratch);
    return true;
}

struct hs_value hs_look_value(const struct hs_look *look, __int128 sum)
{
    bool clamped = false;
    int64_t integer = hs_sum_clamp(sum, &clamped);
    struct hs_value value = hs_value_of(look->unit, integer);

    if (clamped)
        value.flags |= HS_VALUE_AT_LEAST;
    return value;
}

void hs_look_head(struct hs_run *run, const struct hs_look *look)
{
    struct hs_str type = hs_profile_type_name(look->profile, look->type);
    struct hs_str unit = hs_profile_type_unit(look->profile, look->type);
    struct hs_document *doc = run->doc;

    hs_doc_field(doc, doc->top, "sample_type", "sample type",
                 hs_value_name(type.text, type.size));
    hs_doc_field(doc, doc->top, "total", "total",
                 hs_look_value(look, look->sums->total));
    hs_doc_field(doc, doc->top, "unit", NULL,
                 hs_value_name(unit.text, unit.size));
}

/* A filter, as the command line and the user know it. */
struct filter {
    const char *name;
    bool given;
    const char *what; /* that it should find */
};

#define FILTERS 7

/* By the bits of enum hs_filter. */
static void list_filters(const struct hs_view_options *o,
                         struct filter list[FILTERS])
{
    static const char names[] = "function, file or binary";
    static const char labels[] = "label";
    static const char numbers[] = "number in a label";
    const struct hs_tag_filter *in = o->tag_focus, *out = o->tag_ignore;
    const struct filter all[FILTERS] = {
        {"--focus", o->focus, names},
        {"--ignore", o->ignore, names},
        {"--hide", o->hide, names},
        {"--show", o->show, names},
        {"--show-from", o->show_from, names},
        {"--tagfocus", in, in && in->range ? numbers : labels},
        {"--tagignore", out, out && out->range ? numbers : labels},
    };

    memcpy(list, all, sizeof(all));
}

/* What the filters leave, and which of them do nothing. */
static void note_filters(struct hs_run *run, struct hs_block *group,
                         const struct hs_look *look)
{
    const struct hs_profile_sums *sums = look->sums;
    unsigned idle = look->view->idle, count = 0;
    struct filter filters[FILTERS];
    const char *list = "";

    list_filters(&look->options, filters);
    for (size_t i = 0; i < FILTERS; i++) {
        if (!filters[i].given)
            continue;
        list = hs_doc_printf(run->doc, "%s%s%s", list, count++ ? ", " : "",
                             filters[i].name);
        if (idle >> i & 1)
            hs_doc_note(run->doc, group,
                        "%s finds nothing: it matches no %s of this profile.",
                        filters[i].name, filters[i].what);
    }
    if (sums->shown != 0)
        hs_doc_note(run->doc, group, "%s %s %s; shares are still of the whole.",
                    list, count == 1 ? "leaves" : "leave",
                    hs_show_share(hs_sum_share(sums->shown, sums->total)).text);
    else if (!idle)
        hs_doc_note(run->doc, group, "%s %s nothing.", list,
                    count == 1 ? "leaves" : "leave");
}

void hs_look_notes(struct hs_run *run, struct hs_block *group,
                   const struct hs_look *look)
{
    const struct hs_profile_sums *sums = look->sums;

    if (look->view->warning)
        hs_doc_note(run->doc, group, "%s", look->view->warning);
    if (sums->empty != 0)
        hs_doc_note(
            run->doc, group,
            "%s %s no stack (%s of the total): in the total and in no row.",
            hs_show_count((int64_t)sums->empty_samples).text,
            sums->empty_samples == 1 ? "sample has" : "samples have",
            hs_show_share(hs_sum_share(sums->empty, sums->total)).text);
    if (look->view->filters)
        note_filters(run, group, look);
}
