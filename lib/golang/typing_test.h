/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_test.h - a heap and a program's types, both made by hand, for tests.
 *
 *     struct test_names n;
 *
 *     test_names_open(&n, "go1.26.0");
 *     node = test_struct(&n, "main.node", 24, 1, (struct hs_go_field[]){
 *                        test_field("next", 0, test_pointer(&n, node))});
 *     test_dump_object_masked(&n.dump, ...);
 *     test_global(&n, 0x500000, "main.head", test_pointer(&n, node));
 *     test_names_type(&n, 1);
 *     CHECK(test_is(&n, 0xc000010000, "main.node"));
 *     test_names_close(&n);
 *
 * More than 12 functions: one for each kind of type.
 *
 * Type number I has its descriptor at TEST_TYPES + 16 * I.
 */
#ifndef HS_GOLANG_TYPING_TEST_H
#define HS_GOLANG_TYPING_TEST_H

#include "algo/dump_test.h"
#include "golang/golang_impl.h"

#define TEST_TYPES 0x4a0000u
#define TEST_TEXT  0x401000u

struct test_names {
    struct test_dump dump;
    struct hs_arena arena, scratch;
    struct golang g;
    struct golang_image image;
    struct golang_module module;
    struct hs_program program;
    struct hs_names names;
};

void test_names_open(struct test_names *n, const char *version);
void test_names_close(struct test_names *n);

/* Types; the numbers are names->types'. */
uint32_t test_plain(struct test_names *n, const char *name,
                    enum hs_go_kind kind, uint64_t size);
uint32_t test_pointer(struct test_names *n, uint32_t elem);
uint32_t test_slice(struct test_names *n, uint32_t elem);
uint32_t test_array(struct test_names *n, uint32_t elem, uint64_t length);
uint32_t test_struct(struct test_names *n, const char *name, uint64_t size,
                     uint32_t count, const struct hs_go_field *fields);
uint32_t test_map(struct test_names *n, uint32_t key, uint32_t elem,
                  bool swiss);
uint32_t test_chan(struct test_names *n, uint32_t elem);
struct hs_go_field test_field(const char *name, uint64_t offset, uint32_t type);

/* The address of TYPE's descriptor. */
uint64_t test_descriptor(uint32_t type);

void test_global(struct test_names *n, uint64_t address, const char *name,
                 uint32_t type);

/* Ends the dump, types its heap with THREADS threads, and fills the lens. */
void test_names_type(struct test_names *n, unsigned threads);

/* Is the object at ADDRESS called NAME ("" for unknown)?  If not, says so. */
bool test_is(struct test_names *n, uint64_t address, const char *name);

/* Does the reference at OFFSET of the object at ADDRESS read VIA? */
bool test_reads(struct test_names *n, uint64_t address, uint64_t offset,
                const char *via);

#endif
