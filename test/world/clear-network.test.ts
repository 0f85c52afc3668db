import { dataset, everyPatient, queries } from "@tutti/query/trial";
import type { Patient } from "@tutti/sql";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ClearNetwork } from "./clear-network.ts";
import { releaseOf } from "./population.ts";
import { World } from "./world.ts";

const NAMES = ["a", "b", "c", "d"];
const kinds: readonly Patient[] = everyPatient.filter(({ sex, weight, anca }) => sex !== null && weight === 3 && anca !== null);
const people = fc.array(fc.record({ kind: fc.constantFrom(...kinds), copies: fc.integer({ min: 1, max: 6 }) }), {
  minLength: 3,
  maxLength: 8,
});

test("a network in the clear answers one query after the other as a world does, also without a centre and after a change", () => {
  const steps = fc.array(fc.record({ query: queries, absent: fc.option(fc.nat(3)), added: fc.option(fc.constantFrom(...kinds)) }), {
    minLength: 2,
    maxLength: 4,
  });
  fc.assert(
    fc.property(people, steps, fc.constantFrom("hide" as const, "show" as const), fc.nat(1_000), (some, asked, zeros, seed) => {
      const patients = some.flatMap(({ kind, copies }) => Array.from({ length: copies }, () => kind));
      const centres = Object.fromEntries(
        NAMES.map((name, at) => [name, patients.flatMap((patient, i) => (i % NAMES.length === at ? [{ id: `p${i}`, ...patient }] : []))]),
      );
      const policy = { zeros, threshold: 3, tail: 2, minimumCentres: 3 };
      const world = new World({ dataset, centres, seed, policy });
      const clear = new ClearNetwork({ dataset, centres, policy });
      asked.forEach(({ query, absent, added }, i) => {
        const participants = NAMES.filter((_, at) => at !== absent);
        if (added !== null) {
          const more = [...clear.centres.get("a")!, { id: `new ${i}`, ...added }];
          clear.centres.set("a", more);
          world.centres.get("a")!.patients = more;
        }
        const ended = world.ask(query, { acceptances: (all) => all.filter((_, at) => at !== absent) });
        const expected = clear.ask(query, participants);
        expect(releaseOf(ended)).toEqual({ ...expected, roster: world.roster.hash, centres: { ...expected.centres, invited: 4 } });
      });
    }),
    { numRuns: 8 },
  );
});
