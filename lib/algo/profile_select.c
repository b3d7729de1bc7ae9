/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_select.c - pprof's rules for the option sample_index.
 *
 * A name counts as a type's name too after its prefix "inuse_" is taken away,
 * as gperftools calls the types of a heap "objects" and "space".
 */
#include "algo/profile_select.h"

#include <stdio.h>

struct hs_str hs_profile_type_name(const struct hs_profile *profile,
                                   size_t type)
{
    return hs_profile_string(profile, profile->types[type].type);
}

struct hs_str hs_profile_type_unit(const struct hs_profile *profile,
                                   size_t type)
{
    return hs_profile_string(profile, profile->types[type].unit);
}

/* The first type called NAME or OTHER. */
static bool find(const struct hs_profile *profile, struct hs_str name,
                 struct hs_str other, size_t *type)
{
    for (size_t i = 0; i < profile->type_count; i++) {
        struct hs_str its = hs_profile_type_name(profile, i);

        if (hs_str_equal(its, name) || hs_str_equal(its, other)) {
            *type = i;
            return true;
        }
    }
    return false;
}

bool hs_profile_find_type(const struct hs_profile *profile, const char *name,
                          size_t *type)
{
    return find(profile, hs_str_of(name), hs_str_of(name), type);
}

/* A number as Go's strconv.Atoi takes it, if it is one of a type. */
static bool number(const struct hs_profile *profile, const char *wanted,
                   size_t *type)
{
    size_t value = 0;

    if (*wanted == '+')
        wanted++;
    if (!*wanted)
        return false;
    for (; *wanted; wanted++) {
        if (*wanted < '0' || *wanted > '9')
            return false;
        value = value * 10 + (size_t)(*wanted - '0');
        if (value >= profile->type_count)
            return false;
    }
    *type = value;
    return true;
}

static bool unknown(const struct hs_profile *profile, const char *wanted,
                    struct hs_err *err)
{
    char names[128] = "";
    size_t used = 0;

    for (size_t i = 0; i < profile->type_count && used < sizeof(names); i++) {
        struct hs_str name = hs_profile_type_name(profile, i);
        int size = name.size < 40 ? (int)name.size : 40;

        used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%.*s",
                                 i ? ", " : "", size, name.text);
    }
    return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                   "no sample type '%.40s' in this profile, which has %s",
                   wanted, names);
}

bool hs_profile_select(const struct hs_profile *profile, const char *wanted,
                       size_t *type, struct hs_err *err)
{
    static const char prefix[] = "inuse_";
    size_t size = sizeof(prefix) - 1;
    const char *bare = wanted;
    struct hs_str usual;

    if (profile->type_count == 0)
        return hs_fail(err, HS_EDATA, HS_NOWHERE,
                       "the profile has no sample types");
    if (!wanted) {
        *type = profile->type_count - 1;
        usual = hs_profile_string(profile, profile->default_type);
        if (usual.size > 0)
            find(profile, usual, usual, type);
        return true;
    }
    if (strncmp(wanted, prefix, size) == 0)
        bare += size;
    if (number(profile, wanted, type) ||
        find(profile, hs_str_of(wanted), hs_str_of(bare), type))
        return true;
    return unknown(profile, wanted, err);
}
