import * as fc from "fast-check";
import { expect, test } from "vitest";
import { RecordScanner } from "./record-scanner.ts";

/** All records of a text that comes in pieces cut at these places. */
function scanned(text: string, separator: string, cuts: readonly number[]): readonly (readonly string[])[] {
  const scanner = new RecordScanner(separator);
  const places = [...cuts.map((cut) => cut % (text.length + 1)), text.length].toSorted((a, b) => a - b);
  const records: string[][] = [];
  places.forEach((end, i) => {
    for (const record of scanner.push(text.slice(places[i - 1] ?? 0, end), false))
      records.push(Array.from({ length: record.fields }, (_, field) => record.value(field)));
  });
  for (const record of scanner.push("", true)) records.push(Array.from({ length: record.fields }, (_, field) => record.value(field)));
  return records;
}

/** The same, or how it was refused. */
function outcome(text: string, cuts: readonly number[]): unknown {
  try {
    return scanned(text, ",", cuts);
  } catch (error) {
    return String(error);
  }
}

function write(text: string): string {
  return /[",;\t|\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const field = fc.string({ unit: fc.constantFrom("a", "é", " ", ",", ";", '"', "\n", "\r", "=") });
const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 6 });

test("what was written is read back, wherever the pieces of the text end", () => {
  fc.assert(
    fc.property(
      table,
      fc.constantFrom(",", ";", "\t", "|"),
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.array(fc.nat()),
      (rows, separator, newline, cuts) => {
        const text = rows.map((row) => row.map(write).join(separator) + newline).join("");
        expect(scanned(text, separator, cuts)).toEqual(rows);
      },
    ),
  );
});

test("any text at all is read or refused, the same wherever its pieces end", () => {
  const any = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r") });
  fc.assert(
    fc.property(any, fc.array(fc.nat()), (text, cuts) => {
      expect(outcome(text, cuts)).toEqual(outcome(text, []));
    }),
    { numRuns: 500 },
  );
});

test("lines are counted as an editor counts them, inside quotes too", () => {
  const numbers: number[] = [];
  for (const record of new RecordScanner(",").push('a,b\n\n"1\n2",3\r\n4,5\n', true)) numbers.push(record.line);
  expect(numbers).toEqual([1, 3, 5]);
});
