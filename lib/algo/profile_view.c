/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_view.c - what every location expands to, and which part of a stack
 * is looked at.
 */
#include "algo/profile_view.h"

#include "algo/profile_filter.h"
#include "algo/profile_nodes.h"
#include "algo/profile_prune.h"

/* What code of location LOCATION stands for if it has no lines. */
static uint32_t bare_node(const struct hs_node_table *table,
                          const struct hs_profile *profile,
                          const struct hs_location *location)
{
    size_t mapping = location->mapping == HS_NO_MAPPING ? profile->mapping_count
                                                        : location->mapping;

    return table->of_group[table->group[profile->function_count + mapping]];
}

/* A function without a name counts as no function. */
static bool nameless(const struct hs_view_node *node)
{
    return node->function.size == 0 && node->file.size == 0 && node->line == 0;
}

/* Expands all locations but for the lines that are GONE.  Neighbours that stand
 * for the same (two functions of one package, say) become one. */
static void expand(struct hs_profile_view *view,
                   const struct hs_node_table *table,
                   const uint32_t *first_line, const bool *gone,
                   struct hs_arena *arena)
{
    const struct hs_profile *profile = view->profile;
    size_t count = profile->location_count;
    uint32_t *start = hs_arena_alloc(arena, (count + 1) * sizeof(*start));
    uint32_t *to =
        hs_arena_alloc(arena, (count + profile->line_count) * sizeof(*to));
    const struct hs_view_node *nodes = view->nodes;
    uint32_t used = 0;

    for (size_t l = 0; l < count; l++) {
        const struct hs_location *at = &profile->locations[l];

        start[l] = used;
        if (view->marks[l] & HS_MARK_HIDE)
            continue;
        if (at->line_count == 0)
            to[used++] = bare_node(table, profile, at);
        for (uint32_t i = first_line[l]; i < at->line_count; i++) {
            uint32_t node = hs_node_of_line(table, profile, at->first_line + i);

            if (gone && gone[at->first_line + i])
                continue;
            if (nameless(&nodes[node]))
                node = bare_node(table, profile, at);
            if (used == start[l] || to[used - 1] != node)
                to[used++] = node;
        }
    }
    start[count] = used;
    view->expand = to;
    view->expand_start = start;
}

struct hs_profile_view *hs_profile_view(const struct hs_profile *profile,
                                        const struct hs_view_options *options,
                                        struct hs_arena *arena)
{
    struct hs_profile_view *view = hs_arena_zeroed(arena, 1, sizeof(*view));
    struct hs_node_table table;
    struct hs_filter_result filter;
    uint32_t *first_line =
        hs_arena_zeroed(arena, profile->location_count, sizeof(*first_line));
    uint8_t *marks =
        hs_arena_zeroed(arena, profile->location_count, sizeof(*marks));

    view->profile = profile;
    view->by = options->by;
    view->marks = marks;
    view->warning = hs_profile_prune(profile, marks, first_line, arena);
    hs_profile_filter(profile, options, first_line, marks, &filter, arena);
    view->out = filter.out.words;
    view->idle = filter.idle;
    view->hides = options->hide || options->show;
    view->focuses = options->focus || options->ignore || view->hides;
    view->starts_late = options->show_from != NULL;
    view->filters = view->focuses || view->starts_late || view->out;
    for (size_t l = 0; l < profile->location_count && !view->prunes; l++)
        view->prunes = marks[l] & (HS_MARK_DROP | HS_MARK_DROP_BELOW);
    hs_node_table_make(&table, profile, options, arena);
    view->nodes = table.nodes.at;
    view->node_count = (uint32_t)table.nodes.count;
    expand(view, &table, first_line, filter.gone, arena);
    return view;
}

/* Where the looked-at part of a stack begins.  From the root on: frames before
 * the first that stays are never dropped; at the first that is to be dropped
 * behind it, it goes, and all that it called. */
static uint64_t pruned(const struct hs_profile_view *view, uint64_t first,
                       uint64_t end)
{
    const uint32_t *frames = view->profile->frames;
    bool stays = false;

    for (uint64_t i = end; i-- > first;) {
        uint8_t mark = view->marks[frames[i]];

        if (!(mark & (HS_MARK_DROP | HS_MARK_DROP_BELOW)))
            stays = true;
        else if (stays)
            return mark & HS_MARK_DROP ? i + 1 : i;
    }
    return first;
}

/* Whether FOCUS is in a stack and IGNORE is not. */
static bool focused(const struct hs_profile_view *view, uint64_t first,
                    uint64_t end)
{
    const uint32_t *frames = view->profile->frames;
    bool focus = false;

    for (uint64_t i = first; i < end; i++) {
        uint8_t mark = view->marks[frames[i]];

        if (mark & HS_MARK_IGNORE)
            return false;
        if (mark & HS_MARK_FOCUS)
            focus = true;
    }
    return focus;
}

bool hs_view_stack(const struct hs_profile_view *view, size_t s,
                   uint64_t *first, uint64_t *end)
{
    const struct hs_profile *profile = view->profile;
    const uint32_t *frames = profile->frames;
    uint8_t wanted = HS_MARK_FROM | HS_MARK_HIDE;

    *first = profile->stack_start[s];
    *end = profile->stack_start[s + 1];
    if (view->prunes)
        *first = pruned(view, *first, *end);
    if (!view->filters)
        return true;
    if ((view->out && view->out[s / 64] >> s % 64 & 1) ||
        (view->focuses && !focused(view, *first, *end)))
        return false;
    if (view->hides)
        while (*first < *end && view->marks[frames[*first]] & HS_MARK_HIDE)
            ++*first;
    if (view->starts_late)
        while (*first < *end &&
               (view->marks[frames[*end - 1]] & wanted) != HS_MARK_FROM)
            --*end;
    return *first < *end || !(view->hides || view->starts_late);
}

static const char *const names[] = {
    [HS_BY_FUNCTION] = "function",
    [HS_BY_FILE] = "file",
    [HS_BY_LINE] = "line",
    [HS_BY_PACKAGE] = "package",
};

const char *hs_granularity_name(enum hs_granularity by)
{
    return names[by];
}

bool hs_granularity_named(const char *name, enum hs_granularity *by)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t size = strlen(names[i]);

        if (strncmp(name, names[i], size) == 0 &&
            (name[size] == '\0' || strcmp(name + size, "s") == 0)) {
            *by = (enum hs_granularity)i;
            return true;
        }
    }
    return false;
}
