/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golang_test.c - what executables say, of the small ones of elf/make.py, whose
 * every type and line is known, and of two real ones.
 */
#include "golang/golang_test.h"

#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "format/format.h"
#include "golang/functions.h"
#include "golang/golang.h"

static const char *const tiny[] = {
    "elf/tiny-go1.19-386.elf",   "elf/tiny-go1.20-mips.elf",
    "elf/tiny-go1.22-amd64.elf", "elf/tiny-go1.25-ppc64.elf",
    "elf/tiny-go1.26-amd64.elf", "elf/tiny-go1.27-arm64.elf",
};

#define TINY (sizeof(tiny) / sizeof(tiny[0]))

void golang_case_add(struct golang_case *c, const char *file)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_source source = {.path = file};
    const struct hs_format *format;
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", hs_test_data(), file);
    source.input = hs_input_open(path, NULL, &err);
    assert_non_null(source.input);
    hs_column_push(&c->snapshot.sources, &source);
    format = hs_format_probe(hs_input_head(source.input));
    assert_non_null(format);
    assert_true(format->decode(source.input, &c->snapshot, &err));
}

void golang_case_open(struct golang_case *c, const char *file)
{
    *c = (struct golang_case){.err = HS_ERR_NONE};
    hs_snapshot_init(&c->snapshot);
    golang_case_add(c, file);
    c->good = hs_golang_read_program(&c->g, &c->snapshot, &c->scratch, &c->err);
    assert_true(c->good == (c->err.kind == HS_OK));
}

void golang_case_over(struct golang_case *c, const void *data, size_t size)
{
    struct hs_program *program;

    *c = (struct golang_case){.err = HS_ERR_NONE};
    hs_snapshot_init(&c->snapshot);
    program = hs_arena_zeroed(&c->snapshot.arena, 1, sizeof(*program));
    program->bytes = hs_cursor_over(data, size, 0);
    program->file = "test";
    c->snapshot.program = program;
    c->snapshot.parts = HS_PART_PROGRAM;
    c->good = hs_golang_read_program(&c->g, &c->snapshot, &c->scratch, &c->err);
    assert_true(c->good == (c->err.kind == HS_OK));
}

void golang_case_close(struct golang_case *c)
{
    hs_golang_close_image(&c->g);
    hs_arena_free(&c->scratch);
    hs_snapshot_close(&c->snapshot);
}

static uint64_t ask_function(struct golang_case *c, uint64_t number)
{
    struct hs_place places[8];
    struct golang_function function;
    uint64_t sum = 0, pc;

    if (!hs_golang_function(&c->g, number, &function))
        return 1;
    pc = function.entry;
    for (unsigned i = 0; i < 12; i++, pc += 11) {
        size_t count = hs_golang_lines(&c->g, pc, places, 8);

        for (size_t j = 0; j < count; j++)
            sum += places[j].line + places[j].function.size +
                   places[j].file.size +
                   (places[j].file.size ? (uint8_t)places[j].file.text[0] : 0);
    }
    for (unsigned i = 0; i < 8; i++)
        sum += hs_golang_funcdata(&c->g, &function, i);
    return sum;
}

uint64_t golang_case_ask(struct golang_case *c)
{
    uint64_t sum = 0;
    size_t words;

    hs_golang_count(&c->g);
    for (uint32_t i = 0; i < c->g.names->types.count; i++) {
        const struct hs_go_type *type = hs_names_type(c->g.names, i);
        const uint8_t *mask = hs_golang_mask(&c->g, i, &words);

        sum += type->name.size + type->size + type->elem + type->key;
        for (size_t j = 0; mask && j < words / 8; j++)
            sum += mask[j];
        for (uint32_t j = 0; j < type->field_count; j++)
            sum += ((const struct hs_go_field *)
                        c->g.names->fields.at)[type->first_field + j]
                       .name.size;
    }
    for (uint64_t i = 0; i < c->g.functions->count && i < 64; i++)
        sum += ask_function(c, i);
    return sum;
}

static const struct hs_go_type *type_named(const struct golang_case *c,
                                           const char *name, uint32_t *number)
{
    for (uint32_t i = 1; i < c->g.names->types.count; i++) {
        const struct hs_go_type *type = hs_names_type(c->g.names, i);

        if (hs_str_equal(type->name, hs_str_of(name))) {
            *number = i;
            return type;
        }
    }
    fail_msg("no type %s", name);
    return NULL;
}

