import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIdentity, type Envelope, type Identity, publicIdentity } from "@tutti/envelope";
import { random, scheme } from "@tutti/platform";
import { openRoster, type PinnedRoster, removed, ROSTER, type Roster, rotated, rotationTo, signMessage } from "@tutti/protocol";
import { afterAll, expect, test } from "vitest";
import { ConfigFault } from "./config.ts";
import { readRosterFile, RosterFile } from "./roster-file.ts";
import { TrialNetwork } from "./trial/trial-network.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-rosters-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "roster.json");

const next = createIdentity("coordinator", random);

/** The versions after the network's first one, each signed by whom it names. */
function chain(network: TrialNetwork, ...steps: readonly [(before: PinnedRoster) => Roster, Identity][]): readonly Envelope[] {
  const versions = [...network.rosters.after(0)];
  for (const [change, by] of steps) versions.push(signMessage(ROSTER, change(openRoster(versions.at(-1), scheme)), by, scheme));
  return versions;
}

test("new keys count from the next start on: until then versions of the old ones are taken, and the operator is told once", () => {
  const network = new TrialNetwork();
  const { coordinator, rosters } = network;
  const lines: string[] = [];
  const say = (about: object, event: string) => void lines.push(`${event} ${JSON.stringify(about)}`);
  const file = new RosterFile(path, coordinator, { info: say, warn: say, error: say });
  const versions = chain(
    network,
    [(before) => removed(before, "a"), coordinator],
    [(before) => rotated(before, publicIdentity(next), rotationTo(coordinator, next, scheme)), next],
  );
  writeFileSync(path, JSON.stringify(versions));
  file.look(rosters);
  file.look(rosters);
  expect(rosters.newest.version).toBe(2);
  expect(lines.map((line) => line.split(" {")[0])).toEqual(["the roster has changed", "the coordinator has new keys: start it anew"]);
  expect(() => readRosterFile(path, coordinator)).toThrow(ConfigFault);
  expect(readRosterFile(path, next).newest.version).toBe(3);
});

test("a file that names another coordinator altogether changes nothing", () => {
  const network = new TrialNetwork();
  const lines: string[] = [];
  const say = (_: object, event: string) => void lines.push(event);
  writeFileSync(path, JSON.stringify(new TrialNetwork().rosters.after(0)));
  new RosterFile(path, network.coordinator, { info: say, warn: say, error: say }).look(network.rosters);
  expect([network.rosters.newest.version, lines]).toEqual([1, ["the roster was not taken"]]);
});
