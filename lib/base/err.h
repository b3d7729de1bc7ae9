/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err.h - what went wrong, where in the input, in one sentence.
 *
 * A function that can fail returns bool, takes `struct hs_err *err` last, and
 * returns false iff it filled ERR.  The first failure wins: filling an ERR
 * that is already filled changes nothing, so an outer layer may add its own
 * failure without hiding the cause.
 *
 * Messages: lower case, no full stop, the subject in single quotes.  The byte
 * offset is kept apart; whoever prints the error adds "(at byte N)".
 */
#ifndef HS_BASE_ERR_H
#define HS_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HS_PRINTF(f, first) __attribute__((format(printf, f, first)))

enum hs_err_kind {
    HS_OK = 0,
    HS_ETRUNC,       /* the input ends too early: what came before is good */
    HS_EDATA,        /* the input contradicts its format */
    HS_EUNKNOWN,     /* no known format */
    HS_EUNSUPPORTED, /* a known format or feature that is not decoded */
    HS_ELIMIT,       /* a stated limit was met (--max-bytes, 2^32 objects) */
    HS_EIO,          /* the system refused: open, read, write */
    HS_EUSAGE,       /* the command line asks for what makes no sense */
};

/* "no offset": the failure has no place in the input. */
#define HS_NOWHERE UINT64_MAX

struct hs_err {
    enum hs_err_kind kind;
    uint64_t offset; /* bytes from the start of the input, or HS_NOWHERE */
    char message[232];
};

#define HS_ERR_NONE ((struct hs_err){.offset = HS_NOWHERE})

/* Fills ERR unless it is filled already; always returns false, so that a
 * failing function ends in `return hs_fail(...)`. */
bool hs_fail(struct hs_err *err, enum hs_err_kind kind, uint64_t offset,
             const char *format, ...) HS_PRINTF(4, 5);

/* Makes ERR empty again. */
void hs_err_clear(struct hs_err *err);

/* Ends the program with status 2 and a line on stderr: no memory is left.
 * The only place in the library that ends the program. */
_Noreturn void hs_out_of_memory(size_t wanted);

#endif
