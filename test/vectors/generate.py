#!/usr/bin/env python3
"""Prints the test vectors of docs/spec/sharing.md, with Python's standard library alone.

    python3 test/vectors/generate.py > test/vectors/sharing.json && npx oxfmt test/vectors/sharing.json

It is written from the specification and shares nothing with the implementation: numbers are Python's, polynomials are
lists of coefficients from the constant up, and what is opened is found by solving linear equations.
"""

import hashlib
import itertools
import json
import math
import random
import struct
import sys

P = 2**31 - 1
WIDE = 2**61 - 1
LABEL = b"tutti/1/sharing"
rng = random.Random("tutti sharing vectors, version 1")


def at(polynomial, x, prime=P):
    return sum(c * pow(x, k, prime) for k, c in enumerate(polynomial)) % prime


def newton(differences, x, prime=P):
    return sum(d * math.comb(x, k) for k, d in enumerate(differences)) % prime


def solve(rows, prime):
    """The solution of a linear system in augmented rows, or None when it has none (free unknowns are 0)."""
    rows = [list(r) for r in rows]
    unknowns = len(rows[0]) - 1
    pivots, top = [], 0
    for column in range(unknowns):
        found = next((r for r in range(top, len(rows)) if rows[r][column] % prime), None)
        if found is None:
            continue
        rows[top], rows[found] = rows[found], rows[top]
        inverse = pow(rows[top][column], -1, prime)
        rows[top] = [v * inverse % prime for v in rows[top]]
        for r in range(len(rows)):
            if r != top and rows[r][column]:
                factor = rows[r][column]
                rows[r] = [(v - factor * w) % prime for v, w in zip(rows[r], rows[top])]
        pivots.append(column)
        top += 1
    if any(row[-1] % prime for row in rows[top:]):
        return None
    answer = [0] * unknowns
    for r, column in enumerate(pivots):
        answer[column] = rows[r][-1]
    return answer


def through(points, degree, prime=P):
    """The polynomial of at most that degree through all points (x, y), or None."""
    return solve([[pow(x, k, prime) for k in range(degree + 1)] + [y] for x, y in points], prime)


