import { randomBytes } from "node:crypto";
import { DEFAULT_POLICY, type Release } from "@tutti/disclosure";
import { createIdentity, type Envelope } from "@tutti/envelope";
import { RELEASE, signMessage } from "@tutti/protocol";
import { beforeEach, expect, test } from "vitest";
import { Cosigning, Disagreement } from "./cosigning.ts";
import { scheme } from "@tutti/platform";

const [a, b, coordinator] = ["a", "b", "coordinator"].map((name) => createIdentity(name, randomBytes)) as [Signer, Signer, Signer];
type Signer = ReturnType<typeof createIdentity>;
const release: Release = {
  dataset: "small@1",
  query: `sha256:${"0".repeat(64)}`,
  roster: `sha256:${"0".repeat(64)}`,
  policy: DEFAULT_POLICY,
  centres: { invited: 3, contributed: 3, finished: 3 },
  strength: "passive",
  results: [],
};
const by = (signer: Signer, value: Release = release): Envelope => signMessage(RELEASE, value, signer, scheme);

let cosigning: Cosigning;
beforeEach(() => {
  const keys = new Map([a, b].map(({ name, publicKey }) => [name, publicKey]));
  cosigning = new Cosigning(keys, scheme, ({ dataset }) => dataset === "small@1");
});

test("signatures are gathered under one release, in the participants' order, the coordinator's last", () => {
  cosigning.add("b", by(b));
  cosigning.add("a", by(a));
  expect(cosigning.count).toBe(2);
  expect(cosigning.finish(["a", "b"], coordinator).signatures.map(({ keyid }) => keyid)).toEqual(["a", "b", "coordinator"]);
});

test.each([
  ["first", false],
  ["second", true],
])("a signature that is not the sender's, or does not hold, does not count as the %s", (_, later) => {
  if (later) cosigning.add("b", by(b));
  const forged = { ...by(a), signatures: [{ keyid: "a", sig: by(b).signatures[0]!.sig }] };
  const [sender, wrong] = later ? ["a", by(b)] : ["b", by(a)];
  for (const envelope of [wrong, forged]) expect(() => cosigning.add(sender!, envelope)).toThrow(/sign/);
  expect(cosigning.count).toBe(later ? 1 : 0);
});

test("another release is a disagreement, and so is an answer to another query", () => {
  expect(() => cosigning.add("b", by(b, { ...release, dataset: "other@1" }))).toThrow(Disagreement);
  cosigning.add("a", by(a));
  expect(() => cosigning.add("b", by(b, { ...release, strength: "malicious" }))).toThrow(Disagreement);
});
