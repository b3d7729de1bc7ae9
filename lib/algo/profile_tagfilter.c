/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_tagfilter.c - a filter read, and asked once per different label.
 *
 * A million samples have few different labels, so each is matched once and its
 * answer kept, one bit for each expression of the filter.  A number's unit is
 * the first that any sample gives to its key; that of a key without one is
 * bytes for "alignment" and "request", else the key itself.
 */
#include "algo/profile_tagfilter.h"

#include <math.h>

#include "algo/profile_unit.h"
#include "base/intern.h"
#include "base/map.h"

struct number {
    struct hs_str whole, unit;
    int64_t value;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Finds the first number at or after *AT, its sign and unit with it, and steps
 * behind it.  False if there is none. */
static bool next_number(struct hs_str text, size_t *at, struct number *number)
{
    size_t i = *at, start, digits;

    while (i < text.size && !is_digit(text.text[i]))
        i++;
    if (i == text.size)
        return false;
    digits = start = i;
    if (start > *at && strchr("+-", text.text[start - 1]))
        start--;
    while (i < text.size && is_digit(text.text[i]))
        i++;
    number->unit.text = text.text + i;
    while (i < text.size && is_letter(text.text[i]))
        i++;
    number->unit.size = (size_t)(text.text + i - number->unit.text);
    number->whole = (struct hs_str){text.text + start, i - start};
    number->value = 0;
    for (size_t d = digits; text.text + d < number->unit.text; d++)
        if (__builtin_mul_overflow(number->value, 10, &number->value) ||
            __builtin_add_overflow(number->value, text.text[d] - '0',
                                   &number->value))
            number->value = INT64_MAX; /* no label has more */
    if (text.text[start] == '-')
        number->value = -number->value;
    *at = i;
    return true;
}

/* Whether TEXT is a range; FILTER then has its ends. */
static bool read_range(struct hs_tag_filter *filter, struct hs_str text)
{
    struct number first, second;
    struct hs_str other;
    size_t at = 0, before;
    double value;

    if (!next_number(text, &at, &first))
        return false;
    before = (size_t)(first.whole.text - text.text);
    value = hs_unit_scale(first.value, first.unit, first.unit, &filter->unit);
    filter->low = -INFINITY;
    filter->high = INFINITY;
    if (next_number(text, &at, &second)) {
        filter->low = value;
        filter->high =
            hs_unit_scale(second.value, second.unit, filter->unit, &other);
        return before == 0 && at == text.size &&
               text.size == first.whole.size + 1 + second.whole.size &&
               text.text[first.whole.size] == ':' &&
               hs_str_equal(filter->unit, other);
    }
    if (before == 0 &&
        (text.size == at || (text.size == at + 1 && text.text[at] == ':')))
        filter->low = value;
    else if (before != 1 || text.text[0] != ':' || text.size != at)
        return false;
    if (text.size == at)
        filter->high = value;
    return true;
}

const struct hs_tag_filter *hs_tag_filter_compile(const char *text,
                                                  struct hs_arena *arena,
                                                  struct hs_err *err)
{
    struct hs_tag_filter *filter = hs_arena_zeroed(arena, 1, sizeof(*filter));
    const char *equal = strchr(text, '=');

    if (equal) {
        filter->key = (struct hs_str){text, (size_t)(equal - text)};
        filter->keyed = filter->key.size > 0;
        text = equal + 1;
    }
    filter->range = read_range(filter, hs_str_of(text));
    while (!filter->range) {
        struct hs_str piece = {text, strcspn(text, ",")};

        if (filter->count == HS_TAG_REGEXES) {
            hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                    "more than %d expressions for one filter of labels",
                    HS_TAG_REGEXES);
            return NULL;
        }
        filter->regex[filter->count] = hs_regex_compile(arena, piece, err);
        if (!filter->regex[filter->count++])
            return NULL;
        text += piece.size;
        if (*text++ == '\0')
            break;
    }
    return filter;
}

struct search {
    const struct hs_tag_filter *filter;
    const struct hs_profile *profile;
    struct hs_arena scratch;
    struct hs_map seen;      /* key and text: number of an answer */
    struct hs_column answer; /* uint64_t: a bit for each regex that matches */
    struct hs_intern keys;
    struct hs_column units; /* struct hs_str, by key; size 0: none yet */
};

static struct hs_str string(const struct search *search, uint32_t number)
{
    return hs_profile_string(search->profile, number);
}