/* "Name string, Next *main.Node, ..." with offsets in words. */
static const char *fields_of(struct golang_case *c,
                             const struct hs_go_type *type)
{
    struct hs_arena *arena = &c->scratch;
    const char *text = "";

    for (uint32_t i = 0; i < type->field_count; i++) {
        const struct hs_go_field *field =
            (const struct hs_go_field *)c->g.names->fields.at +
            type->first_field + i;
        struct hs_str its = hs_names_type(c->g.names, field->type)->name;

        text = hs_arena_printf(arena, "%s%s%.*s %.*s @%u", text, i ? ", " : "",
                               (int)field->name.size, field->name.text,
                               (int)its.size, its.text,
                               (unsigned)(field->offset / c->g.pointer_size));
    }
    return text;
}

static void check_mask(struct golang_case *c, const char *name,
                       const char *wanted)
{
    uint32_t number;
    size_t count;
    const uint8_t *mask;

    type_named(c, name, &number);
    mask = hs_golang_mask(&c->g, number, &count);
    assert_non_null(mask);
    assert_int_equal(count, strlen(wanted));
    for (size_t i = 0; i < count; i++)
        assert_int_equal(mask[i / 8] >> i % 8 & 1, wanted[i] - '0');
}

TEST(a_type_is_read_with_all_that_it_is_made_of_in_every_version)
{
    for (size_t i = 0; i < TINY; i++) {
        struct golang_case c;
        const struct hs_go_type *node, *map;
        uint32_t number;

        golang_case_open(&c, tiny[i]);
        assert_true(c.good);
        hs_golang_count(&c.g);
        /* Buckets have no control word; the last list has not the big one. */
        assert_int_equal(c.g.program->types, i == 3 || i == 4 ? 15 : 14);
        node = type_named(&c, "main.Node", &number);
        assert_string_equal(
            fields_of(&c, node),
            "Name string @0, Next *main.Node @2, Kids []*main.Node @3, "
            "M map[string]int @6, C chan int @7, F func(int) string @8, "
            "E interface {} @9, A [3]*main.Node @11");
        assert_int_equal(node->size, 14 * c.g.pointer_size);
        assert_int_equal(node->kind, HS_GO_STRUCT);
        assert_true(hs_str_equal(node->package, hs_str_of("main")));
        check_mask(&c, "main.Node", "10110011101111");
        check_mask(&c, "interface {}", "01");
        map = type_named(&c, "map[string]int", &number);
        assert_true(map->direct);
        assert_false(node->direct);
        assert_false(map->indirect_key || map->indirect_value);
        assert_string_equal(fields_of(&c, hs_names_type(c.g.names, map->key)),
                            "");
        assert_int_equal(hs_names_type(c.g.names, map->group)->kind,
                         HS_GO_STRUCT);
        golang_case_close(&c);
    }
}

TEST(a_mask_that_is_no_bitmap_is_made_of_a_program_or_of_the_parts)
{
    char wanted[301];

    memset(wanted, '1', 300);
    wanted[300] = '\0';
    for (size_t i = 0; i + 1 < TINY; i++) {
        struct golang_case c;

        golang_case_open(&c, tiny[i]);
        hs_golang_count(&c.g);
        check_mask(&c, "[300]*main.Node", wanted);
        golang_case_close(&c);
    }
}

static void check_place(const struct golang_case *c, uint64_t pc,
                        const char *wanted)
{
    struct hs_place places[4];
    char text[256] = "";
    size_t count = hs_golang_lines(&c->g, pc, places, 4);

    for (size_t i = 0; i < count; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "%s%.*s %.*s:%u", i ? " < " : "", (int)places[i].function.size,
                 places[i].function.text, (int)places[i].file.size,
                 places[i].file.text, (unsigned)places[i].line);
    assert_string_equal(text, wanted);
}

