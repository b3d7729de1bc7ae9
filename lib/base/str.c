/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str.c - texts that have to live longer than what they came from.
 */
#include "base/str.h"

#include "base/arena.h"

struct hs_str hs_str_copy(struct hs_arena *arena, struct hs_str text)
{
    if (text.size == 0)
        return (struct hs_str){"", 0};
    return (struct hs_str){hs_arena_copy(arena, text.text, text.size),
                           text.size};
}