/* Which of the filter's expressions match LABEL, a text. */
static uint64_t ask(struct search *search, const struct hs_label *label)
{
    const struct hs_tag_filter *filter = search->filter;
    struct hs_str key = string(search, label->key);
    struct hs_str text = string(search, label->text);
    uint64_t bits = 0;

    if (!filter->keyed) {
        size_t size = key.size + 1 + text.size;
        char *whole = hs_arena_alloc(&search->scratch, size);

        if (key.size > 0)
            memcpy(whole, key.text, key.size);
        whole[key.size] = ':';
        if (text.size > 0)
            memcpy(whole + key.size + 1, text.text, text.size);
        text = (struct hs_str){whole, size};
    } else if (!hs_str_equal(key, filter->key)) {
        return 0;
    }
    for (size_t i = 0; i < filter->count; i++)
        if (hs_regex_match(filter->regex[i], text))
            bits |= (uint64_t)1 << i;
    return bits;
}

static uint64_t answer(struct search *search, const struct hs_label *label)
{
    uint32_t next = (uint32_t)search->answer.count;
    uint32_t at = hs_map_add(&search->seen,
                             (uint64_t)label->key << 32 | label->text, next);

    if (at == next) {
        uint64_t bits = ask(search, label);

        hs_column_push(&search->answer, &bits);
    }
    return ((const uint64_t *)search->answer.at)[at];
}

/* The unit of LABEL's key. */
static struct hs_str *unit_of(struct search *search,
                              const struct hs_label *label)
{
    uint32_t key = hs_intern_add(&search->keys, string(search, label->key));

    if (key == search->units.count)
        hs_column_push(&search->units, &(struct hs_str){"", 0});
    return (struct hs_str *)search->units.at + key;
}

/* Each key's unit is the first that one of its labels has. */
static void find_units(struct search *search)
{
    const struct hs_profile *profile = search->profile;

    for (uint64_t l = 0; l < profile->label_start[profile->sample_count]; l++) {
        const struct hs_label *label = &profile->labels[l];
        struct hs_str *unit;

        if (label->text)
            continue;
        unit = unit_of(search, label);
        if (unit->size == 0)
            *unit = string(search, label->unit);
    }
    for (uint32_t k = 0; k < search->keys.texts.count; k++) {
        struct hs_str key = hs_intern_text(&search->keys, k);
        struct hs_str *unit = (struct hs_str *)search->units.at + k;

        if (unit->size > 0)
            continue;
        *unit = hs_str_equal(key, hs_str_of("alignment")) ||
                        hs_str_equal(key, hs_str_of("request"))
                    ? hs_str_of("bytes")
                    : key;
    }
}

static bool in_range(struct search *search, const struct hs_label *label)
{
    const struct hs_tag_filter *filter = search->filter;
    struct hs_str unit;
    double value;

    if (filter->keyed && !hs_str_equal(string(search, label->key), filter->key))
        return false;
    value = hs_unit_scale(label->number, *unit_of(search, label), filter->unit,
                          &unit);
    return hs_str_equal(unit, filter->unit) && value >= filter->low &&
           value <= filter->high;
}

static bool finds(struct search *search, size_t s)
{
    const struct hs_tag_filter *filter = search->filter;
    const struct hs_profile *profile = search->profile;
    uint64_t bits = 0;

    for (uint64_t l = profile->label_start[s]; l < profile->label_start[s + 1];
         l++) {
        const struct hs_label *label = &profile->labels[l];

        if (filter->range && !label->text && in_range(search, label))
            return true;
        if (!filter->range && label->text)
            bits |= answer(search, label);
    }
    if (filter->range)
        return false;
    return filter->keyed
               ? bits != 0
               : bits == UINT64_MAX >> (HS_TAG_REGEXES - filter->count);
}

bool hs_tag_filter_find(const struct hs_tag_filter *filter,
                        const struct hs_profile *profile,
                        struct hs_bitset *found)
{
    struct search search = {.filter = filter, .profile = profile};
    bool any = false;

    if (!profile->label_start)
        return false;
    search.answer = HS_COLUMN(uint64_t, &search.scratch);
    search.units = HS_COLUMN(struct hs_str, &search.scratch);
    hs_map_init(&search.seen, &search.scratch, 0);
    hs_intern_init(&search.keys, &search.scratch, &search.scratch);
    if (filter->range)
        find_units(&search);
    for (size_t s = 0; s < profile->sample_count; s++)
        if (finds(&search, s)) {
            hs_bitset_add(found, s);
            any = true;
        }
    hs_arena_free(&search.scratch);
    return any;
}
