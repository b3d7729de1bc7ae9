#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""blank.py FILE OUT - a stripped Go executable with zeroes where no test looks:
its code, and of the tables that say what line an address is of, those of
functions outside the packages main and heapscope.example/...  Types, function
names and all addresses stay."""
import struct
import sys


ORDER = "<"  # of the file's bytes


def unpack(form, data, at):
    return struct.unpack_from(ORDER + form, data, at)


def sections(data):
    """name -> (offset, size)."""
    wide = data[4] == 2
    shoff, = unpack("Q" if wide else "I", data, 40 if wide else 32)
    each, count, names = unpack("HHH", data, 58 if wide else 46)
    rows = []
    for i in range(count):
        at = shoff + i * each
        if wide:
            name, = unpack("I", data, at)
            offset, size = unpack("QQ", data, at + 24)
        else:
            name, = unpack("I", data, at)
            offset, size = unpack("II", data, at + 16)
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
    magic, _, _, word = unpack("IHBB", data, start)
    form = "Q" if word == 8 else "I"
    count, _, _, names, _, _, pctab, lines = (
        unpack(form, data, start + 8 + i * word)[0]
        for i in range(8))
    head = 44 if magic == 0xFFFFFFF1 else 40
    kept = []
    for i in range(count):
        _, at = unpack("II", data, start + lines + 8 * i)
        at += start + lines
        name_at, = unpack("I", data, at + 4)
        name_at += start + names
        name = bytes(data[name_at:data.index(0, name_at)])
        if not name.startswith((b"main.", b"heapscope.")):
            continue
        tables = list(unpack("III", data, at + 16))
        pcdata, = unpack("I", data, at + 28)
        tables += unpack("%dI" % pcdata, data, at + head)
        for table in filter(None, tables):
            begin = start + pctab + table
            kept.append((begin, table_end(data, begin)))
    whole = bytes(data[start + pctab:start + lines])
    data[start + pctab:start + lines] = bytes(len(whole))
    for begin, end in kept:
        data[begin:end] = whole[begin - start - pctab:end - start - pctab]


def main():
    global ORDER
    data = bytearray(open(sys.argv[1], "rb").read())
    ORDER = ">" if data[5] == 2 else "<"
    where = sections(data)
    offset, size = where[".text"]
    data[offset:offset + size] = bytes(size)
    blank_lines(data, where[".gopclntab"][0])
    open(sys.argv[2], "wb").write(data)


main()
