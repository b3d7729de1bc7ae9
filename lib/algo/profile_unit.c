/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_unit.c - a table of units, in three kinds.
 *
 * The names and factors are those of pprof's package measurement, so that a
 * range of --tagfocus and a merge of profiles mean what they mean there.  Case
 * does not matter, nor does one `s` behind a name of more than two letters.
 */
#include "algo/profile_unit.h"

enum kind { BYTES, TIME, GCU };

static const struct unit {
    const char *name;
    const char *aliases; /* between spaces */
    double factor;
    enum kind kind;
} units[] = {
    {"B", " b byte ", 1, BYTES},
    {"kB", " kb kbyte kilobyte ", 0x1p10, BYTES},
    {"MB", " mb mbyte megabyte ", 0x1p20, BYTES},
    {"GB", " gb gbyte gigabyte ", 0x1p30, BYTES},
    {"TB", " tb tbyte terabyte ", 0x1p40, BYTES},
    {"PB", " pb pbyte petabyte ", 0x1p50, BYTES},
    {"ns", " ns nanosecond ", 1, TIME},
    {"us", " us microsecond ", 1e3, TIME},
    {"ms", " ms millisecond ", 1e6, TIME},
    {"s", " s sec second ", 1e9, TIME},
    {"hrs", " hour hr ", 3600e9, TIME},
    {"n*GCU", " nanogcu ", 1e-9, GCU},
    {"u*GCU", " microgcu ", 1e-6, GCU},
    {"m*GCU", " milligcu ", 1e-3, GCU},
    {"GCU", " gcu ", 1, GCU},
    {"k*GCU", " kilogcu ", 1e3, GCU},
    {"M*GCU", " megagcu ", 1e6, GCU},
    {"G*GCU", " gigagcu ", 1e9, GCU},
    {"T*GCU", " teragcu ", 1e12, GCU},
    {"P*GCU", " petagcu ", 1e15, GCU},
};

#define UNITS (sizeof(units) / sizeof(units[0]))

/* What a kind is shown in that is asked for in another. */
static const char *const usual[] = {[BYTES] = "b", [TIME] = "s", [GCU] = "gcu"};

static const struct unit *find(struct hs_str name)
{
    char word[16] = " ";
    size_t size = name.size;

    if (size > 2 && (name.text[size - 1] | 0x20) == 's')
        size--;
    if (size == 0 || size + 3 > sizeof(word))
        return NULL;
    for (size_t i = 0; i < size; i++) {
        char c = name.text[i];

        word[i + 1] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
        if (word[i + 1] < 'a' || word[i + 1] > 'z')
            return NULL; /* also a space, which the aliases stand between */
    }
    memcpy(word + 1 + size, " ", 2);
    for (size_t i = 0; i < UNITS; i++)
        if (strstr(units[i].aliases, word))
            return &units[i];
    return NULL;
}

/* Units that are not worth a word. */
static bool is_plain(struct hs_str unit)
{
    static const char *const words[] = {"count", "sample", "unit", "minimum",
                                        "auto"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (hs_str_equal(unit, hs_str_of(words[i])))
            return true;
    return false;
}

double hs_unit_scale(int64_t value, struct hs_str from, struct hs_str to,
                     struct hs_str *unit)
{
    const struct unit *its = find(from), *wanted = find(to);

    if (!its) {
        *unit = is_plain(to) ? hs_str_of("") : to;
        return (double)value;
    }
    if (!wanted || wanted->kind != its->kind)
        wanted = find(hs_str_of(usual[its->kind]));
    *unit = hs_str_of(wanted->name);
    return (double)value * its->factor / wanted->factor;
}

bool hs_unit_same_kind(struct hs_str a, struct hs_str b)
{
    const struct unit *x = find(a), *y = find(b);

    return hs_str_equal(a, b) || (x && y && x->kind == y->kind);
}
