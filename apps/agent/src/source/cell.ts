import { gridOf, type NumberVariable } from "@tutti/dataset";
import type { Column } from "@tutti/sql";
import type { WrongValue } from "./data-problem.ts";

/** The position of a value in its column, `column.size` where it is not known, or what is wrong with it. */
export type Code = number | WrongValue;

/** A number as hospitals write it. */
const NUMBER = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d{1,3})?$/i;
/** `1,250` may be a thousand and more, or one and a quarter. */
const THOUSANDS = /^[+-]?\d{1,3},\d{3}$/;
const MAX_KEPT = 20_000;
const MAX_KEPT_CHARACTERS = 12;
const WRONG = -1;

/** Reads the cells of one column. */
export class CellReader {
  readonly column: Column;
  readonly #missing: number | null;
  readonly #texts = new Map<string, number>();
  /** Codes of texts of one character, by their UTF-16 unit below 128. */
  readonly #single: Int32Array = new Int32Array(128).fill(WRONG);
  #kept = 0;

  constructor(column: Column) {
    const { variable, size } = column;
    this.column = column;
    this.#missing = variable.missing.length > 0 ? size : null;
    for (const text of variable.missing) this.#keep(text, size);
    if (variable.type === "boolean") {
      for (const text of variable.true) this.#keep(text, 1);
      for (const text of variable.false) this.#keep(text, 0);
    } else if (variable.type === "category") for (const code of Object.keys(variable.codes)) this.#keep(code, column.codeOf(code)!);
  }

  /** The code of a single character, or undefined where `text` has to say. */
  single(unit: number): number | undefined {
    const code = this.#single[unit] ?? WRONG;
    return code === WRONG ? undefined : code;
  }

  /** A written value. Space around it does not matter. */
  text(text: string): Code {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const trimmed = text.trim();
    const code = this.#texts.get(trimmed) ?? this.#written(trimmed);
    if (typeof code === "number" && text.length <= MAX_KEPT_CHARACTERS && this.#kept < MAX_KEPT) {
      this.#kept++;
      this.#keep(text, code);
    }
    return code;
  }

  /** A value that is not there at all, as NULL in a Parquet file. */
  absent(): Code {
    return this.#missing ?? "missing";
  }

  /** A number that came as one. */
  number(value: number): Code {
    const { variable } = this.column;
    return variable.type === "number" ? indexOf(value, variable, this.column) : "code";
  }

  #written(text: string): Code {
    const { variable } = this.column;
    if (text === "") return "missing";
    if (variable.type !== "number") return "code";
    if (!NUMBER.test(text)) return "number";
    if (THOUSANDS.test(text) && gridOf(variable.grid).decimals < 3) return "number";
    return indexOf(Number(text.replace(",", ".")), variable, this.column);
  }

  #keep(text: string, code: number): void {
    this.#texts.set(text, code);
    if (text.length === 1 && text.charCodeAt(0) < 128) this.#single[text.charCodeAt(0)] = code;
  }
}

function indexOf(value: number, { grid }: NumberVariable, column: Column): Code {
  if (!Number.isFinite(value)) return "number";
  return column.codeOf(value) ?? (value < grid.from || value > grid.to ? "range" : "grid");
}
