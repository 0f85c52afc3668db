import { add, mul, P, WIDE_P } from "@tutti/field";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { deal, dealWide } from "./deal.ts";
import { SharingFault } from "./fault.ts";
import { open, openWide } from "./open.ts";
import { openAll } from "./rehearsal.ts";
import { pointsNeeded, schemeFor } from "./scheme.ts";
import { seeded, SIZES } from "./trial.ts";

/** A scheme, a degree opened in it, who is gone and who lies: as many as there may be. */
const scene = fc.record({ n: fc.constantFrom(...SIZES), product: fc.boolean(), seed: fc.nat(60_000) }).chain(({ n, product, seed }) => {
  const scheme = schemeFor(n);
  const degree = product ? scheme.productDegree : scheme.degree;
  const most = n - pointsNeeded(scheme, degree);
  const holders = [...Array(n).keys()];
  return fc.record({
    scheme: fc.constant(scheme),
    degree: fc.constant(degree),
    seed: fc.constant(seed),
    gone: fc.subarray(holders, { maxLength: most }),
    order: fc.shuffledSubarray(holders, { minLength: n }),
    lies: fc.array(fc.integer({ min: 1, max: P - 1 }), { minLength: 1, maxLength: scheme.degree }),
  });
});

function faultOf(run: () => unknown): SharingFault {
  try {
    run();
  } catch (fault) {
    if (fault instanceof SharingFault) return fault;
    throw fault;
  }
  throw new Error("nothing was wrong");
}

test("opens what was dealt, from all points and from any that suffice", () => {
  fc.assert(
    fc.property(scene, fc.array(fc.integer({ min: 0, max: P - 1 }), { maxLength: 4 }), ({ scheme, degree, seed, gone }, secrets) => {
      const shares = deal(Uint32Array.from(secrets), degree, scheme.holders, seeded(seed));
      expect([
        ...open(
          scheme,
          shares.map((share, i) => (gone.includes(i) ? null : share)),
          degree,
        ),
      ]).toEqual(secrets);
      const sums = secrets.map((x) => (BigInt(x) * 0x3fffffffn) % WIDE_P);
      const wide = dealWide(BigUint64Array.from(sums), degree, scheme.holders, seeded(seed));
      expect([
        ...openWide(
          scheme,
          wide.map((share, i) => (gone.includes(i) ? null : share)),
          degree,
        ),
      ]).toEqual(sums);
    }),
  );
});

test("any lies, up to t, are seen, and only liars are named", () => {
  fc.assert(
    fc.property(scene, ({ scheme, degree, seed, gone, order, lies }) => {
      fc.pre(degree === scheme.degree || scheme.strength === "malicious");
      const present = order.filter((i) => !gone.includes(i));
      const liars = present.slice(0, lies.length);
      const shares = deal(Uint32Array.of(5, 7), degree, scheme.holders, seeded(seed)).map((share, i) => {
        const lie = liars.indexOf(i);
        if (lie >= 0) share[lie % 2] = add(share[lie % 2]!, lies[lie]!);
        return gone.includes(i) ? null : share;
      });
      const fault = faultOf(() => open(scheme, shares, degree));
      expect(fault.kind).toBe("opening");
      if (fault.blame.length > 0) expect(fault.blame.toSorted((a, b) => a - b)).toEqual(liars.toSorted((a, b) => a - b));
      // without t holders points to spare are left, so that wrong ones are told from right ones
      if (present.length - scheme.degree > degree + 1) expect(fault.blame).toHaveLength(liars.length);
      const wide = dealWide(BigUint64Array.of(5n), degree, scheme.holders, seeded(seed)).map((share, i) => {
        const lie = liars.indexOf(i);
        if (lie >= 0) share[0] = (share[0]! + BigInt(lies[lie]!)) % WIDE_P;
        return gone.includes(i) ? null : share;
      });
      const wideFault = faultOf(() => openWide(scheme, wide, degree));
      expect([wideFault.kind, wideFault.blame]).toEqual(["opening", fault.blame]);
    }),
    { numRuns: 150 },
  );
});

test("two of seven who lie in a product so that a third seems to, do not get it blamed", () => {
  const scheme = schemeFor(7);
  const shares = deal(Uint32Array.of(9), 4, 7, seeded(1));
  // (x − 1)(x − 2)(x − 3)(x − 4), added at the liars' points 5 and 6 only, leaves the honest point 7 off
  for (const x of [5, 6]) shares[x - 1]![0] = add(shares[x - 1]![0]!, mul((x - 1) * (x - 2), (x - 3) * (x - 4)));
  const fault = faultOf(() => open(scheme, shares, 4));
  expect([fault.kind, fault.blame]).toEqual(["opening", []]);
});

test.each(SIZES)("of %i holders, one fewer than needed open nothing", (n) => {
  const scheme = schemeFor(n);
  for (const degree of [scheme.degree, scheme.productDegree]) {
    const gone = n - pointsNeeded(scheme, degree) + 1;
    const shares = deal(Uint32Array.of(3), degree, n, seeded(n)).map((share, i) => (i < gone ? null : share));
    expect(faultOf(() => open(scheme, shares, degree)).kind).toBe("missing");
    const wide = dealWide(BigUint64Array.of(3n), degree, n, seeded(n)).map((share, i) => (i < gone ? null : share));
    expect(faultOf(() => openWide(scheme, wide, degree)).kind).toBe("missing");
  }
});

test("a vector of another length is a lie, also when everybody else's is longer", () => {
  const scheme = schemeFor(4);
  const shares = deal(Uint32Array.of(3, 4), 1, 4, seeded(2));
  const short = shares.map((share, i) => (i === 0 ? share.subarray(0, 1) : share));
  expect(faultOf(() => open(scheme, short, 1)).kind).toBe("opening");
  expect(faultOf(() => openAll(scheme, { shares: shares[1]!, degree: 1 }, short, open)).blame).toEqual([0]);
});
