/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lens_impl.h - what the two halves of the lens share; for lens*.c only.
 */
#ifndef HS_GOLANG_LENS_IMPL_H
#define HS_GOLANG_LENS_IMPL_H

#include "golang/golang_impl.h"

/* Appends TEXT to CHARS, a column of char. */
static inline void lens_add(struct hs_column *chars, struct hs_str text)
{
    if (text.size)
        memcpy(hs_column_extend(chars, text.size), text.text, text.size);
}

/* The type of the interface of type TYPE whose words are at BYTES, which has
 * two; HS_NO_TYPE if it holds nothing, or nothing known. */
uint32_t lens_dynamic(const struct golang *g, uint32_t type,
                      const uint8_t *bytes);

/* Appends the value of TYPE at OFFSET of MEMORY as Go would write it, short:
 * of long texts and deep structs only the beginning. */
void lens_add_value(const struct golang *g, struct hs_column *chars,
                    uint32_t type, const struct hs_memory *memory,
                    uint64_t offset);

#endif
