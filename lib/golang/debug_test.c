/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debug_test.c - DWARF written by hand: what Go writes, and what nobody would.
 *
 * One unit, one table of abbreviations, names in place, and references to
 * labels, which may come before what they lead to.
 */
#include <elf.h>
#include <libelf.h>
#include <string.h>

#include "algo/dump_test.h"
#include "base/test.h"
#include "golang/debug_impl.h"

#define DATA 0x500000 /* where the variables are */

enum abbreviation {
    UNIT = 1,
    VARIABLE,
    LOCAL,
    CAPTURED,
    INTEGER,
    POINTER,
    STRUCT,
    MEMBER,
    TYPEDEF,
    ARRAY,
    RANGE,
    SLICE,
    FUNCTION,
    BLOCK,
    UNUSED,
};

/* code tag children (attribute form)* 0 0 */
/* clang-format off */
static const uint16_t abbreviations[] = {
    UNIT, DW_TAG_compile_unit, 1,
        DW_AT_language, DW_FORM_data1, 0, 0,
    VARIABLE, DW_TAG_variable, 0,
        DW_AT_name, DW_FORM_string, DW_AT_location, DW_FORM_block1,
        DW_AT_type, DW_FORM_ref4, 0, 0,
    LOCAL, DW_TAG_variable, 0,
        DW_AT_name, DW_FORM_string, DW_AT_location, DW_FORM_exprloc,
        DW_AT_type, DW_FORM_ref4, 0, 0,
    CAPTURED, DW_TAG_variable, 0,
        DW_AT_name, DW_FORM_string, DW_AT_go_closure_offset, DW_FORM_udata,
        DW_AT_type, DW_FORM_ref4, 0, 0,
    INTEGER, DW_TAG_base_type, 0,
        DW_AT_name, DW_FORM_string, DW_AT_byte_size, DW_FORM_udata,
        DW_AT_go_kind, DW_FORM_data1, 0, 0,
    POINTER, DW_TAG_pointer_type, 0,
        DW_AT_name, DW_FORM_string, DW_AT_type, DW_FORM_ref4,
        DW_AT_go_kind, DW_FORM_data1, 0, 0,
    STRUCT, DW_TAG_structure_type, 1,
        DW_AT_name, DW_FORM_string, DW_AT_byte_size, DW_FORM_udata,
        DW_AT_go_kind, DW_FORM_data1, 0, 0,
    MEMBER, DW_TAG_member, 0,
        DW_AT_name, DW_FORM_string, DW_AT_data_member_location, DW_FORM_udata,
        DW_AT_type, DW_FORM_ref4, 0, 0,
    TYPEDEF, DW_TAG_typedef, 0,
        DW_AT_name, DW_FORM_string, DW_AT_type, DW_FORM_ref4, 0, 0,
    ARRAY, DW_TAG_array_type, 1,
        DW_AT_name, DW_FORM_string, DW_AT_type, DW_FORM_ref4,
        DW_AT_byte_size, DW_FORM_udata, DW_AT_go_kind, DW_FORM_data1, 0, 0,
    RANGE, DW_TAG_subrange_type, 0,
        DW_AT_count, DW_FORM_udata, 0, 0,
    SLICE, DW_TAG_structure_type, 1,
        DW_AT_name, DW_FORM_string, DW_AT_go_elem, DW_FORM_ref4,
        DW_AT_byte_size, DW_FORM_udata, DW_AT_go_kind, DW_FORM_data1, 0, 0,
    FUNCTION, DW_TAG_subprogram, 1,
        DW_AT_name, DW_FORM_string, DW_AT_low_pc, DW_FORM_addr,
        DW_AT_high_pc, DW_FORM_addr, 0, 0,
    BLOCK, DW_TAG_lexical_block, 1,
        DW_AT_low_pc, DW_FORM_addr, DW_AT_high_pc, DW_FORM_addr, 0, 0,
};
/* clang-format on */

struct writer {
    uint8_t info[1 << 20];
    size_t size;
    size_t labels[32]; /* where they are in INFO */
    struct {
        size_t at;
        unsigned label;
    } references[64];
    size_t reference_count;
    unsigned attributes; /* of an abbreviation that is used by nothing */
};

