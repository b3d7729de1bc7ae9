/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libfuzzer.c - what libFuzzer asks of a target beside its test.
 */
#include "fuzz.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
                               unsigned seed);

/* One mutation in eight knows nothing of records. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
                               unsigned seed)
{
    size_t made = seed % 8 ? fuzz_mutate_dump(data, size, most, seed) : 0;

    return made ? made : LLVMFuzzerMutate(data, size, most);
}
