import type { Contribution } from "@tutti/query";
import type { Crosstab } from "./crosstab.ts";
import type { Demand } from "./demand.ts";
import type { Feature } from "./feature.ts";
import type { Answer } from "./statement.ts";

/** Adds up the rows of one crosstab into the inputs that demanded it. */
export function tally({ features, sums, demands }: Crosstab, answer: Answer, { counts, sums: wide }: Contribution): void {
  const [places, rows] = placesOf(features, answer);
  const column = (at: number): ReadonlyMap<number, number | bigint> => {
    const values = answer[at] ?? [];
    return new Map(rows.map((place, row) => [place, values[row] ?? 0]));
  };
  const patients = column(features.length);
  const summed = new Map(sums.map((name, i) => [name, [1, 2].map((power) => column(features.length + 2 * i + power))]));
  for (const demand of demands) {
    const { input, offset } = demand;
    if (input.kind === "histogram") {
      const { stride } = places.find(({ feature }) => feature.id === input.variable)!;
      const others = within(demand, places, input.variable);
      for (const code of codesOf(demand, input.variable)) counts[offset + code] = total(others, patients, code * stride);
    } else if (input.kind === "count") counts[offset] = total(within(demand, places), patients, 0);
    else for (const place of within(demand, places)) wide[offset]! += BigInt(summed.get(input.variable)![input.power - 1]!.get(place) ?? 0);
  }
}

interface Axis {
  readonly feature: Feature;
  readonly stride: number;
}

/** The axes of the table, and the place of each row of the answer: the sum of value × stride, NULL being the last value. */
function placesOf(features: readonly Feature[], answer: Answer): readonly [axes: readonly Axis[], rows: readonly number[]] {
  const rows = Array.from({ length: answer[0]?.length ?? 0 }, () => 0);
  let stride = 1;
  const axes = features.map((feature, at) => {
    answer[at]?.forEach((value, row) => (rows[row]! += stride * Number(value ?? feature.size)));
    const axis = { feature, stride };
    stride *= feature.size + 1;
    return axis;
  });
  return [axes, rows];
}

/** The places of a demand's patients; with 0 for the value of the variable that is left out. */
function within(demand: Demand, axes: readonly Axis[], without?: string): readonly number[] {
  let places: readonly number[] = [0];
  for (const { feature, stride } of axes) {
    if (feature.id === without) continue;
    const codes = demand.allowed.get(feature) ?? Array.from({ length: feature.size + 1 }, (_, code) => code);
    places =
      places.length === 1
        ? codes.map((code) => places[0]! + code * stride)
        : places.flatMap((place) => codes.map((code) => place + code * stride));
  }
  return places;
}

function codesOf({ allowed }: Demand, variable: string): readonly number[] {
  for (const [{ id }, codes] of allowed) if (id === variable) return codes;
  return [];
}

function total(places: readonly number[], patients: ReadonlyMap<number, number | bigint>, from: number): number {
  let sum = 0;
  for (const place of places) sum += Number(patients.get(from + place) ?? 0);
  return sum;
}
