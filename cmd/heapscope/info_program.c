/* SPDX-License-Identifier: Apache-2.0 */
/*
 * info_program.c - what info tells of an executable.
 */
#include "info.h"

#include "model/program.h"

static void name(struct hs_document *doc, struct hs_block *group,
                 const char *key, const char *title, struct hs_str text)
{
    hs_doc_field(doc, group, key, title,
                 text.size ? hs_value_name(text.text, text.size)
                           : hs_value_null());
}

static void truth(struct hs_document *doc, struct hs_block *group,
                  const char *key, bool is)
{
    hs_doc_field(doc, group, key, NULL, hs_value_bool(is));
}

static void count(struct hs_document *doc, struct hs_block *group,
                  const char *key, uint64_t n, unsigned flags)
{
    struct hs_value value = hs_value_of(HS_UNIT_COUNT, (int64_t)n);

    value.flags |= flags;
    hs_doc_field(doc, group, key, key, value);
}

/* The value of the setting KEY; empty if there is none. */
static struct hs_str setting(const struct hs_program *program, const char *key)
{
    const struct hs_setting *settings = program->settings.at;

    for (size_t i = 0; i < program->settings.count; i++)
        if (hs_str_equal(settings[i].key, hs_str_of(key)))
            return settings[i].value;
    return (struct hs_str){"", 0};
}

/* "3f9c1e2..., 2026-11-23T15:39:44Z, with changes" for people, three fields for
 * programs. */
static void revision(struct hs_document *doc, struct hs_block *group,
                     const struct hs_program *program)
{
    struct hs_str id = setting(program, "vcs.revision");
    struct hs_str when = setting(program, "vcs.time");
    bool changed =
        hs_str_equal(setting(program, "vcs.modified"), hs_str_of("true"));
    const char *text;

    name(doc, group, "revision", NULL, id);
    name(doc, group, "revision_time", NULL, when);
    if (id.size == 0) {
        hs_doc_field(doc, group, "modified", NULL, hs_value_null());
        return;
    }
    truth(doc, group, "modified", changed);
    text = hs_doc_printf(doc, "%.*s%s%.*s%s", (int)id.size, id.text,
                         when.size ? ", " : "", (int)when.size, when.text,
                         changed ? ", with changes" : "");
    hs_doc_field(doc, group, NULL, "revision",
                 hs_value_name(text, strlen(text)));
}

static void origin(struct hs_document *doc, struct hs_block *group,
                   const struct hs_program *program)
{
    struct hs_str module = program->module.path;
    struct hs_str version = program->module.version;
    struct hs_str system = setting(program, "GOOS");
    const char *text;

    name(doc, group, "go_version", "made by", program->go_version);
    name(doc, group, "goos", NULL, system);
    name(doc, group, "goarch", NULL, program->goarch);
    text = hs_doc_printf(
        doc, "%.*s%s%.*s%s", (int)system.size, system.text,
        system.size ? "/" : "", (int)program->goarch.size, program->goarch.text,
        program->position_independent ? ", position-independent" : "");
    hs_doc_field(doc, group, NULL, "for", hs_value_name(text, strlen(text)));
    hs_doc_field(doc, group, "pointer_bytes", NULL,
                 hs_value_of(HS_UNIT_BYTES, program->pointer_size));
    truth(doc, group, "big_endian", program->big_endian);
    name(doc, group, "main", "package", program->main);
    name(doc, group, "module", NULL, module);
    name(doc, group, "module_version", NULL, version);
    text = hs_doc_printf(doc, "%.*s %.*s", (int)module.size, module.text,
                         (int)version.size, version.text);
    if (module.size)
        hs_doc_field(doc, group, NULL, "module",
                     hs_value_name(text, strlen(text)));
    revision(doc, group, program);
    name(doc, group, "build_id", program->build_id.size ? "build id" : NULL,
         program->build_id);
    name(doc, group, "gnu_build_id", NULL, program->gnu_build_id);
}

