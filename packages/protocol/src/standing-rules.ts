import { partyNameSchema } from "@tutti/envelope";
import { MEASURE_KINDS, type MeasureKind } from "@tutti/query";
import { z } from "zod";

/** What becomes of a query at a centre, the strictest last: it is answered, a person is asked first, or it is refused. */
export const DECISIONS = ["answer", "hold", "refuse"] as const;
/** One of the closed list. */
export type Decision = (typeof DECISIONS)[number];

/** Holds for one of a list, or for any other. */
export type OneOf = { readonly in: readonly string[] } | { readonly notIn: readonly string[] };
/** Holds when at least one is in the list; when all are; when at least one is not. */
export type SomeOf<T = string> = { readonly any: readonly T[] } | { readonly within: readonly T[] } | { readonly beyond: readonly T[] };

/** One standing rule: it matches a query that all of its conditions match. */
export interface StandingRule {
  /** What the queue and the ledger call it. */
  readonly name: string;
  readonly requester?: OneOf | undefined;
  /** `id@version` */
  readonly dataset?: OneOf | undefined;
  /** Whether the purpose, a text of the requester's own, contains one of these texts, or none of them; case is not counted. */
  readonly purpose?: { readonly contains: readonly string[] } | { readonly lacks: readonly string[] } | undefined;
  /** Variables that the query touches: in its condition, its strata or its measures. */
  readonly variables?: SomeOf | undefined;
  readonly measures?: SomeOf<MeasureKind> | undefined;
  readonly decision: Decision;
}

/** So many answers in any 24 hours, and in any seven times 24. */
export interface Limit {
  readonly day?: number | undefined;
  readonly week?: number | undefined;
}

/** How many queries are answered, to one requester and in all; further ones are held or refused. */
export interface Limits {
  readonly requester?: Limit | undefined;
  readonly all?: Limit | undefined;
  readonly beyond: Exclude<Decision, "answer">;
}

/** `rules.json`: a centre's standing rules. A centre without the file answers. */
export interface StandingRules {
  readonly rules: readonly StandingRule[];
  /** For a query that no rule matches. */
  readonly otherwise: Decision;
  readonly limits?: Limits | undefined;
  /** Whether a person is asked once more, in a session that is formed, before this centre's shares leave. */
  readonly beforeShares: "send" | "hold";
}

const text = z.string().min(1).max(200);
const names = (one: z.ZodType<string>) => z.array(one).min(1).max(1_000);
const oneOf = (one: z.ZodType<string>): z.ZodType<OneOf> =>
  z.union([z.strictObject({ in: names(one) }), z.strictObject({ notIn: names(one) })], {
    error: "write {in: […]} or {notIn: […]}",
  });
const someOf = <T extends string>(one: z.ZodType<T>): z.ZodType<SomeOf<T>> => {
  const list = z.array(one).min(1).max(1_000);
  return z.union([z.strictObject({ any: list }), z.strictObject({ within: list }), z.strictObject({ beyond: list })], {
    error: "write {any: […]}, {within: […]} or {beyond: […]}, with names that the dictionary and the grammar have",
  });
};
const limit = z.strictObject({ day: z.int().min(0).max(1_000_000).optional(), week: z.int().min(0).max(1_000_000).optional() });

const rule: z.ZodType<StandingRule> = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "a rule's name is up to 40 small letters, digits and hyphens"),
  requester: oneOf(partyNameSchema).optional(),
  dataset: oneOf(text).optional(),
  purpose: z
    .union([z.strictObject({ contains: names(text) }), z.strictObject({ lacks: names(text) })], {
      error: "write {contains: […]} or {lacks: […]}",
    })
    .optional(),
  variables: someOf(z.string().min(1).max(63)).optional(),
  measures: someOf(z.enum(MEASURE_KINDS)).optional(),
  decision: z.enum(DECISIONS),
});

/** The shape of `rules.json`; unknown keys are refused. What no rule matches is held unless said otherwise. */
export const standingRulesSchema: z.ZodType<StandingRules> = z.strictObject({
  rules: z
    .array(rule)
    .max(1_000)
    .refine((rules) => new Set(rules.map(({ name }) => name)).size === rules.length, "each rule has a name of its own")
    .default([]),
  otherwise: z.enum(DECISIONS).default("hold"),
  limits: z
    .strictObject({ requester: limit.optional(), all: limit.optional(), beyond: z.enum(["hold", "refuse"]).default("hold") })
    .optional(),
  beforeShares: z.enum(["send", "hold"]).default("send"),
});
