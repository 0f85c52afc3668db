import {
  type Opened,
  openedFirst,
  openedQuantiles,
  type Policy,
  quantileRows,
  revealOf,
  revealShares,
  searchesOf,
  smallValues,
  type Standing,
  suppress,
  Totals,
} from "@tutti/disclosure";
import { type Contribution, layout, type Plan } from "@tutti/query";
import {
  type Dealer,
  type Dealing,
  dealing,
  demandOf,
  findRanks,
  type Heard,
  masks,
  masksAhead,
  masksDemand,
  pointsNeeded,
  type Round,
  type Scheme,
  smallness,
  smallnessDemand,
  together,
} from "@tutti/sharing";
import type { Random } from "@tutti/field";
import { SessionStop } from "./stop.ts";

/** Masks made before it is known which order statistics will be looked for, at most; more are dealt when they run out. */
const MASKS_AHEAD = 400;

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
  readonly contribution: Contribution;
  readonly random: Random;
}

/** Asks the host to write down, durably and before anything else is said, what this holder is about to open. */
export interface Recording {
  readonly record: readonly Standing[];
}

/** What a computation opened, and whose numbers are in it (indices of dealers). */
export interface Computed {
  readonly opened: Opened;
  readonly contributors: readonly number[];
}

/**
 * Pools, tests and opens: deal, verdict, reveal, order statistics. Each `Round` yielded is one exchange; a `Recording` is none, and is
 * answered with `next()` of anything once it is written.
 * Throws a SharingFault or a SessionStop when the session can't go on.
 */
export function* compute(computation: Computation): Generator<Round | Recording, Computed, Heard> {
  const { plan, policy, scheme, self, holder, contribution, random } = computation;
  const small = smallValues(policy);
  const ahead = masksWanted(plan);
  const dealt = yield* dealing(dealingOf(computation), self, contribution, random);
  if (dealt.contributors.length < policy.minimumCentres) {
    throw new SessionStop("tooFewCentres", "too few centres contributed: ask again when more of them can be reached");
  }
  const totals = new Totals(plan, dealt.counts, dealt.sums);
  const [, made] = yield* together([dealt.check, masks(scheme, ahead, dealt.supply)]);
  const verdicts = yield* smallness(scheme, totals.cells([...plan.cells.keys()]), small, dealt.supply);
  const standing = suppress(plan, policy, verdicts);
  yield { record: standing };

  const reveal = revealOf(plan, standing);
  const { counts, sums } = revealShares(reveal, plan, totals);
  if (counts.length === 0) return { opened: openedNothing(), contributors: dealt.contributors };
  const heard = yield {
    deal: null,
    open: [{ shares: counts, degree: scheme.degree }],
    openWide: sums.length === 0 ? [] : [{ shares: sums, degree: scheme.degree }],
  };
  const first = openedFirst(reveal, heard.opened[0]!, heard.openedWide[0] ?? new BigUint64Array(0));
  const searches = searchesOf(plan, first.counts, policy, totals);
  const found =
    searches.length === 0
      ? []
      : yield* findRanks(
          scheme,
          searches.map(({ search }) => search),
          made,
          holder,
          random,
        );
  return { opened: { ...first, quantiles: openedQuantiles(searches, found) }, contributors: dealt.contributors };
}

/** What is dealt in the first exchange; every participant works out the same. */
export function dealingOf({ plan, policy, scheme, dealers }: Pick<Computation, "plan" | "policy" | "scheme" | "dealers">): Dealing {
  const { narrow, wide } = layout(plan);
  const demand = demandOf(smallnessDemand(smallValues(policy), plan.cells.length), masksDemand(masksWanted(plan)));
  const spare = scheme.holders - pointsNeeded(scheme, scheme.productDegree);
  return { scheme, dealers, counts: narrow, sums: wide, demand, spare };
}

function masksWanted(plan: Plan): number {
  const wanted = quantileRows(plan).reduce((sum, { grid, at }) => sum + masksAhead(grid.points, at.length), 0);
  return Math.min(wanted, MASKS_AHEAD);
}

function openedNothing(): Opened {
  return { counts: new Map(), sums: new Map(), quantiles: new Map() };
}
