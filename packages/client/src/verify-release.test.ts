import { type Envelope, LABELS, signEnvelope, toBase64, toUtf8, tweetnaclScheme } from "@tutti/envelope";
import { policySchema, type ReleaseResult } from "@tutti/disclosure";
import { openRoster, removed, ROSTER, signMessage } from "@tutti/protocol";
import { expect, test } from "vitest";
import { CENTRES, COORDINATOR, party, RELEASE, ROSTER_FILE, signed } from "./trial.ts";
import { verifyRelease } from "./verify-release.ts";

const failed = (file: unknown, roster: unknown = ROSTER_FILE): readonly string[] =>
  verifyRelease(file, roster, tweetnaclScheme).flatMap(({ text, passed }) => (passed ? [] : [text]));
const altered = (release: object): Envelope => ({ ...signed(), payload: toBase64(toUtf8(JSON.stringify(release))) });

test.each([
  ["a bare envelope", signed()],
  ["the printed form", { ...RELEASE, envelope: signed() }],
  ["one that a centre did not sign, and finished", signed(RELEASE, [...CENTRES.slice(1), COORDINATOR])],
  [
    "one with the results of three",
    signed({ ...RELEASE, centres: { invited: 4, contributed: 3, finished: 3 } }, [...CENTRES.slice(1), COORDINATOR]),
  ],
])("%s passes every check", (_, file) => {
  const checks = verifyRelease(file, ROSTER_FILE, tweetnaclScheme);
  expect(checks.filter(({ passed }) => !passed)).toEqual([]);
  expect(checks.length).toBeGreaterThanOrEqual(8);
});

test.each<readonly [string, unknown, string]>([
  ["no envelope", RELEASE, "it holds a signed envelope"],
  ["text", "release", "it holds a signed envelope"],
  [
    "another kind of artefact",
    signEnvelope(LABELS.roster, RELEASE, [...CENTRES, COORDINATOR], tweetnaclScheme),
    "the envelope says that it holds a release",
  ],
  [
    "a signer from outside",
    signed(RELEASE, [...CENTRES, COORDINATOR, party("e")]),
    "everybody who signed is of the roster, and signed once",
  ],
  ["a signer twice", signed(RELEASE, [...CENTRES, COORDINATOR, CENTRES[0]!]), "everybody who signed is of the roster, and signed once"],
  ["other bytes than were signed", altered({ ...RELEASE, results: [] }), "every signature holds over these very bytes"],
  [
    "another's signature under a centre's name",
    signed(RELEASE, [{ ...party("e"), name: "a" }, ...CENTRES.slice(1), COORDINATOR]),
    "every signature holds over these very bytes",
  ],
  ["something that is no release", signed({ results: [] }), "every signature holds over these very bytes"],
  ["no coordinator", signed(RELEASE, CENTRES), "the coordinator coordinator signed"],
  ["two centres", signed(RELEASE, [...CENTRES.slice(2), COORDINATOR]), "2 centres signed; the policy asks for 3"],
  ["more signers than finished", signed({ ...RELEASE, centres: { invited: 4, contributed: 4, finished: 3 } }), "as many as signed"],
  [
    "more contributors than were invited",
    signed({ ...RELEASE, centres: { invited: 4, contributed: 5, finished: 4 } }),
    "as many as signed",
  ],
  [
    "fewer contributors than the policy asks for",
    signed({ ...RELEASE, centres: { invited: 4, contributed: 2, finished: 4 } }),
    "as many as signed",
  ],
  [
    "printed fields of another release",
    { ...RELEASE, results: [{ measure: "n", stratum: {}, count: 26 }], envelope: signed() },
    "the printed fields are the signed ones",
  ],
  ["a field more than was signed", { ...RELEASE, note: "x", envelope: signed() }, "the printed fields are the signed ones"],
])("%s fails", (_, file, words) => {
  expect(failed(file).join("\n")).toContain(words);
});

test("a roster that was altered, or is none, opens nothing", () => {
  for (const roster of [{}, { ...ROSTER_FILE, payload: signed().payload }])
    expect(failed(signed(), roster)).toEqual(["the roster is signed by its own coordinator"]);
});

const row = { measure: "m", stratum: {} };
test.each<readonly [string, boolean, ReleaseResult]>([
  ["a count of k", true, { ...row, count: 5 }],
  ["a hidden count", true, { ...row, count: null, hidden: ["count"] }],
  ["a small count", false, { ...row, count: 4 }],
  ["zero, which hides", false, { ...row, count: 0 }],
  ["a small complement", false, { ...row, known: 15, positive: 11, rate: 11 / 15 }],
  ["all of them, where none is left", false, { ...row, known: 15, positive: 15, rate: 1 }],
  ["a rate beside a hidden number", false, { ...row, known: 15, positive: null, rate: 0.4, hidden: ["positive"] }],
  ["a rate of other numbers", false, { ...row, known: 15, positive: 6, rate: 0.3 }],
  ["few known", false, { ...row, known: 3, positive: null, rate: null, hidden: ["positive", "rate"] }],
  ["a small part", false, { ...row, known: 25, counts: { F: 21, M: 4 } }],
  ["one hidden part beside the whole", false, { ...row, known: 25, counts: { F: 21, M: null }, hidden: ["counts.M"] }],
  ["two hidden parts", true, { ...row, known: 25, counts: { F: 15, M: null, X: null }, hidden: ["counts.M", "counts.X"] }],
  ["a median of ten", true, { ...row, known: 10, quantiles: { "0.5": 4 } }],
  ["a median of nine", false, { ...row, known: 9, quantiles: { "0.5": 4 } }],
  ["a quartile of nineteen", false, { ...row, known: 19, quantiles: { "0.25": 4 } }],
  ["a mean of a hidden number", false, { ...row, known: null, mean: 4, sd: 1, hidden: ["known"] }],
])("%s keeps to the rule: %s", (_, good, result) => {
  expect(failed(signed({ ...RELEASE, results: [result] }))).toEqual(
    good ? [] : ["no number below 5 is open, nor one that could be worked out"],
  );
});

