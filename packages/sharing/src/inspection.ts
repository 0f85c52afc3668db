import type { Inspected } from "./check.ts";
import { CHECKS, WIDE_CHECKS } from "./coefficients.ts";
import { explanations } from "./decode.ts";
import { SharingFault } from "./fault.ts";
import { agree } from "./interpolate.ts";
import { agreeWide } from "./interpolate-wide.ts";
import { open, openWide, type Shares } from "./open.ts";
import type { Scheme } from "./scheme.ts";

/**
 * Opens the checks of the dealers, CHECKS each, that lie on polynomials of at most that degree.
 * @throws SharingFault `opening` naming holders, or `deal` naming dealers or nobody (see `accuse`)
 */
export function inspect(scheme: Scheme, shares: Shares<Uint32Array>, degree: number, dealers: readonly Inspected[]): Uint32Array {
  return openOr(
    () => open(scheme, shares, degree),
    () => {
      const parts = dealers.map((_, d) => shares.map((share) => share?.subarray(d * CHECKS, (d + 1) * CHECKS) ?? null));
      accuse(scheme, shares, dealers, (d, holders) => agree(holders, parts[d]!, degree));
    },
  );
}

/** The same for the checks of wide sharings, WIDE_CHECKS each. */
export function inspectWide(scheme: Scheme, shares: Shares<BigUint64Array>, dealers: readonly Inspected[]): BigUint64Array {
  return openOr(
    () => openWide(scheme, shares, scheme.degree),
    () => {
      const parts = dealers.map((_, d) => shares.map((share) => share?.subarray(d * WIDE_CHECKS, (d + 1) * WIDE_CHECKS) ?? null));
      accuse(scheme, shares, dealers, (d, holders) => agreeWide(holders, parts[d]!, scheme.degree));
    },
  );
}

/**
 * Gives the opened checks back when all are 0, as promised of what they combine.
 * @throws SharingFault `deal`, naming the dealers; nobody with `passive` strength, where a wrong share can look like it
 */
export function expectZero(scheme: Scheme, opened: Uint32Array, dealers: readonly Inspected[]): Uint32Array {
  const liars = dealers.filter((_, d) => opened.subarray(d * CHECKS, (d + 1) * CHECKS).some((x) => x !== 0));
  if (liars.length === 0) return opened;
  const blame = scheme.strength === "malicious" ? liars.map((liar) => liar.dealer) : [];
  throw new SharingFault("deal", "a sharing promised to be of zero, or a double sharing of one value, is not", blame);
}

function openOr<V>(opened: () => V, accusation: () => void): V {
  try {
    return opened();
  } catch (fault) {
    if (fault instanceof SharingFault && fault.kind === "opening") accusation();
    throw fault;
  }
}

/**
 * Throws with the names that are proven. A holder is named if its points must be wrong in the checks of more than t of the
 * holders' dealings: one of those dealers is honest, and gave it right ones. A dealer is named if no t lies of holders explain
 * the points of its check. Otherwise it is one word against another, and nobody is named.
 */
function accuse(
  scheme: Scheme,
  shares: Shares<unknown>,
  dealers: readonly Inspected[],
  agrees: (dealer: number, holders: readonly number[]) => boolean,
): never {
  const present = shares.flatMap((share, i) => (share === null ? [] : [i]));
  const liars: number[] = [];
  const accused = new Map<number, number>();
  dealers.forEach(({ dealer, holder }, d) => {
    if (agrees(d, present)) return;
    const explained = explanations(scheme, present, (holders) => agrees(d, holders));
    if (explained.length === 0) liars.push(dealer);
    if (holder && explained.length === 1) for (const i of explained[0]!) accused.set(i, (accused.get(i) ?? 0) + 1);
  });
  const named = [...accused].filter(([, dealings]) => dealings > scheme.degree).map(([holder]) => holder);
  if (named.length > 0) throw new SharingFault("opening", "a holder sent wrong shares of the check of what was dealt", named);
  throw new SharingFault("deal", "what was dealt does not lie on polynomials of the promised degree", liars);
}
