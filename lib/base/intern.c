/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intern.c - open addressing over the numbers of texts.
 */
#include "base/intern.h"

#include "base/hash.h"

#define FIRST_ROOM 64

void hs_intern_init(struct hs_intern *intern, struct hs_arena *arena,
                    struct hs_arena *scratch)
{
    *intern = (struct hs_intern){
        .texts = HS_COLUMN(struct hs_str, arena),
        .mask = FIRST_ROOM - 1,
        .seed = hs_hash_seed(),
        .scratch = scratch,
    };
    intern->slots = hs_arena_zeroed(scratch, FIRST_ROOM, sizeof(uint32_t));
}

struct hs_str hs_intern_text(const struct hs_intern *intern, uint32_t number)
{
    return ((const struct hs_str *)intern->texts.at)[number];
}

/* Where TEXT is or would go. */
static uint32_t *find(const struct hs_intern *intern, struct hs_str text)
{
    size_t i = (size_t)hs_hash_bytes(text.text, text.size, intern->seed);

    for (i &= intern->mask; intern->slots[i]; i = (i + 1) & intern->mask)
        if (hs_str_equal(hs_intern_text(intern, intern->slots[i] - 1), text))
            break;
    return &intern->slots[i];
}

static void grow(struct hs_intern *intern)
{
    size_t room = intern->mask + 1;

    hs_arena_release(intern->scratch, intern->slots, room * sizeof(uint32_t));
    intern->mask = room * 2 - 1;
    intern->slots =
        hs_arena_zeroed(intern->scratch, room * 2, sizeof(uint32_t));
    for (uint32_t i = 0; i < intern->texts.count; i++)
        *find(intern, hs_intern_text(intern, i)) = i + 1;
}

uint32_t hs_intern_add(struct hs_intern *intern, struct hs_str text)
{
    uint32_t *slot = find(intern, text);
    struct hs_str kept = {"", text.size};

    if (*slot)
        return *slot - 1;
    if (text.size > 0)
        kept.text = hs_arena_copy(intern->texts.arena, text.text, text.size);
    hs_column_push(&intern->texts, &kept);
    if (intern->texts.count > intern->mask / 2)
        grow(intern);
    else
        *slot = (uint32_t)intern->texts.count;
    return (uint32_t)intern->texts.count - 1;
}
