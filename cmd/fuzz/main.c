/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - replay FILE...: gives files to the fuzz target, without libFuzzer.
 */
#include <stdio.h>

#include "base/input.h"
#include "fuzz.h"

int main(int argc, char **argv)
{
    int status = 0;

    for (int i = 1; i < argc; i++) {
        struct hs_err err = HS_ERR_NONE;
        struct hs_input *input = hs_input_open(argv[i], NULL, &err);
        struct hs_cursor all;

        if (!input) {
            fprintf(stderr, "replay: %s: %s\n", argv[i], err.message);
            status = 2;
            continue;
        }
        all = hs_input_stored(input);
        LLVMFuzzerTestOneInput(all.at, hs_cursor_left(&all));
        hs_input_close(input);
    }
    return status;
}
