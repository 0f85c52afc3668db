import { pointsNeeded, schemeFor } from "@tutti/sharing";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type LeftSession, mayFollow } from "./reformation.ts";

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `c${i}`);
const session = (participants: readonly string[]): LeftSession => ({ participants, holders: participants });

test.each([
  [12, 11, true],
  [12, 6, true],
  [12, 5, false],
  [7, 3, true],
  [4, 3, true],
  [4, 4, false],
])("of %i who dealt, %i go on: %s", (before, after, allowed) => {
  expect(mayFollow(names(after), [session(names(before))])).toBe(allowed);
});

test("nobody comes in, and all that was left counts", () => {
  expect(mayFollow([...names(10), "other"], [session(names(12))])).toBe(false);
  expect(mayFollow(names(4), [session(names(6)), session(names(12))])).toBe(false);
});

test("what counts in a committee are its members", () => {
  const committee = { participants: names(20), holders: names(20).slice(0, 13) };
  expect(mayFollow(names(19), [committee])).toBe(true);
  expect(mayFollow(names(20).slice(9), [committee])).toBe(false);
});

/** What each honest centre is shown, in which order, and in which session it goes on. The first centres lie. */
const story = fc.integer({ min: 3, max: 9 }).chain((n) =>
  fc.record({
    n: fc.constant(n),
    sessions: fc.array(fc.subarray(names(n), { minLength: 3 }), { minLength: 2, maxLength: 4 }),
    shown: fc.array(fc.array(fc.nat(3), { maxLength: 4 }), { minLength: n, maxLength: n }),
  }),
);

test("of all sessions of an offer that an honest centre has dealt in, at most one opens, whatever is shown to whom in which order", () => {
  let opened = 0;
  fc.assert(
    fc.property(story, ({ n, sessions, shown }) => {
      const dealt = sessions.map(() => new Set<string>());
      const stays = new Map<string, number>();
      const liars = names(n).slice(0, schemeFor(Math.min(...sessions.map(({ length }) => length))).degree);
      names(n).forEach((name, i) => {
        if (liars.includes(name)) return;
        const left: LeftSession[] = [];
        for (const which of shown[i]!) {
          const participants = sessions[which % sessions.length]!;
          if (!participants.includes(name) || !mayFollow(participants, left)) continue;
          left.push(session(participants));
          dealt[which % sessions.length]!.add(name);
          stays.set(name, which % sessions.length);
        }
      });
      const opens = sessions.flatMap((participants, k) => {
        const scheme = schemeFor(participants.length);
        const speak = participants.filter((name) => liars.includes(name) || stays.get(name) === k).length;
        const all = participants.every((name) => liars.includes(name) || dealt[k]!.has(name));
        return all && speak >= pointsNeeded(scheme, scheme.productDegree) ? [k] : [];
      });
      opened += opens.length;
      for (const name of names(n)) expect(opens.filter((k) => dealt[k]!.has(name)).length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 5_000, examples: [[{ n: 4, sessions: [names(4), names(4).slice(1)], shown: names(4).map(() => [0]) }]] },
  );
  expect(opened).toBeGreaterThan(0);
});
