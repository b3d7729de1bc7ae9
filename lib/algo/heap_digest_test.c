/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_digest_test.c - rows of a digest against a heap written for them.
 */
#include "algo/heap_digest.h"

#include "algo/dump_test.h"
#include "base/test.h"

#define OBJECT(n) (0xc000100000 + (n)*16)

struct fixture {
    struct test_dump dump;
    struct hs_arena arena;
    const struct hs_heap_case *c;
    struct hs_digest digest;
};

static void open_fixture(struct fixture *f)
{
    f->arena = HS_ARENA_EMPTY;
    test_dump_open(&f->dump, "go1.24.0");
}

/* COUNT objects of 16 bytes, none of which points to another. */
static void write_objects(struct fixture *f, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        test_dump_object(&f->dump, OBJECT(i), 16, 0, NULL);
}

static void read_fixture(struct fixture *f)
{
    struct hs_err err = HS_ERR_NONE;

    f->c = hs_heap_case_new(test_dump_read(&f->dump), 1, &f->arena, &err);
    CHECK(f->c);
    hs_digest_init(&f->digest, &f->arena);
    hs_heap_digest_holders(f->c, &f->digest, &f->arena);
    hs_heap_digest_sites(f->c, &f->digest, &f->arena);
    hs_digest_close(&f->digest);
}

static void close_fixture(struct fixture *f)
{
    hs_arena_free(&f->arena);
    test_dump_close(&f->dump);
}

/* The row called NAME of a closed digest, of KIND unless that is NULL. */
static const struct hs_digest_row *find(const struct hs_digest *digest,
                                        const char *kind, const char *name)
{
    const struct hs_digest_row *rows = digest->rows.at;

    for (size_t i = 0; i < digest->rows.count; i++)
        if ((!kind || strcmp(rows[i].kind, kind) == 0) &&
            hs_str_equal(rows[i].name, hs_str_of(name)))
            return &rows[i];
    return NULL;
}

static const struct hs_digest_row *row(const struct fixture *f,
                                       const char *kind, const char *name)
{
    const struct hs_digest_row *found = find(&f->digest, kind, name);

    if (!found)
        fail_msg("no row %s %s", kind, name);
    return found;
}

/* Goroutine NUMBER holds object NUMBER, in a function of its own that is
 * called by main.worker or, if the number is odd, by the library. */
static void write_goroutine(struct fixture *f, unsigned number)
{
    uint64_t g = 0xc000300000 + number * 512, word = OBJECT(number);

    test_dump_object(&f->dump, g, 512, 0, NULL);
    test_dump_goroutine(&f->dump, g, number + 1);
    test_dump_frame(&f->dump, 0xc000400000 + number * 64, "main.worker", 1,
                    &word, 1);
    if (number % 2)
        test_dump_frame(&f->dump, 0xc000400020 + number * 64, "sync.goWait", 0,
                        NULL, 0);
}

TEST(groups_of_goroutines_with_one_name_are_one_row_that_counts_goroutines)
{
    struct fixture f;

    open_fixture(&f);
    write_objects(&f, 5);
    for (unsigned i = 0; i < 5; i++)
        write_goroutine(&f, i);
    read_fixture(&f);
    assert_int_equal(f.c->holders->group_count, 2);
    assert_int_equal(row(&f, "goroutines", "main.worker")->objects, 5);
    assert_int_equal(row(&f, "goroutines", "main.worker")->bytes,
                     5 * (16 + 512));
    assert_int_equal(row(&f, "goroutines", "main.worker")->retained,
                     5 * (16 + 512));
    close_fixture(&f);
}

TEST(what_two_variables_hold_is_a_row_of_both_and_garbage_is_one)
{
    uint64_t words[] = {OBJECT(0), OBJECT(0), OBJECT(1)};
    struct fixture f;

    open_fixture(&f);
    write_objects(&f, 4);
    test_dump_segment(&f.dump, false, 0x500000, 3, words);
    read_fixture(&f);
    assert_int_equal(f.digest.total, 2 * 16);
    assert_int_equal(row(&f, "shared", "bss+0x0 + bss+0x8")->bytes, 16);
    assert_int_equal(row(&f, "global", "bss+0x10")->bytes, 16);
    assert_int_equal(row(&f, "unreachable", "unreachable")->objects, 2);
    CHECK(!find(&f.digest, NULL, "bss+0x0"));
    close_fixture(&f);
}

TEST(sites_add_up_the_samples_of_a_line_which_are_as_exact_as_chance_has_it)
{
    static const char *const stack[] = {"runtime.mallocgc", "main.make"};
    uint64_t words[4] = {OBJECT(0), OBJECT(1), OBJECT(2), OBJECT(3)};
    const struct hs_digest_row *site;
    struct fixture f;

    open_fixture(&f);
    write_objects(&f, 4);
    test_dump_segment(&f.dump, false, 0x500000, 4, words);
    test_dump_site(&f.dump, 1, 2, stack);
    test_dump_site(&f.dump, 2, 2, stack);
    test_dump_sample(&f.dump, OBJECT(0), 1);
    test_dump_sample(&f.dump, OBJECT(1) + 8, 2);
    test_dump_sample(&f.dump, OBJECT(2), 2);
    read_fixture(&f);
    site = row(&f, "site", "main.make main.make:10");
    assert_int_equal(site->objects, 3);
    assert_int_equal(site->bytes, 48);
    /* Without MemStats nothing says that all allocations were samples, but
     * that each site tells of one and there are none beside. */
    CHECK(site->variance == 0);
    CHECK(hs_str_equal(row(&f, "global", "bss+0x0")->via,
                       hs_str_of("main.make main.make:10")));
    CHECK(row(&f, "global", "bss+0x18")->via.size == 0);
    close_fixture(&f);
}
