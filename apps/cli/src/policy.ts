import { z } from "zod";

/** What the command reads of `policy.json`. */
export interface Policy {
  readonly minimumCentres: number;
}

// TODO: `policySchema` of @tutti/disclosure, as soon as it is there; the same file is read by coordinator and agents.
export const policySchema: z.ZodType<Policy> = z.strictObject({
  threshold: z.int().min(1).default(5),
  zeros: z.enum(["hide", "show"]).default("hide"),
  missing: z.enum(["open", "cell"]).default("open"),
  tail: z.int().min(1).default(5),
  minimumCentres: z.int().min(3).default(3),
});
