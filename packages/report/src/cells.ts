import type { Catalogue, Rule } from "./catalogue.ts";
import type { Cell } from "./meaning.ts";
import type { Notes } from "./notes.ts";
import { atLeast, percentage } from "./number.ts";

/** Writes the cells of one section: words of one language, the rule that its release was made under. */
export interface CellWriter {
  nothing(): Cell;
  /** A number of patients, or null when it is hidden. */
  count(count: number | null): Cell;
  /** n (%) */
  share(count: number | null, rate: number | null): Cell;
  rate(rate: number | null): Cell;
  /** Empty where the rate is hidden: the cell beside it says so. */
  interval(bounds: { readonly low: number; readonly high: number } | null): Cell;
  /** `decimals`: those of the variable's grid. */
  quantiles(values: Readonly<Record<string, number | null>>, decimals: number): Cell;
  mean(mean: number | null, sd: number | null, decimals: number): Cell;
}

export function cellWriter(words: Catalogue, rule: Rule, notes: Notes): CellWriter {
  const nothing: Cell = { text: "", mark: "", meaning: { is: "nothing" } };
  const hiddenCount = (): Cell => ({
    text: `<${rule.threshold}`,
    mark: notes.mark(words.hiddenCount(rule)),
    meaning: { is: "hidden", what: "count", below: rule.threshold },
  });
  const markStatistic = () => notes.mark(words.hiddenStatistic(rule));
  const count = (value: number | null): Cell =>
    value === null ? hiddenCount() : { text: String(value), mark: "", meaning: { is: "count", count: value } };
  return {
    nothing: () => nothing,
    count,
    share: (value, rate) => {
      if (value === null || rate === null) return count(value);
      const text = `${value} (${words.percent(percentage(rate, words))})`;
      return { text, mark: "", meaning: { is: "share", count: value, rate } };
    },
    rate: (rate) => (rate === null ? nothing : { text: percentage(rate, words), mark: "", meaning: { is: "rate", rate } }),
    interval: (bounds) => {
      if (bounds === null) return nothing;
      const text = `${percentage(bounds.low, words)}–${percentage(bounds.high, words)}`;
      return { text, mark: "", meaning: { is: "interval", ...bounds } };
    },
    quantiles: (values, decimals) => {
      const shown = Object.values(values);
      const of = Object.keys(values).map((at) => `quantile_${at}`);
      if (shown.every((value) => value === null))
        return { text: "—", mark: markStatistic(), meaning: { is: "hidden", what: "statistic", of } };
      const mark = shown.includes(null) ? markStatistic() : "";
      return { text: quantileText(values, decimals, words), mark, meaning: { is: "quantiles", values } };
    },
    mean: (mean, sd, decimals) => {
      if (mean === null) return { text: "—", mark: markStatistic(), meaning: { is: "hidden", what: "statistic", of: ["mean", "sd"] } };
      const write = (value: number) => atLeast(value, decimals, words);
      const text = `${write(mean)} (${sd === null ? "—" : write(sd)})`;
      return { text, mark: sd === null ? markStatistic() : "", meaning: { is: "mean", mean, sd } };
    },
  };
}

/** True for exactly the median and the two quartiles. */
export function isQuartiles(at: readonly string[]): boolean {
  return at.length === 3 && ["0.25", "0.5", "0.75"].every((text) => at.includes(text));
}

function quantileText(values: Readonly<Record<string, number | null>>, decimals: number, words: Catalogue): string {
  const write = (value: number | null | undefined) => (value === null || value === undefined ? "—" : atLeast(value, decimals, words));
  const at = Object.keys(values);
  if (!isQuartiles(at)) return at.map((text) => write(values[text])).join(" · ");
  const [low, high] = [values["0.25"] ?? null, values["0.75"] ?? null];
  if (low === null && high === null) return `${write(values["0.5"])} [—]`;
  const between = low === null || high === null || low < 0 ? words.to : "–";
  return `${write(values["0.5"])} [${write(low)}${between}${write(high)}]`;
}
