import { fold } from "@tutti/field";

/** Elements that are worked on together: of fifteen vectors they stay near the processor. */
const CHUNK = 1_024;
/** Folding is needed only when a sum of fifteen doubles would pass 2⁵³: a step multiplies each by at most 15 < 2⁴. */
const STEPS_BETWEEN_FOLDS = 4;

/**
 * Combinations Σ pointᵈⁱ · vector_d for i = 0 … outputs − 1. The matrix is Vandermonde: any `outputs` of its columns are
 * independent, so the outputs are uniform when at most (dealers − outputs) dealers chose their vectors badly.
 * @param points 1 … 15, one a vector
 */
export function extract(points: readonly number[], vectors: readonly Uint32Array[], outputs: number): Uint32Array[] {
  const length = vectors[0]?.length ?? 0;
  const extracted = Array.from({ length: outputs }, () => new Uint32Array(length));
  const terms = vectors.map(() => new Float64Array(Math.min(CHUNK, length)));
  const total = new Float64Array(Math.min(CHUNK, length));
  for (let from = 0; from < length; from += CHUNK) {
    const size = Math.min(CHUNK, length - from);
    terms.forEach((term, d) => term.set(vectors[d]!.subarray(from, from + size)));
    extracted.forEach((output, i) => {
      total.fill(0);
      terms.forEach((term, d) => {
        if (i > 0) scale(term, points[d]!, i % STEPS_BETWEEN_FOLDS === 0);
        for (let j = 0; j < size; j++) total[j]! += term[j]!;
      });
      for (let j = 0; j < size; j++) output[from + j] = fold(total[j]!);
    });
  }
  return extracted;
}

function scale(term: Float64Array, point: number, isFolded: boolean): void {
  if (isFolded) for (let j = 0; j < term.length; j++) term[j] = fold(term[j]! * point);
  else for (let j = 0; j < term.length; j++) term[j]! *= point;
}
