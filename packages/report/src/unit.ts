import type { Catalogue } from "./catalogue.ts";

/** Writes a UCUM unit as a reader expects it; remarks in braces are dropped, and a unit without words is written as it is. */
export function unitText(unit: string | undefined, words: Catalogue): string {
  if (unit === undefined) return "";
  const known = words.units[unit];
  return known ?? unit.replaceAll(/\{[^}]*\}/g, "");
}
