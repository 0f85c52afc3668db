import { datasetName, type Dataset } from "@tutti/dataset";
import type { Release, ReleaseResult } from "@tutti/disclosure";
import type { Measure, Query, ReportDefinition } from "@tutti/query";
import { type Catalogue, catalogue, type Language } from "./catalogue.ts";
import { cellWriter } from "./cells.ts";
import { type Note, type Notes, startNotes } from "./notes.ts";
import { type Answered, remarks } from "./remarks.ts";
import { codeText, type Row, type RowContext, rowsOf, type SectionKind, variableOf } from "./rows.ts";

/** What a column holds. */
export interface Column {
  readonly id: "value" | "known" | "positive" | "rate" | "interval";
  readonly title: string;
}

/** The lines about one stratum; `label` is null where the section has no strata. */
export interface Group {
  readonly label: string | null;
  readonly stratum: ReleaseResult["stratum"];
  readonly rows: readonly Row[];
}

/** One table of the report. */
export interface Section {
  readonly title: string;
  readonly kind: SectionKind;
  readonly columns: readonly Column[];
  readonly groups: readonly Group[];
}

/** Releases laid out for people; plain data, the same for every renderer. */
export interface Report {
  readonly title: string;
  readonly language: Language;
  /** `id@version` */
  readonly dataset: string;
  readonly sections: readonly Section[];
  readonly notes: readonly Note[];
}

/**
 * Lays out the releases of a report, one for each of its queries and in their order; null where a query got none, whose rows are left out.
 * RangeError when their number differs, when a release is of another dataset, or answers another query than was asked.
 */
export function report(releases: readonly (Release | null)[], definition: ReportDefinition, dataset: Dataset, language: Language): Report {
  const words = catalogue(language);
  if (releases.length !== definition.queries.length)
    throw new RangeError(`the report asks ${definition.queries.length} queries, and ${releases.length} releases came`);
  const notes = startNotes();
  const answers = new Map<string, Answer>();
  definition.queries.forEach((query, i) => {
    const release = releases[i] ?? null;
    if (release === null) return;
    for (const [id, answer] of answersOf(query, release, dataset)) answers.set(id, answer);
  });
  const sections = definition.layout.map(({ title, kind, rows }) => {
    const shown = rows.flatMap((id) => answers.get(id) ?? []);
    const base = { words, language, dataset, kind };
    return { title: title[language], kind, columns: columnsOf(kind, words), groups: groupsOf(shown, base, notes) };
  });
  const asked: readonly Answered[] = definition.queries.flatMap((query, i) => {
    const release = releases[i] ?? null;
    return release === null ? [] : [{ query, release }];
  });
  remarks(asked, { words, language, dataset }, notes);
  return { title: definition.title[language], language, dataset: datasetName(dataset), sections, notes: notes.list() };
}

/** What a release says of one measure, one result a stratum. */
interface Answer {
  readonly measure: Measure;
  readonly results: readonly ReleaseResult[];
  readonly policy: Release["policy"];
}

function answersOf(query: Query, release: Release, dataset: Dataset): ReadonlyMap<string, Answer> {
  if (release.dataset !== datasetName(dataset))
    throw new RangeError(`the release is of ${release.dataset}, the dictionary of ${datasetName(dataset)}`);
  const stranger = release.results.find((result) => query.measures.every((measure) => measure.id !== result.measure));
  if (stranger !== undefined) throw new RangeError(`the release has a measure "${stranger.measure}" that the query does not ask`);
  const { policy } = release;
  return new Map(
    query.measures.map((measure) => [
      measure.id,
      { measure, policy, results: release.results.filter((result) => result.measure === measure.id) },
    ]),
  );
}

function columnsOf(kind: SectionKind, { columns }: Catalogue): readonly Column[] {
  const known: Column = { id: "known", title: columns.known };
  const interval: Column = { id: "interval", title: columns.interval };
  switch (kind) {
    case "table1":
      return [{ id: "value", title: columns.value }, known, interval];
    case "tested-positive":
      return [
        { id: "known", title: columns.tested },
        { id: "positive", title: columns.positive },
        { id: "rate", title: columns.rate },
        interval,
      ];
    case "quantiles":
      return [{ id: "value", title: columns.quantiles }, known];
  }
}

/** Rows in the order of the layout; strata in the order in which they first appear. */
function groupsOf(answers: readonly Answer[], base: Omit<RowContext, "write">, notes: Notes): readonly Group[] {
  const groups = new Map<string, { label: string; stratum: ReleaseResult["stratum"]; rows: Row[] }>();
  for (const { measure, results, policy } of answers) {
    const context: RowContext = { ...base, write: cellWriter(base.words, policy, notes) };
    for (const result of results) {
      const key = JSON.stringify(Object.entries(result.stratum).toSorted());
      const group = groups.get(key) ?? { label: stratumText(result.stratum, context), stratum: result.stratum, rows: [] };
      groups.set(key, group);
      group.rows.push(...rowsOf(result, measure, context));
    }
  }
  const list = [...groups.values()];
  const wholeOnly = list.every(({ stratum }) => Object.keys(stratum).length === 0);
  return wholeOnly ? list.map((group) => ({ ...group, label: null })) : list;
}

function stratumText(stratum: ReleaseResult["stratum"], context: RowContext): string {
  const parts = Object.entries(stratum).map(([name, code]) => {
    const variable = variableOf(name, context);
    return `${variable.label[context.language]}: ${codeText(variable, code, context)}`;
  });
  return parts.length === 0 ? context.words.allPatients : parts.join(" · ");
}
