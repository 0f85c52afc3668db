import { fold, join, type Random, randomVector, randomWideVector, wideAdd } from "@tutti/field";
import { check, type Inspected } from "./check.ts";
import { CHECKS, WIDE_CHECKS } from "./coefficients.ts";
import { deal, dealWide } from "./deal.ts";
import { extract } from "./extract.ts";
import { SharingFault } from "./fault.ts";
import type { Parcel, Protocol } from "./round.ts";
import { pointsNeeded, type Scheme } from "./scheme.ts";
import { type Demand, Supply } from "./supply.ts";

/** One dealer's secrets to be pooled: the network's totals are their sums over the dealers. */
export interface Secrets {
  readonly counts: Uint32Array;
  readonly sums: BigUint64Array;
}

/** A party that deals in an exchange. */
export interface Dealer {
  /** True when it deals secrets to be pooled. */
  readonly contributes: boolean;
  /** Its index among the holders, who alone deal randomness; null when it holds no points. */
  readonly holder: number | null;
}

/** What is dealt in one exchange; every party works out the same. */
export interface Dealing {
  readonly scheme: Scheme;
  readonly dealers: readonly Dealer[];
  /** Lengths of each contributor's secrets. */
  readonly counts: number;
  readonly sums: number;
  /** What the holders want to have in hand afterwards. */
  readonly demand: Demand;
  /** How many holders may be lost in this very exchange and the demand still be met. */
  readonly spare: number;
}

/** One holder's shares after an exchange of dealing. */
export interface Dealt {
  /** Shares of the pooled secrets, degree t; not to be multiplied, even with randomness from elsewhere, before the check has passed. */
  readonly counts: Uint32Array;
  readonly sums: BigUint64Array;
  readonly supply: Supply;
  /** Indices of the dealers whose secrets are in the pool. */
  readonly contributors: readonly number[];
  /** Shares of each contributor's own counts, in the order of `contributors`: for tests of what is left without it. */
  readonly own: readonly Uint32Array[];
  /**
   * The check of everything dealt, one exchange; throws when somebody lied. The supply stays closed until it has passed; beside it
   * run only what opens nothing that a secret went into (`masks`), and openings of what was checked before.
   */
  readonly check: Protocol<void>;
}

/**
 * Deals secrets and correlated randomness in one exchange (docs/spec/sharing.md, Dealing). The randomness is extracted as by Damgård and
 * Nielsen, "Scalable and unconditionally secure multiparty computation", CRYPTO 2007.
 * @param secrets this dealer's, or null when it contributes none
 * @param dealer this dealer's index
 */
export function* dealing(what: Dealing, dealer: number, secrets: Secrets | null, random: Random): Protocol<Dealt> {
  const heard = yield { deal: { what, parcels: parcels(what, dealer, secrets, random) }, open: [], openWide: [] };
  return receive(what, heard.dealt, heard.challenge);
}

/** What all holders deal among themselves, able to lose as many as an opened product can. */
export function holdersDeal(scheme: Scheme, demand: Demand): Dealing {
  const dealers = Array.from({ length: scheme.holders }, (_, holder) => ({ contributes: false, holder }));
  return { scheme, dealers, counts: 0, sums: 0, demand, spare: scheme.holders - pointsNeeded(scheme, scheme.productDegree) };
}

/**
 * What one dealer gives to each holder. Throws a SharingFault: `defect` when the secrets are not as many as the dealing says,
 * `missing` when too few holders are left to deal randomness.
 */
export function parcels(what: Dealing, dealer: number, secrets: Secrets | null, random: Random): Parcel[] {
  const { scheme } = what;
  const pieces = piecesOf(what, what.dealers[dealer]!);
  if ((secrets?.counts.length ?? 0) !== pieces.counts || (secrets?.sums.length ?? 0) !== pieces.sums) {
    throw new SharingFault("defect", "a contributor deals as many counts and sums as the dealing says, and others none");
  }
  const doubles = randomVector(pieces.doubles, random);
  const masks = randomVector(pieces.masks, random);
  const counts = secrets?.counts ?? new Uint32Array(0);
  const low = deal(join([counts, randomVector(pieces.randoms, random), doubles, masks]), scheme.degree, scheme.holders, random);
  const high = deal(
    join([new Uint32Array(pieces.zeros), doubles, new Uint32Array(pieces.zeroMasks)]),
    scheme.productDegree,
    scheme.holders,
    random,
  );
  const sums = new BigUint64Array(pieces.sums + pieces.wideMasks);
  if (secrets) sums.set(secrets.sums);
  sums.set(randomWideVector(pieces.wideMasks, random), pieces.sums);
  const wide = dealWide(sums, scheme.degree, scheme.holders, random);
  return low.map((vector, i) => ({ narrow: join([vector, high[i]!]), wide: wide[i]! }));
}

