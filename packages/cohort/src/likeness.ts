import { type Dataset, gridOf, IPH, type NumberVariable } from "@tutti/dataset";
import type { Row } from "./centre.ts";
import { iphCohort } from "./iph-cohort.ts";
import type { Prng } from "./prng.ts";

/** Fills some variables of a row; the draws come from the stream alone. */
export type Fill = (row: Record<string, Row[string]>, stream: Prng) => void;

/** The first variable of each block of `iph`, in the dictionary's order. A block is taken from one child, so that it agrees with itself. */
const BLOCKS: readonly string[] = [
  "sex",
  "down_syndrome",
  "hemoptysis",
  "xray_interstitial_pattern",
  "spirometry_done",
  "confirmed_by",
  "coeliac_ig",
];

/**
 * Fills the variables that a dataset shares with `iph` so that each has the distribution of the 25 children: block by block from a child
 * drawn at random, a number moved to a grid point nearer to it than to the next child's, and never over a cut point.
 */
export function iphLikeness(dataset: Dataset, names: ReadonlySet<string>): readonly Fill[] {
  const children = iphCohort().flatMap((centre) => centre.rows);
  const order = Object.keys(IPH.variables);
  const starts = BLOCKS.map((first) => order.indexOf(first));
  return starts.map((start, i) => {
    const block = order.slice(start, starts[i + 1]).filter((name) => names.has(name));
    const columns = block.map((name) => {
      const variable = dataset.variables[name]!;
      const column = children.map((child) => child[name] ?? null);
      return { name, column, spans: variable.type === "number" ? spansOf(variable, column) : null };
    });
    return (row, stream) => {
      const child = stream.below(children.length);
      for (const { name, column, spans } of columns) row[name] = spans === null ? column[child]! : (spans[child]?.draw(stream) ?? null);
    };
  });
}

interface Span {
  draw(stream: Prng): number;
}

/** For each child, the grid points that stand for its value; null where it is not known. */
function spansOf(variable: NumberVariable, column: readonly Row[string][]): readonly (Span | null)[] {
  const { indexOf, valueAt } = gridOf(variable.grid);
  const indices = column.map((value) => (typeof value === "number" ? indexOf(value) : null));
  const sorted = [...new Set(indices.filter((index) => index !== null))].toSorted((a, b) => a - b);
  const cuts = variable.cuts.map((cut) => indexOf(cut)!);
  return indices.map((index) => {
    if (index === null) return null;
    const at = sorted.indexOf(index);
    const below = Math.floor(((sorted[at - 1] ?? index) + index) / 2) + (at === 0 ? 0 : 1);
    const above = Math.floor((index + (sorted[at + 1] ?? index)) / 2);
    const first = Math.max(below, ...cuts.filter((cut) => cut <= index));
    const last = Math.min(above, ...cuts.filter((cut) => cut > index).map((cut) => cut - 1));
    return { draw: (stream) => valueAt(first + stream.below(last - first + 1)) };
  });
}