test.each([
  ["an answer that is given again", { asOf: "2026-02-01" }],
  ["one that repeats some numbers", { repeated: [0, 2] }],
  ["one under a profile", { policy: policySchema.parse({ profile: "omop" }) }],
  [
    "one under an exception",
    { policy: policySchema.parse({ profile: "france", threshold: 5, exception: { reason: "agreed by the steering committee" } }) },
  ],
  ["one under the own-part rule", { policy: policySchema.parse({ ownPart: "hide" }) }],
])("%s is a good release", (_, changes) => {
  expect(failed(signed({ ...RELEASE, ...changes }))).toEqual([]);
});

test.each([
  ["a day that is none", { asOf: "yesterday" }],
  ["a reason without rules that are looser", { policy: { ...RELEASE.policy, exception: { reason: "agreed by the steering committee" } } }],
  ["looser rules than the profile's, without a reason", { policy: { ...RELEASE.policy, profile: "france" } }],
])("%s is no release", (_, changes) => {
  expect(failed(signed({ ...RELEASE, ...changes }))).toEqual(["every signature holds over these very bytes"]);
});

const MULTIPLES = "numbers of patients are multiples of 5";
const SMALL = "no number below 8 is open, nor one that could be worked out";
test.each<readonly [string, readonly string[], ReleaseResult]>([
  ["a count", [], { ...row, count: 10 }],
  ["a count that is not rounded", [MULTIPLES], { ...row, count: 12 }],
  ["a count that no number from k on is rounded to", [SMALL], { ...row, count: 5 }],
  ["a total of rounded parts", [], { ...row, known: 25, positive: 15, rate: 0.6 }],
  ["a part that is not rounded", [MULTIPLES], { ...row, known: 25, counts: { F: 12, M: 13 } }],
  ["a complement that is too small", [SMALL], { ...row, known: 25, positive: 20, rate: 0.8 }],
  // Sixteen patients are rounded to 15: the fewest that a median opens for.
  ["a median of the fewest", [], { ...row, known: 15, quantiles: { "0.5": 4 } }],
  ["a median of fewer", [SMALL], { ...row, known: 10, quantiles: { "0.5": 4 } }],
])("rounded to 5, %s: %j", (_, expected, result) => {
  const policy = policySchema.parse({ profile: "opensafely" });
  expect(failed(signed({ ...RELEASE, policy, results: [result] }))).toEqual(expected);
});

test("where zeros are shown, they may be open", () => {
  const policy = { ...RELEASE.policy, zeros: "show" };
  expect(failed(signed({ ...RELEASE, policy, results: [{ ...row, known: 15, positive: 0, rate: 0 }] }))).toEqual([]);
});

test("a release of an older version of the roster is good with the whole chain, and with that version alone", () => {
  const first = openRoster(ROSTER_FILE, tweetnaclScheme);
  const second = signMessage(ROSTER, removed(first, "d"), COORDINATOR, tweetnaclScheme);
  expect(failed(signed(), [ROSTER_FILE, second])).toEqual([]);
  expect(failed(signed(), second)).toEqual(["the release names a version of the roster that is in the file"]);
});

test("who has left the roster counts for nothing in a release of a later version", () => {
  const first = openRoster(ROSTER_FILE, tweetnaclScheme);
  const second = signMessage(ROSTER, removed(first, "d"), COORDINATOR, tweetnaclScheme);
  const { hash: roster } = openRoster(second, tweetnaclScheme);
  const centres = { invited: 3, contributed: 3, finished: 3 };
  const of = (signers: readonly string[]): Envelope =>
    signed({ ...RELEASE, roster, centres }, [...CENTRES.filter(({ name }) => signers.includes(name)), COORDINATOR]);
  expect(failed(of(["a", "b", "c"]), [ROSTER_FILE, second])).toEqual([]);
  expect(failed(of(["a", "b", "d"]), [ROSTER_FILE, second])).toContain("everybody who signed is of the roster, and signed once");
});

test("a chain with a forged version is no roster", () => {
  const forged = signMessage(ROSTER, removed(openRoster(ROSTER_FILE, tweetnaclScheme), "d"), CENTRES[0]!, tweetnaclScheme);
  expect(failed(signed(), [ROSTER_FILE, forged])).toEqual(["the roster is signed by its own coordinator"]);
});
