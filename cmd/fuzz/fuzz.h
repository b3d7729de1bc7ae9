/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz.h - the function that libFuzzer calls, and that main.c calls alone.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Gives the SIZE bytes at DATA to every decoder; aborts if one breaks its
 * word.  Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Changes the heap dump of SIZE bytes at DATA, which has room for MOST, into
 * another; returns how long that is, 0 if it is no dump. */
size_t fuzz_mutate_dump(uint8_t *data, size_t size, size_t most, unsigned seed);

#endif
