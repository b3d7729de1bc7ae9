/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_prune.c - frames that the profile itself wants taken away.
 *
 * drop_frames is matched against the whole of a simplified name: one leading
 * dot away, cut at the first '(' unless that starts "(anonymous namespace)" or
 * "operator()".  So `runtime.(*mheap).alloc` is tested as `runtime.`, which is
 * what the authors of drop_frames wrote their expressions for.
 */
#include "algo/profile_prune.h"

static bool follows(struct hs_str name, size_t at, const char *text)
{
    size_t size = strlen(text);

    return name.size - at >= size && memcmp(name.text + at, text, size) == 0;
}

static struct hs_str simplify(struct hs_str name)
{
    static const char op[] = "operator";

    if (name.size > 0 && name.text[0] == '.') {
        name.text++;
        name.size--;
    }
    for (size_t i = 0; i < name.size; i++) {
        if (name.text[i] != '(' || follows(name, i, "(anonymous namespace)"))
            continue;
        if (follows(name, i, "()") && i >= sizeof(op) - 1 &&
            follows(name, i - (sizeof(op) - 1), op))
            continue;
        name.size = i;
    }
    return name;
}

/* The expression in STRING, anchored; NULL if there is none, or a bad one. */
static struct hs_regex *anchored(const struct hs_profile *profile,
                                 uint32_t string, const char *field,
                                 const char **warning, struct hs_arena *arena)
{
    struct hs_str text = hs_profile_string(profile, string);
    struct hs_err err = HS_ERR_NONE;
    struct hs_regex *regex;
    char *whole;

    if (text.size == 0)
        return NULL;
    whole = hs_arena_alloc(arena, text.size + 4);
    memcpy(whole, "^(", 2);
    memcpy(whole + 2, text.text, text.size);
    memcpy(whole + 2 + text.size, ")$", 2);
    regex =
        hs_regex_compile(arena, (struct hs_str){whole, text.size + 4}, &err);
    if (!regex && !*warning)
        *warning = hs_arena_printf(
            arena,
            "%s of the profile is no regular expression, so that no "
            "frames are dropped: %s",
            field, err.message);
    return regex;
}

/* Tells of every function whether its frames are to be dropped. */
static const bool *dropped(const struct hs_profile *profile,
                           const char **warning, struct hs_arena *arena)
{
    struct hs_regex *drop, *keep;
    bool *result;

    drop =
        anchored(profile, profile->drop_frames, "drop_frames", warning, arena);
    keep =
        anchored(profile, profile->keep_frames, "keep_frames", warning, arena);
    if (!drop || *warning)
        return NULL;
    result = hs_arena_zeroed(arena, profile->function_count, sizeof(bool));
    for (size_t i = 0; i < profile->function_count; i++) {
        struct hs_str name =
            simplify(hs_profile_string(profile, profile->functions[i].name));

        if (hs_profile_string(profile, profile->functions[i].name).size == 0)
            continue;
        result[i] =
            hs_regex_match(drop, name) && !(keep && hs_regex_match(keep, name));
    }
    return result;
}

static void mark_dropped(const struct hs_profile *profile, const bool *drop,
                         uint8_t *marks, uint32_t *first_line)
{
    for (size_t l = 0; l < profile->location_count; l++) {
        const struct hs_location *at = &profile->locations[l];
        uint32_t line = at->line_count;

        while (line > 0 &&
               !drop[profile->lines[at->first_line + line - 1].function])
            line--;
        if (line == 0)
            continue;
        if (line == at->line_count) {
            marks[l] |= HS_MARK_DROP; /* where it is pruned; else it stays */
        } else {
            marks[l] |= HS_MARK_DROP_BELOW;
            first_line[l] = line;
        }
    }
}

const char *hs_profile_prune(const struct hs_profile *profile, uint8_t *marks,
                             uint32_t *first_line, struct hs_arena *arena)
{
    const char *warning = NULL;
    const bool *drop = dropped(profile, &warning, arena);

    if (drop)
        mark_dropped(profile, drop, marks, first_line);
    return warning;
}
