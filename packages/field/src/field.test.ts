import fc from "fast-check";
import { expect, test } from "vitest";
import {
  add,
  addInto,
  decode,
  decodeWide,
  difference,
  dot,
  encode,
  encodeWide,
  fold,
  fromInteger,
  hadamard,
  inverse,
  inverseSquareRoots,
  mul,
  P,
  pow,
  randomVector,
  randomWideVector,
  scaleBySmall,
  sub,
  sum,
  WIDE_P,
  wideAdd,
  wideMul,
  wideSub,
} from "./index.ts";

const p = BigInt(P);
const edges = [0, 1, 2, 0x7fff, 0x8000, 0xffff, 0x10000, P - 2, P - 1];
const element = fc.oneof(fc.integer({ min: 0, max: P - 1 }), fc.constantFrom(...edges));

test("arithmetic agrees with big integers", () => {
  fc.assert(
    fc.property(element, element, (a, b) => {
      expect(add(a, b)).toBe(Number((BigInt(a) + BigInt(b)) % p));
      expect(sub(a, b)).toBe(Number((BigInt(a) - BigInt(b) + p) % p));
      expect(mul(a, b)).toBe(Number((BigInt(a) * BigInt(b)) % p));
    }),
    { numRuns: 5000 },
  );
});

test("folding agrees with the remainder, up to 2^53", () => {
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeNat(), fc.constantFrom(P, 2 * P, 0x80000000, P * 0x200000, Number.MAX_SAFE_INTEGER)), (x) => {
      expect(fold(x)).toBe(x % P);
    }),
  );
});

test("every integer stands for one element", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (x) => {
      expect(BigInt(fromInteger(x))).toBe(((BigInt(x) % p) + p) % p);
    }),
  );
  expect(Object.is(fromInteger(-P), 0)).toBe(true);
});

const inverseSquareRoot = (a: number): number | null => inverseSquareRoots(Uint32Array.of(a))?.[0] ?? null;

test("inverses, powers and roots", () => {
  fc.assert(
    fc.property(element, (a) => {
      if (a !== 0) expect(mul(a, inverse(a))).toBe(1);
      expect(pow(a, 5)).toBe(mul(mul(mul(a, a), mul(a, a)), a));
      const root = inverseSquareRoot(mul(a, a));
      // of a and −a, one is a square
      expect(root).toBe(a === 0 ? null : inverse(inverseSquareRoot(a) === null ? sub(0, a) : a));
      expect(inverseSquareRoot(sub(0, mul(a, a)))).toBeNull();
    }),
  );
  expect(() => inverse(0)).toThrow(RangeError);
});

test("the wide field agrees with big integers", () => {
  const wide = fc.bigInt({ min: 0n, max: WIDE_P - 1n });
  fc.assert(
    fc.property(wide, wide, (a, b) => {
      expect(wideAdd(a, b)).toBe((a + b) % WIDE_P);
      expect(wideSub(a, b)).toBe((a - b + WIDE_P) % WIDE_P);
      expect(wideMul(a, b)).toBe((a * b) % WIDE_P);
    }),
  );
});

test("vectors agree with big integers, element by element and in their products' sum", () => {
  const pairs = fc.oneof(
    fc.array(fc.tuple(element, element), { maxLength: 100 }),
    fc.nat(2000).map((length) => Array.from({ length }, (): [number, number] => [P - 1, P - 1])),
  );
  fc.assert(
    fc.property(pairs, fc.nat(2 ** 21 - 1), (both, small) => {
      const [a, b] = [Uint32Array.from(both, ([x]) => x), Uint32Array.from(both, ([, y]) => y)];
      const each = (of: (x: bigint, y: bigint) => bigint): number[] => both.map(([x, y]) => Number(of(BigInt(x), BigInt(y)) % p));
      expect([...sum(a, b)]).toEqual(each((x, y) => x + y));
      expect([...difference(a, b)]).toEqual(each((x, y) => x - y + p));
      expect([...hadamard(a, b)]).toEqual(each((x, y) => x * y));
      expect(dot(a, b)).toBe(Number(both.reduce((total, [x, y]) => total + BigInt(x) * BigInt(y), 0n) % p));
      const scaled = a.slice();
      scaleBySmall(scaled, small);
      expect([...scaled]).toEqual(each((x) => x * BigInt(small)));
      addInto(scaled, b);
      expect([...scaled]).toEqual(each((x, y) => x * BigInt(small) + y));
    }),
  );
});

test("bytes come back as they went, and nothing else is accepted", () => {
  fc.assert(
    fc.property(fc.array(element), (a) => {
      expect([...decode(encode(Uint32Array.from(a)), a.length)]).toEqual(a);
    }),
  );
  expect(encode(Uint32Array.of(1, 0x01020304))).toEqual(Uint8Array.of(1, 0, 0, 0, 4, 3, 2, 1));
  expect(() => decode(Uint8Array.of(0xff, 0xff, 0xff, 0x7f), 1)).toThrow(RangeError);
  expect(() => decode(new Uint8Array(5), 1)).toThrow(RangeError);
  const wide = BigUint64Array.of(0n, 1n, WIDE_P - 1n);
  expect(decodeWide(encodeWide(wide), 3)).toEqual(wide);
  expect(() => decodeWide(encodeWide(BigUint64Array.of(WIDE_P)), 1)).toThrow(RangeError);
});

test("random vectors refuse the one pattern that is not an element", () => {
  const script = [Uint8Array.of(0xff, 0xff, 0xff, 0xff, 5, 0, 0, 0), Uint8Array.of(0xff, 0xff, 0xff, 0x7f), Uint8Array.of(7, 0, 0, 0x80)];
  expect(randomVector(2, () => script.shift()!)).toEqual(Uint32Array.of(7, 5));
  const wide = [new Uint8Array(8).fill(255), Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0xe0)];
  expect(randomWideVector(1, () => wide.shift()!)).toEqual(BigUint64Array.of(1n + (2n << 32n)));
});
