import { IPH_REPORT, iphCohort } from "@tutti/cohort";
import { IPH } from "@tutti/dataset";
import { expect, test } from "vitest";
import { World } from "../world/world.ts";

// Twelve centres, of which two are lost after they have dealt: their patients are in the answer, and the others finish it.

const iph = (): World =>
  new World({ dataset: IPH, centres: Object.fromEntries(iphCohort().map(({ name, rows }) => [name, rows])), seed: 1 });
const whole = iph().ask(IPH_REPORT.queries[0]!);
const expected = [...whole.releases.values()][0]!;

test.each([1, 2, 3, 4, whole.exchanges - 1])(
  "two of twelve are silent from exchange %i on: the report is the same, and says that ten have finished",
  (from) => {
    const world = iph();
    const lost = [world.names[3]!, world.names[8]!];
    const { releases, stops } = world.ask(IPH_REPORT.queries[0]!, {
      post: (bytes, centre, exchange) => (lost.includes(centre) && exchange >= from ? null : bytes),
    });
    expect(releases.size).toBe(10);
    for (const release of releases.values())
      expect(release).toEqual({ ...expected, centres: { invited: 12, contributed: 12, finished: 10 } });
    expect(new Set(stops.keys())).toEqual(new Set(lost));
  },
);

test("three are one too many for an opening that is checked: nothing opens that was not open", () => {
  const world = iph();
  const lost = world.names.slice(0, 3);
  const { releases, records, stops } = world.ask(IPH_REPORT.queries[0]!, {
    post: (bytes, centre, exchange) => (lost.includes(centre) && exchange >= 2 ? null : bytes),
  });
  expect([releases.size, records.size]).toEqual([0, 0]);
  expect(stops.get(world.names[5]!)?.cause).toBe("tooFewCentres");
});
