/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_profile_sites.c - lines of code that allocate, and what of it is
 * kept.
 */
#include "section_profile.h"

#include "algo/profile_select.h"
#include "algo/profile_sites.h"
#include "base/sort.h"

#define USUAL_SITES 10
#define USUAL_CHURN 5

/* "order.go:41" of a node by line; null where no line is known. */
static struct hs_value place(struct hs_run *run,
                             const struct hs_view_node *node)
{
    struct hs_str file = node->file;
    const char *slash = memrchr(file.text ? file.text : "", '/', file.size);

    if (file.size == 0 && node->line == 0)
        return hs_value_null();
    if (slash) {
        file.size -= (size_t)(slash + 1 - file.text);
        file.text = slash + 1;
    }
    return hs_value_text(hs_doc_printf(run->doc, "%.*s:%lld", (int)file.size,
                                       file.text, (long long)node->line));
}

static struct hs_value function(const struct hs_view_node *node)
{
    if (node->function.size == 0)
        return hs_value_name(node->name.text, node->name.size);
    return hs_value_name(node->function.text, node->function.size);
}

/* Who called the library: "main.handle order.go:41". */
static struct hs_value caller(struct hs_run *run, const struct hs_look *look,
                              const struct hs_site *site)
{
    const struct hs_view_node *node;
    struct hs_value where;

    if (site->caller == HS_NO_CALLER)
        return hs_value_null();
    node = &look->view->nodes[site->caller];
    where = place(run, node);
    return hs_value_text(hs_doc_printf(
        run->doc, "%.*s %s", (int)node->function.size, node->function.text,
        where.unit == HS_UNIT_NULL ? "" : where.text));
}

static void add_site(struct hs_run *run, struct hs_block *table,
                     const struct hs_look *look, const struct hs_site *site,
                     bool counted)
{
    const struct hs_view_node *node = &look->view->nodes[site->node];
    bool clamped = false;
    struct hs_value row[] = {
        function(node),
        place(run, node),
        node->file.size ? hs_value_name(node->file.text, node->file.size)
                        : hs_value_null(),
        node->line ? hs_value_of(HS_UNIT_COUNT, node->line) : hs_value_null(),
        hs_look_value(look, site->value),
        hs_value_share(hs_sum_share(site->value, look->sums->total)),
        counted
            ? hs_value_of(HS_UNIT_COUNT, hs_sum_clamp(site->count, &clamped))
            : hs_value_null(),
        caller(run, look, site),
    };

    hs_doc_row(run->doc, table, row);
}

static void add_sites(struct hs_run *run, struct hs_block *table,
                      const struct hs_look *look, const struct hs_site *sites,
                      size_t count, bool counted)
{
    uint64_t limit = hs_run_limit(run, USUAL_SITES);

    for (size_t i = 0; i < count; i++) {
        if (sites[i].value == 0)
            continue;
        if (limit == 0 || table->row_count < limit)
            add_site(run, table, look, &sites[i], counted);
        else
            table->rows_left_out++;
    }
}

