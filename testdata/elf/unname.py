#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""unname.py IN OUT - a pprof profile without its functions and lines: nothing
but addresses is left."""
import gzip
import sys

LOCATION, FUNCTION, LINE = 4, 5, 4


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def encode(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def fields(data):
    """(number, contents, all of it) of each field."""
    at = 0
    while at < len(data):
        start = at
        key, at = varint(data, at)
        body = None
        if key & 7 == 0:
            _, at = varint(data, at)
        else:
            size, at = varint(data, at)
            body = data[at:at + size]
            at += size
        yield key >> 3, body, data[start:at]


def main():
    out = b""
    for number, body, raw in fields(gzip.open(sys.argv[1]).read()):
        if number == FUNCTION:
            continue
        if number == LOCATION:
            body = b"".join(r for n, _, r in fields(body) if n != LINE)
            raw = encode(LOCATION << 3 | 2) + encode(len(body)) + body
        out += raw
    with gzip.open(sys.argv[2], "wb") as file:
        file.write(out)


main()
