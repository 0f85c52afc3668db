import { inspect } from "node:util";
import { Totals } from "@tutti/disclosure";
import { plan } from "@tutti/query";
import { parcels, type Round } from "@tutti/sharing";
import { expect, test } from "vitest";
import { dataset } from "@tutti/query/trial";
import { EVERYTHING, smallNetwork } from "../world/small-network.ts";
import type { Mischief } from "../world/world.ts";

// Invariant 6: no value of a cell, share or key in an error. Invariant 3: nothing but a release can be encoded.

const planned = plan(EVERYTHING, dataset);

test("totals refuse to be encoded, and do not print", () => {
  const totals = new Totals(planned, new Uint32Array(100).fill(12_345_678), new BigUint64Array(10).fill(87_654_321n));
  expect(() => JSON.stringify({ totals })).toThrow(TypeError);
  for (const text of [inspect(totals, { depth: 9, showHidden: true }), String(totals), inspect({ ...totals })]) {
    expect(text).not.toMatch(/12345678|87654321/);
  }
});

test("no path to a stop says a number that was secret", () => {
  const marked = new Set<string>();
  const mark = (round: Round): void => {
    for (const { shares } of round.open) for (const share of shares) if (share > 100_000) marked.add(String(share));
    for (const { narrow } of round.deal?.parcels ?? []) for (const share of narrow) if (share > 100_000) marked.add(String(share));
  };
  const wrong = (shares: Uint32Array): Uint32Array => shares.map((share) => (share + 1) % 0x7fffffff);
  const lies: ((round: Round, exchange: number) => Round)[] = [
    (round) => ({ ...round, open: round.open.map((opening) => ({ ...opening, shares: wrong(opening.shares) })) }),
    (round) => ({ ...round, open: round.open.map((opening) => ({ ...opening, shares: opening.shares.subarray(1) })) }),
    (round) =>
      round.deal === null
        ? round
        : {
            ...round,
            deal: {
              ...round.deal,
              parcels: round.deal.parcels.map((parcel, i) => ({ ...parcel, narrow: i === 1 ? wrong(parcel.narrow) : parcel.narrow })),
            },
          },
    (round) =>
      round.deal === null
        ? round
        : {
            ...round,
            deal: { ...round.deal, parcels: round.deal.parcels.map((parcel) => ({ ...parcel, narrow: parcel.narrow.subarray(1) })) },
          },
  ];
  const mischiefs: Mischief[] = [
    ...lies.flatMap((lie) =>
      [0, 1, 2, 4, 6, 9].map((exchange): Mischief => ({
        lie: (centre) =>
          centre !== "b"
            ? null
            : (round, now) => {
                mark(round);
                return now === exchange ? lie(round, now) : round;
              },
      })),
    ),
    { deliver: (bytes, centre, exchange) => (centre === "a" && exchange === 2 ? bytes.map((byte) => byte ^ 1) : bytes) },
    { post: (bytes, centre, exchange) => (exchange > 2 && centre > "c" ? null : bytes) },
    { ledgerFull: () => true },
  ];
  const said = mischiefs.flatMap((mischief) =>
    [...smallNetwork().ask(EVERYTHING, mischief).stops.values()].map((stop) => inspect(stop, { depth: 9, showHidden: true })),
  );
  expect(said.length).toBeGreaterThan(80);
  expect(marked.size).toBeGreaterThan(500);
  for (const text of said) for (const number of text.match(/\d{6,}/g) ?? []) expect(marked).not.toContain(number);
});

test("a defect says nothing of what it was about", () => {
  const scheme = { holders: 4, degree: 1, productDegree: 2, strength: "malicious" } as const;
  const what = {
    scheme,
    dealers: [{ contributes: true, holder: 0 }],
    counts: 2,
    sums: 0,
    demand: { randoms: 0, zeros: 0, doubles: 0 },
    spare: 0,
  };
  const secrets = { counts: Uint32Array.of(4_242_424, 4_242_424, 4_242_424), sums: new BigUint64Array(0) };
  expect(() => parcels(what, 0, secrets, (bytes) => new Uint8Array(bytes))).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining("4242424") as string }) as Error,
  );
});
