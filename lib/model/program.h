/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.h - the executable that a heap, a trace or a profile came from.
 *
 * The format only keeps its bytes; golang/ reads them and fills in the rest.
 */
#ifndef HS_MODEL_PROGRAM_H
#define HS_MODEL_PROGRAM_H

#include "base/arena.h"
#include "base/cursor.h"
#include "base/str.h"

struct hs_setting {
    struct hs_str key, value; /* "vcs.revision", "3f9c1e2..." */
};

struct hs_module {
    struct hs_str path, version, sum;
};

struct hs_program {
    struct hs_cursor bytes; /* the file, mapped as long as the snapshot lives */
    const char *file;       /* its path, as the user gave it */

    /* Filled by golang/: */
    bool read; /* it is a Go program, and what follows is known */
    struct hs_str go_version;   /* "go1.24.4" */
    struct hs_str goarch;       /* "amd64" */
    struct hs_str main;         /* import path of package main */
    struct hs_module module;    /* the main module */
    struct hs_column modules;   /* struct hs_module: what it depends on */
    struct hs_column settings;  /* struct hs_setting */
    struct hs_str build_id;     /* Go's */
    struct hs_str gnu_build_id; /* in hexadecimal; that of profiles */
    unsigned pointer_size;
    bool big_endian, position_independent;
    bool has_symbols, has_debug; /* a symbol table; DWARF */
    bool writes_heap_dump, profiles_memory, sets_finalizers; /* is linked in */
    uint64_t types, functions, variables; /* how many; 0: not counted.  There
                                           * are more types, which nothing
                                           * lists. */

    /* How it meets the heap it was given with: */
    uint64_t headers, headers_agree; /* distinct type headers in the dump, and
                                      * those it describes as the dump does */
    bool matches;                    /* it may name things */
};

#endif
