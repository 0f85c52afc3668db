import type { Grid } from "../grid.ts";

/** An entry of a dictionary as it is written, before the schema fills in the defaults. */
export type Entry = Readonly<Record<string, unknown>>;

/** How a value that is not known is written in the bundled dictionaries: left empty, or NF for "non fait", not done. */
const MISSING: readonly string[] = ["", "NF"];

/** A yes or no, written 1 or 0, oui or non. */
export function yesNo(en: string, fr: string, ...terms: readonly string[]): Entry {
  return { type: "boolean", label: { en, fr }, true: ["1", "oui"], false: ["0", "non"], missing: MISSING, ...coded(terms) };
}

/** One of a fixed list of codes; each code stands with its English and French text. */
export function oneOf(
  en: string,
  fr: string,
  codes: Readonly<Record<string, readonly [en: string, fr: string]>>,
  ...terms: readonly string[]
): Entry {
  const labels = Object.entries(codes).map(([code, [english, french]]) => [code, { en: english, fr: french }]);
  return { type: "category", label: { en, fr }, codes: Object.fromEntries(labels), missing: MISSING, ...coded(terms) };
}

/** A number in a UCUM unit, on the grid `[from, to, step]`, that a query may cut at `cuts`. */
export function amount(
  en: string,
  fr: string,
  unit: string,
  [from, to, step]: readonly [from: number, to: number, step: number],
  cuts: readonly number[],
  ...terms: readonly string[]
): Entry {
  const grid: Grid = { from, to, step };
  return { type: "number", label: { en, fr }, unit, grid, cuts, missing: MISSING, ...coded(terms) };
}

function coded(terms: readonly string[]): Entry {
  return terms.length === 0 ? {} : { terms };
}

/**
 * An entry whose value every patient has: the registry takes nobody in without it. A file in which it is not there is refused, and no question has to
 * protect the few of whom it may not be known.
 */
export function always(entry: Entry): Entry {
  return { ...entry, missing: [] };
}
