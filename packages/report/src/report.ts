import { datasetName, type Dataset } from "@tutti/dataset";
import type { Release, ReleaseResult, ReportDefinition } from "./input.ts";
import { type Catalogue, catalogue, type Language } from "./catalogue.ts";
import { cellWriter } from "./cells.ts";
import { type Note, type Notes, startNotes } from "./notes.ts";
import { codeText, type Row, type RowContext, rowsOf, type SectionLayout, variableOf } from "./rows.ts";

/** What a column holds. */
export interface Column {
  readonly id: "value" | "known" | "positive" | "rate" | "interval";
  readonly title: string;
}

/** The lines about one stratum; `label` is null where the section has no strata. */
export interface Group {
  readonly label: string | null;
  readonly stratum: Readonly<Record<string, string | boolean>>;
  readonly rows: readonly Row[];
}

/** What one release says, as a table. */
export interface Section {
  readonly title: string;
  readonly layout: SectionLayout;
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
 * Lays out the releases of a report, one for each of its sections and in their order.
 * RangeError when their number differs, when a release is of another dataset, or answers another query than the section asks.
 */
export function report(releases: readonly Release[], definition: ReportDefinition, dataset: Dataset, language: Language): Report {
  const words = catalogue(language);
  if (releases.length !== definition.sections.length)
    throw new RangeError(`the report has ${definition.sections.length} sections, and ${releases.length} releases came`);
  const notes = startNotes();
  const sections = definition.sections.map((section, i) => {
    const release = releases[i]!;
    if (release.dataset !== datasetName(dataset))
      throw new RangeError(`the release is of ${release.dataset}, the dictionary of ${datasetName(dataset)}`);
    const layout = section.layout;
    const context: RowContext = { words, language, dataset, layout, write: cellWriter(words, release.policy, notes) };
    return {
      title: section.title[language],
      layout,
      columns: columnsOf(layout, words),
      groups: groupsOf(release, section.query, context),
    };
  });
  remarks(releases, definition, language, words, notes);
  return { title: definition.title[language], language, dataset: datasetName(dataset), sections, notes: notes.list() };
}

function columnsOf(layout: SectionLayout, { columns }: Catalogue): readonly Column[] {
  const interval: Column = { id: "interval", title: columns.interval };
  if (layout === "characteristics") return [{ id: "value", title: columns.value }, { id: "known", title: columns.known }, interval];
  return [
    { id: "known", title: columns.tested },
    { id: "positive", title: columns.positive },
    { id: "rate", title: columns.rate },
    interval,
  ];
}

function groupsOf(release: Release, query: ReportDefinition["sections"][number]["query"], context: RowContext): readonly Group[] {
  const measures = new Map(query.measures.map((measure) => [measure.id, measure]));
  const groups = new Map<string, { label: string | null; stratum: ReleaseResult["stratum"]; rows: Row[] }>();
  for (const result of release.results) {
    const measure = measures.get(result.measure);
    if (measure === undefined) throw new RangeError(`the release has a measure "${result.measure}" that the query does not ask`);
    const label = stratumText(result.stratum, context);
    const key = JSON.stringify(Object.entries(result.stratum).toSorted());
    const group = groups.get(key) ?? { label, stratum: result.stratum, rows: [] };
    groups.set(key, group);
    group.rows.push(...rowsOf(result, measure, context));
  }
  return [...groups.values()].map((group) =>
    groups.size === 1 && group.label === context.words.allPatients ? { ...group, label: null } : group,
  );
}

function stratumText(stratum: ReleaseResult["stratum"], context: RowContext): string {
  const parts = Object.entries(stratum).map(([name, code]) => {
    const variable = variableOf(name, context);
    return `${variable.label[context.language]}: ${codeText(variable, code, context)}`;
  });
  return parts.length === 0 ? context.words.allPatients : parts.join(" · ");
}

function remarks(releases: readonly Release[], definition: ReportDefinition, language: Language, words: Catalogue, notes: Notes): void {
  notes.remark(words.basis);
  const texts = releases.map(({ centres }) => words.centres(centres));
  const same = new Set(texts).size === 1;
  texts.forEach((text, i) => notes.remark(same ? text : `${definition.sections[i]!.title[language]}. ${text}`));
  if (releases.some(({ centres }) => centres.contributed === 3)) notes.remark(words.threeCentres);
}
