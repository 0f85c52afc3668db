/** One line of a file, as positions in a text; the same object is used for every line. */
export class TextRecord {
  text = "";
  /** The line that it begins at, counted from 1. */
  line = 0;
  /** How many fields it has. */
  fields = 0;
  /** Where each field starts and ends, without the quotes around it. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly #quoted: boolean[] = [];

  begin(text: string): void {
    this.text = text;
    this.fields = 0;
  }

  add(start: number, end: number, quoted: boolean): void {
    const field = this.fields++;
    this.starts[field] = start;
    this.ends[field] = end;
    this.#quoted[field] = quoted;
  }

  /** What a field says. */
  value(field: number): string {
    const text = this.text.slice(this.starts[field], this.ends[field]);
    return this.#quoted[field] === true ? text.replaceAll('""', '"') : text;
  }
}
