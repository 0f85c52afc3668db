import type { Dataset, NumberVariable, Variable } from "@tutti/dataset";
import type { Predicate } from "./predicate.ts";

/** One of the values that a query can tell apart. */
export interface DomainValue {
  /** What a stratum or a distribution calls it: a code, true or false, a band such as `2-<5`; null when not known. */
  readonly name: string | boolean | null;
  /** How canonical texts write it. */
  readonly text: string;
  /** The patients who have it. */
  readonly condition: Predicate;
}

/**
 * The values of a variable that a query can tell apart, the missing one, if the dictionary has a way to write it, last: codes in the order of their text
 * (so that no order of keys in a file matters), true and false, or the bands between the cut points.
 */
export interface Domain {
  readonly name: string;
  readonly variable: Variable;
  readonly values: readonly DomainValue[];
}

/** The domain of one variable. Throws a RangeError for a variable that the dataset does not have. */
export function domainOf(name: string, dataset: Dataset): Domain {
  const variable = variableOf(name, dataset);
  if (variable === undefined) throw new RangeError("the dataset has no such variable: check the query before planning it");
  const known = knownValues(name, variable);
  // Where the dictionary has no way to write that a value is missing, none is.
  if (variable.missing.length === 0) return { name, variable, values: known };
  return { name, variable, values: [...known, { name: null, text: "?", condition: { variable: name, known: false } }] };
}

/** The variable of that name, or undefined. */
export function variableOf(name: string, dataset: Dataset): Variable | undefined {
  return Object.hasOwn(dataset.variables, name) ? dataset.variables[name] : undefined;
}

function knownValues(name: string, variable: Variable): DomainValue[] {
  switch (variable.type) {
    case "category":
      return Object.keys(variable.codes)
        .toSorted()
        .map((code) => ({ name: code, text: JSON.stringify(code), condition: { variable: name, in: [code] } }));
    case "boolean":
      return [true, false].map((value) => ({ name: value, text: String(value), condition: { variable: name, in: [value] } }));
    case "number":
      return bands(name, variable);
  }
}

function bands(name: string, { cuts }: NumberVariable): DomainValue[] {
  if (cuts.length === 0) return [{ name: "known", text: "known", condition: { variable: name, known: true } }];
  return Array.from({ length: cuts.length + 1 }, (_, i): DomainValue => {
    const from = cuts[i - 1];
    const to = cuts[i];
    const text = from === undefined ? `<${to}` : to === undefined ? `>=${from}` : `${from}-<${to}`;
    const ends: Predicate[] = [];
    if (from !== undefined) ends.push({ variable: name, atLeast: from });
    if (to !== undefined) ends.push({ variable: name, below: to });
    return { name: text, text, condition: ends.length === 1 ? ends[0]! : { all: ends } };
  });
}
