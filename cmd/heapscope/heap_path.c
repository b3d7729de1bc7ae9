/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_path.c - a path of the heap as a block of a document.
 */
#include "heap_steps.h"

#include <inttypes.h>

#include "algo/kinds.h"
#include "base/size.h"

enum step_column {
    STEP_VIA_TEXT,
    STEP_KIND,
    STEP_NAME,
    STEP_COUNT,
    STEP_ADDRESS,
    STEP_WHERE,
    STEP_TYPE,
    STEP_VIA,
    STEP_OFFSET,
    STEP_ALIKE,
    STEP_LEFT_OUT,
    STEP_SIZE,
    STEP_RETAINED,
    STEP_TOGETHER,
    STEP_COLUMNS
};

static const struct hs_doc_column columns[STEP_COLUMNS] = {
    [STEP_VIA_TEXT] = {NULL, "", HS_UNIT_TEXT, HS_ROLE_VIA},
    [STEP_KIND] = {NULL, "", HS_UNIT_TEXT, HS_ROLE_TEXT_ONLY},
    [STEP_NAME] = {NULL, "", HS_UNIT_NAME, HS_ROLE_TEXT_ONLY},
    [STEP_COUNT] = {"kind_objects", "", HS_UNIT_COUNT, HS_ROLE_PLAIN},
    [STEP_ADDRESS] = {"address", "", HS_UNIT_ADDRESS, HS_ROLE_PLAIN},
    [STEP_WHERE] = {NULL, "", HS_UNIT_NAME, HS_ROLE_TEXT_ONLY},
    [STEP_TYPE] = {"type", NULL, HS_UNIT_NAME, HS_ROLE_JSON_ONLY},
    [STEP_VIA] = {"via", NULL, HS_UNIT_TEXT, HS_ROLE_JSON_ONLY},
    [STEP_OFFSET] = {"offset", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
    [STEP_ALIKE] = {"alike", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
    [STEP_LEFT_OUT] = {"left_out", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
    [STEP_SIZE] = {"size", NULL, HS_UNIT_BYTES, HS_ROLE_JSON_ONLY},
    [STEP_RETAINED] = {"retained_bytes", NULL, HS_UNIT_BYTES,
                       HS_ROLE_JSON_ONLY},
    [STEP_TOGETHER] = {"kind_bytes", "", HS_UNIT_BYTES, HS_ROLE_PLAIN},
};

static struct hs_value str_value(struct hs_str text)
{
    return text.size ? hs_value_name(text.text, text.size) : hs_value_null();
}

/* "main.newSession main.go:52", if OBJECT was sampled. */
static struct hs_str allocated_at(const struct hs_heap_case *c, uint32_t object,
                                  struct hs_document *doc)
{
    uint32_t site = hs_allocations_site(c->allocations, object);
    const struct hs_stack_line *line =
        site == HS_NO_SITE ? NULL : hs_allocations_line(c->heap, site);
    struct hs_str file;

    if (!line)
        return (struct hs_str){0};
    file = hs_stack_line_file(line);
    return hs_str_of(hs_doc_printf(
        doc, "from %.*s %.*s:%" PRIu64, (int)line->function.size,
        line->function.text, (int)file.size, file.text, line->line));
}

/* "at +16  and 31 more like it", ".Items[3]  and ..."; PLAIN: an offset would
 * tell nothing. */
static const char *via_text(const struct hs_path_step *step, struct hs_str via,
                            bool plain, struct hs_document *doc)
{
    const char *more = "";

    if (step->alike > 1)
        more = hs_doc_printf(doc, "  and %s more like it",
                             hs_show_count(step->alike - 1).text);
    if (via.size)
        return hs_doc_printf(doc, "%.*s%s", (int)via.size, via.text, more);
    if (step->offset == HS_NO_OFFSET || plain)
        return "";
    return hs_doc_printf(doc, "at +%" PRIu64 "%s", step->offset, more);
}

static void add_holder(struct hs_run *run, const struct hs_heap_case *c,
                       struct hs_block *table, const struct hs_path *path)
{
    struct hs_value values[STEP_COLUMNS] = {0};
    const struct hs_holder *holder = &c->holders->holders[path->unit];
    uint64_t members = hs_holders_members(c->holders, path->unit);
    struct hs_str type = hs_look_holder_type(c, path->unit);
    struct hs_str name =
        hs_holders_name(c->holders, path->unit, run->doc->arena);
    const char *kind = hs_holder_kind_name((enum hs_holder_kind)holder->kind);

    values[STEP_KIND] = hs_value_text(kind);
    /* Not "runtime  runtime". */
    if (!hs_str_equal(name, hs_str_of(kind)))
        values[STEP_NAME] = str_value(name);
    if (type.size)
        values[STEP_WHERE] = str_value(type);
    if (members > 1)
        values[STEP_WHERE] = hs_value_text(hs_doc_printf(
            run->doc, "×%s", hs_show_count((int64_t)members).text));
    /* What goroutines use as well is still its own. */
    values[STEP_TOGETHER] = hs_value_of(
        HS_UNIT_BYTES, (int64_t)hs_retention_owned(c->retention, path->unit));
    hs_doc_row(run->doc, table, values)->text_only = true;
}

/* What leads to the first step that is shown: where the holder has it. */
static const char *first_text(const struct hs_heap_case *c,
                              const struct hs_path *path, struct hs_str via,
                              const struct hs_path_step *step,
                              struct hs_document *doc)
{
    const char *entry = hs_look_entry(c, path, doc);

    if (!via.size)
        return entry;
    return hs_doc_printf(doc, "%s%s%s", entry, *entry ? "  " : "",
                         via_text(step, via, false, doc));
}

/* Step NUMBER of PATH; FIRST: no other one is shown before it. */
static void add_step(struct hs_run *run, const struct hs_heap_case *c,
                     struct hs_block *table, const struct hs_path *path,
                     uint32_t number, bool first)
{
    struct hs_path_step step = hs_paths_step(c->heap, path, number);
    struct hs_document *doc = run->doc;
    struct hs_value values[STEP_COLUMNS] = {0};
    struct hs_str via = hs_look_via(c, path, number, doc->arena);
    bool plain = number > 0 && hs_look_plain(c, path->steps[number - 1].object);

    step.alike = hs_look_alike(run, c, path, number);
    values[STEP_VIA_TEXT] =
        hs_value_text(first ? first_text(c, path, via, &step, doc)
                            : via_text(&step, via, plain, doc));
    values[STEP_NAME] = str_value(hs_look_object(c, step.object, doc->arena));
    values[STEP_ADDRESS] =
        hs_value_address(hs_heap_address(c->heap, step.object));
    if (step.count > 1)
        values[STEP_COUNT] = hs_value_of(HS_UNIT_COUNT, step.count);
    values[STEP_WHERE] = str_value(allocated_at(c, step.object, doc));
    values[STEP_TYPE] = str_value(hs_look_type(c, step.object, doc->arena));
    values[STEP_VIA] = hs_value_name(via.size ? via.text : "", via.size);
    if (step.offset != HS_NO_OFFSET)
        values[STEP_OFFSET] = hs_value_of(HS_UNIT_COUNT, (int64_t)step.offset);
    if (step.alike)
        values[STEP_ALIKE] = hs_value_of(HS_UNIT_COUNT, step.alike);
    values[STEP_SIZE] =
        hs_value_of(HS_UNIT_BYTES, (int64_t)hs_heap_size(c->heap, step.object));
    values[STEP_RETAINED] = hs_value_of(
        HS_UNIT_BYTES, (int64_t)hs_retention_bytes(c->retention, step.object));
    values[STEP_TOGETHER] =
        step.count > 1 ? hs_value_of(HS_UNIT_BYTES, (int64_t)step.bytes)
                       : values[STEP_RETAINED];
    hs_doc_row(doc, table, values);
}

/* A list of a million elements is as clear with its two ends.  Of a row of
 * objects of one kind that is longer than MOST_ALIKE two and the last are
 * shown, and of a path that is still longer than STEPS_SHOWN its two ends.
 * -n 0 shows all; any other -n is about rows of tables, and a path of two steps
 * would tell nothing. */
#define STEPS_SHOWN 16
#define MOST_ALIKE  5

static bool same_kind(const struct hs_heap_case *c, const struct hs_path *path,
                      uint32_t a, uint32_t b)
{
    return hs_kind_of(c->heap, c->holders, path->steps[a].object) ==
           hs_kind_of(c->heap, c->holders, path->steps[b].object);
}

/* Which of the COUNT steps STEPS of PATH are to be shown. */
static struct hs_column choose_steps(struct hs_run *run,
                                     const struct hs_heap_case *c,
                                     const struct hs_path *path,
                                     const uint32_t *steps, size_t count)
{
    struct hs_column chosen = HS_COLUMN(uint32_t, run->scratch);
    bool all = !hs_run_limit(run, STEPS_SHOWN);
    uint32_t *at;

    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1;
             end < count && same_kind(c, path, steps[i], steps[end]);)
            end++;
        for (size_t k = i; k < end; k++)
            if (all || end - i <= MOST_ALIKE || k < i + 2 || k + 1 == end)
                hs_column_push(&chosen, &(uint32_t){(uint32_t)k});
    }
    at = chosen.at;
    if (!all && chosen.count > STEPS_SHOWN) {
        memmove(at + STEPS_SHOWN / 2, at + chosen.count - STEPS_SHOWN / 2,
                STEPS_SHOWN / 2 * sizeof(*at));
        chosen.count = STEPS_SHOWN;
    }
    return chosen;
}

static void add_gap(struct hs_run *run, struct hs_block *table,
                    uint32_t left_out)
{
    struct hs_value values[STEP_COLUMNS] = {0};

    values[STEP_NAME] = hs_value_text(hs_doc_printf(
        run->doc, "... %s more objects ...", hs_show_count(left_out).text));
    values[STEP_VIA] = hs_value_text("");
    values[STEP_LEFT_OUT] = hs_value_of(HS_UNIT_COUNT, left_out);
    hs_doc_row(run->doc, table, values);
}

void hs_look_path(struct hs_run *run, const struct hs_heap_case *c,
                  struct hs_block *group, const char *key,
                  const struct hs_path *path)
{
    struct hs_column shown = hs_look_steps(c, path, run->scratch);
    const uint32_t *steps = shown.at;
    struct hs_column chosen = choose_steps(run, c, path, steps, shown.count);
    const uint32_t *numbers = chosen.at;
    uint32_t before = 0;
    struct hs_block *table =
        hs_doc_table(run->doc, group, key, "", columns, STEP_COLUMNS);

    table->style = HS_TABLE_PATH;
    add_holder(run, c, table, path);
    for (size_t i = 0; i < chosen.count; i++) {
        if (numbers[i] > before)
            add_gap(run, table, numbers[i] - before);
        add_step(run, c, table, path, steps[numbers[i]], i == 0);
        before = numbers[i] + 1;
    }
}
