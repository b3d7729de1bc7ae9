/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_suspects.c - what looks like a leak, why, and what to do.
 */
#include "heap_steps.h"
#include "section_heap.h"

#include <inttypes.h>

#include "base/size.h"

#define USUAL_SUSPECTS 2 /* with all that is known of them */
#define SECOND_SHARE   0.2
#define SURE_SHARE     0.05
#define NAMED_SUSPECTS 6 /* others, a line each */

static void add_fields(struct hs_run *run, struct hs_block *item,
                       const struct hs_suspect *s)
{
    struct hs_document *doc = run->doc;

    hs_doc_field(doc, item, "rule", NULL, hs_value_text(s->finding->name));
    hs_doc_field(doc, item, "grade", NULL,
                 hs_value_text(hs_grade_name(s->grade)));
    hs_doc_field(doc, item, "holder", NULL, hs_heap_name(s->holder));
    hs_doc_field(doc, item, "type", NULL, hs_heap_name(s->type));
    hs_doc_field(doc, item, "objects", NULL,
                 s->unpriced && !s->objects ? hs_value_null()
                                            : hs_heap_count_of(s->objects));
    hs_doc_field(doc, item, "bytes", NULL,
                 s->unpriced ? hs_value_null() : hs_heap_bytes(s->bytes));
    hs_doc_field(doc, item, "retained_bytes", NULL,
                 s->unpriced ? hs_value_null()
                             : hs_heap_bytes(s->retained_bytes));
    hs_doc_field(doc, item, "share", NULL,
                 s->unpriced ? hs_value_null() : hs_value_share(s->share));
    hs_doc_field(doc, item, "message", NULL, hs_value_text(s->message));
    hs_doc_field(doc, item, "advice", NULL, hs_value_text(s->advice));
    hs_doc_field(doc, item, "fingerprint", NULL, hs_value_text(s->fingerprint));
}

/* "900 × 512 B, pointers; 300 × 64 B, no pointers; and more" */
static const char *made_of(struct hs_run *run, const struct hs_case *c,
                           const struct hs_composition *made)
{
    const char *text = "";

    for (uint32_t i = 0; i < made->kind_count; i++) {
        const struct hs_type_row *row = &c->types->rows[made->kinds[i].row];

        text = hs_doc_printf(
            run->doc, "%s%s%s × %.*s%s", text, i ? "; " : "",
            hs_show_count((int64_t)made->kinds[i].objects).text,
            (int)row->name.size, row->name.text,
            i + 1 == made->kind_count && i + 1 == HS_COMPOSITION_KINDS
                ? "; and more"
                : "");
    }
    return text;
}

/* The claim that SUSPECT is about, HS_NO_RECORD if it is about none. */
static size_t claim_of(const struct hs_case *c,
                       const struct hs_suspect *suspect)
{
    for (size_t i = 0; i < c->composed; i++)
        if (c->claims->rows[i].holder == suspect->unit &&
            hs_str_equal(c->claims->rows[i].name, suspect->holder))
            return i;
    return HS_NO_RECORD;
}

/* Where nm looks for who SUSPECT says holds it, or NULL. */
static const char *variables_of(struct hs_run *run, const struct hs_case *c,
                                const struct hs_suspect *suspect, size_t claim)
{
    const struct hs_shared *shared;
    size_t count;

    if (suspect->unit != HS_NO_RECORD)
        return hs_heap_variable(run, c, suspect->unit);
    if (claim == HS_NO_RECORD)
        return NULL;
    shared = hs_retention_shared(c->retention, &count);
    return hs_heap_variables(run, c, &shared[c->claims->rows[claim].shared[0]]);
}

/* The names that the headline has no room for, NULL if it has all. */
static const struct hs_str *all_names(const struct hs_case *c,
                                      const struct hs_suspect *suspect,
                                      size_t claim)
{
    const struct hs_shared *shared;
    size_t count;

    if (suspect->unit != HS_NO_RECORD || claim == HS_NO_RECORD)
        return NULL;
    shared = hs_retention_shared(c->retention, &count);
    return shared[c->claims->rows[claim].shared[0]].holder_count >
                   HS_LOOK_NAMES_SHOWN
               ? &suspect->holder
               : NULL;
}

static void explain_group(struct hs_run *run, const struct hs_case *c,
                          struct hs_block *item, const struct hs_suspect *s)
{
    const struct hs_goroutine_group *group =
        &c->holders->groups[c->holders->holders[s->unit].record];
    struct hs_document *doc = run->doc;

    if (group->wait_reason.size)
        hs_doc_field(doc, item, NULL, "waiting",
                     hs_value_text(hs_doc_printf(
                         doc, "in '%.*s', %s since before the last GC",
                         (int)group->wait_reason.size, group->wait_reason.text,
                         hs_show_count((int64_t)group->old).text)));
    hs_doc_field(doc, item, NULL, "stacks",
                 hs_heap_stacks_value(hs_heap_stacks(c, s->unit)));
}

