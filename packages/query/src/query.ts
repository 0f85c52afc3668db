import { z } from "zod";
import { ALLOWED_QUANTILES } from "./quantile.ts";
import { LIMITS } from "./limit.ts";

/** Which patients, as a researcher says it. Comparison with a missing value is false; `not` is plain negation. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | Comparison;

/** A condition on one variable. */
export type Comparison =
  | { readonly variable: string; readonly is: string | boolean }
  | { readonly variable: string; readonly in: readonly (string | boolean)[] }
  | { readonly variable: string; readonly atLeast: number }
  | { readonly variable: string; readonly below: number }
  | { readonly variable: string; readonly known: boolean };

/** What to tell of the cohort and of each stratum; `id` names it in the release. */
export type Measure = { readonly id: string } & (
  | { readonly count: true }
  | { readonly proportion: string }
  | { readonly distribution: string }
  | { readonly quantiles: string; readonly at: readonly number[] }
  | { readonly mean: string }
);

/** `query.json`: cohort, strata and measures. */
export interface Query {
  /** `id@version` */
  readonly dataset: string;
  /** Why it is asked, for the people at the centres who read it. */
  readonly purpose: string;
  /** Absent: everybody. */
  readonly where?: Condition | undefined;
  /** At most two variables. */
  readonly by?: readonly string[] | undefined;
  readonly measures: readonly Measure[];
}

const name = z.string().min(1).max(63);
const value = z.union([z.string().max(1_000), z.boolean()], { error: "a value is a code in quotes, or true or false" });

export const comparisonSchema: z.ZodType<Comparison> = z.union(
  [
    z.strictObject({ variable: name, is: value }),
    z.strictObject({ variable: name, in: z.array(value).min(1).max(LIMITS.codes) }),
    z.strictObject({ variable: name, atLeast: z.number() }),
    z.strictObject({ variable: name, below: z.number() }),
    z.strictObject({ variable: name, known: z.boolean() }),
  ],
  {
    error:
      "a condition is {variable, is}, {variable, in: […]}, {variable, atLeast}, {variable, below}, {variable, known: true or false}, {all: […]}, {any: […]} or {not: …}, and nothing more",
  },
);

const condition: z.ZodType<Condition> = z.lazy(() => {
  const inside = z.array(condition).min(1);
  return z.union([z.strictObject({ all: inside }), z.strictObject({ any: inside }), z.strictObject({ not: condition }), comparisonSchema]);
});

/** Looks at the size of a condition before anything recursive reads it. */
const where: z.ZodType<Condition> = z
  .unknown()
  .superRefine((raw, context) => {
    const left = { conditions: LIMITS.conditions };
    if (!fits(raw, LIMITS.depth, left)) {
      const message = `conditions lie at most ${LIMITS.depth} deep and are at most ${LIMITS.conditions}: use {variable, in: […]}, or ask several queries`;
      context.addIssue({ code: "too_big", origin: "array", maximum: LIMITS.conditions, inclusive: true, input: raw, message });
    }
  })
  .pipe(condition);

function fits(raw: unknown, depth: number, left: { conditions: number }): boolean {
  if (depth === 0 || left.conditions-- === 0) return false;
  if (typeof raw !== "object" || raw === null) return true;
  const inside = (["all", "any", "not"] as const).flatMap((key): unknown => (Object.hasOwn(raw, key) ? Reflect.get(raw, key) : []));
  return inside.length <= LIMITS.conditions && inside.every((child) => fits(child, depth - 1, left));
}

const id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, "an id is up to 63 letters, digits, _, - and ., and starts with a letter or a digit");

const measure: z.ZodType<Measure> = z.union(
  [
    z.strictObject({ id, count: z.literal(true) }),
    z.strictObject({ id, proportion: name }),
    z.strictObject({ id, distribution: name }),
    z.strictObject({ id, quantiles: name, at: z.array(z.number()).min(1).max(ALLOWED_QUANTILES.length) }),
    z.strictObject({ id, mean: name }),
  ],
  {
    error:
      "a measure is an id (letters, digits, _, - and .) and one of count: true, proportion: a variable, distribution: a variable, quantiles: a variable with at: […], mean: a variable, and nothing more",
  },
);

/**
 * The shape of `query.json`, bounded in depth and size; unknown keys are refused. Whether it fits a dataset is for `check`.
 */
export const querySchema: z.ZodType<Query> = z.strictObject({
  dataset: z
    .string()
    .max(100)
    .regex(/^[a-z][a-z0-9_]*@[1-9][0-9]*$/, 'a dataset is named "id@version", for example "iph@1"'),
  purpose: z
    .string()
    .max(LIMITS.purpose)
    .regex(/^\P{Cc}*$/u, "a purpose is one line of plain text")
    .default(""),
  where: where.optional(),
  by: z.array(name).max(2, "a query has at most two variables in by").refine(distinct, "the variables in by differ").optional(),
  measures: z
    .array(measure)
    .min(1, 'ask for at least one measure, for example {"id": "n", "count": true}')
    .max(LIMITS.measures, `a query has at most ${LIMITS.measures} measures: ask several queries`)
    .refine((measures) => distinct(measures.map((m) => m.id)), "each measure has an id of its own"),
});

function distinct(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}
