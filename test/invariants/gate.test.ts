import { expect, test } from "vitest";
import { codeOf, sources } from "./repository.ts";

// Invariant 3: only a `Release` can be encoded into an answer. `Totals` refuse to be encoded (test/journeys/secrets.test.ts), and the linter
// lets nobody but a session import what makes a release (`lint.test.ts`); here: who makes, signs and passes it on.

const all = ["packages", "apps"].flatMap(sources);
const places = (pattern: RegExp): readonly string[] => all.filter((path) => pattern.test(codeOf(path)));
const COSIGNING = "apps/coordinator/src/cosigning.ts";
const DISCLOSURE = "packages/disclosure/src/";

test("one file makes releases, and one place asks it to", () => {
  expect(places(/\bfunction release(?:Again)?\(/)).toEqual([`${DISCLOSURE}release.ts`]);
  expect(places(/import \{[^}]*[\s{]release(?:Again)?[\s,}][^}]*\} from "@tutti\/disclosure"/)).toEqual([
    "packages/protocol/src/session.ts",
  ]);
  expect(places(/(?:import|export) \{[^}]*\} from "\.\/release\.ts"/)).toEqual([`${DISCLOSURE}index.ts`]);
});

test("totals are made where a session computes, and opened in one place", () => {
  expect(places(/\bnew Totals\(/)).toEqual(["computation", "own-part"].map((noun) => `packages/protocol/src/${noun}.ts`));
  expect(places(/\.(?:histogram|sums|cells)\((?!\))/).filter((path) => path.startsWith(DISCLOSURE))).toEqual([`${DISCLOSURE}reveal.ts`]);
});

test("a release is signed as one by the session that made it, and cosigned by the coordinator", () => {
  expect(places(/LABELS\.release\b/)).toEqual(["packages/client/src/verify-release.ts", "packages/protocol/src/released.ts"]);
  expect(places(/signMessage\(\s*RELEASE\b/)).toEqual(["packages/protocol/src/session.ts"]);
  expect(places(/\baddSignature\(/).filter((path) => !path.startsWith("packages/envelope/"))).toEqual([COSIGNING]);
  expect(codeOf(COSIGNING)).toMatch(/openMessage\(RELEASE\b/);
});

test("the answer of a query holds a signed release or none, and no other field for results", () => {
  const progress = codeOf("packages/protocol/src/progress.ts");
  const fields = /export interface QueryState \{([^}]*)\}/.exec(progress)?.[1]?.match(/readonly (\w+):/g);
  expect(fields).toEqual(["id", "state", "events", "seen", "release", "detail"].map((field) => `readonly ${field}:`));
});

test("secrets are read where they are used, and nowhere else", () => {
  const envelope = ["aead", "box", "identity-file", "passphrase", "signature"].map((noun) => `packages/envelope/src/${noun}.ts`);
  expect(places(/\.reveal\(\)/)).toEqual(envelope);
});
