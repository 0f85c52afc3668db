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
    record.text = text;
    record.fields = 0;
    let at = from;
    let newlines = 0;
    for (;;) {
      if (record.fields === MAX_FIELDS) throw tooLong(this.#line);
      let start = at;
      let end = -1;
      let doubled = false;
      if (text.charCodeAt(at) === QUOTE) {
        start = ++at;
        for (;;) {
          const quote = text.indexOf('"', at);
          if (quote < 0) return last ? unclosed(this.#line) : null;
          at = quote + 1;
          if (text.charCodeAt(at) !== QUOTE) break;
          doubled = true;
          at++;
        }
        end = at - 1;
        for (let i = start; i < end; i++) if (text.charCodeAt(i) === LF) newlines++;
        const after = text.charCodeAt(at);
        if (at < text.length && after !== this.#separator && after !== LF && after !== CR) return unclosed(this.#line);
      } else {
        for (let code = text.charCodeAt(at); at < text.length; code = text.charCodeAt(++at))
          if (code === this.#separator || code === LF || code === CR) break;
        end = at;
      }
      if (at === text.length && !last) return null;
      record.add(start, end, doubled);
      const code = text.charCodeAt(at);
      if (at < text.length && code === this.#separator) {
        at++;
        continue;
      }
      if (code === CR && at + 1 === text.length && !last) return null;
      this.#line += newlines + 1;
      return at + (code === CR && text.charCodeAt(at + 1) === LF ? 2 : 1);
    }
  }
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
