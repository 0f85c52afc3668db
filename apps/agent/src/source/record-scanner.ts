import { DataProblem } from "./data-problem.ts";
import { TextRecord } from "./record.ts";

/** The most characters and fields of a line; beyond them the file is not what it should be, and memory stays bounded. */
export const MAX_RECORD_CHARACTERS = 1_000_000;
export const MAX_FIELDS = 10_000;

const QUOTE = 34;
const CR = 13;
const LF = 10;

/**
 * Splits text that comes in pieces into records and fields: RFC 4180 with any separator, and line ends CRLF, LF or CR. Empty lines are passed
 * over. Throws a DataProblem for a line that is too long, has too many fields, or whose quotes do not close.
 */
export class RecordScanner {
  readonly #separator: number;
  readonly #record = new TextRecord();
  #rest = "";
  #line = 1;

  constructor(separator: string) {
    this.#separator = separator.charCodeAt(0);
  }

  /** The whole records in what has come so far; `last` is the end of the file. A record is valid until the next one. */
  *push(text: string, last: boolean): Generator<TextRecord, void> {
    const whole = this.#rest + text;
    let at = 0;
    while (at < whole.length) {
      const line = this.#line;
      const next = this.#scan(whole, at, last);
      if (next === null) break;
      const record = this.#record;
      record.line = line;
      const empty = record.fields === 1 && record.starts[0] === record.ends[0];
      at = next;
      if (!empty) yield record;
    }
    this.#rest = whole.slice(at);
    if (this.#rest.length > MAX_RECORD_CHARACTERS) throw tooLong(this.#line);
  }

  /** Reads the record that begins at a position. The position after it, or null when its end has not come yet. */
  #scan(text: string, from: number, last: boolean): number | null {
    const record = this.#record;
    const separator = this.#separator;
    record.begin(text);
    let lines = 1;
    for (let at = from; ; at++) {
      if (record.fields === MAX_FIELDS) throw tooLong(this.#line);
      const quoted = text.charCodeAt(at) === QUOTE;
      const start = quoted ? at + 1 : at;
      const end = quoted ? closingQuote(text, start) : plainEnd(text, start, separator);
      if (end < 0) return last ? unclosed(this.#line) : null;
      at = quoted ? end + 1 : end;
      if (at === text.length && !last) return null;
      record.add(start, end, quoted);
      if (quoted) lines += newlinesIn(text, start, end);
      const next = text.charCodeAt(at);
      if (next === separator) continue;
      if (next !== LF && next !== CR && at < text.length) return unclosed(this.#line);
      if (next === CR && at + 1 === text.length && !last) return null;
      this.#line += lines;
      return at + (next === CR && text.charCodeAt(at + 1) === LF ? 2 : 1);
    }
  }
}

/** Where a field without quotes ends: at the separator, the end of the line, or that of the text. */
function plainEnd(text: string, from: number, separator: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === separator || code === LF || code === CR) break;
  }
  return at;
}

/** The quote that closes a field, two in a row being one of its own; −1 where it has not come. */
function closingQuote(text: string, from: number): number {
  let quote = text.indexOf('"', from);
  while (quote >= 0 && text.charCodeAt(quote + 1) === QUOTE) quote = text.indexOf('"', quote + 2);
  return quote;
}

function newlinesIn(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if (text.charCodeAt(at) === LF) count++;
  return count;
}

function tooLong(line: number): DataProblem {
  const message = `line ${line} has more than ${MAX_FIELDS} fields or ${MAX_RECORD_CHARACTERS} characters: check the separator, and that every quote closes`;
  return new DataProblem("layout", message);
}

function unclosed(line: number): never {
  throw new DataProblem(
    "layout",
    `the record that begins at line ${line} has a quote that does not close, or text after one: export the file anew as CSV`,
  );
}
