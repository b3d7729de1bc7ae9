/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_damage_test.c - types and references of damaged files: whatever they
 * say, typing ends, keeps to its memory, and so does the lens.
 */
#include <stdio.h>

#include "base/test.h"
#include "format/format.h"
#include "golang/golang.h"
#include "model/heap_walk.h"
#include "model/lens.h"

struct file {
    struct hs_input *input;
    uint8_t *bytes;
    uint64_t size;
};

static void load(struct file *file, const char *name, struct hs_arena *arena)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_cursor all;
    char path[4096];

    snprintf(path, sizeof(path), "%s/%s", hs_test_data(), name);
    file->input = hs_input_open(path, NULL, &err);
    CHECK(file->input);
    CHECK(hs_input_map(file->input, &all, &err));
    file->size = hs_cursor_left(&all);
    file->bytes = hs_arena_alloc(arena, file->size);
    memcpy(file->bytes, all.at, file->size);
    hs_input_close(file->input);
}

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

/* Flips COUNT bits behind the first SPARE bytes. */
static void flip(struct file *file, uint64_t *seed, unsigned count,
                 uint64_t spare)
{
    for (unsigned i = 0; i < count; i++) {
        uint64_t at = spare + next(seed) % (file->size - spare);

        file->bytes[at] ^= (uint8_t)(1u << next(seed) % 8);
    }
}

static bool add(struct hs_snapshot *snapshot, const struct file *file,
                const char *format)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_input *input = hs_input_over(file->bytes, file->size, NULL);

    hs_column_push(&snapshot->sources,
                   &(struct hs_source){.path = format, .input = input});
    hs_format_named(format)->decode(input, snapshot, &err);
    snapshot->parts |= hs_format_named(format)->fills;
    return snapshot->parts != 0;
}

/* Asks for the name of every object and for every reference of some. */
static uint64_t ask(const struct hs_snapshot *snapshot, struct hs_arena *arena)
{
    const struct hs_names *names = snapshot->names;
    const struct hs_memory *memory;
    struct hs_heap_walk walk;
    uint64_t letters = 0;

    hs_heap_walk_init(&walk, snapshot->heap, 0, hs_heap_count(snapshot->heap));
    while ((memory = hs_heap_walk_next(&walk))) {
        struct hs_fields fields = hs_fields_of(memory);
        uint64_t offset;
        unsigned asked = 0;

        letters +=
            hs_typing_name(names, hs_names_typing(names, walk.object), arena)
                .size;
        while (asked++ < 40 && hs_fields_next(&fields, &offset))
            letters +=
                names->lens->reference(names->lens, walk.object, offset, arena)
                    .size;
        hs_arena_reset(arena);
    }
    for (uint32_t i = 0; i < names->globals.count; i++)
        letters += names->lens->in_global(names->lens, i, 8, arena).size;
    return letters;
}

/* The dump with FLIPS bits flipped, the program with OTHERS. */
static uint64_t damaged(uint64_t seed, unsigned flips, unsigned others)
{
    struct hs_arena arena = HS_ARENA_EMPTY, scratch = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    struct hs_snapshot snapshot;
    struct file dump, program;
    uint64_t letters = 0;

    load(&dump, "godump/medley-go1.26-amd64.dump.gz", &arena);
    load(&program, "elf/medley-go1.26-amd64.exe.gz", &arena);
    flip(&dump, &seed, flips, 100);
    flip(&program, &seed, others, 64);
    hs_snapshot_init(&snapshot);
    if (add(&snapshot, &dump, "godump") && add(&snapshot, &program, "elf") &&
        snapshot.heap && hs_golang_name(&snapshot, &err) && snapshot.names)
        letters = ask(&snapshot, &scratch);
    hs_snapshot_close(&snapshot);
    hs_arena_free(&scratch);
    hs_arena_free(&arena);
    return letters;
}

TEST(typing_survives_damaged_dumps_and_programs)
{
    uint64_t whole = damaged(1, 0, 0);
    unsigned said = 0;

    CHECK(whole > 10000);
    for (uint64_t seed = 1; seed <= 24; seed++) {
        said += damaged(seed, 4, 0) > 0;
        said += damaged(seed, 0, 40) > 0;
        said += damaged(seed, 2, 400) > 0;
    }
    CHECK(said > 12); /* it is not all refused */
}
