# SPDX-License-Identifier: Apache-2.0
"""wire.py - just enough of the protobuf wire format to write profiles.

It can write what no sane encoder would, which is what the tests need.
"""

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def varint(value, pad=0):
    """VALUE, as two's complement, in at least PAD bytes."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127 or len(out) + 1 < pad:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def key(number, wire):
    return varint(number << 3 | wire)


def num(number, value):
    return key(number, VARINT) + varint(value)


def blob(number, data):
    if isinstance(data, str):
        data = data.encode()
    return key(number, BYTES) + varint(len(data)) + data


def packed(number, values):
    return blob(number, b''.join(map(varint, values)))


def opt(number, value):
    """A scalar, left out if it is zero."""
    return num(number, value) if value else b''


class Profile:
    """The parts of a profile, as encoded fields in the order of their birth."""

    def __init__(self, *types, strings=()):
        self.strings = ['', *strings]
        self.parts = []
        self.ids = {'mapping': 0, 'location': 0, 'function': 0}
        self.functions = {}
        self.locations = {}
        for name, unit in types:
            self.add(1, self.pair(name, unit))

    def s(self, text):
        if text not in self.strings:
            self.strings.append(text)
        return self.strings.index(text)

    def pair(self, name, unit):
        return opt(1, self.s(name)) + opt(2, self.s(unit))

    def add(self, number, payload):
        self.parts.append(blob(number, payload))

    def put(self, number, value):
        self.parts.append(num(number, value))

    def next(self, kind, given):
        self.ids[kind] += 1
        return given or self.ids[kind]

    def mapping(self, file='', start=0x400000, limit=0x500000, build='',
                id=None):
        id = self.next('mapping', id)
        self.add(3, num(1, id) + opt(2, start) + opt(3, limit) +
                 opt(5, self.s(file)) + opt(6, self.s(build)))
        return id

    def function(self, name, file='', start=0, id=None):
        made = (name, file, start)
        if id or made not in self.functions:
            id = self.next('function', id)
            self.functions[made] = id
            self.add(5, num(1, id) + opt(2, self.s(name)) +
                     opt(3, self.s(name)) + opt(4, self.s(file)) +
                     opt(5, start))
        return self.functions[made]

    def location(self, *lines, mapping=0, address=0, id=None):
        """LINES, innermost first: a name or (name, file, line[, column])."""
        id = self.next('location', id)
        body = num(1, id) + opt(2, mapping) + opt(3, address)
        for line in lines:
            name, file, at, column = (*line, 0)[:4] if isinstance(
                line, tuple) else (line, '', 0, 0)
            body += blob(4, num(1, self.function(name, file)) + opt(2, at) +
                         opt(3, column))
        self.add(4, body)
        return id

    def at(self, name):
        """The location of a function that is never inlined."""
        if name not in self.locations:
            self.locations[name] = self.location(name)
        return self.locations[name]

    def label(self, name, text=None, number=0, unit=''):
        body = opt(1, self.s(name))
        if text is not None:
            body += opt(2, self.s(text))
        return blob(3, body + opt(3, number) + opt(4, self.s(unit)
                                                   if unit else 0))

    def sample(self, stack, *values, labels=()):
        """STACK, leaf first: location ids, or names of functions."""
        ids = [self.at(f) if isinstance(f, str) else f for f in stack]
        body = packed(1, ids) if ids else b''
        self.add(2, body + packed(2, values) + b''.join(labels))

    def table(self):
        return b''.join(blob(6, text) for text in self.strings)

    def bytes(self, strings_at=None):
        """The profile; its string table at part number STRINGS_AT."""
        parts = list(self.parts)
        at = len(parts) if strings_at is None else strings_at
        parts.insert(at, self.table())
        return b''.join(parts)
