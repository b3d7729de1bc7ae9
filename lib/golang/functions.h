/* SPDX-License-Identifier: Apache-2.0 */
/*
 * functions.h - the function table, for who reads more than names and lines.
 */
#ifndef HS_GOLANG_FUNCTIONS_H
#define HS_GOLANG_FUNCTIONS_H

#include "golang/golang_impl.h"

/* Numbers of tables that a function may have (internal/abi/symtab.go). */
enum {
    GOLANG_PCDATA_INLINED = 2,
    GOLANG_FUNCDATA_STACK_OBJECTS = 2,
    GOLANG_FUNCDATA_INLINED = 3,
};

struct golang_functions {
    struct hs_cursor names, units, files, pctab, pclines, index;
    uint64_t count;
    unsigned quantum; /* addresses of code are multiples of it */
    bool start_lines; /* functions have the line they start at: Go >= 1.20 */
    struct golang_section *sections; /* of text; NULL: one */
    uint64_t steps_left; /* of all walks over tables: a sound file is done by
                          * far sooner */
};

struct golang_function {
    uint64_t entry, end;
    struct hs_str name;
    struct hs_cursor tables; /* pcdata, then funcdata: u4 each */
    uint32_t lines, line_files, unit, pcdata_count, funcdata_count;
};

/* The function that PC is in; false if it is in none. */
bool hs_golang_function_at(const struct golang *g, uint64_t pc,
                           struct golang_function *function);

/* Function NUMBER of the table, from 0 on; they are in order of address. */
bool hs_golang_function(const struct golang *g, uint64_t number,
                        struct golang_function *function);

/* The address of FUNCTION's data number WHICH, or 0. */
uint64_t hs_golang_funcdata(const struct golang *g,
                            const struct golang_function *function,
                            unsigned which);

#endif
