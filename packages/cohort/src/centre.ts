/** One patient: the key and every variable of the dataset; null is not known. */
export type Row = Readonly<Record<string, boolean | string | number | null>>;

/** A centre whose patients are all in memory. */
export interface Centre {
  /** Lower case ASCII. */
  readonly name: string;
  readonly rows: readonly Row[];
}

/** A centre whose patients are made anew, and the same, each time they are gone through. */
export interface StreamedCentre {
  readonly name: string;
  readonly patients: number;
  readonly rows: Iterable<Row>;
}

/** A patient's identifier inside a centre, counted from 1. */
export function patientId(centre: string, number: number): string {
  return `${centre}-${String(number).padStart(2, "0")}`;
}