/* A program of that, and what is made of it. */
struct program {
    struct test_dump dump;
    struct hs_arena scratch;
    struct hs_program program;
    struct hs_names names;
    struct golang_image image;
    struct golang_module module;
    struct golang g;
    uint8_t file[(1 << 20) + 4096];
    size_t file_size;
};

static void put(struct writer *w, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        w->info[w->size++] = (uint8_t)(value >> 8 * i);
}

static void put_name(struct writer *w, unsigned abbreviation, const char *name)
{
    put(w, abbreviation, 1);
    memcpy(w->info + w->size, name, strlen(name) + 1);
    w->size += strlen(name) + 1;
}

static void refer(struct writer *w, unsigned label)
{
    w->references[w->reference_count].at = w->size;
    w->references[w->reference_count++].label = label;
    put(w, 0, 4);
}

static void label(struct writer *w, unsigned number)
{
    w->labels[number] = w->size;
}

static void start(struct writer *w)
{
    *w = (struct writer){0};
    put(w, 0, 4); /* length */
    put(w, 4, 2); /* version */
    put(w, 0, 4); /* abbreviations */
    put(w, 8, 1); /* bytes of an address */
    put(w, UNIT, 1);
    put(w, DW_LANG_Go, 1);
}

static void put_variable(struct writer *w, const char *name, uint64_t address,
                         unsigned type)
{
    put_name(w, VARIABLE, name);
    put(w, 9, 1);
    put(w, DW_OP_addr, 1);
    put(w, address, 8);
    refer(w, type);
}

/* A local at OFFSET, -64 to 63, from its frame's end. */
static void put_local(struct writer *w, const char *name, int offset,
                      unsigned type)
{
    put_name(w, LOCAL, name);
    put(w, 2, 1);
    put(w, DW_OP_fbreg, 1);
    put(w, (uint64_t)offset & 0x7f, 1);
    refer(w, type);
}

/* A local that is nowhere at the pc. */
static void put_gone(struct writer *w, const char *name, unsigned type)
{
    put_name(w, LOCAL, name);
    put(w, 0, 1);
    refer(w, type);
}

static void put_integer(struct writer *w, unsigned its, const char *name,
                        uint64_t size, unsigned kind)
{
    label(w, its);
    put_name(w, INTEGER, name);
    put(w, size, 1);
    put(w, kind, 1);
}

static void put_pointer(struct writer *w, unsigned its, const char *name,
                        unsigned to)
{
    label(w, its);
    put_name(w, POINTER, name);
    refer(w, to);
    put(w, HS_GO_POINTER, 1);
}

static void put_struct(struct writer *w, unsigned its, const char *name,
                       uint64_t size)
{
    label(w, its);
    put_name(w, STRUCT, name);
    put(w, size, 1);
    put(w, HS_GO_STRUCT, 1);
}

static void put_member(struct writer *w, const char *name, uint64_t offset,
                       unsigned type)
{
    put_name(w, MEMBER, name);
    put(w, offset, 1);
    refer(w, type);
}

static void put_slice(struct writer *w, unsigned its, const char *name,
                      unsigned elem, unsigned pointer)
{
    label(w, its);
    put_name(w, SLICE, name);
    refer(w, elem);
    put(w, 24, 1);
    put(w, HS_GO_SLICE, 1);
    put_member(w, "array", 0, pointer);
    put(w, 0, 1); /* the end */
}

static void put_typedef(struct writer *w, unsigned its, const char *name,
                        unsigned to)
{
    label(w, its);
    put_name(w, TYPEDEF, name);
    refer(w, to);
}

static void put_function(struct writer *w, const char *name, uint64_t entry)
{
    put_name(w, FUNCTION, name);
    put(w, entry, 8);
    put(w, entry + 0x100, 8);
}

static void put_end(struct writer *w)
{
    put(w, 0, 1);
}

/* What is written is all. */
static void finish(struct writer *w)
{
    put_end(w);
    for (size_t i = 0; i < w->reference_count; i++)
        for (unsigned b = 0; b < 4; b++)
            w->info[w->references[i].at + b] =
                (uint8_t)(w->labels[w->references[i].label] >> 8 * b);
    for (unsigned b = 0; b < 4; b++)
        w->info[b] = (uint8_t)((w->size - 4) >> 8 * b);
}

