import { type Dataset, gridOf, type Variable } from "@tutti/dataset";
import type { ReleaseResult } from "@tutti/disclosure";
import type { Measure, Section as SectionDefinition } from "@tutti/query";
import type { Catalogue, Language } from "./catalogue.ts";
import { type CellWriter, isQuartiles } from "./cells.ts";
import type { Cell } from "./meaning.ts";
import { unitText } from "./unit.ts";
import { wilson } from "./wilson.ts";

/** `table1`: n (%), known, interval. `tested-positive`: tested, positive, per cent, interval. `quantiles`: median, known. */
export type SectionKind = SectionDefinition["kind"];

/** One line of a report. `indent` 1 is a value of the line above; `code` is that value as the dictionary writes it. */
export interface Row {
  readonly label: string;
  readonly indent: 0 | 1;
  readonly measure: string;
  readonly code: string | null;
  readonly cells: readonly Cell[];
}

/** What a line is made from: the words, the dictionary, and the writer of its cells. */
export interface RowContext {
  readonly words: Catalogue;
  readonly language: Language;
  readonly dataset: Dataset;
  readonly kind: SectionKind;
  readonly write: CellWriter;
}

/** Lays out one result of a release; a distribution has a line for its name and one for each of its codes. */
export function rowsOf(result: ReleaseResult, measure: Measure, context: RowContext): readonly Row[] {
  const { words, language, kind, write } = context;
  const row = (label: string, cells: readonly Cell[], code: string | null = null): Row => ({
    label,
    indent: code === null ? 0 : 1,
    measure: measure.id,
    code,
    cells,
  });
  const cells = (value: Cell, known: Cell, rate: Cell, interval: Cell): readonly Cell[] => {
    if (kind === "quantiles") return [value, known];
    return kind === "tested-positive" ? [known, value, rate, interval] : [value, known, interval];
  };
  const counted = (known: number | null, count: number | null, beside?: Cell): [Cell, Cell, Cell, Cell] => {
    const rate = known === null || known === 0 || count === null ? null : count / known;
    const bounds = rate === null || known === null || count === null ? null : wilson(count, known);
    const value = kind === "tested-positive" ? write.count(count) : write.share(count, rate);
    return [value, beside ?? write.count(known), write.rate(rate), write.interval(bounds)];
  };
  const none = write.nothing();

  if ("count" in measure && "count" in result) {
    const count = write.count(result.count);
    return [row(words.patients, kind === "tested-positive" ? cells(none, count, none, none) : cells(count, none, none, none))];
  }
  if ("proportion" in measure && "positive" in result) {
    const label = variableOf(measure.proportion, context).label[language];
    return [row(label, cells(...counted(result.known, result.positive)))];
  }
  if ("distribution" in measure && "counts" in result) {
    const variable = variableOf(measure.distribution, context);
    const heading = row(variable.label[language], cells(none, write.count(result.known), none, none));
    const parts = Object.entries(result.counts).map(([code, count]) =>
      row(codeText(variable, code, context), cells(...counted(result.known, count, none)), code),
    );
    return [heading, ...parts];
  }
  if ("quantiles" in measure && "quantiles" in result) {
    const variable = variableOf(measure.quantiles, context);
    const label = numberLabel(variable, quantileWords(Object.keys(result.quantiles), words), context);
    return [row(label, cells(write.quantiles(result.quantiles, decimalsOf(variable)), write.count(result.known), none, none))];
  }
  if ("mean" in measure && "mean" in result) {
    const variable = variableOf(measure.mean, context);
    const label = numberLabel(variable, words.mean, context);
    return [row(label, cells(write.mean(result.mean, result.sd, decimalsOf(variable)), write.count(result.known), none, none))];
  }
  throw new RangeError(`the release answers the measure "${measure.id}" in another form than the query asks`);
}

/** What a measure is about: its variable's label, or the patients. */
export function measureText(measure: Measure, context: Pick<RowContext, "words" | "language" | "dataset">): string {
  if ("count" in measure) return context.words.patients;
  return variableOf(variableName(measure), context).label[context.language];
}

function variableName(measure: Exclude<Measure, { readonly count: true }>): string {
  if ("proportion" in measure) return measure.proportion;
  if ("distribution" in measure) return measure.distribution;
  return "quantiles" in measure ? measure.quantiles : measure.mean;
}

/** The words for a code of a category, or for yes and no. */
export function codeText(variable: Variable, code: string | boolean, { words, language }: Pick<RowContext, "words" | "language">): string {
  if (variable.type === "category") return variable.codes[String(code)]?.[language] ?? String(code);
  return String(code) === "true" ? words.yes : words.no;
}

/** The variable of a name, or a RangeError when the dictionary has none. */
export function variableOf(name: string, { dataset }: Pick<RowContext, "dataset">): Variable {
  const variable = dataset.variables[name];
  if (variable === undefined) throw new RangeError(`the dataset has no variable "${name}"; use the version that the release names`);
  return variable;
}

function numberLabel(variable: Variable, statistic: string, { words, language }: RowContext): string {
  const unit = unitText(variable.type === "number" ? variable.unit : undefined, words);
  return `${variable.label[language]}${unit === "" ? "" : ` (${unit})`}, ${statistic}`;
}

function quantileWords(at: readonly string[], words: Catalogue): string {
  if (isQuartiles(at)) return words.medianQuartiles;
  return at
    .map((text) => (text === "0.5" ? words.median : words.quantile(String(Number((Number(text) * 100).toPrecision(12))))))
    .join(" · ");
}

function decimalsOf(variable: Variable): number {
  return variable.type === "number" ? gridOf(variable.grid).decimals : 0;
}