def threshold(holders):
    return max(1, (holders - 1) // 3)


def opened(holders, degree, vectors, prime=P):
    """What opening must give: values, or the failure and who is proven to have lied."""
    t = threshold(holders)
    present = [i for i in range(holders) if vectors[i] is not None]
    if len(present) < min(holders, degree + 1 + t):
        return {"error": "missing", "blame": []}
    length = len(vectors[present[0]])

    def explained(without):
        rest = [i for i in present if i not in without]
        polynomials = [through([(i + 1, vectors[i][j]) for i in rest], degree, prime) for j in range(length)]
        return None if None in polynomials else polynomials

    everybody = explained(())
    if everybody is not None:
        return {"values": [polynomial[0] for polynomial in everybody]}
    smallest = []
    for size in range(1, t + 1):
        for without in itertools.combinations(present, size):
            if not any(set(s) <= set(without) for s in smallest) and explained(without) is not None:
                smallest.append(without)
    return {"error": "opening", "blame": list(smallest[0]) if len(smallest) == 1 else []}


def elements(count, prime=P):
    return [rng.randrange(prime) for _ in range(count)]


def field():
    edges = [0, 1, 2, 3, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 2**30, P - 2, P - 1]
    pairs = [(a, rng.choice(edges)) for a in edges] + [tuple(elements(2)) for _ in range(20)]
    rows = []
    for a, b in pairs:
        root = next((r for r in (pow(a, (P + 1) // 4, P), -pow(a, (P + 1) // 4, P) % P) if pow(r, (P - 1) // 2, P) == 1), 0)
        is_square = a != 0 and root * root % P == a
        rows.append(
            {
                "a": a,
                "b": b,
                "sum": (a + b) % P,
                "difference": (a - b) % P,
                "product": a * b % P,
                "power": pow(a, b, P),
                "inverse": pow(a, -1, P) if a else None,
                "inverseSquareRoot": pow(root, -1, P) if is_square else None,
            }
        )
    return rows


def wide_field():
    edges = [0, 1, 2**32, WIDE - 1]
    pairs = [(a, b) for a in edges for b in edges] + [tuple(elements(2, WIDE)) for _ in range(10)]
    return [
        {"a": str(a), "b": str(b), "sum": str((a + b) % WIDE), "difference": str((a - b) % WIDE), "product": str(a * b % WIDE)}
        for a, b in pairs
    ]


def encodings():
    narrow, wide = [0, 1, 0x01020304, P - 1], [0, 1, 0x0102030405060708, WIDE - 1]
    return {
        "narrow": {"elements": narrow, "hex": b"".join(x.to_bytes(4, "little") for x in narrow).hex()},
        "wide": {"elements": [str(x) for x in wide], "hex": b"".join(x.to_bytes(8, "little") for x in wide).hex()},
        "refused": [
            {"why": "the prime is not an element", "width": 4, "length": 1, "hex": P.to_bytes(4, "little").hex()},
            {"why": "2^32 - 1 is not an element", "width": 4, "length": 1, "hex": "ffffffff"},
            {"why": "a byte too many", "width": 4, "length": 1, "hex": "0100000000"},
            {"why": "a byte too few", "width": 4, "length": 1, "hex": "010000"},
            {"why": "the wide prime is not an element", "width": 8, "length": 1, "hex": WIDE.to_bytes(8, "little").hex()},
            {"why": "half of a wide element", "width": 8, "length": 1, "hex": "01000000"},
        ],
    }


def deals():
    """`drawn`: the first differences at 0 of all secrets, then the second ones, and so on."""
    rows = []
    for holders in (3, 4, 7, 12, 13, 15):
        for degree in (threshold(holders), 2 * threshold(holders)):
            secrets = [0, P - 1] + elements(1)
            polynomials = [[s] + elements(degree) for s in secrets]
            drawn = [polynomial[k] for k in range(1, degree + 1) for polynomial in polynomials]
            rows.append(
                {
                    "holders": holders,
                    "degree": degree,
                    "secrets": secrets,
                    "drawn": drawn,
                    "shares": [[newton(polynomial, i + 1) for polynomial in polynomials] for i in range(holders)],
                }
            )
    return rows


def wide_deals():
    rows = []
    for holders in (3, 4, 12):
        degree = threshold(holders)
        secrets = [0, WIDE - 1] + elements(1, WIDE)
        polynomials = [[s] + elements(degree, WIDE) for s in secrets]
        rows.append(
            {
                "holders": holders,
                "degree": degree,
                "secrets": [str(s) for s in secrets],
                "drawn": [str(polynomial[k]) for k in range(1, degree + 1) for polynomial in polynomials],
                "shares": [[str(newton(polynomial, i + 1, WIDE)) for polynomial in polynomials] for i in range(holders)],
            }
        )
    return rows


def openings(prime):
    rows = []

    def add(what, holders, degree, gone=(), wrong=(), errors=None):
        vectors = []
        polynomials = [elements(degree + 1, prime) for _ in range(2)]
        for i in range(holders):
            vectors.append(None if i in gone else [at(polynomial, i + 1, prime) for polynomial in polynomials])
        for k, i in enumerate(wrong):
            vectors[i][k % 2] = (vectors[i][k % 2] + (errors[k] if errors else rng.randrange(1, prime))) % prime
        answer = opened(holders, degree, vectors, prime)
        if not wrong and "values" in answer:
            assert answer["values"] == [polynomial[0] for polynomial in polynomials]
        if prime == WIDE:
            vectors = [v and [str(x) for x in v] for v in vectors]
            if "values" in answer:
                answer["values"] = [str(x) for x in answer["values"]]
        rows.append({"what": what, "holders": holders, "degree": degree, "shares": vectors, **answer})

    for holders in (3, 4, 7, 12, 13):
        t = threshold(holders)
        for degree in (t, 2 * t):
            spare = max(0, holders - min(holders, degree + 1 + t))
            add("all there", holders, degree)
            add("as few as suffice", holders, degree, gone=range(spare))
            add("one fewer than suffices", holders, degree, gone=range(spare + 1))
            if degree + 1 + t <= holders:
                add("one lies", holders, degree, wrong=[1])
                add("t lie", holders, degree, wrong=list(range(1, t + 1)))
                add("one lies, as few as suffice are there", holders, degree, gone=range(spare), wrong=[holders - 1])
    # added at the points 5 and 6 only, it makes the honest point 7 look wrong
    zero = lambda x: (x - 1) * (x - 2) * (x - 3) * (x - 4)
    add("two of seven lie so that a third seems to", 7, 4, wrong=[4, 4, 5, 5], errors=[zero(5), zero(5), zero(6), zero(6)])
    return rows


def expand(seed, stream, length):
    words = []
    while len(words) < length:
        block = hashlib.sha256(LABEL + seed + struct.pack("<II", stream, len(words) // 8)).digest()
        words += [w % 2**31 % P for w in struct.unpack("<8I", block)]
    return words[:length]


def coefficients():
    rows = []
    for name in (b"", b"challenge"):
        challenge = hashlib.sha256(name).digest()
        length, picked = 300, [0, 1, 127, 128, 255, 256, 299]
        narrow = []
        for c in range(4):
            y, x = expand(challenge, 2 * c, 128), expand(challenge, 2 * c + 1, 3)
            narrow.append([x[j // 128] * y[j % 128] % P for j in picked])
        wide = []
        for c in range(2):
            words = expand(challenge, 8 + c, 10)
            wide.append([str((a * 2**30 ^ b) % WIDE) for a, b in zip(words[0::2], words[1::2])])
        rows.append(
            {
                "challenge": challenge.hex(),
                "expand": [{"stream": s, "elements": expand(challenge, s, 11)} for s in (0, 1, 300)],
                "length": length,
                "picked": picked,
                "rows": narrow,
                "wideRows": wide,
            }
        )
    return rows


def extractions():
    """Output i is the sum over the dealers of point^i times what the dealer gave."""
    rows = []
    for points, outputs in (([1, 2, 3], 2), ([1, 2, 3, 4], 3), (list(range(1, 13)), 9), ([1, 3, 4, 5, 6, 7, 8, 9, 10, 12], 7)):
        vectors = [[P - 1] + elements(2) for _ in points]
        expected = [[sum(pow(p, i) * v[j] for p, v in zip(points, vectors)) % P for j in range(3)] for i in range(outputs)]
        rows.append({"points": points, "vectors": vectors, "outputs": outputs, "expected": expected})
    return rows


def dealings():
    """What one holder makes of the parcels of an exchange: holder 2 contributes nothing, the last dealer holds nothing."""
    holders, t = 4, 1
    who = [(True, 0), (True, 1), (False, 2), (True, 3), (True, None)]
    counts, sums, randoms, zeros, doubles = 2, 1, 4, 2, 5
    outputs = holders - t
    batch = {"randoms": -(-randoms // outputs), "zeros": -(-zeros // outputs), "doubles": -(-doubles // outputs)}
    sharing = lambda secret, degree: [secret] + elements(degree)
    challenge = hashlib.sha256(b"dealing").digest()
    dealt = []
    for contributes, holder in who:
        in_low = {"counts": counts if contributes else 0, "randoms": 0, "doubles": 0, "masks": 4}
        in_high = {"zeros": 0, "doubles": 0, "zeroMasks": 0}
        if holder is not None:
            in_low |= {"randoms": batch["randoms"], "doubles": batch["doubles"]}
            in_high = {"zeros": batch["zeros"], "doubles": batch["doubles"], "zeroMasks": 4}
        low = {kind: [sharing(rng.randrange(P), t) for _ in range(n)] for kind, n in in_low.items()}
        high = {kind: [sharing(0, 2 * t) for _ in range(n)] for kind, n in in_high.items()}
        high["doubles"] = [sharing(polynomial[0], 2 * t) for polynomial in low["doubles"]] if in_high["doubles"] else []
        wide = [elements(t + 1, WIDE) for _ in range(sums + 2)] if contributes else []
        dealt.append((low, high, wide))

    def coefficient(c, j):
        return expand(challenge, 2 * c + 1, j // 128 + 1)[j // 128] * expand(challenge, 2 * c, 128)[j % 128] % P

    def wide_coefficient(c, j):
        a, b = expand(challenge, 8 + c, 2 * j + 2)[-2:]
        return (a * 2**30 ^ b) % WIDE

    def combined(shares, c, mask):
        return (mask + sum(coefficient(c, j) * share for j, share in enumerate(shares))) % P

    rows = []
    for holder in range(holders):
        x = holder + 1
        seen = [
            ({k: [at(f, x) for f in fs] for k, fs in low.items()}, {k: [at(f, x) for f in fs] for k, fs in high.items()}, [at(f, x, WIDE) for f in wide])
            for low, high, wide in dealt
        ]
        holding = [(h + 1, seen[d]) for d, (_, h) in enumerate(who) if h is not None]
        mixed = lambda part, kind: [
            sum(point**i * shares[part][kind][j] for point, shares in holding) % P for i in range(outputs) for j in range(batch[kind])
        ]
        degree_check, zero_check, sum_check = [], [], []
        for (low, high, wide), (_, h) in zip(seen, who):
            for c in range(4):
                degree_check.append(combined(low["counts"] + low["randoms"] + low["doubles"], c, low["masks"][c]))
                if h is not None:
                    promised_zero = high["zeros"] + [b - a for a, b in zip(low["doubles"], high["doubles"])]
                    zero_check.append(combined(promised_zero, c, high["zeroMasks"][c]))
            for c in range(2 if wide else 0):
                sum_check.append((wide[sums + c] + sum(wide_coefficient(c, j) * wide[j] for j in range(sums))) % WIDE)
        rows.append(
            {
                "holder": holder,
                "challenge": challenge.hex(),
                "dealers": [{"contributes": contributes, "holder": h} for contributes, h in who],
                "counts": counts,
                "sums": sums,
                "demand": {"randoms": randoms, "zeros": zeros, "doubles": doubles},
                "parcels": [
                    {
                        "narrow": struct.pack(f"<{len(flat)}I", *flat).hex(),
                        "wide": struct.pack(f"<{len(wide)}Q", *wide).hex(),
                    }
                    for low, high, wide in seen
                    for flat in [sum([*low.values(), *high.values()], [])]
                ],
                "pooledCounts": [sum(low["counts"][j] for low, _, _ in seen if low["counts"]) % P for j in range(counts)],
                "pooledSums": [str(sum(wide[j] for _, _, wide in seen if wide) % WIDE) for j in range(sums)],
                "randoms": mixed(0, "randoms"),
                "zeros": mixed(1, "zeros"),
                "doublesLow": mixed(0, "doubles"),
                "doublesHigh": mixed(1, "doubles"),
                "checkOfDegree": degree_check,
                "checkOfZeros": zero_check,
                "checkOfSums": [str(x) for x in sum_check],
            }
        )
    return rows


def main():
    vectors = {
        "field": field(),
        "wideField": wide_field(),
        "bytes": encodings(),
        "deal": deals(),
        "wideDeal": wide_deals(),
        "open": openings(P),
        "wideOpen": openings(WIDE),
        "coefficients": coefficients(),
        "extract": extractions(),
        "dealing": dealings(),
    }
    json.dump(vectors, sys.stdout)


if __name__ == "__main__":
    main()
