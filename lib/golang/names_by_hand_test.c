/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names_by_hand_test.c - makes what typing_test.h promises.
 */
#include <stdio.h>

#include "base/test.h"
#include "golang/typing_test.h"
#include "model/goversion.h"

void test_names_open(struct test_names *n, const char *version)
{
    *n = (struct test_names){.arena = HS_ARENA_EMPTY};
    test_dump_open(&n->dump, version);
    n->image.segments = HS_COLUMN(struct golang_segment, &n->arena);
    n->module.types = (struct golang_span){TEST_TYPES, TEST_TYPES + 0x100000};
    n->module.text = (struct golang_span){TEST_TEXT, TEST_TEXT + 0x10000};
    n->names.types = HS_COLUMN(struct hs_go_type, &n->arena);
    n->names.fields = HS_COLUMN(struct hs_go_field, &n->arena);
    n->names.globals = HS_COLUMN(struct hs_global, &n->arena);
    n->names.locals = HS_COLUMN(struct hs_local, &n->arena);
    n->program.go_version = hs_str_of(version);
    n->g = (struct golang){.arena = &n->arena,
                           .scratch = &n->scratch,
                           .program = &n->program,
                           .names = &n->names,
                           .image = &n->image,
                           .module = &n->module,
                           .pointer_size = 8,
                           .minor = hs_goversion_minor(hs_str_of(version))};
    /* A table of no functions; what it looks like is known to functions.c. */
    n->g.functions = hs_arena_zeroed(&n->arena, 1, 4096);
    hs_golang_open_types(&n->g);
}

void test_names_close(struct test_names *n)
{
    test_dump_close(&n->dump);
    hs_arena_free(&n->scratch);
    hs_arena_free(&n->arena);
}

static uint32_t add(struct test_names *n, struct hs_go_type type,
                    uint32_t count, const struct hs_go_field *fields)
{
    uint32_t number = (uint32_t)n->names.types.count;

    type.descriptor = test_descriptor(number);
    number = hs_golang_type_add(&n->g, &type, fields, count);
    hs_map_add(&n->g.type_at, type.descriptor, number);
    return number;
}

static struct hs_str named(struct test_names *n, const char *before,
                           uint32_t type)
{
    struct hs_str name = hs_names_type(&n->names, type)->name;

    return hs_str_of(hs_arena_printf(&n->arena, "%s%.*s", before,
                                     (int)name.size, name.text));
}

uint64_t test_descriptor(uint32_t type)
{
    return TEST_TYPES + 16 * (uint64_t)type;
}

uint32_t test_plain(struct test_names *n, const char *name,
                    enum hs_go_kind kind, uint64_t size)
{
    bool pointers = kind == HS_GO_STRING || kind == HS_GO_INTERFACE ||
                    kind == HS_GO_UNSAFE_POINTER || kind == HS_GO_FUNC;

    return add(n,
               (struct hs_go_type){.name = hs_str_of(name),
                                   .kind = (uint8_t)kind,
                                   .size = size,
                                   .direct = kind == HS_GO_FUNC ||
                                             kind == HS_GO_UNSAFE_POINTER,
                                   .has_pointers = pointers},
               0, NULL);
}

uint32_t test_pointer(struct test_names *n, uint32_t elem)
{
    return add(n,
               (struct hs_go_type){.name = named(n, "*", elem),
                                   .kind = HS_GO_POINTER,
                                   .size = 8,
                                   .elem = elem,
                                   .direct = true,
                                   .has_pointers = true},
               0, NULL);
}

uint32_t test_slice(struct test_names *n, uint32_t elem)
{
    return add(n,
               (struct hs_go_type){.name = named(n, "[]", elem),
                                   .kind = HS_GO_SLICE,
                                   .size = 24,
                                   .elem = elem,
                                   .has_pointers = true},
               0, NULL);
}

uint32_t test_array(struct test_names *n, uint32_t elem, uint64_t length)
{
    char before[32];

    snprintf(before, sizeof(before), "[%u]", (unsigned)length);
    return add(
        n,
        (struct hs_go_type){
            .name = named(n, before, elem),
            .kind = HS_GO_ARRAY,
            .size = length * hs_names_type(&n->names, elem)->size,
            .elem = elem,
            .length = length,
            .has_pointers = hs_names_type(&n->names, elem)->has_pointers},
        0, NULL);
}

uint32_t test_struct(struct test_names *n, const char *name, uint64_t size,
                     uint32_t count, const struct hs_go_field *fields)
{
    bool pointers = false;

    for (uint32_t i = 0; i < count; i++)
        pointers |= hs_names_type(&n->names, fields[i].type)->has_pointers;
    return add(n,
               (struct hs_go_type){.name = hs_str_of(name),
                                   .kind = HS_GO_STRUCT,
                                   .size = size,
                                   .has_pointers = pointers},
               count, fields);
}

