import type { Contribution } from "@tutti/query";
import type { Crosstab } from "./crosstab.ts";
import type { Demand } from "./demand.ts";
import type { Feature } from "./feature.ts";
import type { Answer } from "./statement.ts";

/** Adds up the rows of one crosstab into the inputs that demanded it. */
export function tally({ features, sums, demands }: Crosstab, answer: Answer, contribution: Contribution): void {
  const margins = new Margins(features, answer);
  for (const { input, offset, allowed } of demands) {
    const some = [...allowed.keys()];
    if (input.kind === "sum") {
      const margin = margins.of(some, features.length + 2 * sums.indexOf(input.variable) + input.power);
      contribution.sums[offset] = total(margin, placesOf(allowed));
      continue;
    }
    const margin = margins.of(some, features.length);
    if (input.kind === "count") contribution.counts[offset] = Number(total(margin, placesOf(allowed)));
    else {
      const [points, ...others] = allowed;
      const from = placesOf(new Map(others), points![0].size + 1);
      for (const code of points![1]) contribution.counts[offset + code] = Number(total(margin, from, code));
    }
  }
}

/** A number for each combination of values; those that nobody has are left out. */
type Margin = ReadonlyMap<number, bigint>;

/**
 * The answer of a crosstab, summed over the features that nobody asks of together. A combination of values has a place: the first
 * value, plus the second times the number of values of the first, and so on, NULL being the last value.
 */
class Margins {
  readonly #features: readonly Feature[];
  readonly #answer: Answer;
  readonly #made = new Map<string, Margin>();

  constructor(features: readonly Feature[], answer: Answer) {
    this.#features = features;
    this.#answer = answer;
  }

  /** One column of the answer, over these features only. */
  of(features: readonly Feature[], column: number): Margin {
    const key = JSON.stringify([column, ...features.map(({ id }) => id)]);
    let margin = this.#made.get(key);
    if (margin === undefined) this.#made.set(key, (margin = this.#sum(features, column)));
    return margin;
  }

  #sum(features: readonly Feature[], column: number): Margin {
    const values = this.#answer[column] ?? [];
    const places = new Float64Array(values.length);
    let stride = 1;
    for (const feature of features) {
      const codes = this.#answer[this.#features.indexOf(feature)]!;
      for (let row = 0; row < places.length; row++) places[row]! += stride * Number(codes[row] ?? feature.size);
      stride *= feature.size + 1;
    }
    const margin = new Map<number, bigint>();
    values.forEach((value, row) => {
      if (value !== null) margin.set(places[row]!, (margin.get(places[row]!) ?? 0n) + BigInt(value));
    });
    return margin;
  }
}

/** The places of all combinations of allowed values; the first feature's values are so far apart. */
function placesOf(allowed: Demand["allowed"], first = 1): readonly number[] {
  let places: readonly number[] = [0];
  let stride = first;
  for (const [{ size }, codes] of allowed) {
    const step = stride;
    places = places.flatMap((place) => codes.map((code) => place + code * step));
    stride *= size + 1;
  }
  return places;
}

function total(margin: Margin, places: readonly number[], from = 0): bigint {
  let sum = 0n;
  for (const place of places) sum += margin.get(from + place) ?? 0n;
  return sum;
}
