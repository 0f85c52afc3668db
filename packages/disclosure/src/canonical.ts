import type { Relation } from "@tutti/query";

/** The indices of cells by a hash of their keys: an order that depends neither on data nor on how a system lists its cells. */
export function canonicalOrder(cells: readonly { readonly key: string }[]): readonly number[] {
  const hashes = cells.map(({ key }) => hashOf(key));
  return [...cells.keys()].toSorted((a, b) => hashes[a]! - hashes[b]! || byText(cells[a]!.key, cells[b]!.key));
}

/** By UTF-16 units, the same everywhere. */
function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The relations in new numbers, each once, in an order of their own. */
export function canonicalRelations(relations: readonly Relation[], order: readonly number[]): readonly Relation[] {
  const at = new Map(order.map((cell, i) => [cell, i]));
  const unique = new Map<string, Relation>();
  for (const { total, parts } of relations) {
    const relation = { total: at.get(total)!, parts: parts.map((part) => at.get(part)!).toSorted((a, b) => a - b) };
    unique.set(`${relation.total}=${relation.parts.join()}`, relation);
  }
  return [...unique.values()].toSorted((a, b) => a.total - b.total || byFirstDifference(a.parts, b.parts));
}

function byFirstDifference(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((cell, j) => cell !== b[j]);
  return i < 0 ? a.length - b.length : a[i]! - (b[i] ?? -1);
}
