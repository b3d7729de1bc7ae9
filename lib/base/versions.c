/* SPDX-License-Identifier: Apache-2.0 */
/*
 * versions.c - the versions of zlib, PCRE2, jansson and xxHash at run time.
 */
#include "base/versions.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <jansson.h>
#include <pcre2.h>
#include <string.h>
#include <xxhash.h>
#include <zlib.h>

/* PCRE2 adds the date of its release, which is of no use here. */
static const char *pcre2_version(struct hs_arena *arena)
{
    char text[64];

    if (pcre2_config(PCRE2_CONFIG_VERSION, text) < 0)
        return "?";
    return hs_arena_copy(arena, text, strcspn(text, " "));
}

static const char *xxhash_version(struct hs_arena *arena)
{
    unsigned v = XXH_versionNumber();

    return hs_arena_printf(arena, "%u.%u.%u", v / 10000, v / 100 % 100,
                           v % 100);
}

void hs_base_libraries(struct hs_column *into)
{
    struct hs_library libraries[] = {
        {"zlib", zlibVersion()},
        {"pcre2", pcre2_version(into->arena)},
        {"jansson", jansson_version_str()},
        {"xxhash", xxhash_version(into->arena)},
    };

    for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
        hs_column_push(into, &libraries[i]);
}
