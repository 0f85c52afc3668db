/** What a report reads of a release; every `Release` of the network has it. A hidden value is null. */
export interface Release {
  readonly dataset: string;
  readonly policy: { readonly threshold: number; readonly zeros: "hide" | "show"; readonly tail: number };
  readonly centres: { readonly invited: number; readonly contributed: number; readonly finished: number };
  readonly results: readonly ReleaseResult[];
}

interface Of {
  readonly measure: string;
  readonly stratum: Readonly<Record<string, string | boolean>>;
}

/** One row of a release. */
export type ReleaseResult =
  | (Of & { readonly count: number | null })
  | (Of & { readonly known: number | null; readonly positive: number | null; readonly rate: number | null })
  | (Of & { readonly known: number | null; readonly counts: Readonly<Record<string, number | null>> })
  | (Of & { readonly known: number | null; readonly quantiles: Readonly<Record<string, number | null>> })
  | (Of & { readonly known: number | null; readonly mean: number | null; readonly sd: number | null });
