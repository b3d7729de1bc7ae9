/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_merge_head.c - which values of several profiles can be added up.
 */
#include "algo/profile_merge_head.h"

#include <math.h>

#include "algo/profile_select.h"
#include "algo/profile_unit.h"

/* The NTH type of PROFILE called NAME, from 0. */
static bool find_nth(const struct hs_profile *profile, struct hs_str name,
                     size_t nth, size_t *type)
{
    for (size_t i = 0; i < profile->type_count; i++)
        if (hs_str_equal(hs_profile_type_name(profile, i), name) &&
            nth-- == 0) {
            *type = i;
            return true;
        }
    return false;
}

/* Which of the types with its name type I is. */
static size_t rank(const struct hs_profile *profile, size_t i)
{
    struct hs_str name = hs_profile_type_name(profile, i);
    size_t nth = 0;

    for (size_t j = 0; j < i; j++)
        nth += hs_str_equal(hs_profile_type_name(profile, j), name);
    return nth;
}

static const char *names(const struct hs_profile *profile,
                         struct hs_arena *arena)
{
    const char *list = "nothing";

    for (size_t i = 0; i < profile->type_count && i < 4; i++) {
        struct hs_str name = hs_profile_type_name(profile, i);

        list = hs_arena_printf(arena, "%s%s%.*s", i ? list : "", i ? ", " : "",
                               name.size < 40 ? (int)name.size : 40, name.text);
    }
    return list;
}

/* Keeps the types of the first profile that all others have. */
static bool match_types(struct hs_merge_head *head,
                        const struct hs_profile *const *profiles, size_t count,
                        struct hs_arena *arena, struct hs_err *err)
{
    size_t most = profiles[0]->type_count, used = 0;
    size_t *found = hs_arena_zeroed(arena, count, sizeof(*found));
    size_t *all;

    all = hs_arena_zeroed(arena, most, count * sizeof(*all));
    for (size_t t = 0; t < most; t++) {
        size_t nth = rank(profiles[0], t), p = 0;
        struct hs_str name = hs_profile_type_name(profiles[0], t);

        while (p < count && find_nth(profiles[p], name, nth, &found[p]))
            p++;
        if (p == count)
            memcpy(&all[used++ * count], found, count * sizeof(*found));
    }
    for (size_t p = 1; used == 0 && p < count; p++)
        if (p == 1 || profiles[p]->type_count == 0)
            hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                    "profiles that measure nothing in common cannot be "
                    "merged: one has %s, another %s",
                    names(profiles[0], arena), names(profiles[p], arena));
    if (used == 0)
        return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                       "the profile has no sample types");
    head->type_count = used;
    head->from = hs_arena_alloc(arena, used * count * sizeof(*head->from));
    for (size_t t = 0; t < used; t++)
        for (size_t p = 0; p < count; p++)
            head->from[p * used + t] = all[t * count + p];
    return true;
}

static bool differ(struct hs_str what, struct hs_str a, struct hs_str b,
                   struct hs_err *err)
{
    return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                   "profiles cannot be merged: of one, %.*s is in '%.*s', of "
                   "another in '%.*s'",
                   what.size < 40 ? (int)what.size : 40, what.text,
                   a.size < 40 ? (int)a.size : 40, a.text,
                   b.size < 40 ? (int)b.size : 40, b.text);
}

/* Whether NEW is a smaller unit than OLD. */
static bool finer(struct hs_str new, struct hs_str old)
{
    struct hs_str unit;

    return hs_unit_scale(1, new, old, &unit) < 1;
}

static double ratio_of(struct hs_str from, struct hs_str to)
{
    struct hs_str unit;

    return hs_str_equal(from, to) ? 1 : hs_unit_scale(1, from, to, &unit);
}

static bool match_units(struct hs_merge_head *head,
                        const struct hs_profile *const *profiles, size_t count,
                        struct hs_arena *arena, struct hs_err *err)
{
    size_t types = head->type_count;

    head->types = hs_arena_alloc(arena, types * sizeof(*head->types));
    head->ratio = hs_arena_alloc(arena, types * count * sizeof(*head->ratio));
    for (size_t t = 0; t < types; t++) {
        struct hs_str name = hs_profile_type_name(profiles[0], head->from[t]);
        struct hs_str best = hs_profile_type_unit(profiles[0], head->from[t]);

        for (size_t p = 1; p < count; p++) {
            struct hs_str unit =
                hs_profile_type_unit(profiles[p], head->from[p * types + t]);

            if (!hs_unit_same_kind(best, unit))
                return differ(name, best, unit, err);
            if (finer(unit, best))
                best = unit;
        }
        for (size_t p = 0; p < count; p++)
            head->ratio[p * types + t] = ratio_of(
                hs_profile_type_unit(profiles[p], head->from[p * types + t]),
                best);
        head->types[t].type = hs_intern_add(head->strings, name);
        head->types[t].unit = hs_intern_add(head->strings, best);
    }
    return true;
}

