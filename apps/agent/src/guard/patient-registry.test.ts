import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { createHmac } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StartProblem } from "../start-problem.ts";
import { keyedHash } from "./keyed-hash.ts";
import { PatientRegistry } from "./patient-registry.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "registry-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Opens the registry, asks for the numbers of these, and closes it. */
async function numbersOf(...identifiers: readonly string[]): Promise<readonly number[]> {
  const registry = await PatientRegistry.open(folder);
  const numbers = identifiers.map((identifier) => registry.numberOf(identifier));
  await registry.commit();
  return numbers;
}

async function problemOf(opening: Promise<unknown>): Promise<string> {
  const problem: unknown = await opening.then(
    () => null,
    (error: unknown) => error,
  );
  return problem instanceof StartProblem ? problem.message : `not a StartProblem: ${String(problem)}`;
}

test("a keyed hash is HMAC-SHA-256", () => {
  for (const length of [0, 1, 32, 64]) {
    const key = new Uint8Array(length).fill(7);
    for (const text of ["", "é", "x".repeat(500)]) expect(keyedHash(key)(text)).toEqual(createHmac("sha256", key).update(text).digest());
  }
  expect(() => keyedHash(new Uint8Array(65))).toThrow(RangeError);
});

test("a patient has the same number in every import, in whatever order, and new ones follow", async () => {
  expect(await numbersOf("Ada", "Bo", "Ada")).toEqual([0, 1, 0]);
  expect(await numbersOf("Cy", "Bo", "Ada")).toEqual([2, 1, 0]);
  expect(await numbersOf("Bo")).toEqual([1]);
});

test("no identifier is written, the key is its owner's alone, and another key gives other bytes", async () => {
  await numbersOf("Ada Lovelace");
  const files = readdirSync(folder);
  expect(files.toSorted()).toEqual(["patient-key", "patients"]);
  for (const file of files) expect(readFileSync(join(folder, file), "latin1")).not.toContain("Ada");
  expect(statSync(join(folder, "patient-key")).mode & 0o777).toBe(0o600);
  const before = readFileSync(join(folder, "patients"));
  expect(before).toHaveLength(32);
  rmSync(folder, { recursive: true });
  await expect(numbersOf("Ada Lovelace")).resolves.toEqual([0]);
  expect(readFileSync(join(folder, "patients")).equals(before)).toBe(false);
});

test("numbers that were not made durable are given again, and none after they were", async () => {
  const lost = await PatientRegistry.open(folder);
  expect(lost.numberOf("Ada")).toBe(0);
  const registry = await PatientRegistry.open(folder);
  expect(registry.numberOf("Bo")).toBe(0);
  await registry.commit();
  expect(() => registry.numberOf("Bo")).toThrow(RangeError);
});

test("what a crash left half-written is cut off", async () => {
  await numbersOf("Ada", "Bo");
  appendFileSync(join(folder, "patients"), "half a");
  expect(await numbersOf("Cy", "Bo")).toEqual([2, 1]);
  expect(await numbersOf("Cy", "Dee")).toEqual([2, 3]);
});

test("a prefix stands for the key and the first patients, for ever", async () => {
  await numbersOf("Ada", "Bo");
  const first = (await PatientRegistry.open(folder)).prefix(2);
  await numbersOf("Cy");
  const registry = await PatientRegistry.open(folder);
  expect([registry.size, registry.prefix(2), registry.prefix(4)]).toEqual([3, first, null]);
  expect(new Set([0, 1, 2, 3].map((patients) => registry.prefix(patients))).size).toBe(4);
});

test.each([
  ["a key that is not there", () => rmSync(join(folder, "patient-key")), /patient-key is missing: restore/],
  ["another key", () => writeFileSync(join(folder, "patient-key"), new Uint8Array(32)), /patient-key is not the key of/],
  ["half a key", () => writeFileSync(join(folder, "patient-key"), new Uint8Array(16)), /not a key of 32 bytes/],
])("%s is a problem: nobody would be known again", async (_, spoil, said) => {
  await numbersOf("Ada");
  spoil();
  expect(await problemOf(PatientRegistry.open(folder))).toMatch(said);
});

test("a full disk is a problem that says so", async () => {
  const registry = await PatientRegistry.open(folder);
  registry.numberOf("Ada");
  const handle = await open(join(folder, "patients"));
  vi.spyOn(Object.getPrototypeOf(handle), "datasync").mockRejectedValueOnce(new Error("ENOSPC"));
  await handle.close();
  expect(await problemOf(registry.commit())).toMatch(/the disk is not full/);
});
