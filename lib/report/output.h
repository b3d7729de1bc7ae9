/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output.h - what reports write through: buffered, failures remembered.
 */
#ifndef HS_REPORT_OUTPUT_H
#define HS_REPORT_OUTPUT_H

#include "base/text.h"
#include "report/report.h"

/* Once a write has failed nothing more is written. */
void hs_output_put(struct hs_output *out, const char *bytes, size_t size);
void hs_output_puts(struct hs_output *out, const char *string);
void hs_output_text(struct hs_output *out, struct hs_str text);
void hs_output_spaces(struct hs_output *out, size_t count);

/* Hands over what is still held; the end of every render. */
bool hs_output_finish(struct hs_output *out, struct hs_err *err);

#endif
