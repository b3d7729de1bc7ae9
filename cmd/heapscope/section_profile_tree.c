/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_profile_tree.c - the call tree of a profile, its biggest branches.
 */
#include "section_profile.h"

#include <inttypes.h>
#include <string.h>

#include "algo/profile_select.h"
#include "algo/profile_tree.h"

#define USUAL_ROWS 40

static bool contains(struct hs_str name, const char *part)
{
    return memmem(name.text, name.size, part, strlen(part)) != NULL;
}

/* The node that TARGET names: exactly, or as the only one (the one with the
 * biggest cum value) whose name has it. */
static bool find(const struct hs_look *look, const char *target,
                 uint32_t *found, struct hs_err *err)
{
    __int128 most = 0;

    *found = HS_NO_NODE_BELOW;
    for (uint32_t n = 0; n < look->view->node_count; n++) {
        struct hs_str name = look->view->nodes[n].name;
        __int128 cum = hs_sum_abs(look->sums->nodes[n].cum);

        if (hs_str_equal(name, hs_str_of(target))) {
            *found = n;
            return true;
        }
        if (cum > most && contains(name, target)) {
            most = cum;
            *found = n;
        }
    }
    if (*found != HS_NO_NODE_BELOW)
        return true;
    return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                   "neither a file nor a function is called '%.100s'", target);
}

static void add_row(struct hs_run *run, struct hs_block *table,
                    const struct hs_look *look, const struct hs_tree_row *row)
{
    struct hs_value values[] = {
        hs_value_null(),
        hs_look_value(look, row->cum),
        hs_value_share(hs_sum_share(row->cum, look->sums->total)),
        hs_look_value(look, row->flat),
        hs_value_of(HS_UNIT_COUNT, (int64_t)row->samples),
        hs_value_of(HS_UNIT_COUNT, (int64_t)row->count),
    };

    if (row->node == HS_NO_NODE_BELOW) {
        values[0] = hs_value_text(
            hs_doc_printf(run->doc, "(%" PRIu64 " smaller)", row->count));
        values[3] = hs_value_null();
    } else {
        struct hs_str name = look->view->nodes[row->node].name;

        values[0] = hs_value_name(name.text, name.size);
    }
    hs_doc_row(run->doc, table, values)->depth = row->depth;
}

bool hs_profile_tree_section(struct hs_run *run, struct hs_err *err)
{
    static const struct hs_doc_column columns[] = {
        {"name", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"cum", "cum", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"share", NULL, HS_UNIT_SHARE, HS_ROLE_HEAT},
        {"flat", "flat", HS_UNIT_COUNT, HS_ROLE_PLAIN},
        {"samples", "stacks", HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
        {"count", NULL, HS_UNIT_COUNT, HS_ROLE_JSON_ONLY},
    };
    struct hs_document *doc = run->doc;
    struct hs_call_tree *tree;
    struct hs_block *table;
    struct hs_look look;
    uint32_t root = HS_NO_NODE_BELOW;

    if (!hs_look(run, &run->snapshots[0], NULL, &look, err) ||
        (run->target && !find(&look, run->target, &root, err)))
        return false;
    tree = hs_profile_tree(look.view, look.type, root,
                           hs_run_limit(run, USUAL_ROWS), run->scratch);
    hs_look_head(run, &look);
    table = hs_doc_table(doc, doc->top, "rows", "outermost call first", columns,
                         sizeof(columns) / sizeof(columns[0]));
    table->style = HS_TABLE_TREE;
    for (size_t i = 0; i < tree->count; i++)
        add_row(run, table, &look, &tree->rows[i]);
    hs_look_notes(run, doc->top, &look);
    return true;
}
