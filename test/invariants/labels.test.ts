import { LABELS } from "@tutti/envelope";
import { expect, test } from "vitest";
import { codeOf, sources } from "./repository.ts";

// Invariant 7: everything hashed, signed, sealed or drawn has a label with the protocol's version; one list, no duplicates.

const LIST = "packages/envelope/src/label.ts";
/** packages/sharing stands below envelope and has one label of its own. */
const CHECK = { path: "packages/sharing/src/coefficients.ts", label: "tutti/1/sharing" };

/** A slow hash of a passphrase; what it gives goes through a labelled digest. */
const STRETCHING = "packages/envelope/src/passphrase.ts";

const written = ["packages", "apps", "platform"].flatMap(sources).flatMap((path) => {
  return [...codeOf(path).matchAll(/["'`](tutti\/\d[^"'`]*)["'`]/g)].map(([, label]) => ({ path, label: label! }));
});

test("labels are written in the list, and the one of the check where it is used", () => {
  const elsewhere = written.filter(({ path }) => path !== LIST);
  expect(elsewhere).toEqual([CHECK]);
});

test("no label is used twice", () => {
  expect(written.map(({ label }) => label).toSorted()).toEqual([...Object.values(LABELS), CHECK.label].toSorted());
  expect(new Set(written.map(({ label }) => label)).size).toBe(written.length);
});

test("nothing but digests and the check hashes without a label", () => {
  const hashing = sources("packages").filter((path) => /from "@noble\/hashes\/(?!utils)/.test(codeOf(path)));
  expect(hashing).toEqual(["packages/envelope/src/digest.ts", STRETCHING, CHECK.path]);
});
