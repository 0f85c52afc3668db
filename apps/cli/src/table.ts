import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Table } from "@tutti/dataset";
import type * as Papa from "papaparse";
import { Stop } from "./exit.ts";

// papaparse is CommonJS with a default export only.
const { parse }: typeof Papa = createRequire(import.meta.url)("papaparse");

/** Reads a CSV file as text: any usual delimiter, a BOM, UTF-8 or else the Western European code page of Windows. Stop names the file. */
export function readTable(path: string): Table {
  const { data, errors } = parse<string[]>(decode(path), { delimitersToGuess: [",", ";", "\t", "|"], skipEmptyLines: "greedy" });
  const quotes = errors.find((error) => error.type === "Quotes");
  if (quotes !== undefined)
    throw new Stop("error", `${path}: a quoted field is not closed properly, near row ${(quotes.row ?? 0) + 1}; export the file again`);
  const [header, ...rows] = data;
  if (header === undefined) throw new Stop("error", `${path} is empty; a centre's file has a header and one row a patient`);
  return { header, rows };
}

function decode(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    throw new Stop("usage", `${path} is not a file that can be read`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
