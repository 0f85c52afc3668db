import { z } from "zod";

/** `policy.json`: the rule of disclosure. A centre may be stricter than the network; a session runs under the strictest of its participants. */
export interface Policy {
  /** k: a pooled number of patients below it does not open. */
  readonly threshold: number;
  /** Whether a pooled count of 0 hides like a small one. */
  readonly zeros: "hide" | "show";
  /** `cell`: how many patients have no recorded value is put to the test too. `open`: only where the dictionary calls it sensitive. */
  readonly missing: "open" | "cell";
  /** A quantile q opens only when n · min(q, 1 − q) is at least this: so many patients lie on its shorter side. */
  readonly tail: number;
  /** Fewer centres than this do not answer together. */
  readonly minimumCentres: number;
}

/** Largest threshold: testing k costs about k / 2 products a cell. */
export const MAX_THRESHOLD = 50;

/** The shape of `policy.json`; unknown keys are refused, absent ones have the network's defaults. */
export const policySchema: z.ZodType<Policy> = z.strictObject({
  threshold: z.int().min(2).max(MAX_THRESHOLD).default(5),
  zeros: z.enum(["hide", "show"]).default("hide"),
  missing: z.enum(["open", "cell"]).default("open"),
  tail: z.int().min(1).max(1_000).default(5),
  minimumCentres: z.int().min(3).max(1_000).default(3),
});

/** k = 5, zeros hidden, tail 5, three centres. */
export const DEFAULT_POLICY: Policy = policySchema.parse({});

/** The policy that none of these is stricter than, rule by rule. RangeError when there is none. */
export function strictest(policies: readonly Policy[]): Policy {
  const [first, ...others] = policies;
  if (first === undefined) throw new RangeError("there is no policy to take the strictest of");
  return others.reduce(
    (a, b) => ({
      threshold: Math.max(a.threshold, b.threshold),
      zeros: a.zeros === "hide" ? a.zeros : b.zeros,
      missing: a.missing === "cell" ? a.missing : b.missing,
      tail: Math.max(a.tail, b.tail),
      minimumCentres: Math.max(a.minimumCentres, b.minimumCentres),
    }),
    first,
  );
}
