/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_filter.c - pprof's filters, worked out once per function, location
 * and label.
 *
 * An expression finds a location if it finds the name or the file of one of
 * its lines, or the file of its mapping.  --hide takes the lines that it finds
 * away, --show those that it does not; a mapping that is found stands for all
 * lines.  --show-from takes away what a location has inlined outside its last
 * line that is found.
 */
#include "algo/profile_filter.h"

#include "algo/profile_prune.h"
#include "algo/profile_tagfilter.h"

/* What an expression finds. */
struct hits {
    const bool *functions, *mappings;
    bool none; /* what has no mapping */
};

struct filtering {
    const struct hs_profile *profile;
    const uint32_t *first_line;
    uint8_t *marks;
    struct hs_filter_result *result;
    struct hs_arena *arena;
};

/* A profile without mappings has one without a name, as far as pprof is
 * concerned. */
static struct hits find(const struct filtering *f, const struct hs_regex *regex)
{
    const struct hs_profile *p = f->profile;
    bool *functions = hs_arena_zeroed(f->arena, p->function_count, 1);
    bool *mappings = hs_arena_zeroed(f->arena, p->mapping_count, 1);

    for (size_t i = 0; i < p->function_count; i++) {
        const struct hs_function *its = &p->functions[i];

        functions[i] = hs_regex_match(regex, hs_profile_string(p, its->name)) ||
                       hs_regex_match(regex, hs_profile_string(p, its->file));
    }
    for (size_t i = 0; i < p->mapping_count; i++)
        mappings[i] =
            hs_regex_match(regex, hs_profile_string(p, p->mappings[i].file));
    return (struct hits){functions, mappings,
                         p->mapping_count == 0 &&
                             hs_regex_match(regex, (struct hs_str){"", 0})};
}

static bool finds_mapping(const struct hits *hits, const struct hs_location *at)
{
    return at->mapping == HS_NO_MAPPING ? hits->none
                                        : hits->mappings[at->mapping];
}

static bool is_gone(const struct filtering *f, size_t line)
{
    return f->result->gone && f->result->gone[line];
}

static bool finds_line(const struct filtering *f, const struct hits *hits,
                       size_t line)
{
    return hits->functions[f->profile->lines[line].function];
}

/* Whether HITS have location L, of which nothing is hidden yet. */
static bool finds(const struct filtering *f, const struct hits *hits, size_t l)
{
    const struct hs_location *at = &f->profile->locations[l];

    for (uint32_t i = f->first_line[l]; i < at->line_count; i++)
        if (finds_line(f, hits, at->first_line + i))
            return true;
    return finds_mapping(hits, at);
}

static void focus(const struct filtering *f, const struct hs_regex *focus,
                  const struct hs_regex *ignore)
{
    struct hits in = {0}, out = {0};

    if (focus)
        in = find(f, focus);
    if (ignore)
        out = find(f, ignore);
    for (size_t l = 0; l < f->profile->location_count; l++) {
        if (ignore && finds(f, &out, l)) {
            f->marks[l] |= HS_MARK_IGNORE;
            f->result->idle &= ~(unsigned)HS_FILTER_IGNORE;
        } else if (!focus || finds(f, &in, l)) {
            f->marks[l] |= HS_MARK_FOCUS;
            f->result->idle &= ~(unsigned)HS_FILTER_FOCUS;
        }
    }
}

/* Takes the lines of location L away that HITS have, or (SHOW) have not; says
 * how many it leaves. */
static size_t take_lines(const struct filtering *f, const struct hits *hits,
                         size_t l, bool show)
{
    const struct hs_location *at = &f->profile->locations[l];
    bool all = finds_mapping(hits, at);
    size_t left = 0;

    for (uint32_t i = f->first_line[l]; i < at->line_count; i++) {
        size_t line = at->first_line + i;

        if ((all || finds_line(f, hits, line)) != show)
            f->result->gone[line] = true;
        left += !is_gone(f, line);
    }
    return left;
}

