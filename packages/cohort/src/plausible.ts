import { gridOf, type Variable } from "@tutti/dataset";
import type { Fill } from "./likeness.ts";
import type { Prng } from "./prng.ts";

/** Of a variable that can be missing, at most this share is. */
const MOST_MISSING = 0.25;

/**
 * Fills one variable with plausible values, independent of the others: a rate of yes, uneven codes, or a hump over part of the grid, and
 * some not known where the dictionary can write that. What they are is drawn once from `shape`.
 */
export function plausible(name: string, variable: Variable, shape: Prng): Fill {
  const missing = variable.missing.length === 0 ? 0 : shape.unit() * MOST_MISSING;
  const value = valueOf(variable, shape);
  return (row, stream) => {
    row[name] = stream.unit() < missing ? null : value(stream);
  };
}

function valueOf(variable: Variable, shape: Prng): (stream: Prng) => boolean | string | number {
  switch (variable.type) {
    case "boolean": {
      const rate = 0.08 + 0.52 * shape.unit();
      return (stream) => stream.unit() < rate;
    }
    case "category": {
      const codes = Object.keys(variable.codes);
      const weights = codes.map((_, rank) => (0.5 + shape.unit()) / (rank + 1));
      const whole = weights.reduce((sum, weight) => sum + weight, 0);
      return (stream) => {
        let left = stream.unit() * whole;
        return codes.find((_, i) => (left -= weights[i]!) < 0) ?? codes[0]!;
      };
    }
    case "number": {
      const { points, valueAt } = gridOf(variable.grid);
      const first = Math.floor(points * 0.3 * shape.unit());
      const width = Math.max(1, Math.floor((points - first) * (0.4 + 0.6 * shape.unit())));
      return (stream) => valueAt(first + Math.floor(((stream.unit() + stream.unit()) / 2) * width));
    }
  }
}
