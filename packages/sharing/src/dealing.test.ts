import { P, WIDE_P } from "@tutti/field";
import { expect, test } from "vitest";
import { type Dealing, dealing, type Dealt, holdersDeal, parcelLength, parcels, type Secrets } from "./dealing.ts";
import { SharingFault } from "./fault.ts";
import { opening, type Parcel, type Protocol, type Round } from "./round.ts";
import { hear } from "./rehearsal.ts";
import { type Scheme, schemeFor } from "./scheme.ts";
import { challengeOf, countsOnly, everybody, resultOf, run, seeded, SIZES } from "./trial.ts";

function* totals(dealt: Dealt, scheme: Scheme): Protocol<{ counts: number[]; sums: bigint[] }> {
  yield* dealt.check;
  const heard = yield {
    deal: null,
    open: [{ shares: dealt.counts, degree: scheme.degree }],
    openWide: [{ shares: dealt.sums, degree: scheme.degree }],
  };
  return { counts: [...heard.opened[0]!], sums: [...heard.openedWide[0]!] };
}

test.each(SIZES)("%i holders open the sums of what they dealt", (n) => {
  const own = Array.from({ length: n }, (_, i) => ({ counts: [i, 1, (P - 1 + i) % P], sums: [BigInt(i) ** 12n, WIDE_P - 1n] }));
  const { results } = run(n, function* (self, scheme): Protocol<unknown> {
    const secrets = { counts: Uint32Array.from(own[self]!.counts), sums: BigUint64Array.from(own[self]!.sums) };
    const dealt = yield* dealing(everybody(scheme, 3, 2), self, secrets, seeded(self));
    expect(dealt.contributors).toEqual([...own.keys()]);
    return yield* totals(dealt, scheme);
  });
  const expected = {
    counts: [0, 1, 2].map((j) => own.reduce((sum, { counts }) => (sum + counts[j]!) % P, 0)),
    sums: [0, 1].map((j) => own.reduce((sum, { sums }) => (sum + sums[j]!) % WIDE_P, 0n)),
  };
  for (const result of results) expect(result).toEqual(expected);
});

test.each(SIZES)("%i holders have what they asked for: randoms, zeros, and double sharings of one value", (n) => {
  const demand = { randoms: 9, zeros: 10, doubles: 11 };
  const { results } = run(n, function* (self, scheme): Protocol<number[][]> {
    const { supply, check } = yield* dealing(holdersDeal(scheme, demand), self, null, seeded(self));
    yield* check;
    const { randoms, zeros, doubles } = supply.left();
    expect(Math.min(randoms - 9, zeros - 10, doubles - 11)).toBeGreaterThanOrEqual(0);
    const { low, high } = supply.doubles(11);
    const opened = [
      yield* opening(supply.randoms(9), scheme.degree),
      yield* opening(low, scheme.degree),
      yield* opening(high, scheme.productDegree),
    ];
    return [...opened, yield* opening(supply.zeros(10), scheme.productDegree)].map((vector) => [...vector]);
  });
  const [randoms, low, high, zeros] = resultOf(results[0]);
  expect(new Set([...randoms!, ...low!]).size).toBe(20);
  expect(high).toEqual(low);
  expect(zeros).toEqual(zeros!.map(() => 0));
});

test("what was dealt is closed until the very end of its check", () => {
  const { results } = run(4, function* (self, scheme): Protocol<number> {
    const { supply, check } = yield* dealing(holdersDeal(scheme, { randoms: 1, zeros: 0, doubles: 0 }), self, null, seeded(self));
    const step = check.next();
    expect(() => supply.randoms(1)).toThrow(expect.objectContaining({ kind: "defect" }));
    expect(check.next(yield step.value as Round).done).toBe(true);
    return supply.randoms(1).length;
  });
  expect(results).toEqual([1, 1, 1, 1]);
});

