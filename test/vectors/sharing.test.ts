import { readFile } from "node:fs/promises";
import {
  add,
  decode,
  decodeWide,
  ELEMENT_BYTES,
  encode,
  encodeWide,
  inverse,
  inverseSquareRoots,
  mul,
  pow,
  sub,
  WIDE_ELEMENT_BYTES,
  wideAdd,
  wideMul,
  wideSub,
} from "@tutti/field";
import {
  coefficientRows,
  deal,
  type Dealt,
  dealing,
  dealWide,
  expand,
  extract,
  open,
  openWide,
  parcelLength,
  type Round,
  schemeFor,
  SharingFault,
  wideCoefficientRows,
} from "@tutti/sharing";
import { describe, expect, test } from "vitest";

// What is compared here was worked out by generate.py, from docs/spec/sharing.md and with nothing of this project.
const vectors = JSON.parse(await readFile(new URL("sharing.json", import.meta.url), "utf8")) as Vectors;

interface Vectors {
  readonly field: readonly {
    readonly a: number;
    readonly b: number;
    readonly sum: number;
    readonly difference: number;
    readonly product: number;
    readonly power: number;
    readonly inverse: number | null;
    readonly inverseSquareRoot: number | null;
  }[];
  readonly wideField: readonly Record<"a" | "b" | "sum" | "difference" | "product", string>[];
  readonly bytes: {
    readonly narrow: { readonly elements: readonly number[]; readonly hex: string };
    readonly wide: { readonly elements: readonly string[]; readonly hex: string };
    readonly refused: readonly { readonly why: string; readonly width: number; readonly length: number; readonly hex: string }[];
  };
  readonly deal: readonly Shared<number>[];
  readonly wideDeal: readonly Shared<string>[];
  readonly open: readonly Opened<number>[];
  readonly wideOpen: readonly Opened<string>[];
  readonly coefficients: readonly {
    readonly challenge: string;
    readonly expand: readonly { readonly stream: number; readonly elements: readonly number[] }[];
    readonly length: number;
    readonly picked: readonly number[];
    readonly rows: readonly (readonly number[])[];
    readonly wideRows: readonly (readonly string[])[];
  }[];
  readonly extract: readonly {
    readonly points: readonly number[];
    readonly vectors: readonly (readonly number[])[];
    readonly outputs: number;
    readonly expected: readonly (readonly number[])[];
  }[];
  readonly dealing: readonly Received[];
}

interface Shared<T> {
  readonly holders: number;
  readonly degree: number;
  readonly secrets: readonly T[];
  readonly drawn: readonly T[];
  readonly shares: readonly (readonly T[])[];
}

interface Opened<T> {
  readonly what: string;
  readonly holders: number;
  readonly degree: number;
  readonly shares: readonly (readonly T[] | null)[];
  readonly values?: readonly T[];
  readonly error?: string;
  readonly blame?: readonly number[];
}

interface Received {
  readonly holder: number;
  readonly challenge: string;
  readonly dealers: readonly { readonly contributes: boolean; readonly holder: number | null }[];
  readonly counts: number;
  readonly sums: number;
  readonly demand: { readonly randoms: number; readonly zeros: number; readonly doubles: number };
  readonly parcels: readonly { readonly narrow: string; readonly wide: string }[];
  readonly pooledCounts: readonly number[];
  readonly pooledSums: readonly string[];
  readonly randoms: readonly number[];
  readonly zeros: readonly number[];
  readonly doublesLow: readonly number[];
  readonly doublesHigh: readonly number[];
  readonly checkOfDegree: readonly number[];
  readonly checkOfZeros: readonly number[];
  readonly checkOfSums: readonly string[];
}

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const wideOf = (numbers: readonly string[]): BigUint64Array => BigUint64Array.from(numbers, BigInt);

/** Gives the bytes, in order. */
function drawing(bytes: Uint8Array): (length: number) => Uint8Array {
  let at = 0;
  return (length) => bytes.subarray(at, (at += length));
}

/** Values, or the failure and its blame. */
function outcome(run: () => Iterable<unknown>): unknown {
  try {
    return { values: [...run()] };
  } catch (fault) {
    if (fault instanceof SharingFault) return { error: fault.kind, blame: fault.blame };
    throw fault;
  }
}

test("arithmetic of the field", () => {
  for (const { a, b, ...expected } of vectors.field) {
    const inverses = { inverse: a === 0 ? null : inverse(a), inverseSquareRoot: inverseSquareRoots(Uint32Array.of(a))?.[0] ?? null };
    expect({ sum: add(a, b), difference: sub(a, b), product: mul(a, b), power: pow(a, b), ...inverses }).toEqual(expected);
  }
});

test("arithmetic of the wide field", () => {
  for (const { a, b, ...expected } of vectors.wideField) {
    const [x, y] = [BigInt(a), BigInt(b)];
    expect({ sum: `${wideAdd(x, y)}`, difference: `${wideSub(x, y)}`, product: `${wideMul(x, y)}` }).toEqual(expected);
  }
});

