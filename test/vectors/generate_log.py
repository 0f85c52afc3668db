#!/usr/bin/env python3
"""Prints the test vectors of the coordinator's log, with Python's standard library alone.

    python3 test/vectors/generate_log.py > test/vectors/log.json && npx oxfmt test/vectors/log.json

It is written from RFC 9162, section 2.1, as it stands there: recursive definitions over lists of leaves. Nothing is kept
between calls, and nothing is shared with the implementation.
"""

import hashlib
import json
import random

rng = random.Random("tutti log vectors, version 1")


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def split(n):
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def root(leaves):
    """MTH, section 2.1.1."""
    if not leaves:
        return sha256()
    if len(leaves) == 1:
        return sha256(b"\x00", leaves[0])
    k = split(len(leaves))
    return sha256(b"\x01", root(leaves[:k]), root(leaves[k:]))


def path(m, leaves):
    """PATH, section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return path(m, leaves[:k]) + [root(leaves[k:])]
    return path(m - k, leaves[k:]) + [root(leaves[:k])]


def subproof(m, leaves, whole):
    """SUBPROOF, section 2.1.4.1."""
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return subproof(m, leaves[:k], whole) + [root(leaves[k:])]
    return subproof(m - k, leaves[k:], False) + [root(leaves[:k])]


leaves = [rng.randbytes(rng.randrange(0, 60)) for _ in range(41)]
sizes = [1, 2, 3, 5, 7, 8, 13, 16, 17, 31, 32, 33, 41]
pairs = [(a, b) for b in sizes for a in sizes if a <= b]
places = [(m, n) for n in sizes for m in sorted({0, n // 3, n // 2, n - 1})]

print(
    json.dumps(
        {
            "leaves": [leaf.hex() for leaf in leaves],
            "roots": [root(leaves[:n]).hex() for n in range(len(leaves) + 1)],
            "inclusion": [
                {"index": m, "size": n, "proof": [h.hex() for h in path(m, leaves[:n])]}
                for m, n in places
            ],
            "consistency": [
                {"earlier": a, "size": b, "proof": [h.hex() for h in subproof(a, leaves[:b], True)]}
                for a, b in pairs
            ],
        }
    )
)
