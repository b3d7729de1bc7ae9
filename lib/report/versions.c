/* SPDX-License-Identifier: Apache-2.0 */
/*
 * versions.c - the version of Graphviz at run time.
 */
#include "report/versions.h"

#include <graphviz/gvc.h>
#include <string.h>

void hs_report_libraries(struct hs_column *into)
{
    /* No plug-in is looked for: a context is only asked for its number. */
    GVC_t *gvc = gvContextPlugins(NULL, 0);
    const char *version = gvcVersion(gvc);
    struct hs_library library = {
        "graphviz", hs_arena_copy(into->arena, version, strlen(version))};

    gvFreeContext(gvc);
    hs_column_push(into, &library);
}
