import { promisify } from "node:util";
import { deflateRaw, inflateRaw, type ZlibOptions } from "node:zlib";
import { type Bitmap, type Membership, type ReleasedSet, setName, setsToKeep } from "@tutti/disclosure";
import { sha256 } from "@tutti/platform";
import { gridOf } from "@tutti/dataset";
import type { Dataset } from "@tutti/dataset";
import type { PatientSet, Plan } from "@tutti/query";
import type { GridBit } from "@tutti/sql";
import { z } from "zod";

/** Which of a centre's own patients were in the sets of one session, as the data were when it took part. */
export interface KeptSets {
  /** How many patients the registry knew, and what stands for them: numbers mean the same patients while that is the same. */
  readonly patients: number;
  readonly registry: string;
  /** Every cell that may open, by its key. */
  readonly cells: ReadonlyMap<string, Bitmap>;
  /** Of each number of which quantiles were asked, the bits of the grid indices, lowest first: what a quantile tells of is known only afterwards. */
  readonly numbers: ReadonlyMap<string, readonly Bitmap[]>;
}

/** The kept sets can't be read: what was told before is not known, so nothing may be answered. It says which file, and nothing of it. */
export class KeptSetsFault extends Error {
  override readonly name = "KeptSetsFault";
}

const BIT_NAME = /^([a-z0-9_]+) bit (\d+)$/;

/** What a source is asked for to keep the sets of a plan. */
export function setsOf(plan: Plan, dataset: Dataset): ReadonlyMap<string, PatientSet | GridBit> {
  const sets = listed.get(plan) ?? listOf(plan, dataset);
  listed.set(plan, sets);
  return sets;
}

/** A plan is of one dictionary, and its sets are always the same. */
const listed = new WeakMap<Plan, ReadonlyMap<string, PatientSet | GridBit>>();

function listOf(plan: Plan, dataset: Dataset): ReadonlyMap<string, PatientSet | GridBit> {
  const numbers = new Set(plan.results.flatMap((result) => (result.kind === "quantiles" ? [result.variable] : [])));
  const bits = [...numbers].flatMap((variable) => {
    const described = dataset.variables[variable];
    const points = described?.type === "number" ? gridOf(described.grid).points : 0;
    const width = Math.ceil(Math.log2(Math.max(points, 2)));
    return Array.from({ length: width }, (_, bit) => [`${variable} bit ${bit}`, { variable, bit }] as const);
  });
  return new Map<string, PatientSet | GridBit>([...setsToKeep(plan), ...bits]);
}

/** The kept sets, from what the source answered; of numbers only those of patients who are in some cell. */
export function keptSets(members: ReadonlyMap<string, Bitmap>, patients: number, registry: string): KeptSets {
  const cells = new Map<string, Bitmap>();
  const numbers = new Map<string, Bitmap[]>();
  for (const [name, bitmap] of members) {
    const [, variable] = BIT_NAME.exec(name) ?? [];
    if (variable === undefined) cells.set(name, trimmed(bitmap));
    else numbers.set(variable, [...(numbers.get(variable) ?? []), bitmap]);
  }
  const anybody = [...cells.values()].reduce(union, new Uint32Array(0));
  const within = (bits: readonly Bitmap[]): readonly Bitmap[] =>
    bits.map((bitmap) => trimmed(bitmap.map((word, i) => word & (anybody[i] ?? 0))));
  return { patients, registry, cells, numbers: new Map([...numbers].map(([name, bits]) => [name, within(bits)])) };
}

/** This centre's patients in the sets that a session told of, and in the cohorts and strata that these tell something of. */
export function membershipOf({ cells, numbers }: KeptSets, sets: readonly ReleasedSet[]): Membership {
  const blocks = sets.flatMap(({ within }) => within.map((key) => ({ key, upTo: null })));
  return new Map(
    [...blocks, ...sets].map(({ key, upTo: last }) => {
      const cell = cells.get(key);
      const bits = last === null ? null : numbers.get(last.variable);
      if (cell === undefined || bits === undefined) throw new KeptSetsFault("a session told of a set that was not kept");
      return [setName({ key, upTo: last }), bits === null ? cell : upTo(cell, bits, last!.index)];
    }),
  );
}

/** The patients of a cell whose grid index is at most `index`: compared bit by bit from the highest, a word of patients at a time. */
function upTo(cell: Bitmap, bits: readonly Bitmap[], index: number): Bitmap {
  return cell.map((inside, word) => {
    let below = 0;
    let equal = -1;
    for (let bit = bits.length - 1; bit >= 0; bit--) {
      const ones = bits[bit]![word] ?? 0;
      if (Math.floor(index / 2 ** bit) % 2 === 1) {
        below |= equal & ~ones;
        equal &= ones;
      } else equal &= ~ones;
    }
    return inside & (below | equal);
  });
}

