import {
  answerAgain,
  cellsToOpen,
  type Distance,
  type EarlierRelease,
  guarded,
  type Opened,
  meanShares,
  meansToOpen,
  openedCounts,
  openedQuantiles,
  openedSums,
  pairsLeft,
  pairsThatMatter,
  type Policy,
  quantileRows,
  searchesOf,
  smallValues,
  type Standing,
  stillStanding,
  suppress,
  toldBefore,
  Totals,
} from "@tutti/disclosure";
import { type Contribution, layout, type Plan } from "@tutti/query";
import {
  cumulative,
  type Dealer,
  type Dealing,
  dealing,
  demandOf,
  findRanks,
  type Heard,
  masks,
  morePowers,
  opening,
  pointsNeeded,
  type Powers,
  type Protocol,
  raise,
  type Round,
  type Scheme,
  type Secrets,
  smallness,
  smallnessDemand,
  together,
} from "@tutti/sharing";
import { join, type Random } from "@tutti/field";
import { chosenOf, distancesDemand, distancesLeft, distancesOf, pairsDealt, pairsFirst } from "./distance.ts";
import { FIRST_POWERS, powersOf, type Readiness, readiness } from "./order-statistics.ts";
import { leftOvers, leftOversDemand } from "./own-part.ts";
import type { Guard } from "./participation.ts";
import { SessionStop } from "./stop.ts";

/** What one holder brings to a session's computation. */
export interface Computation {
  readonly plan: Plan;
  readonly policy: Policy;
  readonly scheme: Scheme;
  /** One a participant. */
  readonly dealers: readonly Dealer[];
  /** This participant, and its place among the holders. */
  readonly self: number;
  readonly holder: number;
  /** Names of the dealers. */
  readonly participants: readonly string[];
  readonly guard: Guard;
  /** `sha256:…` of the query: the release that was made of it before is answered again while it can't safely change. */
  readonly query: string;
  readonly numbers: Numbers;
  readonly random: Random;
}

/** What one centre brings into a session. */
export interface Numbers {
  readonly contribution: Contribution;
  /** For each pair of the guard, how many of its patients are in one of the two only, counted up to the threshold in force or beyond. */
  readonly differences: Uint32Array;
}

/** Asks the host to write down, durably and before anything else is said, which cells this holder is about to open. */
export interface Recording {
  readonly record: readonly number[];
}

/** What a computation came to, and whose numbers are in it (indices of dealers): numbers that opened, or those of an earlier release once more. */
export interface Computed {
  readonly opened: Opened | EarlierRelease;
  /** The cells that opened and were told before, as indices. */
  readonly repeated: readonly number[];
  readonly contributors: readonly number[];
}

/**
 * Pools, tests and opens: deal, verdict, reveal, order statistics. Each `Round` yielded is one exchange; a `Recording` is none, and is
 * answered with `next()` of anything once it is written.
 * Throws a SharingFault or a SessionStop when the session can't go on.
 */