/** Runs holders who hear, besides each other, dealers who hold nothing; those of index `lost` fall silent before they deal. */
function withOutsiders(
  what: Dealing,
  secrets: readonly (Secrets | null)[],
  lost: readonly number[],
  tamper: (parcel: Parcel, dealer: number, holder: number) => Parcel = (parcel) => parcel,
): unknown[] {
  const { scheme, dealers } = what;
  const dealt = dealers.map((_, d) =>
    lost.includes(d) ? null : parcels(what, d, secrets[d]!, seeded(d)).map((parcel, holder) => tamper(parcel, d, holder)),
  );
  const holders = dealers.flatMap(({ holder }, d) => (holder === null || lost.includes(d) ? [] : [{ holder, d }]));
  const parties = holders.map(({ d }) => dealing(what, d, secrets[d]!, seeded(d)));
  for (const party of parties) party.next();
  const received = holders.map(({ holder }, i) => {
    const heard = {
      dealt: dealt.map((parts): Parcel | null => parts?.[holder] ?? null),
      opened: [],
      openedWide: [],
      challenge: challengeOf(0),
    };
    return parties[i]!.next(heard).value as Dealt;
  });
  const protocols = received.map((one) => totals(one, scheme));
  let steps = protocols.map((protocol) => protocol.next());
  while (!steps[0]!.done) {
    const said = Array.from({ length: scheme.holders }, (_, holder): Round | null => {
      const i = holders.findIndex((one) => one.holder === holder);
      return i < 0 ? null : (steps[i]!.value as Round);
    });
    steps = protocols.map((protocol, i) =>
      protocol.next(hear(scheme, said[holders[i]!.holder]!, said, holders[i]!.holder, challengeOf(1))),
    );
  }
  return steps.map((step, i) => ({ total: step.value, contributors: received[i]!.contributors }));
}

/** 20 contributors, of whom 7 in the middle are the committee that holds the points, in an order of its own. */
const committee: Dealing = {
  scheme: schemeFor(7),
  dealers: Array.from({ length: 20 }, (_, d) => ({ contributes: true, holder: d >= 8 && d < 15 ? (d * 3) % 7 : null })),
  counts: 1,
  sums: 1,
  demand: { randoms: 5, zeros: 0, doubles: 0 },
  spare: 0,
};
const own = committee.dealers.map((_, d) => ({ counts: Uint32Array.of(2 ** d), sums: BigUint64Array.of(2n ** BigInt(2 * d)) }));

test("a committee holds what others deal; who is lost is not in the sum and not among the contributors", () => {
  for (const lost of [[], [0, 19], [3]]) {
    const there = [...committee.dealers.keys()].filter((d) => !lost.includes(d));
    const expected = {
      total: { counts: [there.reduce((sum, d) => sum + 2 ** d, 0)], sums: [there.reduce((sum, d) => sum + 2n ** BigInt(2 * d), 0n)] },
      contributors: there,
    };
    for (const result of withOutsiders(committee, own, lost)) expect(result).toEqual(expected);
  }
});

test("any number of lying contributors who hold nothing do not get a holder blamed", () => {
  const wrong = (parcel: Parcel, dealer: number, holder: number): Parcel =>
    dealer < 8 && holder === 5 ? { ...parcel, narrow: parcel.narrow.map((x) => (x + 1) % P) } : parcel;
  expect(() => withOutsiders(committee, own, [], wrong)).toThrow(expect.objectContaining({ kind: "deal", blame: [] }));
});

test("holders may be lost while dealing, as many as were spared", () => {
  const what = holdersDeal(schemeFor(12), { randoms: 20, zeros: 20, doubles: 20 });
  const nobody = what.dealers.map(() => null);
  expect(what.spare).toBe(2);
  expect(withOutsiders(what, nobody, [4, 11])).toHaveLength(10);
  expect(() => withOutsiders(what, nobody, [4, 5, 11])).toThrow(expect.objectContaining({ kind: "missing" }));
});

test("a parcel has the length that everybody knows", () => {
  committee.dealers.forEach((_, d) => {
    for (const { narrow, wide } of parcels(committee, d, own[d]!, seeded(d))) {
      expect({ narrow: narrow.length, wide: wide.length }).toEqual(parcelLength(committee, d));
    }
  });
});

test("secrets of another number than the dealing has are a defect", () => {
  const what = everybody(schemeFor(4), 2, 0);
  for (const wrong of [null, countsOnly([1]), countsOnly([1, 2, 3]), { counts: Uint32Array.of(1, 2), sums: BigUint64Array.of(1n) }]) {
    expect(() => parcels(what, 0, wrong, seeded(1))).toThrow(expect.objectContaining({ kind: "defect" }));
  }
});

test("too few holders for randomness that nobody chose", () => {
  const what = { ...holdersDeal(schemeFor(4), { randoms: 1, zeros: 0, doubles: 0 }), spare: 3 };
  expect(() => parcels(what, 0, null, seeded(1))).toThrow(SharingFault);
});
