import { fold, scaleBySmall } from "@tutti/field";

/**
 * Combinations Σ pointᵈⁱ · vector_d for i = 0 … outputs − 1. The matrix is Vandermonde: any `outputs` of its columns are
 * independent, so the outputs are uniform when at most (dealers − outputs) dealers chose their vectors badly.
 */
export function extract(points: readonly number[], vectors: readonly Uint32Array[], outputs: number): Uint32Array[] {
  const length = vectors[0]?.length ?? 0;
  const powers = vectors.map((vector) => vector.slice());
  return Array.from({ length: outputs }, (_, i) => {
    const total = new Float64Array(length);
    powers.forEach((power, d) => {
      if (i > 0) scaleBySmall(power, points[d]!);
      for (let j = 0; j < length; j++) total[j]! += power[j]!;
    });
    const output = new Uint32Array(length);
    for (let j = 0; j < length; j++) output[j] = fold(total[j]!);
    return output;
  });
}
