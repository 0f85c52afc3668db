#!/usr/bin/env python3
"""Prints the test vectors of sealed mail, with Python's standard library alone.

    python3 test/vectors/generate_aead.py > test/vectors/aead.json && npx oxfmt test/vectors/aead.json

It is written from RFC 8439, sections 2.1 to 2.8, on Python's integers, and says first whether it gets what section 2.8.2
prints. Nothing is shared with the implementation.
"""

import json
import random
import struct

rng = random.Random("tutti aead vectors, version 1")
MASK = 0xFFFFFFFF


def quarter_round(state, a, b, c, d):
    """Section 2.1."""
    for x, y, z, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[x] = (state[x] + state[y]) & MASK
        turned = state[z] ^ state[x]
        state[z] = ((turned << bits) | (turned >> (32 - bits))) & MASK


def block(key, counter, nonce):
    """Section 2.3."""
    start = [*struct.unpack("<4I", b"expand 32-byte k"), *struct.unpack("<8I", key), counter, *struct.unpack("<3I", nonce)]
    state = list(start)
    for _ in range(10):
        for column in range(4):
            quarter_round(state, column, column + 4, column + 8, column + 12)
        for column in range(4):
            quarter_round(state, column, 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4)
    return struct.pack("<16I", *((a + b) & MASK for a, b in zip(state, start)))


def encrypt(key, counter, nonce, text):
    """Section 2.4."""
    stream = b"".join(block(key, counter + i, nonce) for i in range((len(text) + 63) // 64))
    return bytes(a ^ b for a, b in zip(text, stream))


def poly1305(key, message):
    """Section 2.5."""
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at : at + 16] + b"\x01", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def padded(data):
    return data + bytes(-len(data) % 16)


def seal(key, nonce, text, associated=b""):
    """Section 2.8: the cipher text and its tag."""
    cipher = encrypt(key, 1, nonce, text)
    lengths = struct.pack("<2Q", len(associated), len(cipher))
    return cipher + poly1305(block(key, 0, nonce)[:32], padded(associated) + padded(cipher) + lengths)


EXAMPLE = seal(
    bytes(range(0x80, 0xA0)),
    bytes.fromhex("070000004041424344454647"),
    b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    bytes.fromhex("50515253c0c1c2c3c4c5c6c7"),
)
assert EXAMPLE.startswith(bytes.fromhex("d31a8d34648e60db7b86afbc53ef7ec2")), "not the cipher text of section 2.8.2"
assert EXAMPLE.endswith(bytes.fromhex("1ae10b594f09e26a7e902ecbd0600691")), "not the tag of section 2.8.2"

vectors = []
for length in (0, 1, 15, 16, 17, 63, 64, 65, 80, 255, 256, 1000):
    key, nonce, text = rng.randbytes(32), rng.randbytes(12), rng.randbytes(length)
    vectors.append({"key": key.hex(), "nonce": nonce.hex(), "plain": text.hex(), "sealed": seal(key, nonce, text).hex()})
print(json.dumps(vectors))