/* What it lets us name. */
static void contents(struct hs_document *doc, struct hs_block *group,
                     const struct hs_program *program)
{
    const char *names =
        program->has_debug ? "functions, types, variables, locals"
        : program->has_symbols
            ? "functions, types, variables without their types: no DWARF"
            : "functions, types: it is stripped of symbols and DWARF";

    count(doc, group, "functions", program->functions, 0);
    count(doc, group, "types", program->types, HS_VALUE_AT_LEAST);
    if (program->has_symbols)
        count(doc, group, "variables", program->variables, 0);
    else
        hs_doc_field(doc, group, "variables", NULL, hs_value_null());
    hs_doc_field(doc, group, NULL, "can name", hs_value_text(names));
    truth(doc, group, "symbols", program->has_symbols);
    truth(doc, group, "dwarf", program->has_debug);
    truth(doc, group, "position_independent", program->position_independent);
}

/* What it can do that concerns us. */
static void abilities(struct hs_document *doc, struct hs_block *group,
                      const struct hs_program *program)
{
    truth(doc, group, "writes_heap_dump", program->writes_heap_dump);
    truth(doc, group, "profiles_memory", program->profiles_memory);
    truth(doc, group, "sets_finalizers", program->sets_finalizers);
    hs_doc_field(doc, group, NULL, "heap dump",
                 hs_value_text(program->writes_heap_dump
                                   ? "WriteHeapDump is linked in"
                                   : "never: WriteHeapDump is not linked in"));
    hs_doc_field(doc, group, NULL, "memory profile",
                 hs_value_text(program->profiles_memory
                                   ? "is linked in: dumps have the stacks of "
                                     "sampled allocations"
                                   : "not linked in: dumps have no allocation "
                                     "stacks; import runtime/pprof"));
}

static void add_setting(struct hs_document *doc, struct hs_block *table,
                        const struct hs_setting *setting)
{
    struct hs_value row[] = {
        hs_value_name(setting->key.text, setting->key.size),
        hs_value_name(setting->value.text, setting->value.size)};

    hs_doc_row(doc, table, row);
}

/* Of interest to people: not what is told above, nor a page of defaults. */
static bool is_telling(struct hs_str key)
{
    static const char *const others[] = {"vcs.revision", "vcs.time",
                                         "vcs.modified", "GOOS",
                                         "GOARCH",       "DefaultGODEBUG"};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (hs_str_equal(key, hs_str_of(others[i])))
            return false;
    return true;
}

static void settings(struct hs_document *doc, struct hs_block *group,
                     const struct hs_program *program)
{
    static const struct hs_doc_column columns[] = {
        {"key", "built with", HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"value", "", HS_UNIT_NAME, HS_ROLE_PLAIN},
    };
    const struct hs_setting *all = program->settings.at;
    struct hs_block *table;

    if (program->settings.count == 0)
        return;
    table = hs_doc_table(doc, group, "settings", NULL, columns, 2);
    for (size_t i = 0; i < program->settings.count; i++)
        add_setting(doc, table, &all[i]);
    table = hs_doc_table(doc, group, NULL, "", columns, 2);
    for (size_t i = 0; i < program->settings.count; i++)
        if (is_telling(all[i].key))
            add_setting(doc, table, &all[i]);
}

static void modules(struct hs_document *doc, struct hs_block *group,
                    const struct hs_program *program)
{
    static const struct hs_doc_column columns[] = {
        {"path", "depends on", HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"version", "version", HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"sum", "sum", HS_UNIT_NAME, HS_ROLE_JSON_ONLY},
    };
    const struct hs_module *all = program->modules.at;
    struct hs_block *table;

    if (program->modules.count == 0)
        return;
    table = hs_doc_table(doc, group, "modules", "", columns, 3);
    for (size_t i = 0; i < program->modules.count; i++) {
        struct hs_value row[] = {
            hs_value_name(all[i].path.text, all[i].path.size),
            hs_value_name(all[i].version.text, all[i].version.size),
            hs_value_name(all[i].sum.text, all[i].sum.size)};

        hs_doc_row(doc, table, row);
    }
}

void hs_info_program(struct hs_document *doc, struct hs_block *file,
                     const struct hs_program *program)
{
    struct hs_block *group;

    if (!program->read)
        return;
    group = hs_doc_group(doc, file, "program", "Go program");
    origin(doc, group, program);
    contents(doc, group, program);
    abilities(doc, group, program);
    settings(doc, group, program);
    modules(doc, group, program);
}
