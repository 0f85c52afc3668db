/**
 * Which patients. Two-valued: a comparison with a missing value is false, and `not` is true exactly where its
 * inside is false, so `not dyspnea` includes those whose dyspnea is not recorded.
 */
export type Predicate =
  | { readonly all: readonly Predicate[] }
  | { readonly any: readonly Predicate[] }
  | { readonly not: Predicate }
  | { readonly variable: string; readonly in: readonly (string | boolean)[] }
  | { readonly variable: string; readonly atLeast: number }
  | { readonly variable: string; readonly below: number }
  | { readonly variable: string; readonly known: boolean };