static size_t put_number(uint8_t *to, unsigned number)
{
    size_t size = 0;

    for (; number >= 0x80; number >>= 7)
        to[size++] = (uint8_t)(number | 0x80);
    to[size++] = (uint8_t)number;
    return size;
}

static size_t write_abbreviations(uint8_t *to, unsigned attributes)
{
    size_t size = 0;

    for (size_t i = 0; i < sizeof(abbreviations) / 2; i++)
        size += put_number(to + size, abbreviations[i]);
    size += put_number(to + size, UNUSED);
    size += put_number(to + size, DW_TAG_variable);
    size += put_number(to + size, 0);
    for (unsigned i = 0; i < attributes; i++) {
        size += put_number(to + size, DW_AT_artificial);
        size += put_number(to + size, DW_FORM_flag_present);
    }
    memset(to + size, 0, 3);
    return size + 3;
}

/* An ELF file of the two sections. */
static void write_file(struct program *p, const struct writer *w)
{
    static const char names[] = "\0.debug_info\0.debug_abbrev\0.shstrtab";
    Elf64_Ehdr header = {
        .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_ehsize = sizeof(header),
        .e_shentsize = sizeof(Elf64_Shdr),
        .e_shnum = 4,
        .e_shstrndx = 3,
    };
    Elf64_Shdr sections[4] = {
        {0},
        {.sh_name = 1, .sh_type = SHT_PROGBITS, .sh_size = w->size},
        {.sh_name = 13, .sh_type = SHT_PROGBITS},
        {.sh_name = 27, .sh_type = SHT_STRTAB, .sh_size = sizeof(names)},
    };
    size_t at = sizeof(header) + sizeof(sections);

    header.e_shoff = sizeof(header);
    sections[1].sh_offset = at;
    memcpy(p->file + at, w->info, w->size);
    at += w->size;
    sections[2].sh_offset = at;
    sections[2].sh_size = write_abbreviations(p->file + at, w->attributes);
    at += sections[2].sh_size;
    sections[3].sh_offset = at;
    memcpy(p->file + at, names, sizeof(names));
    memcpy(p->file, &header, sizeof(header));
    memcpy(p->file + sizeof(header), sections, sizeof(sections));
    p->file_size = at + sizeof(names);
}

/* A heap of a data segment, and of main.leaf, which main.main has called. */
static void open_program(struct program *p, const struct writer *w)
{
    static const uint64_t words[8] = {0};

    *p = (struct program){.scratch = HS_ARENA_EMPTY};
    test_dump_open(&p->dump, "go1.26.0");
    test_dump_goroutine(&p->dump, 0x9000, 1);
    test_dump_frame(&p->dump, 0x7000, "main.leaf", 4, words, 0xf);
    test_dump_frame(&p->dump, 0x7020, "main.main", 8, words, 0xff);
    test_dump_segment(&p->dump, true, DATA, 8, words);
    p->g.heap = test_dump_read(&p->dump);
    write_file(p, w);
}

/* Reads the file, as far as it was not spoiled. */
static void read_program(struct program *p)
{
    struct golang *g = &p->g;
    struct hs_arena *arena = &p->dump.snapshot.arena;

    p->program.bytes = hs_cursor_over(p->file, p->file_size, 0);
    elf_version(EV_CURRENT);
    p->image.elf = elf_memory((char *)p->file, p->file_size);
    p->image.machine = EM_X86_64;
    p->image.loaded = p->file_size;
    p->image.segments = HS_COLUMN(struct golang_segment, arena);
    p->module.data = (struct golang_span){DATA, DATA + 0x1000};
    p->names.types = HS_COLUMN(struct hs_go_type, arena);
    p->names.fields = HS_COLUMN(struct hs_go_field, arena);
    g->snapshot = &p->dump.snapshot;
    g->arena = arena;
    g->scratch = &p->scratch;
    g->program = &p->program;
    g->names = &p->names;
    g->pointer_size = 8;
    g->minor = 26;
    g->image = &p->image;
    g->module = &p->module;
    hs_golang_open_types(g);
    hs_golang_read_symbols(g);
    hs_golang_read_debug(g);
}

