import type { Catalogue } from "./catalogue.ts";

/** Writes a number with a fixed number of decimals, half away from zero, in the language's way; −0 is 0. */
export function fixed(value: number, decimals: number, words: Catalogue): string {
  const scale = 10 ** decimals;
  // The small push undoes binary tails: 1.005 is written 1.01 as a person would round it.
  const rounded = (Math.sign(value) * Math.round(Math.abs(value) * scale * (1 + Number.EPSILON))) / scale;
  return local((rounded === 0 ? 0 : rounded).toFixed(decimals), words);
}

/** Writes a number whole, with at least so many decimals: a median that lies between two points of a grid keeps its half. */
export function atLeast(value: number, decimals: number, words: Catalogue): string {
  const exact = String(value);
  const has = exact.includes("e") ? decimals : (exact.split(".")[1] ?? "").length;
  return has > decimals ? local(exact, words) : fixed(value, decimals, words);
}

/** Writes a rate between 0 and 1 in per cent, one decimal, without the sign. */
export function percentage(rate: number, words: Catalogue): string {
  return fixed(rate * 100, 1, words);
}

function local(text: string, words: Catalogue): string {
  return text.replace("-", "−").replace(".", words.decimal);
}
