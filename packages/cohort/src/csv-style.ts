/** How a hospital's export is written. */
export interface CsvStyle {
  readonly separator: "," | ";";
  readonly decimal: "." | ",";
  /** What stands for a value that is not known; a variable that does not have this form uses its first. */
  readonly missing: string;
  /** Whether the file starts with the UTF-8 byte order mark. */
  readonly bom: boolean;
  readonly newline: "\n" | "\r\n";
  /** Which of a variable's forms of yes and no is written, counted from 0; the first where it has no more. */
  readonly yesNoForm: number;
}

/** Comma, decimal point, empty for not known. */
export const PLAIN: CsvStyle = { separator: ",", decimal: ".", missing: "", bom: false, newline: "\n", yesNoForm: 0 };

const french: CsvStyle = { ...PLAIN, separator: ";", decimal: "," };

/** How each of the twelve centres of `iphCohort` writes its file, in their order. */
export const CENTRE_STYLES: readonly CsvStyle[] = [
  PLAIN,
  { ...french, newline: "\r\n" },
  { ...PLAIN, missing: "NF" },
  { ...PLAIN, bom: true, newline: "\r\n" },
  { ...PLAIN, separator: ";" },
  { ...french, bom: true, missing: "NF", newline: "\r\n", yesNoForm: 1 },
  PLAIN,
  { ...PLAIN, missing: "NF", yesNoForm: 1 },
  french,
  { ...PLAIN, newline: "\r\n" },
  { ...PLAIN, separator: ";", missing: "NF" },
  { ...PLAIN, bom: true },
];
