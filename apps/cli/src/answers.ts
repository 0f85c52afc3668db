import type { Dataset } from "@tutti/dataset";
import type { Query, ReportDefinition } from "@tutti/query";
import { csv, type Language, markdown, type Report, report, text } from "@tutti/report";
import type { Console } from "./console.ts";
import { Stop } from "./exit.ts";
import type { Released } from "./released.ts";

export type Format = "text" | "markdown" | "csv" | "json";

/** One question's answer: its release, or why there is none. */
export type Answer = Released | Stop;

/** Writes a value as JSON on stdout. */
export function writeJson(console: Console, value: unknown): void {
  console.out(`${JSON.stringify(value, null, 2)}\n`);
}

/** The JSON of an answer: the release, or `{ "problem": … }` in its place so that an array keeps the order of the questions. */
export function answerJson(answer: Answer): unknown {
  return answer instanceof Stop ? { problem: { exit: answer.exit, detail: answer.message } } : answer;
}

/** Lays out the releases that came; a query without one has no rows. */
export function layOut(answers: readonly Answer[], definition: ReportDefinition, dataset: Dataset, language: Language): Report {
  const releases = answers.map((answer) => (answer instanceof Stop ? null : answer));
  return report(releases, definition, dataset, language);
}

/** Writes reports on stdout, one below the other; several as JSON are an array. */
export function writeReports(console: Console, reports: readonly Report[], format: Format): void {
  if (format === "json") return writeJson(console, reports.length === 1 ? reports[0] : reports);
  const writers: Record<Exclude<Format, "json">, (laidOut: Report) => string> = {
    text: (laidOut) => text(laidOut, { colour: console.colour && console.outIsTerminal, width: console.width }),
    markdown,
    csv,
  };
  console.out(reports.map(writers[format]).join("\n"));
}

/** Lays out answers to plain queries, each as a report of its own; those without a release are left out. */
export function layOutQueries(
  queries: readonly Query[],
  answers: readonly Answer[],
  dataset: Dataset,
  language: Language,
): readonly Report[] {
  return queries.flatMap((query, i) => {
    const answer = answers[i];
    return answer === undefined || answer instanceof Stop ? [] : [layOut([answer], definitionOf(query, dataset), dataset, language)];
  });
}

function definitionOf(query: Query, dataset: Dataset): ReportDefinition {
  const title = query.purpose === "" ? dataset.title : { en: query.purpose, fr: query.purpose };
  return {
    id: "query",
    title: dataset.title,
    queries: [query],
    layout: [{ title, kind: "table1", rows: query.measures.map(({ id }) => id) }],
  };
}
