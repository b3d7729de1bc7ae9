/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_real_test.c - types and references of programs that know their own.
 *
 * names/NAME.json says which object is of which type and how Go writes the
 * reference that leads to it; NAME.dump is the heap and NAME.exe the program.
 * With debug information, all must be as it says; NAME.stripped is the same
 * program without, and may know less but nothing else.  scripts/test-typing
 * makes the files anew with the toolchains at hand.
 */
#include <glob.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "base/sort.h"
#include "base/test.h"
#include "format/format.h"
#include "golang/golang.h"
#include "model/heap_walk.h"
#include "model/lens.h"

struct real {
    struct hs_snapshot snapshot;
    struct hs_arena arena;
    const char *path;
    json_t *answer;
    bool full; /* the executable has debug information */
    unsigned checked, unknown, wrong;
    /* Pointer words of all objects: where they lead, and which one. */
    struct hs_column targets; /* uint64_t: object << 32 | number in words */
    struct hs_column words;   /* struct word */
};

struct word {
    uint32_t object;
    uint64_t offset;
    uint64_t to;
};

static void add_file(struct real *r, const char *path, const char *format)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_input *input = hs_input_open(path, NULL, &err);
    const struct hs_format *f = hs_format_named(format);

    if (!input || !f)
        fail_msg("%s: %s", path, err.message);
    hs_column_push(&r->snapshot.sources,
                   &(struct hs_source){.path = path, .input = input});
    if (!f->decode(input, &r->snapshot, &err))
        fail_msg("%s: %s", path, err.message);
    r->snapshot.parts |= f->fills;
}

static void index_words(struct real *r)
{
    const struct hs_heap *heap = r->snapshot.heap;
    const struct hs_memory *memory;
    struct hs_heap_walk walk;

    r->words = HS_COLUMN(struct word, &r->arena);
    hs_heap_walk_init(&walk, heap, 0, hs_heap_count(heap));
    while ((memory = hs_heap_walk_next(&walk))) {
        struct hs_fields fields = hs_fields_of(memory);
        uint64_t offset;

        while (hs_fields_next(&fields, &offset)) {
            uint64_t to = hs_heap_word(heap, memory->bytes + offset);

            if (to)
                hs_column_push(&r->words,
                               &(struct word){walk.object, offset, to});
        }
    }
}

static struct real *open_real(const char *path, const char *suffix)
{
    struct real *r = calloc(1, sizeof(*r));
    char *base, *dump, *program;
    struct hs_err err = HS_ERR_NONE;

    CHECK(r);
    base = hs_arena_copy(&r->arena, path, strlen(path) - strlen(".json"));
    dump = hs_arena_printf(&r->arena, "%s.dump", base);
    program = hs_arena_printf(&r->arena, "%s.%s", base, suffix);
    r->path = program;
    r->full = strcmp(suffix, "exe") == 0;
    if (access(program, R_OK) != 0) {
        hs_arena_free(&r->arena);
        free(r);
        return NULL;
    }
    hs_snapshot_init(&r->snapshot);
    r->answer = json_load_file(path, 0, NULL);
    CHECK(r->answer);
    add_file(r, dump, "godump");
    add_file(r, program, "elf");
    if (!hs_golang_name(&r->snapshot, &err))
        fail_msg("%s: %s", program, err.message);
    index_words(r);
    return r;
}

static void close_real(struct real *r)
{
    json_decref(r->answer);
    hs_snapshot_close(&r->snapshot);
    hs_arena_free(&r->arena);
    free(r);
}

static uint64_t address_of(const json_t *from, const char *key)
{
    const char *text = json_string_value(json_object_get(from, key));

    CHECK(text);
    return strtoull(text, NULL, 16);
}

static void tell(struct real *r, const char *what, uint64_t at,
                 const char *want, struct hs_str have)
{
    r->wrong++;
    print_error("%s: %s at 0x%" PRIx64 ": %s, not %.*s\n", r->path, what, at,
                want, (int)have.size, have.text ? have.text : "");
}

static void check_objects(struct real *r)
{
    const struct hs_heap *heap = r->snapshot.heap;
    const struct hs_names *names = r->snapshot.names;
    size_t i;
    json_t *one;

    json_array_foreach(json_object_get(r->answer, "objects"), i, one)
    {
        const char *want = json_string_value(json_object_get(one, "type"));
        uint64_t at = address_of(one, "at");
        uint32_t object = hs_heap_find(heap, at);
        uint32_t typing;
        struct hs_str have;

        if (object == HS_NO_OBJECT)
            continue; /* in the data segment */
        typing = hs_names_typing(names, object);
        have = hs_typing_name(names, typing, &r->arena);
        r->checked++;
        if (hs_typing_evidence(typing) <= HS_EVIDENCE_GUESS) {
            r->unknown++;
            if (r->full)
                tell(r, "object", at, want, hs_str_of("unknown"));
        } else if (!hs_str_equal(have, hs_str_of(want))) {
            tell(r, "object", at, want, have);
        }
    }
}

