import { DEFAULT_POLICY } from "@tutti/disclosure";
import type { Envelope } from "@tutti/envelope";
import { ACCEPTANCE, type Offer, openMessage, signMessage } from "@tutti/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { identityOf } from "../world/centre.ts";
import { scheme } from "@tutti/platform";
import { EVERYTHING, smallNetwork } from "../world/small-network.ts";

// A field of the request that turns a rule off, or names another project: at any level of what the coordinator and a centre may send, well signed.

const SWITCHES = [
  "debug",
  "force",
  "raw",
  "threshold",
  "zeros",
  "suppress",
  "noSuppression",
  "epsilon",
  "project",
  "role",
  "admin",
  "policy",
];
const switches = fc.record({
  key: fc.oneof(fc.constantFrom(...SWITCHES), fc.string({ minLength: 1, maxLength: 8 })),
  value: fc.oneof(fc.boolean(), fc.integer(), fc.string({ maxLength: 5 }), fc.constant(null), fc.constant({})),
});

type Path = readonly (string | number)[];
/** The same with one more field at some place. */
function withField(value: unknown, [first, ...rest]: Path, key: string, field: unknown): unknown {
  if (first === undefined) return { ...(value as object), [key]: field };
  const inside = withField((value as Record<string, unknown>)[first], rest, key, field);
  return Array.isArray(value) ? value.with(Number(first), inside) : { ...(value as object), [first]: inside };
}
/** The field is one that is there already: nothing new is said. */
function has(value: unknown, path: Path, key: string): boolean {
  return key in (path.reduce<unknown>((inside, step) => (inside as Record<string, unknown>)[step], value) as object);
}

const query = { ...EVERYTHING, where: { all: [{ variable: "sex", is: "F" }, { not: { variable: "age", below: 1 } }] } };
const PLACES: readonly Path[] = [
  [],
  ["policy"],
  ["query"],
  ["query", "where"],
  ["query", "where", "all", 0],
  ["query", "where", "all", 1, "not"],
];
const MEASURES: readonly Path[] = EVERYTHING.measures.map((_, i) => ["query", "measures", i]);

test("any more field, at any level of an offer or its query, is refused by every centre", () => {
  const world = smallNetwork();
  fc.assert(
    fc.property(fc.constantFrom(...PLACES, ...MEASURES), switches, (path, { key, value }) => {
      const honest = world.offerOf(query);
      // `profile`, `rounding` and so on are rules, which can only make a policy stricter: see below.
      fc.pre(!has(honest, path, key) && !["profile", "exception", "rounding", "ownPart", "by"].includes(key) && key !== "__proto__");
      const { refusals, exchanges } = world.ask(query, { offer: (offer) => withField(offer, path, key, value) as Offer }, honest);
      expect([...refusals.values()]).toEqual(world.names.map(() => "altered"));
      expect(exchanges).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test("any more field in an acceptance, signed by its own centre, stops the session", () => {
  fc.assert(
    fc.property(fc.constantFrom<Path>([], ["policy"], ["ledger"], ["epochKey"]), switches, (path, { key, value }) => {
      const world = smallNetwork();
      const open = (envelope: Envelope): object => openMessage(ACCEPTANCE, envelope, world.roster.centreKeys, scheme).value;
      const alter = (acceptances: readonly Envelope[]): readonly Envelope[] => {
        const altered = withField(open(acceptances[1]!), path, key, value);
        return acceptances.with(1, signMessage(ACCEPTANCE, altered as never, identityOf("b", 7), scheme));
      };
      fc.pre(!["profile", "exception", "rounding", "ownPart", "keyid", ...Object.keys(DEFAULT_POLICY), "__proto__"].includes(key));
      fc.pre(
        ![
          "index",
          "hash",
          "payload",
          "payloadType",
          "signatures",
          "centre",
          "offer",
          "plan",
          "policy",
          "history",
          "ledger",
          "nonce",
        ].includes(key),
      );
      const { releases, exchanges, stops } = world.ask(EVERYTHING, { acceptances: alter });
      expect({ releases: releases.size, exchanges }).toEqual({ releases: 0, exchanges: 0 });
      expect([...stops.values()].every(({ cause }) => cause === "formation")).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test("a looser policy in the offer changes nothing while one centre is stricter; the attack is real where none is", () => {
  const loose = { ...DEFAULT_POLICY, threshold: 2, zeros: "show" } as const;
  const world = smallNetwork();
  const held = world.ask(EVERYTHING, {}, { ...world.offerOf(EVERYTHING), policy: loose });
  expect([...held.releases.values()][0]!.policy).toMatchObject({ threshold: 5, zeros: "hide" });
  const all = smallNetwork({ policy: loose }).ask(EVERYTHING);
  expect([...all.releases.values()][0]!.policy).toMatchObject({ threshold: 2, zeros: "show" });
});
