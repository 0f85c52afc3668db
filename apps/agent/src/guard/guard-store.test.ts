import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { bitmapOf } from "@tutti/disclosure";
import { contentHash } from "@tutti/envelope";
import { sha256 } from "@tutti/platform";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GuardStore } from "./guard-store.ts";
import { decodeKept, encodeKept, keptSets, type KeptSets, KeptSetsFault, membershipOf } from "./kept-sets.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "guard-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const registry = { size: 100, prefix: (patients: number): string | null => (patients > 100 ? null : `the first ${patients}`) };
const OFFER = `sha256:${"a".repeat(64)}`;
const members = new Map([
  ["everybody", bitmapOf([1, 2, 70])],
  ["nobody", bitmapOf([])],
]);
const pathOf = (offer: string) => join(folder, "guard", `${offer.slice(7)}.sets`);
const opened = () => GuardStore.open(folder, registry);

async function faultOf(work: Promise<unknown>): Promise<string> {
  const fault: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  return fault instanceof KeptSetsFault ? fault.message : String(fault);
}

const released = (key: string, upTo: { variable: string; index: number } | null = null) =>
  ({ key, upTo, role: "known", within: [] }) as const;

describe("kept sets", () => {
  test("come back from their bytes, whatever they are", async () => {
    const bitmap = fc.array(fc.nat(200)).map(bitmapOf);
    const cells = fc.array(fc.tuple(fc.string(), bitmap)).map((some) => new Map(some));
    const numbers = fc.array(fc.tuple(fc.string(), fc.array(bitmap, { maxLength: 5 }))).map((some) => new Map(some));
    const kept = fc.record({ patients: fc.nat(), registry: fc.string(), cells, numbers });
    await fc.assert(
      fc.asyncProperty(kept, async (sets) => {
        expect(await decodeKept(await encodeKept(sets))).toEqual(sets);
      }),
    );
  });

  test("fit one block of a disk as they are, or are compressed, and zlib reads both", async () => {
    const sized = (patients: number): KeptSets => ({
      patients,
      registry: "r",
      cells: new Map([["all", new Uint32Array(Math.ceil(patients / 32)).fill(0xffffffff)]]),
      numbers: new Map(),
    });
    const lengths = new Map<number, number>();
    // Around the largest that fits, word by word.
    for (let patients = 30_000; patients < 33_000; patients += 32) {
      const file = await encodeKept(sized(patients));
      const read = inflateRawSync(file.subarray(0, -32));
      expect(await decodeKept(file)).toEqual(sized(patients));
      lengths.set(read.length, file.length);
    }
    for (const [raw, written] of lengths) {
      if (raw + 5 + 32 <= 4_096) expect(written).toBe(raw + 5 + 32);
      else expect(written).toBeLessThan(200);
    }
    expect(Math.max(...lengths.values())).toBeGreaterThan(4_092);
  });

  test("of a stored block whose length does not hold are damaged", async () => {
    const file = Buffer.from(await encodeKept(keptSets(members, 100, "r")));
    for (const at of [1, 3]) {
      const packed = Buffer.from(file.subarray(0, -32));
      packed[at]! ^= 1;
      await expect(decodeKept(Buffer.concat([packed, sha256(packed)]))).rejects.toThrow(KeptSetsFault);
    }
  });

  test("give back, for every point of a grid, who of a cell is up to it", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(180)), { maxLength: 80 }), fc.nat(180), (values, index) => {
        const who = (holds: (value: number) => boolean): Uint32Array =>
          bitmapOf(values.flatMap((value, number) => (value !== null && holds(value) ? [number] : [])));
        const bits = Array.from({ length: 8 }, (_, bit) => [`age bit ${bit}`, who((value) => ((value >> bit) & 1) === 1)] as const);
        const kept = keptSets(new Map([["known", who(() => true)], ...bits]), 80, "");
        const found = membershipOf(kept, [released("known"), released("known", { variable: "age", index })]);
        const trimmed = (bitmap: Uint32Array): readonly number[] => [...bitmap.subarray(0, bitmap.findLastIndex((word) => word !== 0) + 1)];
        expect(trimmed(found.get(`known age<=${index}`)!)).toEqual(trimmed(who((value) => value <= index)));
        expect(trimmed(found.get("known")!)).toEqual(trimmed(who(() => true)));
      }),
    );
  });

  test("hold no values of patients who are in no cell", () => {
    const kept = keptSets(
      new Map([
        ["known", bitmapOf([3])],
        ["age bit 0", bitmapOf([3, 4, 50])],
      ]),
      80,
      "",
    );
    expect(kept.numbers.get("age")).toEqual([bitmapOf([3])]);
  });

  test("give back the cohort that a set tells something of as well", () => {
    const kept = keptSets(new Map(members).set("known", bitmapOf([1])), 80, "");
    const found = membershipOf(kept, [{ ...released("known"), within: ["everybody"] }]);
    expect([...found]).toEqual([...[...members].slice(0, 1), ["known", bitmapOf([1])]]);
    expect(() => membershipOf(kept, [{ ...released("known"), within: ["somebody"] }])).toThrow(KeptSetsFault);
  });

  test("don't give a set that was not kept", () => {
    expect(() => membershipOf(keptSets(members, 80, ""), [released("somebody")])).toThrow(KeptSetsFault);
    expect(() => membershipOf(keptSets(members, 80, ""), [released("everybody", { variable: "age", index: 1 })])).toThrow(KeptSetsFault);
  });
});