export function* compute(computation: Computation): Generator<Round | Recording, Computed, Heard> {
  const { plan, policy, scheme, dealers, self, holder, participants, guard, numbers, random } = computation;
  const { narrow } = layout(plan);
  const ready = readiness(plan, guard.earlier);
  const dealt = yield* dealing(dealingOf(computation, ready), self, secretsOf(numbers, guard, dealers), random);
  const { contributors, supply } = dealt;
  if (contributors.length < policy.minimumCentres) {
    throw new SessionStop("tooFewCentres", "too few centres contributed: ask again when more of them can be reached");
  }
  const totals = new Totals(plan, dealt.counts.subarray(0, narrow), dealt.sums);
  const [, made] = yield* together([dealt.check, masks(scheme, ready.masks, supply)]);
  const comparison = { scheme, guard, policy, participants, contributors };
  const differences = { pairs: pairsDealt(guard, dealers), shares: dealt.counts.subarray(narrow), contributors };
  const first = pairsFirst(guard);
  const counted = ready.powers > 0 ? join(quantileRows(plan).map((row) => cumulative(totals.histogram(row)))) : new Uint32Array(0);
  const [small, firstDistances, left, firstPowers] = yield* together<[boolean[], readonly Distance[], readonly boolean[], Powers]>([
    smallness(scheme, totals.cells([...plan.cells.keys()]), smallValues(policy), supply),
    distancesOf(comparison, chosenOf(differences, first), supply),
    leftOvers(scheme, plan, policy, totals, dealt.own, supply),
    raise(scheme, counted, Math.min(ready.powers, FIRST_POWERS), supply),
  ]);
  const distances = guard.pairs.map((): Distance | null => null);
  first.forEach((pair, i) => (distances[pair] = firstDistances[i]!));
  const before = answerAgain(guard.earlier, computation.query, policy, guard.pairs, distances);
  if (before !== null) return { opened: before, repeated: [], contributors };

  const present = contributors.map((dealer) => participants[dealer]!);
  const standingWithout = (more: ReadonlySet<number>): readonly Standing[] => {
    const refused = guarded(plan, guard.pairs, distances).map((hides, cell) => hides || left[cell] === true || more.has(cell));
    return suppress(plan, policy, small, stillStanding(guard.earlier, present, guard.pairs, distances), refused);
  };
  let standing = standingWithout(new Set());
  const waiting = pairsLeft(guard.pairs, distances, small);
  const later = pairsThatMatter(plan, guard.pairs, waiting, standing);
  if (later.length > 0) {
    const rest = { left: later, dealt: differences, dealers, self, holder, own: numbers.differences, random };
    const found = yield* distancesLeft(comparison, rest);
    later.forEach((pair, i) => (distances[pair] = found[i]!));
    const tested = new Set(later);
    standing = standingWithout(new Set(waiting.flatMap((pair) => (tested.has(pair) ? [] : [guard.pairs[pair]!.cell]))));
  }
  const cells = cellsToOpen(plan, standing);
  yield { record: cells };
  const repeated = toldBefore(guard.pairs, distances).filter((cell) => cells.includes(cell));
  if (cells.length === 0) return { opened: openedNothing(), repeated, contributors };
  const [revealed, powers] = yield* together<[Uint32Array, Powers]>([
    opening(totals.cells(cells), scheme.degree),
    morePowers(scheme, firstPowers, ready.powers, supply),
  ]);
  const counts = openedCounts(cells, revealed);

  const means = meansToOpen(plan, counts, policy, guard.earlier);
  const searches = searchesOf(plan, counts, policy, totals);
  const raised = ready.powers > 0 ? powersOf(plan, powers) : new Map<number, Powers>();
  const wanted = searches.map(({ result, search }) => ({ ...search, powers: raised.get(result) }));
  const [sums, found] = yield* together<[BigUint64Array, number[][]]>([
    openingWide(meanShares(plan, means, totals), scheme.degree),
    findRanks(scheme, wanted, made, holder, random, supply),
  ]);
  return { opened: { counts, sums: openedSums(means, sums), quantiles: openedQuantiles(searches, found) }, repeated, contributors };
}

/** One exchange that opens sums; none where there are none. */
function* openingWide(shares: BigUint64Array, degree: number): Protocol<BigUint64Array> {
  if (shares.length === 0) return shares;
  const heard = yield { deal: null, open: [], openWide: [{ shares, degree }] };
  return heard.openedWide[0]!;
}

/** What is dealt in the first exchange; every participant works out the same. */
export function dealingOf(
  { plan, policy, scheme, dealers, guard }: Pick<Computation, "plan" | "policy" | "scheme" | "dealers" | "guard">,
  ready: Readiness = readiness(plan, guard.earlier),
): Dealing {
  const { narrow, wide } = layout(plan);
  const demand = demandOf(
    smallnessDemand(smallValues(policy), plan.cells.length),
    ready.demand,
    distancesDemand(guard, pairsFirst(guard), policy),
    leftOversDemand(plan, policy, dealers.length),
  );
  const spare = scheme.holders - pointsNeeded(scheme, scheme.productDegree);
  return { scheme, dealers, counts: narrow + pairsDealt(guard, dealers).length, sums: wide, demand, spare };
}

/** What one participant deals in the first exchange: its contribution, then the differences that are dealt with it. */
export function secretsOf({ contribution, differences }: Numbers, guard: Guard, dealers: readonly Dealer[]): Secrets {
  const dealt = Uint32Array.from(pairsDealt(guard, dealers), (pair) => differences[pair]!);
  return { counts: join([contribution.counts, dealt]), sums: contribution.sums };
}

function openedNothing(): Opened {
  return { counts: new Map(), sums: new Map(), quantiles: new Map() };
}