static void forget_program(struct program *p)
{
    hs_golang_close_debug(&p->g);
    if (p->image.elf)
        elf_end(p->image.elf);
    p->image.elf = NULL;
    hs_arena_free(&p->scratch);
    p->scratch = HS_ARENA_EMPTY;
    p->names = (struct hs_names){0};
}

static void close_program(struct program *p)
{
    forget_program(p);
    test_dump_close(&p->dump);
}

static const struct hs_go_type *type_at(const struct program *p,
                                        uint64_t address)
{
    uint32_t number = hs_names_global(&p->names, address);

    if (number == HS_NO_GLOBAL)
        return hs_names_type(&p->names, HS_NO_TYPE);
    return hs_names_type(
        &p->names,
        ((const struct hs_global *)p->names.globals.at)[number].type);
}

static const struct hs_go_field *field_of(const struct program *p,
                                          const struct hs_go_type *type,
                                          uint32_t number)
{
    assert_true(number < type->field_count);
    return (const struct hs_go_field *)p->names.fields.at + type->first_field +
           number;
}

static bool is_called(struct hs_str name, const char *text)
{
    return hs_str_equal(name, hs_str_of(text));
}

/* Every kind of entry that is read, among them a list of itself. */
static void write_sample(struct writer *w)
{
    enum { INT = 1, NODE, NAMED, TO_NODE, THREE, MANY, TO_TO_NODE };

    start(w);
    put_variable(w, "main.head", DATA, NAMED);
    put_function(w, "main.leaf", 0x401000);
    put_local(w, "&near", -8, TO_NODE);
    put_local(w, "far", 8, TO_NODE);
    put_local(w, "count", -16, INT);
    put(w, BLOCK, 1);
    put(w, 0x401008, 8);
    put(w, 0x401018, 8);
    put_local(w, "again", -8, TO_NODE);
    put_local(w, "inside", -24, MANY);
    put_end(w);
    put(w, BLOCK, 1);
    put(w, 0x401010, 8); /* behind what is called */
    put(w, 0x401018, 8);
    put_local(w, "later", -32, TO_NODE);
    put_end(w);
    put_end(w);
    put_function(w, "main.leaf.func1", 0x402000);
    put_name(w, CAPTURED, "&sum");
    put(w, 16, 1);
    refer(w, TO_NODE);
    put_name(w, CAPTURED, "node");
    put(w, 8, 1);
    refer(w, TO_NODE);
    put_end(w);
    put_integer(w, INT, "int", 8, HS_GO_INT);
    put_typedef(w, NAMED, "main.node", NODE);
    put_struct(w, NODE, "main.node", 56);
    put_member(w, "next", 0, TO_NODE);
    put_member(w, "data", 8, THREE);
    put_member(w, "kids", 32, MANY);
    put_end(w);
    put_pointer(w, TO_NODE, "*main.node", NAMED);
    put_pointer(w, TO_TO_NODE, "**main.node", TO_NODE);
    label(w, THREE);
    put_name(w, ARRAY, "[3]int");
    refer(w, INT);
    put(w, 24, 1);
    put(w, HS_GO_ARRAY, 1);
    put(w, RANGE, 1);
    put(w, 3, 1);
    put_end(w);
    put_slice(w, MANY, "[]*main.node", TO_NODE, TO_TO_NODE);
    finish(w);
}

TEST(debug_makes_types_that_lead_back_to_themselves)
{
    const struct hs_go_type *node, *data, *kids;
    static struct program p;
    static struct writer w;

    write_sample(&w);
    open_program(&p, &w);
    read_program(&p);
    node = type_at(&p, DATA);
    CHECK(is_called(node->name, "main.node"));
    CHECK(is_called(node->package, "main"));
    CHECK(node->kind == HS_GO_STRUCT && node->size == 56);
    CHECK(node->has_pointers && node->field_count == 3);
    CHECK(is_called(field_of(&p, node, 0)->name, "next"));
    CHECK(hs_names_type(
              &p.names,
              hs_names_type(&p.names, field_of(&p, node, 0)->type)->elem) ==
          node);
    data = hs_names_type(&p.names, field_of(&p, node, 1)->type);
    CHECK(data->kind == HS_GO_ARRAY && data->length == 3);
    CHECK(!data->has_pointers && field_of(&p, node, 1)->offset == 8);
    kids = hs_names_type(&p.names, field_of(&p, node, 2)->type);
    CHECK(kids->kind == HS_GO_SLICE && kids->size == 24);
    CHECK(kids->elem == field_of(&p, node, 0)->type);
    close_program(&p);
}

