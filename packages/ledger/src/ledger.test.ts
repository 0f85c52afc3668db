import { toHex, toUtf8 } from "@tutti/envelope";
import { expect, test } from "vitest";
import * as fc from "fast-check";
import { hashesAfter, runsThrough, verifyChain } from "./chain.ts";
import { append, type Deed, type Entry, entryHash, headOf } from "./entry.ts";
import { LedgerFault } from "./fault.ts";
import { GENESIS, type Head, isContinuation } from "./head.ts";
import { encodeLine, readLedger } from "./line.ts";

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => `sha256:${toHex(bytes)}`);
const centre = fc.constantFrom("Necker", "Würzburg", "Saint-Louis (Paris)", "centre-12");
const question = { query: hash, requester: centre, offer: hash, session: hash };
const cause = fc.constantFrom("expired", "replayed", "tooFewCentres");
const stage = fc.constantFrom("run" as const, "shares" as const);
const decision = fc.constantFrom("approved" as const, "denied" as const, "lapsed" as const);
const person = fc.constantFrom("ada", "Ada Lovelace", "Éloïse (garde)");
const moment = fc.constantFrom("2026-01-31T09:30:00.000Z", "2026-02-28T23:59:59.999Z");
const participants = fc.uniqueArray(centre, { minLength: 1 });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    kind: fc.constant("answered" as const),
    body: fc.record(
      { ...question, participants, policy: hash, sets: hash },
      { requiredKeys: ["query", "requester", "offer", "session", "participants", "policy"] },
    ),
  }),
  fc.record({
    kind: fc.constant("refused" as const),
    body: fc.record(
      { ...question, cause, because: fc.constant(["not-at-night"]) },
      { requiredKeys: ["query", "requester", "offer", "session", "cause"] },
    ),
  }),
  fc.record({
    kind: fc.constant("held" as const),
    body: fc.record({ ...question, stage, question: hash, until: moment, because: fc.constant(["otherwise", "requester-day"]) }),
  }),
  fc.record({
    kind: fc.constant("decided" as const),
    body: fc.record(
      { ...question, stage, question: hash, until: moment, decision, by: person, at: moment, why: fc.constant("purpose") },
      { requiredKeys: ["query", "requester", "offer", "session", "stage", "question", "until", "decision"] },
    ),
  }),
  fc.record({ kind: fc.constantFrom("stopped" as const, "resumed" as const), body: fc.record({ by: person, at: moment }) }),
  fc.record({
    kind: fc.constant("pinned" as const),
    body: fc.record({ roster: hash, version: fc.integer({ min: 1 }), by: person, at: moment }, { requiredKeys: ["roster", "version"] }),
  }),
  fc.record({ kind: fc.constant("released" as const), body: fc.record({ ...question, release: hash }) }),
  fc.record({ kind: fc.constant("abandoned" as const), body: fc.record({ ...question, cause, participants }) }),
);
const chains = fc.array(deed, { minLength: 1, maxLength: 6 }).map(chained);

function chained(deeds: readonly Deed[]): readonly Entry[] {
  const entries: Entry[] = [];
  let head = GENESIS;
  deeds.forEach((done, minute) => {
    const entry = append(head, done, `2026-01-31T09:${String(minute).padStart(2, "0")}:00.000Z`);
    entries.push(entry);
    head = headOf(entry);
  });
  return entries;
}

function fileOf(entries: readonly Entry[]): Uint8Array {
  return toUtf8(entries.map(encodeLine).join(""));
}

/** The fault as `kind index`. */
function fault(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof LedgerFault) return `${error.kind} ${error.index}`;
    throw error;
  }
  return "none";
}

const refusal: Deed = {
  kind: "refused",
  body: { query: `sha256:${"0".repeat(64)}`, requester: "Necker", offer: `sha256:${"1".repeat(64)}`, session: "s-1", cause: "expired" },
};

test("a ledger reads back as it was written", () => {
  fc.assert(
    fc.property(chains, (entries) => {
      const file = fileOf(entries);
      expect(readLedger(file)).toEqual({ entries, head: headOf(entries.at(-1)!), bytes: file.length });
    }),
  );
  expect(readLedger(new Uint8Array())).toEqual({ entries: [], head: GENESIS, bytes: 0 });
});

test("every prefix of a chain is a chain, and the rest verifies from its head", () => {
  fc.assert(
    fc.property(chains, fc.nat(6), (entries, cut) => {
      const head = verifyChain(entries.slice(0, cut));
      expect(verifyChain(entries.slice(cut), head)).toEqual(verifyChain(entries));
      expect(runsThrough(entries, head)).toBe(true);
    }),
  );
});

test("an altered byte anywhere is seen: a fault, a torn line, or another head", () => {
  fc.assert(
    fc.property(chains, fc.nat(), fc.integer({ min: 1, max: 255 }), (entries, where, change) => {
      const file = fileOf(entries);
      const head = verifyChain(entries);
      file[where % file.length]! ^= change;
      try {
        return readLedger(file).head.hash !== head.hash;
      } catch (error) {
        return error instanceof LedgerFault;
      }
    }),
    { numRuns: 500 },
  );
});

