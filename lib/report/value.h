/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value.h - one value of a document, with its unit.
 *
 * Commands say what a number is, reports say how it looks: 509717709 bytes are
 * "486.1 MiB" to a person and 509717709 to a program.  Texts are borrowed.
 */
#ifndef HS_REPORT_VALUE_H
#define HS_REPORT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hs_unit {
    HS_UNIT_NULL,    /* unknown: null in JSON, empty (or "unknown") in text */
    HS_UNIT_TEXT,    /* words, never shortened */
    HS_UNIT_NAME,    /* a Go name or path: may be shortened in the middle */
    HS_UNIT_COUNT,   /* integer, "3 912 440" */
    HS_UNIT_BYTES,   /* integer, "486.1 MiB"; exact in JSON */
    HS_UNIT_NANOS,   /* integer duration, "1.25 s" */
    HS_UNIT_TIME,    /* integer, nanoseconds since 1970, UTC */
    HS_UNIT_ADDRESS, /* unsigned, "0xc000012345"; a string in JSON */
    HS_UNIT_SHARE,   /* double 0..1, "90.7%" */
    HS_UNIT_NUMBER,  /* double without unit */
    HS_UNIT_BOOL,
};

/* What a reader must know about a number beside its size. */
enum hs_value_flag {
    HS_VALUE_SIGNED = 1,  /* a difference: text shows + and -, share too */
    HS_VALUE_ABOUT = 2,   /* an estimate: text shows ≈ */
    HS_VALUE_AT_LEAST = 4 /* a lower bound: text shows ≥ */
};

struct hs_value {
    enum hs_unit unit;
    unsigned flags; /* enum hs_value_flag */
    union {
        int64_t integer;
        uint64_t address;
        double number;
        bool truth;
        struct {
            const char *text;
            size_t size;
        };
    };
};

struct hs_value hs_value_null(void);
struct hs_value hs_value_text(const char *text); /* NUL-terminated, borrowed */
struct hs_value hs_value_name(const char *text, size_t size); /* borrowed */
struct hs_value hs_value_of(enum hs_unit unit, int64_t integer);
struct hs_value hs_value_delta(enum hs_unit unit, int64_t integer);
struct hs_value hs_value_share(double share);
struct hs_value hs_value_number(double number);
struct hs_value hs_value_address(uint64_t address);
struct hs_value hs_value_bool(bool truth);

#endif