/** The lengths of the vectors in a parcel of that dealer. */
export function parcelLength(what: Dealing, dealer: number): { readonly narrow: number; readonly wide: number } {
  const pieces = piecesOf(what, what.dealers[dealer]!);
  const narrow = pieces.counts + pieces.randoms + pieces.doubles + pieces.masks + pieces.zeros + pieces.doubles + pieces.zeroMasks;
  return { narrow, wide: pieces.sums + pieces.wideMasks };
}

/** The pieces of a parcel. In order: degree t: counts, randoms, doubles, masks; degree 2t: zeros, doubles, zero masks; wide: sums, masks. */
function piecesOf(what: Dealing, dealer: Dealer) {
  const holder = dealer.holder !== null;
  const outputs = holdersDealing(what) - what.spare - what.scheme.degree;
  if (outputs < 1) throw new SharingFault("missing", "too few holders are left to deal randomness that nobody chose");
  const batch = (count: number): number => (holder ? Math.ceil(count / outputs) : 0);
  const randomness = what.demand.randoms + what.demand.doubles + what.demand.zeros > 0 && holder;
  const sums = dealer.contributes ? what.sums : 0;
  return {
    counts: dealer.contributes ? what.counts : 0,
    randoms: batch(what.demand.randoms),
    doubles: batch(what.demand.doubles),
    masks: dealer.contributes || randomness ? CHECKS : 0,
    zeros: batch(what.demand.zeros),
    zeroMasks: randomness ? CHECKS : 0,
    sums,
    wideMasks: sums > 0 ? WIDE_CHECKS : 0,
  };
}

function holdersDealing(what: Dealing): number {
  return what.dealers.filter((dealer) => dealer.holder !== null).length;
}

function receive(what: Dealing, dealt: readonly (Parcel | null)[], challenge: Uint8Array): Dealt {
  const counts = new Float64Array(what.counts);
  let sums = new BigUint64Array(what.sums);
  const contributors: number[] = [];
  const own: Uint32Array[] = [];
  const inspected: Inspected[] = [];
  const points: number[] = [];
  const randomness: Uint32Array[] = [];
  dealt.forEach((parcel, index) => {
    if (parcel === null) return;
    const dealer = what.dealers[index]!;
    const pieces = piecesOf(what, dealer);
    const { narrow, wide } = parcelLength(what, index);
    if (parcel.narrow.length !== narrow || parcel.wide.length !== wide) {
      throw new SharingFault("deal", "a dealer sent a parcel of another length than this dealing has", [index]);
    }
    let at = 0;
    const next = (length: number): Uint32Array => parcel.narrow.subarray(at, (at += length));
    const low = next(pieces.counts + pieces.randoms + pieces.doubles);
    const masks = next(pieces.masks);
    const high = next(pieces.zeros + pieces.doubles);
    const zeroMasks = next(pieces.zeroMasks);
    if (dealer.contributes) {
      contributors.push(index);
      own.push(low.subarray(0, counts.length));
      for (let j = 0; j < counts.length; j++) counts[j]! += low[j]!;
      sums = sums.map((sum, j) => wideAdd(sum, parcel.wide[j]!));
    }
    if (dealer.holder !== null) {
      points.push(dealer.holder + 1);
      randomness.push(join([low.subarray(pieces.counts), high]));
    }
    const holder = dealer.holder !== null;
    inspected.push({ dealer: index, holder, low, masks, high, zeroMasks, doubles: pieces.doubles, wide: parcel.wide });
  });
  if (points.length < holdersDealing(what) - what.spare) throw new SharingFault("missing", "a holder was lost while randomness was dealt");
  const supply = supplyOf(what, points, randomness);
  return {
    counts: Uint32Array.from(counts, fold),
    sums,
    contributors,
    own,
    supply,
    check: released(supply, check(what.scheme, inspected, challenge)),
  };
}

function* released(supply: Supply, passed: Protocol<void>): Protocol<void> {
  yield* passed;
  supply.release();
}

function supplyOf(what: Dealing, points: readonly number[], randomness: readonly Uint32Array[]): Supply {
  const pieces = piecesOf(what, { contributes: false, holder: 0 });
  const outputs = extract(points, randomness, points.length - what.scheme.degree);
  let at = 0;
  const gather = (length: number): Uint32Array => {
    const from = at;
    at += length;
    return join(outputs.map((output) => output.subarray(from, from + length)));
  };
  const randoms = gather(pieces.randoms);
  const low = gather(pieces.doubles);
  const zeros = gather(pieces.zeros);
  const high = gather(pieces.doubles);
  return new Supply(randoms, zeros, low, high);
}