test("a file cut anywhere is the ledger up to its last whole line", () => {
  fc.assert(
    fc.property(chains, fc.nat(), (entries, length) => {
      const file = fileOf(entries);
      const cut = length % (file.length + 1);
      const whole = entries.filter((_, i) => fileOf(entries.slice(0, i + 1)).length <= cut);
      expect(readLedger(file.subarray(0, cut))).toEqual({ entries: whole, head: verifyChain(whole), bytes: fileOf(whole).length });
    }),
  );
});

test("anything at all either is a ledger or is a fault", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (file) => fault(() => readLedger(file)) !== ""));
  fc.assert(fc.property(fc.array(fc.anything(), { maxLength: 3 }), (entries) => fault(() => verifyChain(entries)) !== ""));
});

const other: Deed = { kind: "refused", body: { ...refusal.body, session: "s-2" } };
const four = chained([refusal, refusal, refusal, refusal]);

test.each<[string, readonly Entry[], string]>([
  ["nothing wrong", four, "none"],
  ["an entry taken out", four.toSpliced(1, 1), "index 1"],
  ["an entry twice", four.toSpliced(1, 0, four[0]!), "index 1"],
  ["two entries swapped", [four[1]!, four[0]!, ...four.slice(2)], "index 0"],
  ["the first entry taken out", four.slice(1), "index 0"],
  ["a time changed", four.with(1, { ...four[1]!, time: "2026-01-31T09:59:00.000Z" }), "link 2"],
  ["an unknown key", four.with(2, Object.assign({ note: "" }, four[2]!)), "line 2"],
  ["another kind of the same body", four.with(2, { ...four[2]!, kind: "answered" } as unknown as Entry), "line 2"],
])("%s", (_, entries, expected) => {
  expect(fault(() => verifyChain(entries))).toBe(expected);
});

test("a line that says the same in other words is no entry", () => {
  const file = fileOf(four);
  const unsorted = toUtf8(four.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  expect(fault(() => readLedger(unsorted))).toBe("line 0");
  expect(fault(() => readLedger(toUtf8("\n")))).toBe("line 0");
  expect(fault(() => readLedger(Uint8Array.of(...file, 0x0a)))).toBe("line 4");
});

test("an older copy does not run through a head that was told since", () => {
  const told = headOf(four[3]!);
  expect(runsThrough(four, told)).toBe(true);
  expect(runsThrough(four.slice(0, 3), told)).toBe(false);
  expect(runsThrough(chained([refusal, refusal, refusal, other]), told)).toBe(false);
});

test("digests alone prove a continuation", () => {
  fc.assert(
    fc.property(chains, fc.nat(6), fc.nat(63), (entries, cut, digit) => {
      const earlier = verifyChain(entries.slice(0, cut));
      const later = verifyChain(entries);
      const between = hashesAfter(entries, earlier);
      expect(isContinuation(earlier, between, later)).toBe(true);
      expect(isContinuation(earlier, [...between, entryHash(entries[0]!)], later)).toBe(false);
      const altered: Head = {
        ...earlier,
        hash: earlier.hash.slice(0, digit) + (earlier.hash[digit] === "0" ? "1" : "0") + earlier.hash.slice(digit + 1),
      };
      expect(isContinuation(altered, between, later)).toBe(false);
      expect(isContinuation(earlier, between, { ...later, index: later.index + 1 })).toBe(false);
      if (between.length > 0) expect(isContinuation(earlier, between.with(0, "zz"), later)).toBe(false);
    }),
  );
});

test("a member that is undefined is not written", () => {
  const answered: Deed = {
    kind: "answered",
    body: {
      query: refusal.body.query,
      requester: "Necker",
      offer: refusal.body.offer,
      session: "s-1",
      participants: ["Lyon"],
      policy: refusal.body.query,
      sets: undefined,
    },
  };
  const entry = append(GENESIS, answered, "2026-01-31T09:30:00.000Z");
  expect(readLedger(fileOf([entry])).entries).toEqual([entry]);
});

test("what can't be read back is not written", () => {
  const time = "2026-01-31T09:30:00.000Z";
  const writing =
    (more: object, at = time) =>
    () =>
      append(GENESIS, { ...refusal, body: { ...refusal.body, ...more } } as Deed, at);
  expect(writing({})).not.toThrow();
  expect(writing({ cause: "Because." })).toThrow(RangeError);
  expect(writing({ query: "sha256:0" })).toThrow(RangeError);
  expect(writing({ rows: 3 })).toThrow(RangeError);
  expect(writing({}, "2026-01-31 09:30")).toThrow(RangeError);
  expect(writing({}, "2026-01-31T09:30:00.000+01:00")).toThrow(RangeError);
});

test("the chain's bytes are those of the specification", () => {
  // Worked out with Python: hashlib and json.dumps(sort_keys, separators).
  expect(GENESIS.hash).toBe("25a0323d835f15fa6b7dbdd9aa7d080b5a076e1bbdf925faf50e39b3ec35216f");
  expect(entryHash(four[0]!)).toBe("f2a1acc7424afee9fae489091a476242b64fd3af347b2d5545740e124c7b4421");
  expect(headOf(four[0]!).hash).toBe("2b00f35103bd34b4ebf3fb066c4c6be1e2af42deef394f94beb841a68e51cdc9");
});
