/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value.c - makes values; see value.h.
 */
#include "report/value.h"

#include <string.h>

struct hs_value hs_value_null(void)
{
    return (struct hs_value){.unit = HS_UNIT_NULL};
}

struct hs_value hs_value_text(const char *text)
{
    if (!text)
        return hs_value_null();
    return (struct hs_value){
        .unit = HS_UNIT_TEXT, .text = text, .size = strlen(text)};
}

struct hs_value hs_value_name(const char *text, size_t size)
{
    if (!text)
        return hs_value_null();
    return (struct hs_value){.unit = HS_UNIT_NAME, .text = text, .size = size};
}

struct hs_value hs_value_of(enum hs_unit unit, int64_t integer)
{
    return (struct hs_value){.unit = unit, .integer = integer};
}

struct hs_value hs_value_delta(enum hs_unit unit, int64_t integer)
{
    return (struct hs_value){
        .unit = unit, .flags = HS_VALUE_SIGNED, .integer = integer};
}

struct hs_value hs_value_share(double share)
{
    return (struct hs_value){.unit = HS_UNIT_SHARE, .number = share};
}

struct hs_value hs_value_number(double number)
{
    return (struct hs_value){.unit = HS_UNIT_NUMBER, .number = number};
}

struct hs_value hs_value_address(uint64_t address)
{
    return (struct hs_value){.unit = HS_UNIT_ADDRESS, .address = address};
}

struct hs_value hs_value_bool(bool truth)
{
    return (struct hs_value){.unit = HS_UNIT_BOOL, .truth = truth};
}