static void check_local(const struct program *p, uint32_t frame,
                        uint64_t offset, const char *name, const char *type)
{
    const struct hs_local *local = hs_names_local(&p->names, frame, offset);

    assert_non_null(local);
    CHECK(local->offset == offset);
    CHECK(is_called(local->name, name));
    CHECK(is_called(hs_names_type(&p->names, local->type)->name, type));
}

TEST(debug_finds_the_locals_of_a_frame_and_of_the_one_it_has_called)
{
    static struct program p;
    static struct writer w;

    write_sample(&w);
    open_program(&p, &w);
    read_program(&p);
    /* Both frames are of one function here. */
    check_local(&p, 0, 8, "inside", "[]*main.node");
    check_local(&p, 0, 24, "near", "*main.node");
    check_local(&p, 1, 8, "far (argument of main.leaf)", "*main.node");
    check_local(&p, 1, 40, "inside", "[]*main.node");
    check_local(&p, 1, 56, "near", "*main.node");
    CHECK(p.names.locals.count == 5);
    CHECK(!hs_names_local(&p.names, 0, 0));
    close_program(&p);
}

/* A slice, a string and a struct whose words are variables of their own. */
static void write_split(struct writer *w, int cap)
{
    enum { INT = 1, ROWS, TO_INT, TEXT, TO_BYTE, BYTE, PAIR };

    start(w);
    put_function(w, "main.leaf", 0x401000);
    put_local(w, "rows.ptr", -8, TO_INT);
    put_local(w, "rows.cap", cap, INT);
    put_gone(w, "rows", ROWS);
    put_local(w, "pair.ptr", -24, TO_INT);
    put_gone(w, "pair", PAIR);
    put_gone(w, "text", TEXT);
    put_local(w, "text.ptr", -32, TO_BYTE);
    put_end(w);
    put_integer(w, INT, "int", 8, HS_GO_INT);
    put_integer(w, BYTE, "uint8", 1, HS_GO_UINT8);
    put_pointer(w, TO_INT, "*int", INT);
    put_pointer(w, TO_BYTE, "*uint8", BYTE);
    put_slice(w, ROWS, "[]int", INT, TO_INT);
    put_struct(w, PAIR, "main.pair", 16);
    put_member(w, "ptr", 0, TO_INT);
    put_end(w);
    label(w, TEXT);
    put_name(w, STRUCT, "string");
    put(w, 16, 1);
    put(w, HS_GO_STRING, 1);
    put_member(w, "str", 0, TO_BYTE);
    put_member(w, "len", 8, INT);
    put_end(w);
    finish(w);
}

static void check_values(const struct program *p, uint64_t offset,
                         const char *name, const char *values, uint64_t count)
{
    const struct hs_local *local = hs_names_local(&p->names, 0, offset);

    assert_non_null(local);
    CHECK(local->offset == offset && is_called(local->name, name));
    CHECK(is_called(hs_names_type(&p->names, local->values)->name, values));
    CHECK(local->count_at == count);
}

TEST(debug_joins_what_a_slice_or_string_was_split_into)
{
    static struct program p;
    static struct writer w;

    /* Before the frame, too: a damaged file. */
    for (int cap = -16; cap >= -40; cap -= 24) {
        write_split(&w, cap);
        open_program(&p, &w);
        read_program(&p);
        check_values(&p, 24, "rows", "int", cap == -16 ? 16 : HS_NO_COUNT);
        check_values(&p, 8, "pair.ptr", "", HS_NO_COUNT);
        check_values(&p, 0, "text", "string", HS_NO_COUNT);
        close_program(&p);
    }
}

