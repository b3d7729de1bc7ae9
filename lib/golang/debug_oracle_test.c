/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debug_oracle_test.c - programs that know what DWARF must say of them.
 *
 * Every NAME.dump of testdata/debug/ that has a NAME.json and a NAME.exe beside
 * it is read, and every variable, type, local and closure of the JSON file is
 * looked for.  The files are too large to be kept: scripts/test-debug makes
 * them, of testdata/programs/debug-oracle, and says with HS_TESTDATA where.
 */
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/test.h"
#include "format/format.h"
#include "golang/golang_impl.h"

struct oracle {
    const char *path;
    json_t *sheet;
    struct hs_snapshot snapshot;
    struct hs_arena scratch;
    struct golang g;
    unsigned wrong, right;
};

static void wrong(struct oracle *o, const char *what, const char *name,
                  struct hs_str is, const char *should)
{
    o->wrong++;
    fprintf(stderr, "%s: %s of %s is '%.*s', but should be '%s'\n", o->path,
            what, name, (int)is.size, is.text, should);
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static uint64_t number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_string(value) ? strtoull(json_string_value(value), NULL, 16)
                                 : (uint64_t)json_integer_value(value);
}

static void check_text(struct oracle *o, const char *what, const char *name,
                       struct hs_str is, const char *should)
{
    if (hs_str_equal(is, hs_str_of(should)))
        o->right++;
    else
        wrong(o, what, name, is, should);
}

static void check_number(struct oracle *o, const char *what, const char *name,
                         uint64_t is, uint64_t should)
{
    char texts[2][24];

    snprintf(texts[0], sizeof(texts[0]), "%" PRIu64, is);
    snprintf(texts[1], sizeof(texts[1]), "%" PRIu64, should);
    check_text(o, what, name, hs_str_of(texts[0]), texts[1]);
}

static void open_input(struct oracle *o, const char *format, const char *path)
{
    struct hs_source source = {.path = path, .complete = true};
    struct hs_err err = HS_ERR_NONE;

    source.input = hs_input_open(path, NULL, &err);
    assert_non_null(source.input);
    hs_column_push(&o->snapshot.sources, &source);
    if (!hs_format_named(format)->decode(source.input, &o->snapshot, &err))
        fail_msg("%s: %s", path, err.message);
}

/* As hs_golang_name does, but what reads DWARF stays open. */
static void open_names(struct oracle *o)
{
    struct golang *g = &o->g;
    struct hs_err err = HS_ERR_NONE;

    if (!hs_golang_read_program(g, &o->snapshot, &o->scratch, &err) ||
        !hs_golang_match(g, &err))
        fail_msg("%s: %s", o->path, err.message);
    hs_golang_read_symbols(g);
    hs_golang_read_debug(g);
}

static void open_oracle(struct oracle *o, const char *dump)
{
    const char *end = strrchr(dump, '.');
    char *name;

    *o = (struct oracle){.path = dump, .scratch = HS_ARENA_EMPTY};
    hs_snapshot_init(&o->snapshot);
    name = hs_arena_printf(&o->snapshot.arena, "%.*s.json", (int)(end - dump),
                           dump);
    o->sheet = json_load_file(name, 0, NULL);
    assert_non_null(o->sheet);
    open_input(o, "godump", dump);
    open_input(o, "elf",
               hs_arena_printf(&o->snapshot.arena, "%.*s.exe",
                               (int)(end - dump), dump));
    open_names(o);
}

static void close_oracle(struct oracle *o)
{
    hs_golang_close_debug(&o->g);
    hs_golang_close_image(&o->g);
    hs_arena_free(&o->scratch);
    hs_snapshot_close(&o->snapshot);
    json_decref(o->sheet);
}

static struct hs_str type_name(const struct oracle *o, uint32_t type)
{
    return hs_names_type(o->g.names, type)->name;
}

static void check_field(struct oracle *o, const char *owner,
                        const struct hs_go_field *field, const json_t *should)
{
    const char *name = text_of(should, "name");
    char *both = hs_arena_printf(&o->scratch, "%s, field %s", owner, name);

    check_text(o, "name", both, field->name, name);
    check_number(o, "offset", both, field->offset, number_of(should, "offset"));
    check_text(o, "type", both, type_name(o, field->type),
               text_of(should, "type"));
    check_number(o, "embedding", both, field->embedded,
                 json_is_true(json_object_get(should, "embedded")));
}

/* The fields of TYPE from number FIRST on. */
static void check_fields(struct oracle *o, const char *owner,
                         const struct hs_go_type *type, uint32_t first,
                         const json_t *fields)
{
    size_t count = json_array_size(fields);

    check_number(o, "number of fields", owner, type->field_count - first,
                 count);
    if (type->field_count != count + first)
        return;
    for (size_t i = 0; i < count; i++)
        check_field(o, owner,
                    (const struct hs_go_field *)o->g.names->fields.at +
                        type->first_field + first + i,
                    json_array_get(fields, i));
}