const headerSchema = z.strictObject({
  version: z.literal(1),
  patients: z.int().min(0),
  registry: z.string(),
  cells: z.array(z.tuple([z.string(), z.int().min(0)])),
  numbers: z.array(z.tuple([z.string(), z.array(z.int().min(0))])),
});
const LENGTH_BYTES = 4;
const DIGEST_BYTES = 32;
const MAX_BYTES = 2 ** 31 - 1;
const LEVEL = 1;
const deflate = promisify<Uint8Array, ZlibOptions, Buffer>(deflateRaw);
const inflate = promisify<Uint8Array, ZlibOptions, Buffer>(inflateRaw);

/**
 * Kept sets as the bytes of a file: raw DEFLATE (RFC 1951) of a JSON header led by its length, and the words of all bitmaps, little-endian, in the
 * header's order; then the SHA-256 of that. What fits a block of a disk as it is, is not compressed: a small centre's would take as much room, and each
 * stream of zlib stays in memory until the whole heap is collected.
 */
export async function encodeKept({ patients, registry, cells, numbers }: KeptSets): Promise<Uint8Array> {
  const header = Buffer.from(
    JSON.stringify({
      version: 1,
      patients,
      registry,
      cells: [...cells].map(([key, bitmap]) => [key, bitmap.length]),
      numbers: [...numbers].map(([name, bits]) => [name, bits.map((bitmap) => bitmap.length)]),
    }),
  );
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(header.length);
  const bitmaps = [...cells.values(), ...[...numbers.values()].flat()];
  const words = bitmaps.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
  const content = Buffer.concat([length, header, ...words]);
  const packed = content.length <= MAX_STORED_BYTES ? stored(content) : await deflate(content, { level: LEVEL });
  return Buffer.concat([packed, sha256(packed)]);
}

/** Reads what `encodeKept` wrote. KeptSetsFault for anything else. */
export async function decodeKept(file: Uint8Array): Promise<KeptSets> {
  const packed = file.subarray(0, Math.max(0, file.length - DIGEST_BYTES));
  if (!Buffer.from(sha256(packed)).equals(file.subarray(packed.length))) throw damaged();
  try {
    const bytes = storedIn(packed) ?? (await inflate(packed, { maxOutputLength: MAX_BYTES }));
    const end = LENGTH_BYTES + bytes.readUInt32LE(0);
    const header = headerSchema.parse(JSON.parse(bytes.toString("utf8", LENGTH_BYTES, end)));
    let at = end;
    const take = (words: number): Bitmap => {
      const from = at;
      at += 4 * words;
      if (at > bytes.length) throw damaged();
      return new Uint32Array(bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + at));
    };
    const cells = new Map(header.cells.map(([key, words]) => [key, take(words)]));
    const numbers = new Map(header.numbers.map(([name, lengths]) => [name, lengths.map(take)]));
    if (at !== bytes.length) throw damaged();
    return { patients: header.patients, registry: header.registry, cells, numbers };
  } catch {
    throw damaged();
  }
}

/** A final block that is stored (RFC 1951 §3.2.4): its first byte, and what leads it with its length and that length's complement. */
const STORED = 1;
const STORED_HEADER_BYTES = 5;
const DISK_BLOCK_BYTES = 4_096;
const MAX_STORED_BYTES = DISK_BLOCK_BYTES - STORED_HEADER_BYTES - DIGEST_BYTES;

/** Bytes as DEFLATE has them that does not compress; at most 65 535. */
function stored(content: Uint8Array): Buffer {
  const block = Buffer.alloc(STORED_HEADER_BYTES + content.length);
  block[0] = STORED;
  block.writeUInt16LE(content.length, 1);
  block.writeUInt16LE(0xffff - content.length, 3);
  block.set(content, STORED_HEADER_BYTES);
  return block;
}

/** What one stored block holds; null for anything else. */
function storedIn(packed: Uint8Array): Buffer | null {
  const block = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  if (block.length < STORED_HEADER_BYTES || block[0] !== STORED) return null;
  const length = block.readUInt16LE(1);
  const isWhole = block.readUInt16LE(3) === 0xffff - length && block.length === STORED_HEADER_BYTES + length;
  return isWhole ? block.subarray(STORED_HEADER_BYTES) : null;
}

/** What a bitmap takes beside its words, with its name. */
const BITMAP_BYTES = 250;

/** The memory that kept sets take. */
export function bytesOf({ cells, numbers }: KeptSets): number {
  return [...cells.values(), ...[...numbers.values()].flat()].reduce((sum, bitmap) => sum + bitmap.byteLength + BITMAP_BYTES, 0);
}

function damaged(): KeptSetsFault {
  return new KeptSetsFault("the sets kept of an earlier session are damaged");
}

function trimmed(bitmap: Bitmap): Bitmap {
  let length = bitmap.length;
  while (length > 0 && bitmap[length - 1] === 0) length--;
  return bitmap.slice(0, length);
}

function union(one: Bitmap, other: Bitmap): Bitmap {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return long.map((word, i) => word | (short[i] ?? 0));
}
