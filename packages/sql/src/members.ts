import type { Dataset } from "@tutti/dataset";
import type { PatientSet, Predicate } from "@tutti/query";
import { conditionSql, Parameters } from "./condition.ts";
import { type Conjunct, Conjuncts, shared } from "./conjunct.ts";
import type { Dialect } from "./dialect.ts";
import { type Feature, Features } from "./feature.ts";
import { MemberReader, type Term } from "./member-reader.ts";
import { PATIENT_NUMBER, PATIENTS, PatientTable, unfit } from "./patient-table.ts";
import type { Statement } from "./statement.ts";

/** The patients whose value is known and has this bit set in its grid index: from all bits of a number every `upTo` can be worked out later. */
export interface GridBit {
  readonly variable: string;
  /** 0 for the lowest. */
  readonly bit: number;
}

/** A statement that tells, for each patient, what decides in which sets the patient is; and what reads its rows. */
export interface CompiledMembers {
  /** A row a patient: the patient's number, then one column for each feature. Patients who are in no set may be left out. */
  readonly statement: Statement;
  /** Takes the rows of one run of the statement. */
  reader(): MemberReader;
}

/**
 * Turns sets of patients into one statement on the patient table. The database gives each patient's values of the few columns that the sets
 * speak of; each value stands for the sets that it leaves possible, and a patient is in those that all values leave.
 * RangeError when a set does not fit the dataset.
 */
export function compileMembers(sets: readonly (PatientSet | GridBit)[], dataset: Dataset, dialect: Dialect): CompiledMembers {
  const table = new PatientTable(dataset);
  const conjuncts = new Conjuncts();
  const drafts = sets.map((set) => draftsOf(set, conjuncts));
  const common = shared(drafts.flat().map(({ left }) => left));
  const inWhere = new Set(common.map(({ key }) => key));
  const bounds = drafts.flat().flatMap(({ bound }) => (bound === null ? [] : [bound.variable]));
  for (const name of bounds) if (table.column(name).variable.type !== "number") unfit();
  const features = new Features(table, new Set(bounds));
  const terms: Term[] = [];
  const known = new Map<string, number>();
  const places = drafts.map((alternatives) =>
    alternatives.map((draft) => {
      const place = known.get(draft.key) ?? terms.push(termOf(draft, inWhere, features)) - 1;
      known.set(draft.key, place);
      return place;
    }),
  );
  const used = [...new Set(terms.flatMap((term) => [...term.keys()]))].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    statement: statementOf(used, common, table, dialect),
    reader: () => new MemberReader(used, terms, places),
  };
}

/** One alternative of a set: conditions that all hold, and places on a grid. */
interface Draft {
  readonly key: string;
  readonly left: readonly Conjunct[];
  readonly bound: { readonly variable: string; readonly allows: (index: number) => boolean } | null;
}

function draftsOf(set: PatientSet | GridBit, conjuncts: Conjuncts): readonly Draft[] {
  if ("bit" in set) {
    const { variable, bit } = set;
    const allows = (index: number): boolean => Math.floor(index / 2 ** bit) % 2 === 1;
    return [{ key: JSON.stringify([variable, bit]), left: [], bound: { variable, allows } }];
  }
  const { anyOf, upTo } = set;
  const bound = upTo === null ? null : { variable: upTo.variable, allows: (index: number): boolean => index <= upTo.index };
  return anyOf.map((predicate: Predicate) => ({ key: JSON.stringify([predicate, upTo]), left: conjuncts.of(predicate), bound }));
}

function termOf({ left, bound }: Draft, inWhere: ReadonlySet<string>, features: Features): Term {
  const term = new Map<Feature, readonly number[]>();
  const restrict = (feature: Feature, codes: readonly number[]): void => {
    const before = term.get(feature);
    term.set(feature, before === undefined ? codes : before.filter((code) => codes.includes(code)));
  };
  for (const conjunct of left) {
    if (inWhere.has(conjunct.key)) continue;
    const feature = features.of(conjunct);
    restrict(feature, feature.allowed(conjunct));
  }
  if (bound !== null) {
    const feature = features.variable(bound.variable);
    restrict(feature, [...Array(feature.size).keys()].filter(bound.allows));
  }
  return term;
}

function statementOf(features: readonly Feature[], common: readonly Conjunct[], table: PatientTable, dialect: Dialect): Statement {
  const parameters = new Parameters(dialect);
  const columns = [dialect.identifier(PATIENT_NUMBER), ...features.map((feature) => feature.sql(dialect, parameters))];
  const where = common.map(({ predicate }) => `(${conditionSql(predicate, table, dialect, parameters)})`);
  const clauses = [
    `SELECT ${columns.join(", ")}`,
    `FROM ${dialect.identifier(PATIENTS)}`,
    ...(where.length === 0 ? [] : [`WHERE ${where.join(" AND ")}`]),
  ];
  return { text: clauses.join("\n"), parameters: parameters.values };
}