describe("the store", () => {
  test("has what was kept after a restart, under the hash that it gave", async () => {
    const hash = await (await opened()).keep(OFFER, members);
    const store = await opened();
    expect([store.has(OFFER), store.has(contentHash("other"))]).toEqual([true, false]);
    expect(membershipOf(await store.load(OFFER, hash), [released("everybody")])).toEqual(new Map([["everybody", bitmapOf([1, 2, 70])]]));
    expect(await (await opened()).load(OFFER, null)).toEqual(await store.load(OFFER, hash));
    expect(readdirSync(join(folder, "guard"))).toEqual([`${"a".repeat(64)}.sets`]);
  });

  test.each<[string, () => void, RegExp]>([
    ["missing", () => rmSync(pathOf(OFFER)), /is missing/],
    ["torn", () => writeFileSync(pathOf(OFFER), readFileSync(pathOf(OFFER)).subarray(0, 40)), /is damaged/],
    ["empty", () => writeFileSync(pathOf(OFFER), ""), /is damaged/],
    [
      "altered",
      () => {
        const file = readFileSync(pathOf(OFFER));
        file[10]! ^= 1;
        writeFileSync(pathOf(OFFER), file);
      },
      /is damaged/,
    ],
  ])("refuses a file that is %s", async (_, spoil, said) => {
    await (await opened()).keep(OFFER, members);
    spoil();
    expect(await faultOf((await opened()).load(OFFER, null))).toMatch(said);
  });

  test("refuses a file that the ledger does not know, and one of another registry", async () => {
    await (await opened()).keep(OFFER, members);
    expect(await faultOf((await opened()).load(OFFER, contentHash("other")))).toMatch(/not the file that the ledger knows/);
    const other = await GuardStore.open(folder, { size: 100, prefix: () => "another key" });
    expect(await faultOf(other.load(OFFER, null))).toMatch(/of another registry/);
    const shorter = await GuardStore.open(folder, { size: 50, prefix: () => null });
    expect(await faultOf(shorter.load(OFFER, null))).toMatch(/of another registry/);
  });

  test("does not have what could not be written", async () => {
    const store = await opened();
    rmSync(join(folder, "guard"), { recursive: true });
    await expect(store.keep(OFFER, members)).rejects.toThrow(/ENOENT/);
    expect(store.has(OFFER)).toBe(false);
  });

  test("removes what was kept for offers that came to nothing, a day later", async () => {
    const [young, wanted] = [`sha256:${"b".repeat(64)}`, `sha256:${"c".repeat(64)}`];
    const store = await opened();
    for (const offer of [OFFER, young, wanted]) await store.keep(offer, members);
    for (const offer of [OFFER, wanted]) utimesSync(pathOf(offer), 1_000, 1_000);
    await store.sweep(new Set([wanted]), 1_001_000);
    expect([OFFER, young, wanted].map((offer) => store.has(offer))).toEqual([false, true, true]);
    expect(readdirSync(join(folder, "guard"))).toHaveLength(2);
  });
});