static void hide(const struct filtering *f, const struct hs_regex *regex)
{
    struct hits hits = find(f, regex);

    for (size_t l = 0; l < f->profile->location_count; l++) {
        if (!finds(f, &hits, l))
            continue;
        f->result->idle &= ~(unsigned)HS_FILTER_HIDE;
        if (take_lines(f, &hits, l, false) == 0)
            f->marks[l] |= HS_MARK_HIDE;
    }
}

static void show(const struct filtering *f, const struct hs_regex *regex)
{
    struct hits hits = find(f, regex);

    for (size_t l = 0; l < f->profile->location_count; l++) {
        if (take_lines(f, &hits, l, true) == 0)
            f->marks[l] |= HS_MARK_HIDE;
        else
            f->result->idle &= ~(unsigned)HS_FILTER_SHOW;
    }
}

static void show_from(const struct filtering *f, const struct hs_regex *regex)
{
    struct hits hits = find(f, regex);

    for (size_t l = 0; l < f->profile->location_count; l++) {
        const struct hs_location *at = &f->profile->locations[l];
        uint32_t from = f->first_line[l], last = at->line_count;

        if (!finds_mapping(&hits, at)) {
            while (last > from &&
                   (is_gone(f, at->first_line + last - 1) ||
                    !finds_line(f, &hits, at->first_line + last - 1)))
                last--;
            if (last == from)
                continue;
            for (uint32_t i = last; i < at->line_count; i++)
                f->result->gone[at->first_line + i] = true;
        }
        f->marks[l] |= HS_MARK_FROM;
        f->result->idle &= ~(unsigned)HS_FILTER_SHOW_FROM;
    }
}

/* Leaves out the samples that FILTER finds, or (FOCUS) those it does not. */
static void leave_out(const struct filtering *f,
                      const struct hs_tag_filter *filter, bool focus_on,
                      unsigned bit)
{
    uint64_t count = f->profile->sample_count;
    struct hs_bitset found = hs_bitset_new(count, f->arena);
    struct hs_bitset *out = &f->result->out;

    if (hs_tag_filter_find(filter, f->profile, &found))
        f->result->idle &= ~bit;
    if (!out->words)
        *out = hs_bitset_new(count, f->arena);
    for (uint64_t i = 0; i < hs_bitset_words(count); i++)
        out->words[i] |= focus_on ? ~found.words[i] : found.words[i];
    hs_bitset_release(&found, f->arena);
}

static unsigned given(const struct hs_view_options *options)
{
    return (options->focus ? HS_FILTER_FOCUS : 0u) |
           (options->ignore ? HS_FILTER_IGNORE : 0u) |
           (options->hide ? HS_FILTER_HIDE : 0u) |
           (options->show ? HS_FILTER_SHOW : 0u) |
           (options->show_from ? HS_FILTER_SHOW_FROM : 0u) |
           (options->tag_focus ? HS_FILTER_TAG_FOCUS : 0u) |
           (options->tag_ignore ? HS_FILTER_TAG_IGNORE : 0u);
}

void hs_profile_filter(const struct hs_profile *profile,
                       const struct hs_view_options *options,
                       const uint32_t *first_line, uint8_t *marks,
                       struct hs_filter_result *result, struct hs_arena *arena)
{
    struct filtering f = {profile, first_line, marks, result, arena};

    *result = (struct hs_filter_result){.idle = given(options)};
    /* Those that only hide have the effect on samples of a --focus on all. */
    if (options->focus || options->ignore || options->hide || options->show)
        focus(&f, options->focus, options->ignore);
    if (options->hide || options->show || options->show_from)
        result->gone = hs_arena_zeroed(arena, profile->line_count, 1);
    if (options->hide)
        hide(&f, options->hide);
    if (options->show)
        show(&f, options->show);
    if (options->show_from)
        show_from(&f, options->show_from);
    if (options->tag_focus)
        leave_out(&f, options->tag_focus, true, HS_FILTER_TAG_FOCUS);
    if (options->tag_ignore)
        leave_out(&f, options->tag_ignore, false, HS_FILTER_TAG_IGNORE);
}
