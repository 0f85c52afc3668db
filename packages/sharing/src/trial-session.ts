import { add } from "@tutti/field";
import { CHECKS } from "./coefficients.ts";
import { dealing } from "./dealing.ts";
import { masks, masksDemand } from "./mask.ts";
import { powersDemand, raise } from "./powers.ts";
import { cumulative } from "./rank-search.ts";
import { findRanks, masksAhead, ranksDemand } from "./ranks.ts";
import { ranksByPowersDemand } from "./ranks-by-powers.ts";
import type { Interference } from "./rehearsal.ts";
import { type Parcel, type Protocol, type Round, together } from "./round.ts";
import { type Scheme, schemeFor } from "./scheme.ts";
import { smallness, smallnessDemand } from "./smallness.ts";
import { demandOf } from "./supply.ts";
import { everybody, run, seeded, withShares } from "./trial.ts";

/** For the tests of lies: one of everything. A dealing, its check beside masks, verdicts, a median found both ways, an opening of a count and a sum. */
const small = { from: 0, to: 4 };
const histogram = [3, 0, 4, 1, 0, 2];
const values = 10;
const counts = 2 + histogram.length;
const demand = demandOf(
  smallnessDemand(small, 2),
  masksDemand(masksAhead(histogram.length, 1)),
  ranksDemand(histogram.length, 1, values),
  powersDemand(values / 2, histogram.length),
  ranksByPowersDemand(histogram.length, 1),
);

/** What the honest come out with: counts 3 (small) and 7, three sums of 10¹². */
export const truth: unknown = { small: [true, false], median: 2, byPowers: 2, count: 3 + 7, sum: 3n * 10n ** 12n };

function* session(scheme: Scheme, self: number): Protocol<unknown> {
  const first = self === 0 ? [1, 7, ...histogram] : [self < 3 ? 1 : 0];
  const secrets = {
    counts: Uint32Array.from({ length: counts }, (_, j) => first[j] ?? 0),
    sums: BigUint64Array.of(self < 3 ? 10n ** 12n : 0n),
  };
  const dealt = yield* dealing(everybody(scheme, counts, 1, demand), self, secrets, seeded(self));
  const [, made] = yield* together([dealt.check, masks(scheme, masksAhead(histogram.length, 1), dealt.supply)]);
  const isSmall = yield* smallness(scheme, dealt.counts.subarray(0, 2), small, dealt.supply);
  const search = { histogram: dealt.counts.subarray(2), n: values, ranks: [values / 2] };
  const [[median]] = (yield* findRanks(scheme, [search], made, self, seeded(99), dealt.supply)) as [[number]];
  const powers = yield* raise(scheme, cumulative(search.histogram), values / 2, dealt.supply);
  const again = yield* findRanks(scheme, [{ ...search, powers }], made, self, seeded(98), dealt.supply);
  const both = Uint32Array.of(add(dealt.counts[0]!, dealt.counts[1]!));
  const heard = yield {
    deal: null,
    open: [{ shares: both, degree: scheme.degree }],
    openWide: [{ shares: dealt.sums, degree: scheme.degree }],
  };
  return { small: isSmall, median, byPowers: again[0]![0], count: heard.opened[0]![0], sum: heard.openedWide[0]![0] };
}

/** Runs the session among n; gives what those who do not lie came out with. */
export function honest(n: number, liars: readonly number[], lie: Interference): { results: unknown[]; exchanges: number } {
  const { results, exchanges } = run(n, (self, scheme) => session(scheme, self), lie);
  return { results: results.filter((_, i) => !liars.includes(i)), exchanges };
}

/** What holder 0 says when all are honest, exchange by exchange. */
export function roundsOf(n: number): Round[] {
  const rounds: Round[] = [];
  const listen: Interference = (round, holder, exchange) => (holder === 0 ? (rounds[exchange] = round) : round);
  honest(n, [], listen);
  return rounds;
}

/** Liars who change one of their narrow openings in one exchange. */
export function lieInShares(
  exchange: number,
  liars: readonly number[],
  which: number,
  change: (shares: Uint32Array, liar: number) => Uint32Array,
): Interference {
  return (round, holder, now) =>
    now === exchange && liars.includes(holder) ? withShares(round, which, (shares) => change(shares, holder)) : round;
}

/** The same for wide openings. */
export function lieInSums(exchange: number, liars: readonly number[], change: (sum: bigint, j: number) => bigint): Interference {
  return (round, holder, now) => {
    if (now !== exchange || !liars.includes(holder)) return round;
    return { ...round, openWide: round.openWide.map(({ shares, ...rest }) => ({ ...rest, shares: shares.map(change) })) };
  };
}

/** A dealer that changes its parcels. */
export function lieInParcels(dealer: number, change: (parcel: Parcel, holder: number) => Parcel): Interference {
  return (round, holder) =>
    holder === dealer && round.deal ? { ...round, deal: { ...round.deal, parcels: round.deal.parcels.map(change) } } : round;
}

/** Where the pieces of a parcel's narrow part begin. */
export interface Places {
  readonly counts: number;
  readonly randoms: number;
  readonly doublesLow: number;
  readonly masks: number;
  readonly zeros: number;
  readonly doublesHigh: number;
  readonly zeroMasks: number;
}

/** The places in the session's parcels, worked out from the specification. */
export function placesOf(n: number): Places {
  const outputs = n - schemeFor(n).degree;
  const [randoms, doubles, zeros] = [demand.randoms, demand.doubles, demand.zeros].map((count) => Math.ceil(count / outputs)) as [
    number,
    number,
    number,
  ];
  const doublesLow = counts + randoms;
  const masksOfCheck = doublesLow + doubles;
  const zerosFrom = masksOfCheck + CHECKS;
  const doublesHigh = zerosFrom + zeros;
  return { counts: 0, randoms: counts, doublesLow, masks: masksOfCheck, zeros: zerosFrom, doublesHigh, zeroMasks: doublesHigh + doubles };
}