TEST(debug_lays_out_closures)
{
    const struct hs_go_type *closure;
    uint32_t number;
    static struct program p;
    static struct writer w;

    write_sample(&w);
    open_program(&p, &w);
    read_program(&p);
    number = hs_golang_closure_type(&p.g, 0x402000);
    closure = hs_names_type(&p.names, number);
    CHECK(is_called(closure->name, "main.leaf.func1 (closure)"));
    CHECK(closure->size == 24 && closure->has_pointers);
    CHECK(closure->field_count == 3);
    CHECK(is_called(field_of(&p, closure, 0)->name, "F"));
    CHECK(hs_names_type(&p.names, field_of(&p, closure, 0)->type)->kind ==
          HS_GO_UINTPTR);
    CHECK(is_called(field_of(&p, closure, 1)->name, "node"));
    CHECK(field_of(&p, closure, 1)->offset == 8);
    CHECK(is_called(field_of(&p, closure, 2)->name, "sum"));
    CHECK(hs_golang_closure_type(&p.g, 0x402000) == number);
    CHECK(hs_golang_closure_type(&p.g, 0x401000) == HS_NO_TYPE);
    CHECK(hs_golang_closure_type(&p.g, 0x403000) == HS_NO_TYPE);
    close_program(&p);
}

TEST(debug_gives_no_type_to_what_is_not_of_this_world)
{
    enum { RING = 1, RONG, INSIDE, TO_INSIDE, AROUND, LARGE, INT };
    const struct hs_go_type *type;
    static struct program p;
    static struct writer w;

    start(&w);
    put_variable(&w, "main.ring", DATA, RING);
    put_variable(&w, "main.inside", DATA + 8, INSIDE);
    put_variable(&w, "main.large", DATA + 24, LARGE);
    put_variable(&w, "main.outside", DATA + 0xff8, INSIDE);
    put_variable(&w, "type:main.T", DATA + 56, INT);
    put_typedef(&w, RING, "main.ring", RONG);
    put_typedef(&w, RONG, "main.rong", RING);
    put_struct(&w, INSIDE, "main.inside", 16);
    put_member(&w, "around", 0, AROUND);
    put_end(&w);
    put_struct(&w, AROUND, "main.around", 16);
    put_member(&w, "inside", 0, INSIDE);
    put_end(&w);
    put_struct(&w, LARGE, "main.large", 24);
    put_member(&w, "inside", 16, INSIDE);
    put_member(&w, "whole", 8, AROUND);
    put_end(&w);
    put_integer(&w, INT, "int", 8, HS_GO_INT);
    finish(&w);
    open_program(&p, &w);
    read_program(&p);
    CHECK(hs_names_global(&p.names, DATA) == HS_NO_GLOBAL);
    type = type_at(&p, DATA + 8);
    CHECK(is_called(type->name, "main.inside"));
    type = hs_names_type(&p.names, field_of(&p, type, 0)->type);
    CHECK(is_called(type->name, "main.around"));
    CHECK(field_of(&p, type, 0)->type == HS_NO_TYPE);
    type = type_at(&p, DATA + 24);
    CHECK(field_of(&p, type, 0)->type == HS_NO_TYPE);
    CHECK(field_of(&p, type, 1)->type != HS_NO_TYPE);
    CHECK(hs_names_global(&p.names, DATA + 0xff8) == HS_NO_GLOBAL);
    CHECK(hs_names_global(&p.names, DATA + 56) == HS_NO_GLOBAL);
    close_program(&p);
}

/* What holds whatever the file says. */
static void check_sound(struct program *p)
{
    const struct hs_go_type *types = p->names.types.at;
    const struct hs_global *globals = p->names.globals.at;
    const struct hs_local *locals = p->names.locals.at;
    const struct hs_frame *frames = p->g.heap->frames.at;

    hs_golang_closure_type(&p->g, 0x402000);
    for (size_t i = 0; i < p->names.globals.count; i++) {
        CHECK(globals[i].address >= DATA &&
              globals[i].type < p->names.types.count);
        CHECK(globals[i].address + globals[i].size <= DATA + 0x1000);
        CHECK(i == 0 || globals[i - 1].address + globals[i - 1].size <=
                            globals[i].address);
        CHECK(hs_names_type(&p->names, globals[i].type)->size <=
              globals[i].size);
    }
    for (size_t i = 0; i < p->names.locals.count; i++)
        CHECK(locals[i].frame < 2 &&
              locals[i].offset < frames[locals[i].frame].memory.size &&
              locals[i].values < p->names.types.count &&
              (locals[i].count_at == HS_NO_COUNT ||
               locals[i].count_at < frames[locals[i].frame].memory.size));
    types = p->names.types.at;
    for (size_t i = 1; i < p->names.types.count; i++)
        for (uint32_t k = 0; k < types[i].field_count; k++) {
            const struct hs_go_field *field = field_of(p, &types[i], k);

            CHECK(field->type < p->names.types.count);
            CHECK(field->type == HS_NO_TYPE ||
                  hs_names_type(&p->names, field->type)->size + field->offset <=
                      types[i].size);
        }
}

