/* SPDX-License-Identifier: Apache-2.0 */
#include "format/trace_impl.h"

bool hs_trace_v1(struct trace *t, struct hs_cursor in, struct hs_err *err)
{
    (void)t;
    return hs_fail(err, HS_EUNSUPPORTED, in.offset, "not yet");
}