/* By what was allocated, of which little is kept. */
static int by_churn(const void *a, const void *b, void *unused)
{
    const struct hs_site *x = a, *y = b;
    __int128 v = x->other - x->value, w = y->other - y->value;

    (void)unused;
    if (v != w)
        return v > w ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

static void add_churned(struct hs_run *run, struct hs_block *table,
                        const struct hs_look *look, const struct hs_site *site)
{
    const struct hs_view_node *node = &look->view->nodes[site->node];
    struct hs_value row[] = {
        function(node),
        place(run, node),
        node->file.size ? hs_value_name(node->file.text, node->file.size)
                        : hs_value_null(),
        node->line ? hs_value_of(HS_UNIT_COUNT, node->line) : hs_value_null(),
        hs_look_value(look, site->other),
        hs_look_value(look, site->value),
        hs_value_share(hs_sum_share(site->value, site->other)),
    };

    hs_doc_row(run->doc, table, row);
}

static void add_churn(struct hs_run *run, struct hs_block *group,
                      const struct hs_look *look, struct hs_site *sites,
                      size_t count)
{
    static const struct hs_doc_column columns[] = {
        {"function", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {NULL, "line", HS_UNIT_TEXT, HS_ROLE_TEXT_ONLY},
        {"file", NULL, HS_UNIT_NAME, HS_ROLE_JSON_ONLY},
        {"line", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
        {"allocated", "allocated", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"in_use", "in use", HS_UNIT_BYTES, HS_ROLE_PLAIN},
        {"kept", "kept", HS_UNIT_SHARE, HS_ROLE_PLAIN},
    };
    uint64_t limit = hs_run_limit(run, USUAL_CHURN);
    struct hs_block *table = hs_doc_table(
        run->doc, group, "churn", "What was allocated and let go again",
        columns, sizeof(columns) / sizeof(columns[0]));

    hs_sort_first(sites, count, sizeof(*sites), limit ? limit : count, by_churn,
                  NULL);
    for (size_t i = 0; i < count; i++) {
        if (sites[i].other <= sites[i].value)
            continue;
        if (limit == 0 || table->row_count < limit)
            add_churned(run, table, look, &sites[i]);
        else
            table->rows_left_out++;
    }
}

/* The type beside which an in-use type shows how much was ever allocated. */
static size_t allocated_beside(const struct hs_look *look)
{
    struct hs_str name = hs_profile_type_name(look->profile, look->type);
    size_t type;

    if (hs_str_equal(name, hs_str_of("inuse_space")) &&
        hs_profile_find_type(look->profile, "alloc_space", &type))
        return type;
    return SIZE_MAX;
}

/* The columns of sites, named after what LOOK measures. */
static struct hs_block *sites_table(struct hs_run *run, struct hs_block *group,
                                    const struct hs_look *look, bool counted)
{
    const struct hs_doc_column columns[] = {
        {"function", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {NULL, "line", HS_UNIT_TEXT, HS_ROLE_TEXT_ONLY},
        {"file", NULL, HS_UNIT_NAME, HS_ROLE_JSON_ONLY},
        {"line", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
        {"bytes", look->measure->column, look->unit, HS_ROLE_PLAIN},
        {"share", NULL, HS_UNIT_SHARE, HS_ROLE_HEAT},
        {"objects", look->measure->objects, HS_UNIT_COUNT,
         counted ? HS_ROLE_PLAIN : HS_ROLE_JSON_ONLY},
        {"caller", "called from", HS_UNIT_NAME, HS_ROLE_PLAIN},
    };
    void *copy = hs_arena_copy(run->scratch, columns, sizeof(columns));

    return hs_doc_table(run->doc, group, "sites", look->measure->sites, copy,
                        sizeof(columns) / sizeof(columns[0]));
}

void hs_profile_sites_part(struct hs_run *run, struct hs_block *group,
                           const struct hs_look *by_function)
{
    struct hs_site_types types = {.count = SIZE_MAX};
    struct hs_view_options options = by_function->options;
    struct hs_look look = *by_function;
    struct hs_site *sites;
    size_t count;
    uint64_t first;
    bool counted;

    options.by = HS_BY_LINE;
    options.unnamed = true;
    look.view = hs_profile_view(look.profile, &options, run->scratch);
    types.value = look.type;
    types.other = allocated_beside(&look);
    counted = hs_profile_count_type(look.profile, look.type, &types.count);
    first = hs_run_limit(run, USUAL_SITES);
    sites = hs_profile_sites(look.view, &types, first ? first : SIZE_MAX,
                             &count, run->scratch);
    add_sites(run, sites_table(run, group, &look, counted), &look, sites, count,
              counted);
    if (types.other != SIZE_MAX)
        add_churn(run, group, &look, sites, count);
}
