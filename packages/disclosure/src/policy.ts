import { z } from "zod";
import { type ProfileName, PROFILES } from "./profiles.ts";

/** The rules of disclosure. */
export interface Rules {
  /** k: a pooled number of patients below it does not open. */
  readonly threshold: number;
  /** Whether a pooled count of 0 hides like a small one. */
  readonly zeros: "hide" | "show";
  /** `cell`: how many patients have no recorded value hides when it is small, like any other. `open`: only where the dictionary calls it sensitive. */
  readonly missing: "open" | "cell";
  /** A quantile q opens only when n · min(q, 1 − q) is at least this: so many patients lie on its shorter side. */
  readonly tail: number;
  /** Fewer centres than this do not answer together. */
  readonly minimumCentres: number;
  /** Numbers of patients are released as multiples of this; absent: as they are. */
  readonly rounding?: 3 | 5 | 10 | undefined;
  /** `hide`: a number hides too when some centre, taking its own patients off, would be left with a small one. Absent: it does not. */
  readonly ownPart?: "hide" | undefined;
}

/** `policy.json`. A centre may be stricter than the network; a session runs under the strictest of its participants. */
export interface Policy extends Rules {
  /** The profile that absent rules are taken from, and that no rule may be looser than without an exception. */
  readonly profile?: ProfileName | undefined;
  /** Why the rules are looser than the profile's. It stands in every release that is made under it. */
  readonly exception?: { readonly reason: string } | undefined;
}

/** Largest threshold: testing k costs about k / 2 products a cell. */
export const MAX_THRESHOLD = 50;

const shape = z.strictObject({
  threshold: z.int().min(2).max(MAX_THRESHOLD),
  zeros: z.enum(["hide", "show"]),
  missing: z.enum(["open", "cell"]),
  tail: z.int().min(1).max(1_000),
  minimumCentres: z.int().min(3).max(1_000),
  rounding: z.literal([3, 5, 10]).optional(),
  ownPart: z.literal("hide").optional(),
  profile: z.enum(["network", "france", "opensafely", "omop"]).optional(),
  exception: z.strictObject({ reason: z.string().min(10, "say in a sentence why").max(500) }).optional(),
});

/**
 * The shape of `policy.json`; unknown keys are refused, absent rules are those of the profile, or the network's. Rules looser than the
 * profile need an exception with its reason.
 */
export const policySchema: z.ZodType<Policy> = z
  .preprocess((value) => (isObject(value) ? { ...PROFILES[profileIn(value)], ...value } : value), shape)
  .superRefine((policy, context) => {
    if (policy.profile === undefined && policy.exception === undefined) return;
    const looser = looserRules(policy, PROFILES[policy.profile ?? "network"]);
    if (looser.length > 0 && policy.exception === undefined)
      context.addIssue({
        code: "custom",
        path: [looser[0]!],
        message: `looser than the profile ${policy.profile}: make it as strict, or write an exception with its reason`,
      });
    if (looser.length === 0 && policy.exception !== undefined)
      context.addIssue({ code: "custom", path: ["exception"], message: "nothing is looser than the profile: leave the exception out" });
  });

/** k = 5, zeros hidden, tail 5, three centres. */
export const DEFAULT_POLICY: Policy = policySchema.parse({});

/** The policy that none of these is stricter than, rule by rule. RangeError when there is none. */
export function strictest(policies: readonly Policy[]): Policy {
  const [first, ...others] = policies;
  if (first === undefined) throw new RangeError("there is no policy to take the strictest of");
  return others.reduce(stricterOf, first);
}

function stricterOf(a: Policy, b: Policy): Policy {
  const rounding = Math.max(a.rounding ?? 1, b.rounding ?? 1);
  const rules: Rules = {
    threshold: Math.max(a.threshold, b.threshold),
    zeros: a.zeros === "hide" ? a.zeros : b.zeros,
    missing: a.missing === "cell" ? a.missing : b.missing,
    tail: Math.max(a.tail, b.tail),
    minimumCentres: Math.max(a.minimumCentres, b.minimumCentres),
    ...(rounding === 1 ? {} : { rounding: rounding as 3 | 5 | 10 }),
    ...((a.ownPart ?? b.ownPart) === undefined ? {} : { ownPart: "hide" as const }),
  };
  return { ...rules, ...standingOf(rules, [a, b]) };
}

/** What is left of profiles and exceptions: an exception as long as the rules are still looser than its profile, else a profile that all have. */
function standingOf(rules: Rules, policies: readonly Policy[]): Pick<Policy, "profile" | "exception"> {
  const excepted = policies
    .filter(({ exception, profile }) => exception !== undefined && looserRules(rules, PROFILES[profile ?? "network"]).length > 0)
    .map(({ exception, profile }) => ({ ...(profile === undefined ? {} : { profile }), exception: exception! }))
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (excepted[0] !== undefined) return excepted[0];
  const profile = policies[0]!.profile;
  return profile !== undefined && policies.every((policy) => policy.profile === profile) ? { profile } : {};
}

/** The rules that are looser than others. */
function looserRules(rules: Rules, than: Rules): readonly (keyof Rules)[] {
  const looser: Readonly<Record<keyof Rules, boolean>> = {
    threshold: rules.threshold < than.threshold,
    zeros: rules.zeros === "show" && than.zeros === "hide",
    missing: rules.missing === "open" && than.missing === "cell",
    tail: rules.tail < than.tail,
    minimumCentres: rules.minimumCentres < than.minimumCentres,
    rounding: (rules.rounding ?? 1) < (than.rounding ?? 1),
    ownPart: rules.ownPart === undefined && than.ownPart !== undefined,
  };
  return (Object.keys(looser) as (keyof Rules)[]).filter((rule) => looser[rule]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function profileIn({ profile }: Record<string, unknown>): ProfileName {
  return typeof profile === "string" && Object.hasOwn(PROFILES, profile) ? (profile as ProfileName) : "network";
}
