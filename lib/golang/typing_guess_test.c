/* SPDX-License-Identifier: Apache-2.0 */
/* typing_guess_test.c - what is guessed, and what is better left unknown. */
#include "base/test.h"
#include "golang/typing_test.h"

#define A 0xc000010000u
#define B 0xc000012000u
#define C 0xc000014000u

/* {first *int; second int; third *int; fourth int}, 32 bytes. */
static uint32_t pair_of(struct test_names *n, const char *name)
{
    uint32_t number = test_plain(n, "int", HS_GO_INT, 8);
    uint32_t pointer = test_pointer(n, number);

    return test_struct(
        n, name, 32, 4,
        (struct hs_go_field[]){test_field("first", 0, pointer),
                               test_field("second", 8, number),
                               test_field("third", 16, pointer),
                               test_field("fourth", 24, number)});
}

static enum hs_evidence evidence_at(struct test_names *n, uint64_t address)
{
    uint32_t object = hs_heap_find(n->g.heap, address);

    return hs_typing_evidence(n->names.typings[object]);
}

TEST(a_guess_needs_the_same_pointers_and_the_same_slot)
{
    struct test_names n;

    test_names_open(&n, "go1.26.0");
    pair_of(&n, "main.pair");
    /* Pointers in words 0 and 2, as main.pair has; in words 0 and 1; and those
     * of main.pair in a larger slot. */
    test_dump_object_masked(&n.dump, A, 32, 4, (uint64_t[]){0, 1, 0, 2}, 5);
    test_dump_object_masked(&n.dump, B, 32, 4, (uint64_t[]){0, 1, 0, 2}, 3);
    test_dump_object_masked(&n.dump, C, 48, 4, (uint64_t[]){0, 1, 0, 2}, 5);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, ""));
    hs_golang_guess(&n.g);
    CHECK(test_is(&n, A, "main.pair"));
    CHECK(evidence_at(&n, A) == HS_EVIDENCE_GUESS);
    CHECK(test_reads(&n, A, 0, ""));
    CHECK(test_is(&n, B, "") && test_is(&n, C, ""));
    test_names_close(&n);
}

TEST(of_two_types_alike_none_is_guessed)
{
    struct test_names n;

    test_names_open(&n, "go1.26.0");
    pair_of(&n, "main.pair");
    pair_of(&n, "main.other");
    test_dump_object_masked(&n.dump, A, 32, 4, (uint64_t[]){0, 1, 0, 2}, 5);
    test_names_type(&n, 1);
    hs_golang_guess(&n.g);
    CHECK(test_is(&n, A, ""));
    test_names_close(&n);
}

TEST(what_is_known_is_not_guessed_again)
{
    struct test_names n;
    uint32_t pair;

    test_names_open(&n, "go1.26.0");
    pair = pair_of(&n, "main.pair");
    test_dump_object_masked(&n.dump, A, 32, 4, (uint64_t[]){0, 1, 0, 2}, 5);
    test_dump_segment(&n.dump, true, 0x500000, 2, (uint64_t[]){A, 0});
    test_global(&n, 0x500000, "main.it", test_pointer(&n, pair));
    test_names_type(&n, 1);
    hs_golang_guess(&n.g);
    CHECK(evidence_at(&n, A) == HS_EVIDENCE_REACHED);
    test_names_close(&n);
}

#define D 0xc000016000u
#define E 0xc000018000u
#define F 0xc00001a000u
#define G 0xc00001c000u

TEST(what_the_strings_and_slices_of_a_guess_lead_to_is_guessed_if_it_fits)
{
    struct test_names n;
    uint32_t byte, text;

    test_names_open(&n, "go1.19.0");
    byte = test_plain(&n, "uint8", HS_GO_UINT8, 1);
    text = test_plain(&n, "string", HS_GO_STRING, 16);
    /* main.entry has 48 bytes, and pointers in words 1 and 3. */
    test_struct(&n, "main.entry", 48, 3,
                (struct hs_go_field[]){
                    test_field("id", 0, test_plain(&n, "int", HS_GO_INT, 8)),
                    test_field("label", 8, text),
                    test_field("data", 24, test_slice(&n, byte))});
    /* Whole; longer than what is there, and one of two in a tiny slot; from the
     * middle on. */
    test_dump_object_masked(&n.dump, A, 48, 6, (uint64_t[]){0, C, 30, D, 1, 64},
                            10);
    test_dump_object_masked(&n.dump, B, 48, 6, (uint64_t[]){0, F, 5, E, 1, 65},
                            10);
    test_dump_object_masked(&n.dump, B + 48, 48, 6,
                            (uint64_t[]){0, 0, 0, G + 8, 1, 24}, 10);
    test_dump_object(&n.dump, C, 32, 0, NULL);
    test_dump_object(&n.dump, D, 64, 0, NULL);
    test_dump_object(&n.dump, E, 64, 0, NULL);
    test_dump_object(&n.dump, F, 16, 0, NULL);
    test_dump_object(&n.dump, G, 32, 0, NULL);
    test_names_type(&n, 1);
    hs_golang_guess(&n.g);
    CHECK(test_is(&n, A, "main.entry") && test_is(&n, B, "main.entry"));
    CHECK(test_is(&n, C, "string") && test_is(&n, D, "[]uint8"));
    CHECK(evidence_at(&n, C) == HS_EVIDENCE_GUESS);
    CHECK(evidence_at(&n, D) == HS_EVIDENCE_GUESS);
    CHECK(test_is(&n, E, "") && test_is(&n, F, "") && test_is(&n, G, ""));
    test_names_close(&n);
}
