import type { Dataset } from "@tutti/dataset";
import type { Release } from "@tutti/disclosure";
import type { Query, ReportDefinition } from "@tutti/query";
import { csv, type Language, markdown, type Report, report, text } from "@tutti/report";
import type { Console } from "./console.ts";
import { Stop } from "./exit.ts";
import type { Released } from "./released.ts";

export type Format = "text" | "markdown" | "csv" | "json";

/** One question's answer: its release, or why there is none. */
export type Answer = Released<Release> | Stop;

/** Writes a value as JSON on stdout. */
export function writeJson(console: Console, value: unknown): void {
  console.out(`${JSON.stringify(value, null, 2)}\n`);
}

/** The JSON of an answer: the release, or `{ "problem": … }` in its place so that an array keeps the order of the questions. */
export function answerJson(answer: Answer): unknown {
  return answer instanceof Stop ? { problem: { exit: answer.exit, detail: answer.message } } : answer;
}

/** Lays out the releases that came, in the sections that they belong to. */
export function layOut(answers: readonly Answer[], definition: ReportDefinition, dataset: Dataset, language: Language): Report {
  const came = answers.flatMap((answer, i) => (answer instanceof Stop ? [] : [{ answer, section: definition.sections[i]! }]));
  return report(
    came.map(({ answer }) => answer),
    { ...definition, sections: came.map(({ section }) => section) },
    dataset,
    language,
  );
}

/** Writes a report on stdout. */
export function writeReport(console: Console, laidOut: Report, format: Format): void {
  const writers: Record<Format, () => string> = {
    text: () => text(laidOut, { colour: console.colour && console.outIsTerminal, width: console.width }),
    markdown: () => markdown(laidOut),
    csv: () => csv(laidOut),
    json: () => `${JSON.stringify(laidOut, null, 2)}\n`,
  };
  console.out(writers[format]());
}

/** A report of plain queries: one section each, named after its purpose. */
export function definitionOf(queries: readonly Query[], dataset: Dataset): ReportDefinition {
  return {
    title: dataset.title,
    sections: queries.map((query) => ({ title: { en: query.purpose, fr: query.purpose }, layout: "characteristics", query })),
  };
}
