import type { Input } from "@tutti/query";
import type { Conjunct } from "./conjunct.ts";
import type { Feature, Features } from "./feature.ts";

/** The patients of one input, as the values that each feature may have. Features not named may have any; the variable of a histogram is the first. */
export interface Demand {
  readonly input: Input;
  /** Where its number, or its first, lies in the contribution. */
  readonly offset: number;
  readonly allowed: ReadonlyMap<Feature, readonly number[]>;
}

/** What an input demands, given the conjuncts that are left to it. */
export function demandOf(input: Input, offset: number, conjuncts: readonly Conjunct[], features: Features): Demand {
  const allowed = new Map<Feature, readonly number[]>();
  if (input.kind === "histogram") {
    const { size } = features.variable(input.variable);
    allowed.set(
      features.variable(input.variable),
      Array.from({ length: size }, (_, code) => code),
    );
  }
  for (const conjunct of conjuncts) {
    if (input.kind === "sum" && isKnown(conjunct, input.variable)) continue;
    const feature = features.of(conjunct);
    const before = allowed.get(feature);
    const codes = feature.allowed(conjunct);
    allowed.set(feature, before === undefined ? codes : both(before, codes));
  }
  return { input, offset, allowed };
}

/** A sum passes over NULL by itself. */
function isKnown({ predicate }: Conjunct, variable: string): boolean {
  return "known" in predicate && predicate.known && predicate.variable === variable;
}

function both(one: readonly number[], other: readonly number[]): readonly number[] {
  const inside = new Set(other);
  return one.filter((code) => inside.has(code));
}
