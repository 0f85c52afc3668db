import type { Dataset, NumberVariable, Variable } from "@tutti/dataset";
import { variableOf } from "./domain.ts";
import { nearest } from "./nearest.ts";
import { type Problem, quoted, within } from "./problem.ts";
import { ALLOWED_QUANTILES, quantileOf } from "./quantile.ts";
import type { Comparison, Condition, Measure } from "./query.ts";

/** Holds the parts of a well-formed query against a dataset, and collects what does not fit. */
export class Fitting {
  readonly problems: Problem[] = [];
  readonly #dataset: Dataset;

  constructor(dataset: Dataset) {
    this.#dataset = dataset;
  }

  condition(condition: Condition, path: string): void {
    if ("all" in condition) condition.all.forEach((inside, i) => this.condition(inside, within(path, "all", i)));
    else if ("any" in condition) condition.any.forEach((inside, i) => this.condition(inside, within(path, "any", i)));
    else if ("not" in condition) this.condition(condition.not, within(path, "not"));
    else this.#comparison(condition, path);
  }

  stratifier(name: string, path: string): void {
    const variable = this.#variable(name, path);
    if (variable !== null) this.#banded(name, variable, path);
  }

  measure(measure: Measure, path: string): void {
    if ("count" in measure) return;
    const [kind, name] =
      "proportion" in measure
        ? (["proportion", measure.proportion] as const)
        : "distribution" in measure
          ? (["distribution", measure.distribution] as const)
          : "quantiles" in measure
            ? (["quantiles", measure.quantiles] as const)
            : (["mean", measure.mean] as const);
    if ("at" in measure) this.#quantiles(measure.at, within(path, "at"));
    const at = within(path, kind);
    const variable = this.#variable(name, at);
    if (variable === null) return;
    if (kind === "proportion") {
      if (variable.type !== "boolean") {
        const instead = variable.type === "category" ? '"distribution"' : '"quantiles", "mean" or "distribution"';
        this.#say("type", at, `a proportion is of a yes-or-no variable and ${quoted(name)} is a ${variable.type}: ask for its ${instead}`);
      }
    } else if (kind === "distribution") {
      if (variable.type === "boolean") this.#say("type", at, `${quoted(name)} is yes or no: ask for its "proportion"`);
      else this.#banded(name, variable, at);
    } else if (variable.type !== "number") {
      const instead = variable.type === "boolean" ? '"proportion"' : '"distribution"';
      this.#say(
        "type",
        at,
        `${kind === "mean" ? "a mean is" : "quantiles are"} of a number and ${quoted(name)} is a ${variable.type}: ask for its ${instead}`,
      );
    }
  }

  #comparison(comparison: Comparison, path: string): void {
    const variable = this.#variable(comparison.variable, within(path, "variable"));
    if (variable === null || "known" in comparison) return;
    if ("is" in comparison) this.#value(comparison.variable, variable, comparison.is, within(path, "is"));
    else if ("in" in comparison)
      comparison.in.forEach((value, i) => this.#value(comparison.variable, variable, value, within(path, "in", i)));
    else if ("atLeast" in comparison) this.#cut(comparison.variable, variable, comparison.atLeast, within(path, "atLeast"));
    else this.#cut(comparison.variable, variable, comparison.below, within(path, "below"));
  }

  #value(name: string, variable: Variable, value: string | boolean, path: string): void {
    if (variable.type === "number") {
      this.#say("type", path, `${quoted(name)} is a number: compare it with "atLeast" or "below", ${cutPoints(variable)}`);
    } else if (variable.type === "boolean") {
      if (typeof value !== "boolean") this.#say("type", path, `${quoted(name)} is yes or no: write true or false, without quotes`);
    } else {
      const codes = Object.keys(variable.codes).toSorted();
      if (typeof value !== "string")
        this.#say("type", path, `${quoted(name)} is a category: write one of its codes in quotes, ${listed(codes)}`);
      else if (!codes.includes(value)) {
        this.#say("code", path, `${quoted(name)} has no code ${quoted(value)}: ${meant(value, codes)}its codes are ${listed(codes)}`);
      }
    }
  }

  #cut(name: string, variable: Variable, at: number, path: string): void {
    if (variable.type !== "number") {
      this.#say("type", path, `${quoted(name)} is a ${variable.type}, not a number: compare it with "is" or "in"`);
    } else if (!variable.cuts.includes(at)) {
      this.#say("cut", path, `${quoted(name)} is compared at the dataset's cut points only, ${cutPoints(variable)}`);
    }
  }

  #quantiles(at: readonly number[], path: string): void {
    at.forEach((quantile, i) => {
      const here = within(path, i);
      if (quantileOf(quantile) === undefined)
        this.#say("quantile", here, `the quantiles to choose from are ${ALLOWED_QUANTILES.join(", ")}`);
      else if (at.indexOf(quantile) < i) this.#say("quantile", here, `the quantile ${quantile} stands twice: leave one out`);
    });
  }

  /** Numbers are told apart by bands, and bands need cut points. */
  #banded(name: string, variable: Variable, path: string): void {
    if (variable.type === "number" && variable.cuts.length === 0) {
      this.#say("cut", path, `${quoted(name)} has no cut points in the dataset, so it has no bands: ask for its "quantiles" or its "mean"`);
    }
  }

  #variable(name: string, path: string): Variable | null {
    const variable = variableOf(name, this.#dataset);
    if (variable === undefined) {
      const isKey = name === this.#dataset.key;
      const meantOne = meant(name, Object.keys(this.#dataset.variables).toSorted());
      this.#say(
        "variable",
        path,
        isKey
          ? `${quoted(name)} identifies patients and never leaves a centre: ask for a variable of the dataset`
          : `the dataset has no variable ${quoted(name)}: ${meantOne}see the dictionary for the names`,
      );
      return null;
    }
    if (variable.table === undefined) return variable;
    this.#say(
      "variable",
      path,
      `${quoted(name)} is in a repeated table, and repeated tables come later: ask for a variable with one value a patient`,
    );
    return null;
  }

  #say(code: Problem["code"], path: string, message: string): void {
    this.problems.push({ code, path, message });
  }
}

function meant(mistaken: string, known: readonly string[]): string {
  const near = nearest(mistaken, known);
  return near === null ? "" : `did you mean ${quoted(near)}? `;
}

function listed(codes: readonly string[]): string {
  return codes.slice(0, 12).map(quoted).join(", ") + (codes.length > 12 ? `, and ${codes.length - 12} more` : "");
}

function cutPoints({ cuts }: NumberVariable): string {
  return cuts.length === 0 ? "but the dataset has no cut points for it" : `at ${cuts.join(", ")}`;
}
