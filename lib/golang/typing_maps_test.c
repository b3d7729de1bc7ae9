/* SPDX-License-Identifier: Apache-2.0 */
/* typing_maps_test.c - headers of maps that only untyped words lead to. */
#include "base/test.h"
#include "golang/typing_test.h"

#define A 0xc000010000u /* header, */
#define B 0xc000012000u /* directory, */
#define C 0xc000014000u /* table, */
#define D 0xc000016000u /* entries */

/* used, capacity, left and depth of a table. */
#define COUNTS(used, capacity, left, depth)                                    \
    ((uint64_t)(used) | (uint64_t)(capacity) << 16 | (uint64_t)(left) << 32 |  \
     (uint64_t)(depth) << 48)

/* map[int]*int; its groups are 136 bytes. */
static uint32_t open_map(struct test_names *n, const char *version, bool swiss)
{
    uint32_t number;

    test_names_open(n, version);
    number = test_plain(n, "int", HS_GO_INT, 8);
    return test_map(n, number, test_pointer(n, number), swiss);
}

/* The entries with their type in front of them: four groups. */
static void put_entries(struct test_names *n, uint32_t map)
{
    uint32_t group = hs_names_type(&n->names, map)->group;

    test_dump_object_masked(&n->dump, D, 640, 1,
                            (uint64_t[]){test_descriptor(group)}, 2);
}

static void put_swiss(struct test_names *n, uint64_t length, uint64_t depth,
                      uint64_t counts, uint64_t mask)
{
    test_dump_object_masked(&n->dump, A, 48, 5,
                            (uint64_t[]){7, 99, B, length, depth}, 4);
    test_dump_object_masked(&n->dump, B, 16, 2, (uint64_t[]){C, C}, 3);
    test_dump_object_masked(&n->dump, C, 32, 4,
                            (uint64_t[]){counts, 0, D + 8, mask}, 4);
}

/* What of the objects has a type, if the header is as given. */
static bool knows(uint64_t length, uint64_t depth, uint64_t counts,
                  uint64_t mask)
{
    struct test_names n;
    uint32_t map = open_map(&n, "go1.26.0", true);
    bool known;

    put_swiss(&n, length, depth, counts, mask);
    put_entries(&n, map);
    test_names_type(&n, 1);
    CHECK(test_is(&n, D, "map[int]*int (entries)"));
    known = hs_names_typing(&n.names, hs_heap_find(n.g.heap, A)) != 0;
    if (known)
        CHECK(test_is(&n, A, "map[int]*int") &&
              test_is(&n, B, "map[int]*int (directory)") &&
              test_is(&n, C, "map[int]*int (table)"));
    else
        CHECK(test_is(&n, B, "") && test_is(&n, C, ""));
    test_names_close(&n);
    return known;
}

TEST(a_map_is_known_by_its_entries_if_all_its_numbers_agree)
{
    CHECK(knows(2, 1, COUNTS(7, 32, 21, 0), 3));
    CHECK(knows(2, 1, COUNTS(0, 32, 0, 1), 3));
    CHECK(!knows(2, 0, COUNTS(7, 32, 21, 0), 3));  /* 2 is not 2^0 */
    CHECK(!knows(4, 2, COUNTS(7, 32, 21, 0), 3));  /* has no room for 4 */
    CHECK(!knows(2, 1, COUNTS(7, 32, 21, 2), 3));  /* deeper than the map */
    CHECK(!knows(2, 1, COUNTS(7, 32, 26, 0), 3));  /* more than it has */
    CHECK(!knows(2, 1, COUNTS(7, 16, 7, 0), 3));   /* not 8 a group */
    CHECK(!knows(2, 1, COUNTS(7, 64, 49, 0), 7));  /* no room for 8 groups */
    CHECK(!knows(0, 0, COUNTS(7, 32, 21, 0), 3));  /* no directory */
    CHECK(!knows(2, 40, COUNTS(7, 32, 21, 0), 3)); /* nonsense */
}

/* type registry map[int]*int */
TEST(entries_of_a_defined_map_are_those_of_the_type_it_is_defined_as)
{
    struct test_names n;
    uint32_t map = open_map(&n, "go1.26.0", true);
    struct hs_go_type *types = n.names.types.at;
    struct hs_go_type plain = types[map];

    types[map].name = hs_str_of("main.registry");
    plain.descriptor = 0;
    hs_golang_type_add(&n.g, &plain, NULL, 0); /* comes behind it */
    put_entries(&n, map);
    test_names_type(&n, 1);
    CHECK(test_is(&n, D, "map[int]*int (entries)"));
    test_names_close(&n);
}

TEST(of_two_maps_with_the_same_entries_neither_is_claimed)
{
    struct test_names n;
    uint32_t map = open_map(&n, "go1.26.0", true);
    struct hs_go_type defined = *hs_names_type(&n.names, map);

    defined.name = hs_str_of("main.registry");
    defined.descriptor = 0;
    hs_golang_type_add(&n.g, &defined, NULL, 0);
    put_swiss(&n, 2, 1, COUNTS(7, 32, 21, 0), 3);
    put_entries(&n, map);
    test_names_type(&n, 1);
    CHECK(test_is(&n, A, ""));
    test_names_close(&n);
}

/* Up to Go 1.23: count, flags and B, buckets. */
static bool knows_buckets(uint64_t log)
{
    struct test_names n;
    uint32_t map = open_map(&n, "go1.22.0", false);
    bool known;

    test_dump_object_masked(&n.dump, A, 48, 6,
                            (uint64_t[]){9, log << 8, D + 8, 0, 0, 0}, 0x2c);
    put_entries(&n, map);
    test_names_type(&n, 1);
    CHECK(test_is(&n, D, "map[int]*int (entries)"));
    known = hs_names_typing(&n.names, hs_heap_find(n.g.heap, A)) != 0;
    if (known)
        CHECK(test_is(&n, A, "map[int]*int"));
    test_names_close(&n);
    return known;
}

TEST(a_map_of_buckets_is_known_by_them_if_there_is_room_for_so_many)
{
    CHECK(knows_buckets(2));
    CHECK(!knows_buckets(3));
    CHECK(!knows_buckets(0));
    CHECK(!knows_buckets(200));
}
