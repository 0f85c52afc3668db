import type { LiveCentres, LivePatient } from "./sandbox-folder.ts";

// What one honest person would count who holds all patients: nothing of the project is used here.

/** All patients of all centres that a test holds of. */
export function everybody(centres: LiveCentres, where: (patient: LivePatient) => boolean = () => true): readonly LivePatient[] {
  return [...centres.values()].flat().filter(where);
}

/** The values that are known. */
export function valuesOf(patients: readonly LivePatient[], variable: "age" | "hb"): readonly number[] {
  return patients.map((patient) => patient[variable]).filter((value) => value !== null);
}

/** Hyndman and Fan's second definition: the mean of both neighbours where the rank is whole. */
export function quantile(values: readonly number[], numerator: number, denominator: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = values.length * numerator;
  const at = (index: number) => sorted[Math.min(sorted.length, Math.max(1, index)) - 1]!;
  if (rank % denominator !== 0) return at(Math.ceil(rank / denominator));
  return (at(rank / denominator) + at(rank / denominator + 1)) / 2;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample: divided by n − 1. */
export function standardDeviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}
