/** One line of a file, as positions in a text; the same object is used for every line. */
export class TextRecord {
  text = "";
  /** Counted from 1, in lines of the file. */
  line = 0;
  /** How many fields it has. */
  fields = 0;
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  /** Whether quotes inside the field are written twice. */
  readonly doubled: boolean[] = [];

  value(field: number): string {
    const text = this.text.slice(this.starts[field], this.ends[field]);
    return this.doubled[field] === true ? text.replaceAll('""', '"') : text;
  }

  add(start: number, end: number, doubled: boolean): void {
    this.starts[this.fields] = start;
    this.ends[this.fields] = end;
    this.doubled[this.fields++] = doubled;
  }
}
