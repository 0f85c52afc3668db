import type { Dataset } from "@tutti/dataset";
import {
  type Opened,
  cellsToOpen,
  type EarlierRelease,
  meansToOpen,
  openedCounts,
  openedSums,
  openedQuantiles,
  type Policy,
  quantileRanks,
  type Release,
  release,
  smallValues,
  type Standing,
  suppress,
  sumsOf,
} from "@tutti/disclosure";
import { contentHash } from "@tutti/envelope";
import { type Contribution, layout, type Plan, plan, type Query } from "@tutti/query";
import { interpret, type Patient } from "@tutti/sql";

/** Where one person counts, nobody signs. */
export const NO_ROSTER: string = `sha256:${"0".repeat(64)}`;

/** The release as one honest person would make it who holds all patients: counted in the clear, under the same rule. */
export function inTheClear(
  query: Query,
  dataset: Dataset,
  everybody: readonly Patient[],
  policy: Policy,
  centres: Release["centres"],
): Release {
  const planned = plan(query, dataset);
  const pooled = interpret(planned, dataset, everybody);
  const standing = suppress(planned, policy, verdictsOf(planned, pooled, policy));
  const strength = centres.invited > 3 ? "malicious" : "passive";
  return release(planned, openedOf(planned, pooled, policy, standing), {
    query: contentHash(query),
    roster: NO_ROSTER,
    policy,
    centres,
    strength,
  });
}

/** The pooled number of each cell. */
export function valuesOf({ inputs, cells }: Plan, { counts }: Contribution, offsets: readonly number[]): readonly number[] {
  const terms = inputs.map((input, i) => {
    const length = input.kind === "histogram" ? input.points : 1;
    return input.kind === "sum" ? 0 : counts.subarray(offsets[i]!, offsets[i]! + length).reduce((sum, count) => sum + count, 0);
  });
  return cells.map((cell) => cell.terms.reduce((sum, term) => sum + terms[term]!, 0));
}

/** The verdict of each cell: whether it is small. */
export function verdictsOf(planned: Plan, pooled: Contribution, policy: Policy): readonly boolean[] {
  const small = smallValues(policy);
  return valuesOf(planned, pooled, layout(planned).offsets).map((value) => value >= small.from && value <= small.to);
}

/** What opens under these standings, after these releases. */
export function openedOf(
  planned: Plan,
  pooled: Contribution,
  policy: Policy,
  standing: readonly Standing[],
  history: readonly EarlierRelease[] = [],
): Opened {
  const { offsets } = layout(planned);
  const values = valuesOf(planned, pooled, offsets);
  const cells = cellsToOpen(planned, standing);
  const counts = openedCounts(
    cells,
    Uint32Array.from(cells, (index) => values[index]!),
  );
  const means = meansToOpen(planned, counts, policy, history);
  const wide = sumsOf(planned, means).map((inputs) => inputs.reduce((sum, input) => sum + pooled.sums[offsets[input]!]!, 0n));
  const searches = planned.results.flatMap((result, index) => {
    const n = result.kind === "quantiles" ? counts.get(result.known) : undefined;
    if (result.kind !== "quantiles" || n === undefined || n < policy.threshold) return [];
    const quantiles = result.at.filter(({ numerator, denominator }) => {
      return (n * Math.min(numerator, denominator - numerator)) / denominator >= policy.tail;
    });
    const ranks = quantiles.flatMap((quantile) => quantileRanks(quantile, n));
    const sorted = result.histograms.flatMap((input) =>
      Array.from({ length: result.grid.points }, (_, point) =>
        Array.from({ length: pooled.counts[offsets[input]! + point]! }, () => point),
      ).flat(),
    );
    sorted.sort((a, b) => a - b);
    return [
      { result: index, quantiles, search: { histogram: new Uint32Array(0), n, ranks }, found: ranks.map((rank) => sorted[rank - 1]!) },
    ];
  });
  const found = searches.map((search) => search.found);
  return { counts, sums: openedSums(means, BigUint64Array.from(wide)), quantiles: openedQuantiles(searches, found) };
}
