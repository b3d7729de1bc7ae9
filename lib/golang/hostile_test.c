/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hostile_test.c - executables that are cut short or wrong in some bits: an
 * error or an answer, in bounded time, and never a read outside of them.
 */
#include "golang/golang_test.h"

#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "golang/golang.h"

struct bytes {
    uint8_t *data;
    size_t size;
};

/* A copy of testdata/FILE that ends where its block ends, for the sanitizer. */
static struct bytes read_file(const char *file)
{
    struct golang_case c;
    struct bytes bytes;

    golang_case_open(&c, file);
    bytes.size = hs_cursor_left(&c.g.program->bytes);
    bytes.data = malloc(bytes.size);
    memcpy(bytes.data, c.g.program->bytes.at, bytes.size);
    golang_case_close(&c);
    return bytes;
}

static uint64_t seed = 88172645463325252u;

static uint64_t draw(uint64_t limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (seed >> 8) % limit;
}

static void ask(const void *data, size_t size)
{
    struct golang_case c;

    golang_case_over(&c, data, size);
    if (c.good)
        golang_case_ask(&c);
    golang_case_close(&c);
}

static const char *const files[] = {
    "elf/tiny-go1.19-386.elf",
    "elf/tiny-go1.25-ppc64.elf",
    "elf/tiny-go1.26-amd64.elf",
    "elf/tiny-go1.27-arm64.elf",
};

TEST(an_executable_may_end_anywhere)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct bytes all = read_file(files[i]);

        for (size_t size = 0; size < all.size; size += 13) {
            uint8_t *part = malloc(size ? size : 1);

            memcpy(part, all.data, size);
            ask(part, size);
            free(part);
        }
        free(all.data);
    }
}

/* Numbers that decoders stumble over. */
static void spoil(struct bytes *bytes)
{
    static const uint64_t odd[] = {0,
                                   1,
                                   0x7fffffff,
                                   0xffffffff,
                                   (uint64_t)1 << 47,
                                   UINT64_MAX,
                                   UINT64_MAX - 7};
    size_t at = draw(bytes->size - 8);
    uint64_t number = odd[draw(sizeof(odd) / sizeof(odd[0]))];

    switch (draw(4)) {
    case 0: /* a bit */
        bytes->data[at] ^= (uint8_t)(1u << draw(8));
        break;
    case 1: /* a word */
        memcpy(bytes->data + at / 8 * 8, &number, draw(2) ? 8 : 4);
        break;
    case 2: /* an address of something else */
        memcpy(bytes->data + at / 8 * 8,
               bytes->data + draw(bytes->size - 8) / 8 * 8, 8);
        break;
    default: /* bytes */
        memset(bytes->data + at, (int)draw(256), draw(8));
        break;
    }
}

TEST(an_executable_may_be_wrong_anywhere)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct bytes all = read_file(files[i]), copy;

        copy.size = all.size;
        copy.data = malloc(all.size);
        for (unsigned round = 0; round < 1500; round++) {
            memcpy(copy.data, all.data, all.size);
            for (uint64_t n = 1 + draw(6); n > 0; n--)
                spoil(&copy);
            ask(copy.data, copy.size);
        }
        free(copy.data);
        free(all.data);
    }
}

/* The names of a dump by a damaged executable: whole, or refused. */
TEST(a_damaged_executable_is_refused_or_names_what_it_can)
{
    struct bytes all = read_file("elf/medley-go1.26-amd64.exe.gz");

    for (unsigned round = 0; round < 30; round++) {
        struct golang_case c = {.err = HS_ERR_NONE};
        struct hs_program *program;
        struct bytes copy = {malloc(all.size), all.size};

        memcpy(copy.data, all.data, all.size);
        for (unsigned n = 0; n < 1u << draw(12); n++)
            spoil(&copy);
        hs_snapshot_init(&c.snapshot);
        golang_case_add(&c, "godump/medley-go1.26-amd64.dump.gz");
        program = hs_arena_zeroed(&c.snapshot.arena, 1, sizeof(*program));
        program->bytes = hs_cursor_over(copy.data, copy.size, 0);
        program->file = "test";
        c.snapshot.program = program;
        c.snapshot.parts |= HS_PART_PROGRAM;
        assert_true(hs_golang_name(&c.snapshot, &c.err) ==
                    (c.err.kind == HS_OK));
        assert_true((c.snapshot.names != NULL) == (c.err.kind == HS_OK));
        hs_snapshot_close(&c.snapshot);
        free(copy.data);
    }
    free(all.data);
}