static void explain(struct hs_run *run, const struct hs_case *c,
                    struct hs_block *item, const struct hs_suspect *s)
{
    size_t claim = claim_of(c, s);
    const struct hs_composition *made =
        claim == HS_NO_RECORD ? NULL : &c->compositions[claim];
    const struct hs_stack_line *line = s->origin.line;
    struct hs_document *doc = run->doc;
    const char *variables = variables_of(run, c, s, claim);
    const struct hs_str *held_by = all_names(c, s, claim);

    if (held_by)
        hs_doc_field(doc, item, NULL, "held by",
                     hs_value_text(hs_doc_printf(
                         doc, "%.*s", (int)held_by->size, held_by->text)));
    if (variables)
        hs_doc_field(doc, item, NULL,
                     s->unit == HS_NO_RECORD ? "variables" : "variable",
                     hs_value_text(variables));
    if (made && made->kind_count)
        hs_doc_field(doc, item, NULL, "made of",
                     hs_value_text(made_of(run, c, made)));
    if (line)
        hs_doc_field(
            doc, item, NULL, "allocated",
            hs_value_text(hs_doc_printf(
                doc, "%.*s %s (%s of %s sampled)", (int)line->function.size,
                line->function.text, hs_heap_line(run, line),
                hs_show_count(s->origin.at_line).text,
                hs_show_count(s->origin.sampled).text)));
    if (s->unit != HS_NO_RECORD &&
        c->holders->holders[s->unit].kind == HS_HOLDER_GROUP)
        explain_group(run, c, item, s);
    hs_doc_field(doc, item, NULL, "do", hs_value_text(s->advice));
    hs_doc_field(doc, item, NULL, "id",
                 hs_value_text(hs_doc_printf(
                     doc, "%s (the same leak has the same id in another %s)",
                     s->fingerprint, s->unpriced ? "trace" : "dump")));
}

static const char *loud(enum hs_grade grade)
{
    switch (grade) {
    case HS_GRADE_PROVED:
        return "PROVED";
    case HS_GRADE_LIKELY:
        return "LIKELY";
    default:
        return "SIZE";
    }
}

/* For programs: all of them, with all fields. */
static void tell_programs(struct hs_run *run, const struct hs_case *c,
                          const struct hs_suspects *suspects)
{
    const struct hs_suspect *all = suspects->rows.at;
    uint64_t limit = hs_heap_json_limit(run);
    struct hs_block *list =
        hs_doc_list(run->doc, run->doc->top, "suspects", NULL);

    for (size_t i = 0; i < suspects->rows.count && (!limit || i < limit); i++) {
        struct hs_block *item = hs_doc_group(run->doc, list, NULL, NULL);

        add_fields(run, item, &all[i]);
        if (all[i].path.unit == HS_NO_RECORD)
            hs_doc_table(run->doc, item, "path", NULL, NULL, 0);
        else
            hs_look_path(run, c->base, item, "path", &all[i].path);
    }
}

static void tell_one(struct hs_run *run, const struct hs_case *c,
                     struct hs_block *list, const struct hs_suspect *s,
                     size_t number)
{
    struct hs_block *item =
        hs_doc_group(run->doc, list, NULL,
                     hs_doc_printf(run->doc, "%zu %s: %s", number,
                                   loud(s->grade), s->message));

    if (s->path.unit != HS_NO_RECORD)
        hs_look_path(run, c->base, item, NULL, &s->path);
    explain(run, c, item, s);
}

/* Which suspects are told in full: as many as the user says, or the first and
 * another one that is sure, or matters as much; and one more if it is sure. */
static bool is_full(const struct hs_run *run, const struct hs_suspect *s,
                    size_t number, size_t full)
{
    uint64_t limit = hs_run_limit(run, USUAL_SUSPECTS);

    if (run->options->limit != HS_LIMIT_DEFAULT)
        return limit == 0 || full < limit;
    if (s->grade != HS_GRADE_SIZE && s->share >= SURE_SHARE)
        limit++;
    return full < limit && (number == 1 || s->grade != HS_GRADE_SIZE ||
                            s->share >= SECOND_SHARE);
}

static void tell_people(struct hs_run *run, const struct hs_case *c,
                        const struct hs_suspects *suspects)
{
    struct hs_document *doc = run->doc;
    const struct hs_suspect *all = suspects->rows.at;
    struct hs_block *list = hs_doc_list(doc, doc->top, NULL, ""), *others;
    size_t full = 0, count = suspects->rows.count, named = 0;

    others = NULL;
    for (size_t i = 0; i < count; i++) {
        if (is_full(run, &all[i], i + 1, full)) {
            tell_one(run, c, list, &all[i], i + 1);
            full++;
            continue;
        }
        if (named++ >= NAMED_SUSPECTS)
            continue;
        if (!others)
            others = hs_doc_group(doc, doc->top, NULL, "Others");
        hs_doc_note(doc, others, "%zu %s: %s", i + 1, loud(all[i].grade),
                    all[i].message);
    }
    if (named > NAMED_SUSPECTS)
        hs_doc_note(doc, others, "... and %zu more; -n 0 shows them",
                    named - NAMED_SUSPECTS);
}

void hs_heap_suspects_part(struct hs_run *run, const struct hs_case *c,
                           const struct hs_suspects *suspects)
{
    tell_programs(run, c, suspects);
    tell_people(run, c, suspects);
}