test("bytes", () => {
  const { narrow, wide } = vectors.bytes;
  expect(hexOf(encode(Uint32Array.from(narrow.elements)))).toBe(narrow.hex);
  expect([...decode(bytesOf(narrow.hex), narrow.elements.length)]).toEqual(narrow.elements);
  expect(hexOf(encodeWide(wideOf(wide.elements)))).toBe(wide.hex);
  expect(decodeWide(bytesOf(wide.hex), wide.elements.length)).toEqual(wideOf(wide.elements));
});

test.each(vectors.bytes.refused)("bytes refused: $why", ({ width, length, hex }) => {
  expect(() => (width === ELEMENT_BYTES ? decode : decodeWide)(bytesOf(hex), length)).toThrow(RangeError);
});

test.each(vectors.deal)("shares of degree $degree among $holders", ({ holders, degree, secrets, drawn, shares }) => {
  const dealt = deal(Uint32Array.from(secrets), degree, holders, drawing(encode(Uint32Array.from(drawn))));
  expect(dealt.map((vector) => [...vector])).toEqual(shares);
});

test.each(vectors.wideDeal)("wide shares of degree $degree among $holders", ({ holders, degree, secrets, drawn, shares }) => {
  const dealt = dealWide(wideOf(secrets), degree, holders, drawing(encodeWide(wideOf(drawn))));
  expect(dealt.map((vector) => [...vector].map(String))).toEqual(shares);
});

describe("opening", () => {
  test.each(vectors.open)("$what: degree $degree among $holders", ({ holders, degree, shares, values, error, blame }) => {
    const points = shares.map((share) => share && Uint32Array.from(share));
    expect(outcome(() => open(schemeFor(holders), points, degree))).toEqual(error ? { error, blame } : { values });
  });

  test.each(vectors.wideOpen)("wide, $what: degree $degree among $holders", ({ holders, degree, shares, values, error, blame }) => {
    const points = shares.map((share) => share && wideOf(share));
    expect(outcome(() => [...openWide(schemeFor(holders), points, degree)].map(String))).toEqual(error ? { error, blame } : { values });
  });
});

test("coefficients from a challenge", () => {
  for (const { challenge, expand: streams, length, picked, rows, wideRows } of vectors.coefficients) {
    const seed = bytesOf(challenge);
    for (const { stream, elements } of streams) expect([...expand(seed, stream, elements.length)]).toEqual(elements);
    expect(coefficientRows(seed, length).map((row) => picked.map((j) => row[j]))).toEqual(rows);
    expect(wideCoefficientRows(seed, wideRows[0]!.length).map((row) => row.map(String))).toEqual(wideRows);
  }
});

test("extraction of randomness that nobody chose", () => {
  for (const { points, vectors: given, outputs, expected } of vectors.extract) {
    const mixed = extract(
      points,
      given.map((vector) => Uint32Array.from(vector)),
      outputs,
    );
    expect(mixed.map((vector) => [...vector])).toEqual(expected);
  }
});

test.each(vectors.dealing)("what holder $holder makes of the parcels of an exchange", (row) => {
  const { dealers, counts, sums, demand, holder } = row;
  const what = { scheme: schemeFor(4), dealers, counts, sums, demand, spare: 0 };
  const own = dealers[holder]!.contributes ? { counts: new Uint32Array(counts), sums: new BigUint64Array(sums) } : null;
  const party = dealing(what, holder, own, (length) => new Uint8Array(length));
  party.next();
  const dealt = row.parcels.map(({ narrow, wide }, d) => {
    const length = parcelLength(what, d);
    expect([narrow.length / 2, wide.length / 2]).toEqual([length.narrow * ELEMENT_BYTES, length.wide * WIDE_ELEMENT_BYTES]);
    return { narrow: decode(bytesOf(narrow), length.narrow), wide: decodeWide(bytesOf(wide), length.wide) };
  });
  const received = party.next({ dealt, opened: [], openedWide: [], challenge: bytesOf(row.challenge) }).value as Dealt;
  expect([...received.counts]).toEqual(row.pooledCounts);
  expect([...received.sums].map(String)).toEqual(row.pooledSums);
  const { open: checks, openWide: wideChecks } = received.check.next().value as Round;
  expect(checks.map(({ shares }) => [...shares])).toEqual([row.checkOfDegree, row.checkOfZeros]);
  expect(wideChecks.map(({ shares }) => [...shares].map(String))).toEqual([row.checkOfSums]);
  received.supply.release();
  expect([...received.supply.randoms(row.randoms.length)]).toEqual(row.randoms);
  expect([...received.supply.zeros(row.zeros.length)]).toEqual(row.zeros);
  const { low, high } = received.supply.doubles(row.doublesLow.length);
  expect([[...low], [...high]]).toEqual([row.doublesLow, row.doublesHigh]);
});
