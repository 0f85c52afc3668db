import { SharingFault } from "./fault.ts";
import { open, openWide, type Shares } from "./open.ts";
import type { Deal, Heard, Opening, Protocol, Round } from "./round.ts";
import type { Scheme } from "./scheme.ts";

/** What happened on the way of a rehearsal. */
export interface Rehearsed<T> {
  /** What each holder came out with, or the fault that stopped it. */
  readonly results: readonly (T | SharingFault)[];
  readonly exchanges: number;
}

/** Changes what a holder says in an exchange; null makes it fall silent for good. */
export type Interference = (round: Round, holder: number, exchange: number) => Round | null;

/**
 * Runs the holders of one protocol together in memory, exchange by exchange: for tests, benchmarks and for reading how
 * the protocol goes. `challenge` gives the public randomness of each exchange.
 */
export function rehearse<T>(
  scheme: Scheme,
  holders: readonly Protocol<T>[],
  challenge: (exchange: number) => Uint8Array,
  interfere: Interference = (round) => round,
): Rehearsed<T> {
  const gone = new Set<number>();
  let steps = holders.map((holder): IteratorResult<Round, T | SharingFault> => guarded(() => holder.next()));
  let exchanges = 0;
  while (steps.some((step, i) => !step.done && !gone.has(i))) {
    const said = steps.map((step, i) => {
      if (step.done || gone.has(i)) return null;
      const round = interfere(step.value, i, exchanges);
      if (round === null) gone.add(i);
      return round;
    });
    steps = steps.map((step, i) => {
      if (step.done || gone.has(i)) return step;
      const own = step.value;
      return guarded(() => holders[i]!.next(hear(scheme, own, said, i, challenge(exchanges))));
    });
    exchanges++;
  }
  const results = steps.map((step) => (step.done ? step.value : new SharingFault("missing", "fell silent")));
  return { results, exchanges };
}

/** What one holder makes of everything that was said in an exchange. */
export function hear(scheme: Scheme, own: Round, said: readonly (Round | null)[], self: number, challenge: Uint8Array): Heard {
  return {
    dealt: own.deal === null ? [] : said.map((round) => parcelFor(round?.deal ?? null, self)),
    opened: own.open.map((opening, k) =>
      openAll(
        scheme,
        opening,
        said.map((round) => round?.open[k]?.shares ?? null),
        open,
      ),
    ),
    openedWide: own.openWide.map((opening, k) =>
      openAll(
        scheme,
        opening,
        said.map((round) => round?.openWide[k]?.shares ?? null),
        openWide,
      ),
    ),
    challenge,
  };
}

/** Opens one vector, by its own reading where it has one. Throws a SharingFault; `opening` also for vectors of another length than one's own. */
export function openAll<V extends { readonly length: number }>(
  scheme: Scheme,
  opening: Opening<V>,
  shares: Shares<V>,
  plain: (scheme: Scheme, shares: Shares<V>, degree: number) => V,
): V {
  const wrong = shares.flatMap((share, i) => (share !== null && share.length !== opening.shares.length ? [i] : []));
  if (wrong.length > 0) throw new SharingFault("opening", "a holder sent another number of shares than this opening has", wrong);
  return opening.read ? opening.read(shares) : plain(scheme, shares, opening.degree);
}

function parcelFor(deal: Deal | null, holder: number) {
  return deal?.parcels[holder] ?? null;
}

function guarded<T>(step: () => IteratorResult<Round, T>): IteratorResult<Round, T | SharingFault> {
  try {
    return step();
  } catch (fault) {
    if (fault instanceof SharingFault) return { done: true, value: fault };
    throw fault;
  }
}