static void check_type(struct oracle *o, uint32_t number)
{
    const struct hs_go_type *type = hs_names_type(o->g.names, number);
    char *name = hs_arena_copy(&o->scratch, type->name.text, type->name.size);
    const json_t *should =
        json_object_get(json_object_get(o->sheet, "types"), name);

    if (!should)
        return; /* only reached through what reflect does not see */
    check_number(o, "kind", name, type->kind, number_of(should, "kind"));
    check_number(o, "size", name, type->size, number_of(should, "size"));
    check_text(o, "elem", name, type_name(o, type->elem),
               text_of(should, "elem"));
    check_text(o, "key", name, type_name(o, type->key), text_of(should, "key"));
    if (type->kind == HS_GO_ARRAY)
        check_number(o, "length", name, type->length,
                     number_of(should, "length"));
    if (type->kind == HS_GO_STRUCT)
        check_fields(o, name, type, 0, json_object_get(should, "fields"));
}

static void check_variable(struct oracle *o, const json_t *should)
{
    const char *name = text_of(should, "name");
    uint64_t address = number_of(should, "address");
    uint32_t number = hs_names_global(o->g.names, address);
    const struct hs_global *global;
    const char *dot = strrchr(name, '.');

    if (number == HS_NO_GLOBAL) {
        wrong(o, "the place", name, hs_str_of(""), text_of(should, "address"));
        return;
    }
    global = (const struct hs_global *)o->g.names->globals.at + number;
    check_text(o, "name", name, global->name, name);
    check_text(o, "package", name, global->package,
               hs_arena_copy(&o->scratch, name, (size_t)(dot - name)));
    check_number(o, "address", name, global->address, address);
    check_number(o, "size", name, global->size, number_of(should, "size"));
    /* What has no pointers is in no dump, and needs no type. */
    if (global->type != HS_NO_TYPE)
        check_text(o, "type", name, type_name(o, global->type),
                   text_of(should, "type"));
    else if (strcmp(name, "main.vStruct") == 0)
        wrong(o, "type", name, hs_str_of(""), text_of(should, "type"));
}

/* Is there a local called NAME, which is its word, in some frame of FUNCTION?
 */
static bool has_local(const struct oracle *o, const json_t *should)
{
    const struct hs_names *names = o->g.names;
    const struct hs_frame *frames = o->g.heap->frames.at;
    const char *name = text_of(should, "name"), *type = text_of(should, "type");
    const char *function = text_of(should, "function");
    /* Type arguments are "[...]" here, and shapes there. */
    size_t plain = strcspn(function, "[");

    for (size_t i = 0; i < names->locals.count; i++) {
        const struct hs_local *local =
            (const struct hs_local *)names->locals.at + i;
        const struct hs_frame *frame = &frames[local->frame];
        bool argument =
            local->name.size > strlen(name) &&
            memmem(local->name.text, local->name.size, " (argument of ", 14);
        struct hs_str its = local->name;

        if (argument) {
            its.size = strlen(name);
            frame--;
        }
        if (hs_str_equal(its, hs_str_of(name)) &&
            frame->function.size >= plain &&
            memcmp(frame->function.text, function, plain) == 0 &&
            (!*type ||
             hs_str_equal(type_name(o, local->type), hs_str_of(type))) &&
            hs_heap_word(o->g.heap,
                         frames[local->frame].memory.bytes + local->offset) ==
                number_of(should, "word"))
            return true;
    }
    return false;
}

static void check_closure(struct oracle *o, const json_t *should)
{
    uint64_t entry = number_of(should, "entry");
    uint32_t type;

    if (o->g.minor < number_of(should, "since"))
        return;
    type = hs_golang_closure_type(&o->g, entry);
    check_fields(o, text_of(should, "entry"), hs_names_type(o->g.names, type),
                 1, json_object_get(should, "fields"));
    CHECK(hs_golang_closure_type(&o->g, entry) == type);
}

static void check(struct oracle *o)
{
    const json_t *list;
    size_t i;
    json_t *row;

    list = json_object_get(o->sheet, "variables");
    json_array_foreach(list, i, row) check_variable(o, row);
    list = json_object_get(o->sheet, "closures");
    json_array_foreach(list, i, row) check_closure(o, row);
    for (uint32_t type = 1; type < o->g.names->types.count; type++)
        check_type(o, type);
    list = json_object_get(o->sheet, "locals");
    json_array_foreach(list, i, row)
    {
        if (has_local(o, row))
            o->right++;
        else
            wrong(o, "a local", text_of(row, "function"), hs_str_of(""),
                  text_of(row, "name"));
    }
}

TEST(debug_says_what_the_program_printed)
{
    char pattern[4096];
    unsigned failed = 0;
    glob_t found;

    snprintf(pattern, sizeof(pattern), "%s/debug/*.dump", hs_test_data());
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++) {
            struct oracle o;

            open_oracle(&o, found.gl_pathv[i]);
            check(&o);
            if (getenv("HS_TESTDATA"))
                fprintf(stderr, "%s: %u right, %u wrong\n", o.path, o.right,
                        o.wrong);
            failed += o.wrong > 0;
            close_oracle(&o);
        }
    globfree(&found);
    assert_int_equal(failed, 0);
}
