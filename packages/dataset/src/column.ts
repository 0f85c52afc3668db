import { MAX_GRID_POINTS, type Grid } from "./grid.ts";

/** What the values of one column look like; `seen` holds each written value with how often it stands in all files together. */
export interface Column {
  readonly name: string;
  readonly header: string;
  readonly seen: ReadonlyMap<string, number>;
}

/** What a column was read as. `flags` name what a person must look at. */
export type Reading =
  | { readonly type: "boolean"; readonly true: readonly string[]; readonly false: readonly string[]; readonly oneForm: boolean }
  | { readonly type: "category"; readonly codes: readonly string[]; readonly rare: number }
  | { readonly type: "number"; readonly grid: Grid; readonly fewWholeNumbers: boolean }
  | { readonly type: "none"; readonly why: "empty" | "dates" | "not-a-code" | "too-many-values" | "no-grid" };

/** A value that stands fewer times than this in all files together is flagged: a code of the dictionary is public. */
export const RARE_BELOW = 5;

const MAX_CODES = 20;
const MAX_CODE_LENGTH = 40;
const MISSING_FORMS = new Set(["", "?", "-", ".", "nf", "na", "nd", "nr", "nsp", "n/a", "n/d", "null", "nan", "inconnu", "unknown"]);
const PAIRS: readonly (readonly [yes: string, no: string])[] = [
  ["1", "0"],
  ["oui", "non"],
  ["yes", "no"],
  ["true", "false"],
  ["vrai", "faux"],
  ["y", "n"],
  ["o", "n"],
];
const NUMBER = /^[-+]?\d+([.,]\d+)?$/;
const DATE = /^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([ T].*)?$/;
const MAX_DECIMALS = 6;

/** Whether a written value means "not known" by one of the usual codes (NF, NA, ND, ?, nothing, …). */
export function isMissingForm(value: string): boolean {
  return MISSING_FORMS.has(value.toLowerCase());
}

/** Reads what kind of variable the known values of a column could be. */
export function readColumn(known: ReadonlyMap<string, number>): Reading {
  const values = [...known.keys()];
  if (values.length === 0) return { type: "none", why: "empty" };
  return readBoolean(values) ?? readNumber(values) ?? readCategory(known);
}

function readBoolean(values: readonly string[]): Reading | null {
  const lower = values.map((value) => value.toLowerCase());
  const usable = PAIRS.filter(([yes, no]) => lower.includes(yes) || lower.includes(no));
  const yes = values.filter((value) => usable.some((pair) => pair[0] === value.toLowerCase()));
  const no = values.filter((value) => usable.some((pair) => pair[1] === value.toLowerCase()));
  if (usable.length === 0 || yes.length + no.length !== values.length) return null;
  const oneForm = yes.length === 0 || no.length === 0;
  const counterpart = usable[0]!;
  const like = (text: string) => (values.every((value) => value === value.toUpperCase()) ? text.toUpperCase() : text);
  return {
    type: "boolean",
    true: yes.length > 0 ? yes.toSorted() : [like(counterpart[0])],
    false: no.length > 0 ? no.toSorted() : [like(counterpart[1])],
    oneForm,
  };
}

function readNumber(values: readonly string[]): Reading | null {
  if (!values.every((value) => NUMBER.test(value))) return null;
  const texts = values.map((value) => value.replace(",", "."));
  const decimals = Math.max(...texts.map((text) => text.split(".")[1]?.length ?? 0));
  const numbers = texts.map(Number);
  const grid = decimals > MAX_DECIMALS ? null : gridFor(numbers, decimals);
  if (grid === null) return { type: "none", why: "no-grid" };
  return { type: "number", grid, fewWholeNumbers: decimals === 0 && new Set(numbers).size <= 6 };
}

/** A grid that holds the values, its ends rounded outwards so that they tell nothing of the lowest and the highest. */
function gridFor(numbers: readonly number[], decimals: number): Grid | null {
  const scale = 10 ** decimals;
  const units = numbers.map((value) => Math.round(value * scale));
  // Beyond these, neither steps nor powers of ten are exact, and no power lies above what is infinite.
  if (!units.every(Number.isSafeInteger)) return null;
  const lowest = units.reduce((a, b) => Math.min(a, b));
  const highest = units.reduce((a, b) => Math.max(a, b));
  const years = decimals === 0 && lowest >= 1900 && highest < 2100;
  const [from, to] = years ? [1900, 2100] : [lowest < 0 ? -roundAbove(-lowest) : 0, highest > 0 ? roundAbove(highest) : 0];
  for (let power = 1; power <= to - from; power *= 10)
    for (const step of [power, 5 * power]) {
      const holds = from % step === 0 && to % step === 0 && units.every((unit) => unit % step === 0);
      if (holds && to > from && (to - from) / step < MAX_GRID_POINTS) return { from: from / scale, to: to / scale, step: step / scale };
    }
  return null;
}

/** The next of 1, 2, 5, 10, 20, 50, … above a whole number. */
function roundAbove(value: number): number {
  for (let power = 1; ; power *= 10) for (const first of [1, 2, 5]) if (first * power > value) return first * power;
}

function readCategory(known: ReadonlyMap<string, number>): Reading {
  const values = [...known.keys()];
  const rows = [...known.values()].reduce((sum, count) => sum + count, 0);
  if (values.every((value) => DATE.test(value))) return { type: "none", why: "dates" };
  if (values.some((value) => value.length > MAX_CODE_LENGTH)) return { type: "none", why: "not-a-code" };
  if (values.length > MAX_CODES || values.length * 2 > rows) return { type: "none", why: "too-many-values" };
  const rare = [...known.values()].filter((count) => count < RARE_BELOW).length;
  return { type: "category", codes: values.toSorted(), rare };
}
