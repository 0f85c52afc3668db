import { z } from "zod";
import { type Grid, gridOf, gridSchema } from "./grid.ts";

/** A text in the two languages of the network. */
export type Label = { en: string; fr: string };

const label = z.strictObject({ en: z.string().min(1), fr: z.string().min(1) });
const name = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, "a name is lower case letters, digits and _, and starts with a letter");
const term = z.string().regex(/^[A-Za-z0-9]+:[A-Za-z0-9./_-]+$/, "a term is PREFIX:code, for example HP:0002094");
const missing = z.array(z.string()).default([""]);
const recorded = z.literal("sensitive").optional();
const common = { label, terms: z.array(term).optional(), missing, recorded, table: name.optional() };

const category = z.strictObject({
  type: z.literal("category"),
  ...common,
  codes: z.record(z.string().min(1), label).refine((codes) => Object.keys(codes).length >= 1, "at least one code"),
});
const boolean = z.strictObject({
  type: z.literal("boolean"),
  ...common,
  true: z.array(z.string()).min(1).default(["1"]),
  false: z.array(z.string()).min(1).default(["0"]),
});
const number = z.strictObject({
  type: z.literal("number"),
  ...common,
  unit: z.string().min(1).optional(),
  grid: gridSchema,
  cuts: z.array(z.number()).default([]),
});

const variable = z.discriminatedUnion("type", [category, boolean, number]);

/** What every column of the dictionary says. */
interface Described {
  readonly label: Label;
  /** Codes of public vocabularies, `PREFIX:code`. */
  readonly terms?: readonly string[] | undefined;
  /** How a value that is not known is written. */
  readonly missing: readonly string[];
  /** `sensitive`: having been recorded already tells something of the patient. */
  readonly recorded?: "sensitive" | undefined;
  readonly table?: string | undefined;
}
/** One of a fixed list of codes. */
export interface CategoryVariable extends Described {
  readonly type: "category";
  readonly codes: Readonly<Record<string, Label>>;
}
/** Yes or no, and how each is written. */
export interface BooleanVariable extends Described {
  readonly type: "boolean";
  readonly true: readonly string[];
  readonly false: readonly string[];
}
/** A number on a grid; a query may cut it only at its cut points. */
export interface NumberVariable extends Described {
  readonly type: "number";
  /** UCUM */
  readonly unit?: string | undefined;
  readonly grid: Grid;
  readonly cuts: readonly number[];
}
/** One column of the dictionary. */
export type Variable = CategoryVariable | BooleanVariable | NumberVariable;

/**
 * `dataset.json`: the network's data dictionary of one disease. The shape of every answer comes from it,
 * never from anybody's data. Unknown keys are refused.
 */
export const datasetSchema: z.ZodType<Dataset> = z
  .strictObject({
    id: name,
    version: z.int().min(1),
    title: label,
    key: name,
    terms: z.array(term).optional(),
    tables: z.record(name, z.strictObject({ key: name, date: name })).optional(),
    variables: z.record(name, variable),
  })
  .superRefine((dataset, context) => {
    const say = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    for (const [id, v] of Object.entries(dataset.variables)) {
      if (id === dataset.key) say(["variables", id], "the key is not a variable: it never leaves the centre");
      if (v.table !== undefined && !Object.hasOwn(dataset.tables ?? {}, v.table))
        say(["variables", id, "table"], "names a table that the dataset does not have");
      if (v.type === "number") checkCuts(v.grid, v.cuts, (message) => say(["variables", id, "cuts"], message));
      const written = v.type === "category" ? Object.keys(v.codes) : v.type === "boolean" ? [...v.true, ...v.false] : [];
      const all = [...written, ...v.missing];
      if (new Set(all).size !== all.length)
        say(["variables", id], "each written value means one thing: one of them stands twice among the codes and the missing values");
    }
  });

export interface Dataset {
  readonly id: string;
  readonly version: number;
  readonly title: Label;
  /** The column that identifies a patient inside a centre. */
  readonly key: string;
  readonly terms?: readonly string[] | undefined;
  readonly tables?: Readonly<Record<string, { key: string; date: string }>> | undefined;
  readonly variables: Readonly<Record<string, Variable>>;
}

function checkCuts(grid: Grid, cuts: readonly number[], say: (message: string) => void): void {
  const { indexOf, points } = gridOf(grid);
  cuts.forEach((cut, i) => {
    const at = indexOf(cut);
    if (at === null || at === 0 || at >= points) say(`the cut ${cut} is not a point inside the grid`);
    if (i > 0 && cut <= cuts[i - 1]!) say("cuts must rise");
  });
}

/** `id@version`, as queries and releases name a dataset. */
export function datasetName(dataset: Dataset): string {
  return `${dataset.id}@${dataset.version}`;
}