/* How many references to TO read VIA; the others are told if there is none. */
static unsigned count_edges(struct real *r, uint64_t to, const char *via,
                            bool *typed)
{
    const struct hs_names *names = r->snapshot.names;
    const struct word *words = r->words.at;
    unsigned count = 0;

    for (size_t i = 0; i < r->words.count; i++) {
        struct hs_str have;

        if (words[i].to != to)
            continue;
        if (hs_typing_evidence(hs_names_typing(names, words[i].object)) <=
            HS_EVIDENCE_GUESS)
            continue;
        have = names->lens->reference(names->lens, words[i].object,
                                      words[i].offset, &r->arena);
        *typed |= have.size != 0;
        if (hs_str_equal(have, hs_str_of(via)))
            count++;
        else if (have.size && have.text[0] == '[' && via[0] == '[')
            tell(r, "reference to", to, via, have);
    }
    return count;
}

static void check_edges(struct real *r)
{
    size_t i;
    json_t *one;

    json_array_foreach(json_object_get(r->answer, "edges"), i, one)
    {
        const json_t *bare = json_object_get(one, "bare");
        const char *via = json_string_value(
            bare && !r->full ? bare : json_object_get(one, "via"));
        uint64_t to = address_of(one, "to");
        bool typed = false;

        if (count_edges(r, to, via, &typed) == 0 && (typed || r->full) &&
            !json_is_true(json_object_get(one, "global")))
            tell(r, "reference to", to, via, hs_str_of("any other"));
        r->checked++;
    }
}

static void check_globals(struct real *r)
{
    const struct hs_heap *heap = r->snapshot.heap;
    const struct hs_names *names = r->snapshot.names;
    size_t i;
    json_t *one;

    json_array_foreach(json_object_get(r->answer, "globals"), i, one)
    {
        const char *via = json_string_value(json_object_get(one, "via"));
        const char *name = json_string_value(json_object_get(one, "name"));
        uint64_t at = address_of(one, "at");
        uint32_t global = hs_names_global(names, at);
        const struct hs_global *its = names->globals.at;
        struct hs_str have;

        if (!r->full)
            break;
        r->checked++;
        CHECK(heap->segments.count);
        if (global == HS_NO_GLOBAL ||
            !hs_str_equal(its[global].name, hs_str_of(name))) {
            tell(r, "variable", at, name, hs_str_of("another"));
            continue;
        }
        have = names->lens->in_global(names->lens, global,
                                      at - its[global].address, &r->arena);
        if (!hs_str_equal(have, hs_str_of(via)))
            tell(r, "variable", at, via, have);
    }
}

static bool field_is(const struct hs_names *names,
                     const struct hs_go_type *type, const char *name,
                     uint64_t offset)
{
    const struct hs_go_field *fields = names->fields.at;

    for (uint32_t i = 0; i < type->field_count; i++)
        if (hs_str_equal(fields[type->first_field + i].name, hs_str_of(name)))
            return fields[type->first_field + i].offset == offset;
    return false;
}

static void check_fields(struct real *r)
{
    const struct hs_names *names = r->snapshot.names;
    size_t i;
    json_t *one;

    json_array_foreach(json_object_get(r->answer, "fields"), i, one)
    {
        const char *type = json_string_value(json_object_get(one, "type"));
        const char *name = json_string_value(json_object_get(one, "name"));
        uint64_t offset =
            (uint64_t)json_integer_value(json_object_get(one, "offset"));
        bool found = false;

        for (uint32_t k = 1; k < names->types.count && !found; k++)
            found =
                hs_str_equal(hs_names_type(names, k)->name, hs_str_of(type)) &&
                field_is(names, hs_names_type(names, k), name, offset);
        if (!found)
            tell(r, type, offset, name, hs_str_of("there"));
        r->checked++;
    }
}

static unsigned check_program(const char *path, const char *suffix)
{
    struct real *r = open_real(path, suffix);
    unsigned wrong;

    if (!r)
        return 0;
    check_objects(r);
    check_edges(r);
    check_globals(r);
    check_fields(r);
    print_message("%s: %u checked, %u unknown, %u wrong\n", r->path, r->checked,
                  r->unknown, r->wrong);
    CHECK(r->checked > 100);
    wrong = r->wrong;
    close_real(r);
    return wrong;
}

TEST(names_are_what_programs_say)
{
    char pattern[4096];
    unsigned wrong = 0;
    glob_t found;

    snprintf(pattern, sizeof(pattern), "%s/names/*.json", hs_test_data());
    if (glob(pattern, 0, NULL, &found) != 0)
        skip();
    for (size_t i = 0; i < found.gl_pathc; i++) {
        wrong += check_program(found.gl_pathv[i], "exe");
        wrong += check_program(found.gl_pathv[i], "stripped");
    }
    globfree(&found);
    assert_int_equal(wrong, 0);
}
