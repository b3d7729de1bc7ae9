#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""blank.py FILE OUT - a stripped Go executable with zeroes where no test looks:
its code, and of the tables that say what line an address is of, those of
functions outside the packages main and heapscope.example/...  Types, function
names and all addresses stay."""
import struct
import sys


def sections(data):
    """name -> (offset, size), of a little-endian file."""
    wide = data[4] == 2
    shoff, = struct.unpack_from("<Q" if wide else "<I", data, 40 if wide else 32)
    each, count, names = struct.unpack_from("<HHH", data, 58 if wide else 46)
    rows = []
    for i in range(count):
        at = shoff + i * each
        if wide:
            name, = struct.unpack_from("<I", data, at)
            offset, size = struct.unpack_from("<QQ", data, at + 24)
        else:
            name, = struct.unpack_from("<I", data, at)
            offset, size = struct.unpack_from("<II", data, at + 16)
        rows.append((name, offset, size))
    start = rows[names][1]
    return {bytes(data[start + n:data.index(0, start + n)]).decode(): (o, s)
            for n, o, s in rows}


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def table_end(data, start):
    at, first = start, True
    while True:
        value, at = varint(data, at)
        if value == 0 and not first:
            return at
        _, at = varint(data, at)
        first = False


def blank_lines(data, start):
    """START is where the function table is in the file."""
    magic, _, _, word = struct.unpack_from("<IHBB", data, start)
    form = "<Q" if word == 8 else "<I"
    count, _, _, names, _, _, pctab, lines = (
        struct.unpack_from(form, data, start + 8 + i * word)[0]
        for i in range(8))
    head = 44 if magic == 0xFFFFFFF1 else 40
    kept = []
    for i in range(count):
        _, at = struct.unpack_from("<II", data, start + lines + 8 * i)
        at += start + lines
        name_at, = struct.unpack_from("<I", data, at + 4)
        name_at += start + names
        name = bytes(data[name_at:data.index(0, name_at)])
        if not name.startswith((b"main.", b"heapscope.")):
            continue
        tables = list(struct.unpack_from("<III", data, at + 16))
        pcdata, = struct.unpack_from("<I", data, at + 28)
        tables += struct.unpack_from("<%dI" % pcdata, data, at + head)
        for table in filter(None, tables):
            begin = start + pctab + table
            kept.append((begin, table_end(data, begin)))
    whole = bytes(data[start + pctab:start + lines])
    data[start + pctab:start + lines] = bytes(len(whole))
    for begin, end in kept:
        data[begin:end] = whole[begin - start - pctab:end - start - pctab]


def main():
    data = bytearray(open(sys.argv[1], "rb").read())
    where = sections(data)
    offset, size = where[".text"]
    data[offset:offset + size] = bytes(size)
    blank_lines(data, where[".gopclntab"][0])
    open(sys.argv[2], "wb").write(data)


main()
