/* SPDX-License-Identifier: Apache-2.0 */
/*
 * versions.c - the version of protobuf-c at run time.
 */
#include "format/versions.h"

#include <protobuf-c/protobuf-c.h>

void hs_format_libraries(struct hs_column *into)
{
    struct hs_library library = {"protobuf-c", protobuf_c_version()};

    hs_column_push(into, &library);
}
