import type { Dealing } from "./dealing.ts";
import { SharingFault } from "./fault.ts";
import type { Shares } from "./open.ts";

/** Shares to open together: each element is a sharing of at most that degree. */
export interface Opening<V> {
  readonly shares: V;
  readonly degree: number;
  /** Reads the shares of all holders in place of `open`, for a check that can name more than wrong shares. Never leaves this holder. */
  readonly read?: (shares: Shares<V>) => V;
}

/** What a dealer gives one holder. */
export interface Parcel {
  readonly narrow: Uint32Array;
  readonly wide: BigUint64Array;
}

/** What one party deals in one exchange: a parcel for each holder. */
export interface Deal {
  readonly what: Dealing;
  readonly parcels: readonly Parcel[];
}

/** What one holder says in one exchange: what it deals, if anything is dealt, and shares to open. */
export interface Round {
  readonly deal: Deal | null;
  readonly open: readonly Opening<Uint32Array>[];
  readonly openWide: readonly Opening<BigUint64Array>[];
}

/** What everybody said in it, as one holder hears it. */
export interface Heard {
  /** The parcel from each dealer of `Dealing.dealers`; null from one that is gone. Empty when nothing was dealt. */
  readonly dealt: readonly (Parcel | null)[];
  /** The opened values, in the order of the round. */
  readonly opened: readonly Uint32Array[];
  readonly openedWide: readonly BigUint64Array[];
  /** Public randomness that nobody knew before all had spoken: a hash of the whole exchange. */
  readonly challenge: Uint8Array;
}

/** A protocol among the holders, seen by one of them: each yield is one exchange. */
export type Protocol<T> = Generator<Round, T, Heard>;

/** One exchange that opens one vector. */
export function* opening(shares: Uint32Array, degree: number): Protocol<Uint32Array> {
  const heard = yield { deal: null, open: [{ shares, degree }], openWide: [] };
  return heard.opened[0]!;
}

/** Runs protocols side by side: exchange k of each is part of exchange k of all. At most one may deal in an exchange. */
export function* together<T extends readonly unknown[]>(protocols: { readonly [K in keyof T]: Protocol<T[K]> }): Protocol<T> {
  const parts = protocols as readonly Protocol<unknown>[];
  const steps = parts.map((protocol) => protocol.next());
  while (steps.some((step) => !step.done)) {
    const rounds = steps.map((step) => (step.done ? null : (step.value as Round)));
    const deals = rounds.flatMap((round) => round?.deal ?? []);
    if (deals.length > 1) throw new SharingFault("defect", "two protocols side by side deal in one exchange");
    const heard = yield {
      deal: deals[0] ?? null,
      open: rounds.flatMap((round) => round?.open ?? []),
      openWide: rounds.flatMap((round) => round?.openWide ?? []),
    };
    let narrow = 0;
    let wide = 0;
    rounds.forEach((round, i) => {
      if (round === null) return;
      const opened = heard.opened.slice(narrow, (narrow += round.open.length));
      const openedWide = heard.openedWide.slice(wide, (wide += round.openWide.length));
      steps[i] = parts[i]!.next({ ...heard, dealt: round.deal ? heard.dealt : [], opened, openedWide });
    });
  }
  return steps.map((step) => step.value) as unknown as T;
}