static void flip_all(const struct writer *w)
{
    static struct program p;

    open_program(&p, w);
    for (size_t i = 0; i < p.file_size * 8; i++) {
        p.file[i / 8] ^= (uint8_t)(1 << i % 8);
        read_program(&p);
        check_sound(&p);
        forget_program(&p);
        p.file[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    close_program(&p);
}

TEST(debug_survives_every_flipped_bit)
{
    static struct writer w;

    write_sample(&w);
    flip_all(&w);
    write_split(&w, -16);
    flip_all(&w);
}

TEST(debug_survives_every_cut)
{
    static struct program p;
    static struct writer w;
    size_t whole;

    write_sample(&w);
    open_program(&p, &w);
    whole = p.file_size;
    for (; p.file_size > 0; p.file_size--) {
        read_program(&p);
        check_sound(&p);
        forget_program(&p);
    }
    /* Sections that end early. */
    p.file_size = whole;
    for (unsigned section = 1; section < 3; section++) {
        Elf64_Shdr *header =
            (Elf64_Shdr *)(p.file + sizeof(Elf64_Ehdr)) + section;

        for (uint64_t size = header->sh_size; size > 0; size--) {
            header->sh_size = size - 1;
            read_program(&p);
            check_sound(&p);
            forget_program(&p);
        }
        write_file(&p, &w);
    }
    close_program(&p);
}

/* These would run for hours if a step through DWARF could cost what the file
 * is long: 60 000 structs, each inside the one before, as the types of 10 000
 * variables. */
TEST(debug_is_not_kept_busy_by_what_is_inside_each_other)
{
    enum { DEEP = 60000, MANY = 10000 };
    static struct program p;
    static struct writer w;
    size_t first;

    start(&w);
    first = w.size + 17 * MANY;
    for (size_t i = 0; i < MANY; i++) {
        put_name(&w, VARIABLE, "v");
        put(&w, 9, 1);
        put(&w, DW_OP_addr, 1);
        put(&w, DATA, 8);
        put(&w, first + 4 * i, 4);
    }
    CHECK(w.size == first);
    for (size_t i = 0; i < DEEP; i++) {
        put_name(&w, STRUCT, "");
        put(&w, 8, 1);
        put(&w, HS_GO_STRUCT, 1);
    }
    finish(&w);
    open_program(&p, &w);
    read_program(&p);
    check_sound(&p);
    CHECK(p.names.types.count == MANY + 1);
    close_program(&p);
}

/* The same for the scopes of a function. */
TEST(debug_goes_only_so_deep_into_scopes)
{
    enum { DEEP = 40000 };
    static struct program p;
    static struct writer w;

    start(&w);
    put_function(&w, "main.leaf", 0x401000);
    for (size_t i = 0; i < DEEP; i++) {
        put(&w, BLOCK, 1);
        put(&w, 0x401008, 8);
        put(&w, 0x401018, 8);
    }
    finish(&w);
    open_program(&p, &w);
    read_program(&p);
    CHECK(p.names.locals.count == 0);
    close_program(&p);
}

TEST(debug_refuses_abbreviations_that_cost_too_many_steps)
{
    static struct program p;
    static struct writer w;

    for (unsigned attributes = 127; attributes <= 129; attributes++) {
        write_sample(&w);
        w.attributes = attributes;
        open_program(&p, &w);
        read_program(&p);
        /* The two zeroes at the end are a step too. */
        CHECK(p.names.globals.count == (attributes < 128));
        close_program(&p);
    }
}