static bool match_periods(struct hs_merge_head *head,
                          const struct hs_profile *const *profiles,
                          size_t count, struct hs_profile *merged,
                          struct hs_err *err)
{
    struct hs_str type =
        hs_profile_string(profiles[0], profiles[0]->period_type.type);
    struct hs_str best =
        hs_profile_string(profiles[0], profiles[0]->period_type.unit);

    for (size_t p = 1; p < count; p++) {
        struct hs_value_type its = profiles[p]->period_type;
        struct hs_str unit = hs_profile_string(profiles[p], its.unit);

        if (!hs_str_equal(type, hs_profile_string(profiles[p], its.type)))
            return differ(hs_str_of("their period"), type,
                          hs_profile_string(profiles[p], its.type), err);
        if (!hs_unit_same_kind(best, unit))
            return differ(hs_str_of("their period"), best, unit, err);
        if (finer(unit, best))
            best = unit;
    }
    for (size_t p = 0; p < count; p++) {
        double period =
            (double)profiles[p]->period *
            ratio_of(
                hs_profile_string(profiles[p], profiles[p]->period_type.unit),
                best);
        int64_t whole = period < 0x1p63 ? (int64_t)period : INT64_MAX;

        if (merged->period == 0 || merged->period < whole)
            merged->period = whole;
    }
    merged->period_type.type = hs_intern_add(head->strings, type);
    merged->period_type.unit = hs_intern_add(head->strings, best);
    return true;
}

/* PROFILE's default type, as pprof sees it once the types are matched: where
 * they are not its own any more, one of them, be it the first. */
static struct hs_str default_type(const struct hs_merge_head *head,
                                  const struct hs_profile *profile,
                                  const size_t *from)
{
    struct hs_str its = hs_profile_string(profile, profile->default_type);
    bool changed = head->type_count != profile->type_count, there = false;

    for (size_t t = 0; t < head->type_count; t++) {
        changed |= from[t] != t;
        there |= hs_str_equal(
            its, hs_intern_text(head->strings, head->types[t].type));
    }
    if (!changed || there)
        return its;
    return hs_intern_text(head->strings, head->types[0].type);
}

static void add_comments(struct hs_intern *strings,
                         const struct hs_profile *profile,
                         struct hs_column *comments)
{
    for (size_t c = 0; c < profile->comment_count; c++) {
        uint32_t comment = hs_intern_add(
            strings, hs_profile_string(profile, profile->comments[c]));
        const uint32_t *known = comments->at;
        size_t i = 0;

        while (i < comments->count && known[i] != comment)
            i++;
        if (i == comments->count)
            hs_column_push(comments, &comment);
    }
}

/* Time and the rest.  A later profile without a time takes the time away, as
 * in pprof. */
static void fill_rest(struct hs_merge_head *head,
                      const struct hs_profile *const *profiles, size_t count,
                      struct hs_profile *merged, struct hs_arena *arena)
{
    const struct hs_profile *first = profiles[0];
    struct hs_column comments = HS_COLUMN(uint32_t, arena);
    struct hs_intern *strings = head->strings;

    for (size_t p = 0; p < count; p++) {
        const struct hs_profile *its = profiles[p];

        if (merged->time_nanos == 0 || its->time_nanos < merged->time_nanos)
            merged->time_nanos = its->time_nanos;
        if (__builtin_add_overflow(merged->duration_nanos, its->duration_nanos,
                                   &merged->duration_nanos))
            merged->duration_nanos = INT64_MAX;
        if (merged->default_type == 0)
            merged->default_type = hs_intern_add(
                strings,
                default_type(head, its, &head->from[p * head->type_count]));
        if (merged->doc_url == 0)
            merged->doc_url =
                hs_intern_add(strings, hs_profile_string(its, its->doc_url));
        add_comments(strings, its, &comments);
    }
    merged->drop_frames =
        hs_intern_add(strings, hs_profile_string(first, first->drop_frames));
    merged->keep_frames =
        hs_intern_add(strings, hs_profile_string(first, first->keep_frames));
    merged->comments = comments.at;
    merged->comment_count = comments.count;
    merged->types = head->types;
    merged->type_count = head->type_count;
}

bool hs_merge_head(struct hs_merge_head *head,
                   const struct hs_profile *const *profiles, size_t count,
                   struct hs_profile *merged, struct hs_arena *arena,
                   struct hs_err *err)
{
    if (!match_types(head, profiles, count, arena, err) ||
        !match_units(head, profiles, count, arena, err) ||
        !match_periods(head, profiles, count, merged, err))
        return false;
    fill_rest(head, profiles, count, merged, arena);
    return true;
}