struct hs_go_field test_field(const char *name, uint64_t offset, uint32_t type)
{
    return (struct hs_go_field){
        .name = hs_str_of(name), .offset = offset, .type = type};
}

static uint32_t swiss_group(struct test_names *n, uint32_t key, uint32_t elem)
{
    uint64_t key_size = hs_names_type(&n->names, key)->size;
    uint64_t size = key_size + hs_names_type(&n->names, elem)->size;
    uint32_t word = test_plain(n, "uint64", HS_GO_UINT64, 8);
    uint32_t slot =
        test_struct(n, "slot", size, 2,
                    (struct hs_go_field[]){test_field("key", 0, key),
                                           test_field("elem", key_size, elem)});

    return test_struct(
        n, "group", 8 + 8 * size, 2,
        (struct hs_go_field[]){test_field("ctrl", 0, word),
                               test_field("slots", 8, test_array(n, slot, 8))});
}

static uint32_t bucket(struct test_names *n, uint32_t key, uint32_t elem)
{
    uint64_t key_size = hs_names_type(&n->names, key)->size;
    uint64_t elem_size = hs_names_type(&n->names, elem)->size;
    uint32_t tops = test_plain(n, "uint64", HS_GO_UINT64, 8);
    uint32_t next = test_plain(n, "unsafe.Pointer", HS_GO_UNSAFE_POINTER, 8);
    uint64_t end = 8 + 8 * key_size + 8 * elem_size;

    return test_struct(
        n, "bucket", end + 8, 4,
        (struct hs_go_field[]){
            test_field("topbits", 0, tops),
            test_field("keys", 8, test_array(n, key, 8)),
            test_field("elems", 8 + 8 * key_size, test_array(n, elem, 8)),
            test_field("overflow", end, next)});
}

uint32_t test_map(struct test_names *n, uint32_t key, uint32_t elem, bool swiss)
{
    struct hs_str k = hs_names_type(&n->names, key)->name;
    struct hs_str e = hs_names_type(&n->names, elem)->name;
    uint32_t group = swiss ? swiss_group(n, key, elem) : bucket(n, key, elem);

    return add(n,
               (struct hs_go_type){.name = hs_str_of(hs_arena_printf(
                                       &n->arena, "map[%.*s]%.*s", (int)k.size,
                                       k.text, (int)e.size, e.text)),
                                   .kind = HS_GO_MAP,
                                   .size = 8,
                                   .key = key,
                                   .elem = elem,
                                   .group = group,
                                   .direct = true,
                                   .has_pointers = true},
               0, NULL);
}

uint32_t test_chan(struct test_names *n, uint32_t elem)
{
    return add(n,
               (struct hs_go_type){.name = named(n, "chan ", elem),
                                   .kind = HS_GO_CHAN,
                                   .size = 8,
                                   .elem = elem,
                                   .direct = true,
                                   .has_pointers = true},
               0, NULL);
}

void test_global(struct test_names *n, uint64_t address, const char *name,
                 uint32_t type)
{
    hs_column_push(
        &n->names.globals,
        &(struct hs_global){.address = address,
                            .size = hs_names_type(&n->names, type)->size,
                            .name = hs_str_of(name),
                            .type = type});
}

void test_names_type(struct test_names *n, unsigned threads)
{
    n->g.heap = test_dump_read(&n->dump);
    n->g.threads = threads;
    hs_golang_type_heap(&n->g);
    n->names.lens = hs_golang_lens(&n->g);
}

bool test_is(struct test_names *n, uint64_t address, const char *name)
{
    uint32_t object = hs_heap_find(n->g.heap, address);
    struct hs_str have = hs_typing_name(
        &n->names, hs_names_typing(&n->names, object), &n->arena);

    CHECK(object != HS_NO_OBJECT);
    if (hs_str_equal(have, hs_str_of(name)))
        return true;
    print_error("0x%llx is '%.*s', not '%s'\n", (unsigned long long)address,
                (int)have.size, have.text ? have.text : "", name);
    return false;
}

bool test_reads(struct test_names *n, uint64_t address, uint64_t offset,
                const char *via)
{
    const struct hs_lens *lens = n->names.lens;
    struct hs_str have = lens->reference(lens, hs_heap_find(n->g.heap, address),
                                         offset, &n->arena);

    if (hs_str_equal(have, hs_str_of(via)))
        return true;
    print_error("0x%llx+%llu reads '%.*s', not '%s'\n",
                (unsigned long long)address, (unsigned long long)offset,
                (int)have.size, have.text, via);
    return false;
}