TEST(an_address_has_a_line_and_the_calls_that_were_inlined_there)
{
    for (size_t i = 0; i < TINY; i++) {
        struct golang_case c;

        golang_case_open(&c, tiny[i]);
        check_place(&c, 0x400fff, "");
        check_place(&c, 0x401000, "main.main main.go:10");
        check_place(&c, 0x401010,
                    "main.inner main.go:21 < main.main main.go:10");
        check_place(&c, 0x40101f,
                    "main.inner main.go:21 < main.main main.go:10");
        check_place(&c, 0x401020, "main.main main.go:12");
        check_place(&c, 0x40107f, "main.other main.go:30");
        check_place(&c, 0x401080, "");
        golang_case_close(&c);
    }
}

static const char *setting(const struct hs_program *program, const char *key)
{
    static char text[128];
    const struct hs_setting *settings = program->settings.at;

    for (size_t i = 0; i < program->settings.count; i++)
        if (hs_str_equal(settings[i].key, hs_str_of(key))) {
            snprintf(text, sizeof(text), "%.*s", (int)settings[i].value.size,
                     settings[i].value.text);
            return text;
        }
    return "none";
}

TEST(the_build_information_says_version_modules_and_settings)
{
    for (size_t i = 0; i < TINY; i++) {
        struct golang_case c;
        const struct hs_program *p;

        golang_case_open(&c, tiny[i]);
        p = c.g.program;
        assert_int_equal(c.g.minor, (unsigned)(tiny[i][13] - '0') * 10 +
                                        (unsigned)(tiny[i][14] - '0'));
        assert_true(hs_str_equal(p->main, hs_str_of("example.com/tiny")));
        assert_true(hs_str_equal(p->module.version, hs_str_of("v1.2.3")));
        assert_int_equal(p->modules.count, 1);
        assert_string_equal(setting(p, "vcs.revision"), "0123456789abcdef");
        assert_string_equal(setting(p, "-ldflags"), "-X a=\"b\"");
        assert_string_equal(setting(p, "vcs.time"), "2026-11-23T15:39:44Z");
        golang_case_close(&c);
    }
}

TEST(an_executable_names_the_types_and_functions_of_its_dump)
{
    static const char *const names[][2] = {
        {"elf/medley-go1.26-amd64.exe.gz",
         "godump/medley-go1.26-amd64.dump.gz"},
        {"elf/medley-go1.19-386.exe.gz", "godump/medley-go1.19-386.dump.gz"}};

    for (size_t i = 0; i < 2; i++) {
        struct golang_case c = {.err = HS_ERR_NONE};
        const struct hs_program *p;

        hs_snapshot_init(&c.snapshot);
        golang_case_add(&c, names[i][0]);
        golang_case_add(&c, names[i][1]);
        assert_true(hs_golang_name(&c.snapshot, &c.err));
        p = c.snapshot.program;
        assert_true(p->matches);
        assert_int_equal(p->headers, p->headers_agree);
        assert_int_equal(p->headers, i == 0 ? 5 : 0);
        assert_true(c.snapshot.names->layouts.count > 15);
        hs_snapshot_close(&c.snapshot);
    }
}

TEST(an_executable_of_another_program_is_refused_with_its_counts)
{
    static const struct {
        const char *program, *dump, *why;
    } cases[] = {
        {"elf/medley-go1.26-amd64.exe.gz",
         "godump/service-go1.26-amd64.dump.gz",
         "not the program of the dump: 0 of 6 type headers and 0 of 21 "
         "functions fit it, and its variables are elsewhere"},
        {"elf/medley-go1.26-amd64.exe.gz", "godump/medley-go1.25-amd64.dump.gz",
         "not the program of the dump: 0 of 5 type headers and 0 of 20 "
         "functions fit it, and its variables are elsewhere; go1.26.8, the "
         "dump is of go1.25.5"},
        {"elf/medley-go1.19-386.exe.gz", "godump/medley-go1.19-amd64.dump.gz",
         "not the program of the dump: it is of another architecture (32-bit, "
         "the dump is of 64-bit amd64)"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct golang_case c = {.err = HS_ERR_NONE};

        hs_snapshot_init(&c.snapshot);
        golang_case_add(&c, cases[i].program);
        golang_case_add(&c, cases[i].dump);
        assert_false(hs_golang_name(&c.snapshot, &c.err));
        assert_string_equal(c.err.message, cases[i].why);
        assert_int_equal(c.err.kind, HS_EDATA);
        assert_null(c.snapshot.names);
        assert_false(c.snapshot.program->matches);
        hs_snapshot_close(&c.snapshot);
    }
}
