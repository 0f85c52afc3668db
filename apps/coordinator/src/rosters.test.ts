import { createIdentity, publicIdentity } from "@tutti/envelope";
import { random, scheme } from "@tutti/platform";
import {
  enrolled,
  ENDPOINTS,
  type PinnedRoster,
  removed,
  ROSTER,
  type Roster,
  RosterChain,
  RosterFault,
  signMessage,
} from "@tutti/protocol";
import { expect, test } from "vitest";
import { TrialNetwork } from "./trial.ts";

/** The network's chain with one more version. */
function changed(network: TrialNetwork, change: (before: PinnedRoster) => Roster): RosterChain {
  const { rosters, coordinator } = network;
  return RosterChain.open([...rosters.after(0), signMessage(ROSTER, change(rosters.newest), coordinator, scheme)], scheme);
}

test("a centre that was taken out is refused from that version on, the others are not", async () => {
  const network = new TrialNetwork();
  const send = async (centre: number) =>
    (await network.centres[centre]!.send(ENDPOINTS.history, {}, { dataset: "small@1", marks: [], records: [] })).status;
  expect(await send(0)).toBe(200);
  expect(
    network.rosters.take(
      changed(network, (before) => removed(before, "a")),
      scheme,
    ),
  ).toBe(true);
  expect(await send(0)).toBe(401);
  expect(await send(1)).toBe(200);
});

test("the newest version is served, and all of them to whoever asks for those after one", async () => {
  const network = new TrialNetwork();
  const joins = createIdentity("e", random);
  network.rosters.take(
    changed(network, (before) => enrolled(before, publicIdentity(joins))),
    scheme,
  );
  const told = async (path: string): Promise<unknown> => (await network.send("GET", path)).json();
  const all = network.rosters.after(0);
  expect(await told("/v1/roster")).toEqual(all[1]);
  expect(await told("/v1/rosters/0")).toEqual({ versions: all });
  expect(await told("/v1/rosters/1")).toEqual({ versions: [all[1]] });
  expect((await network.send("GET", "/v1/rosters/x")).status).toBe(400);
});

test("a roster of another past is not taken, and an older one is nothing new", () => {
  const network = new TrialNetwork();
  const [one, other] = ["a", "b"].map((name) => changed(network, (before) => removed(before, name))) as [RosterChain, RosterChain];
  const first = RosterChain.open(network.rosters.after(0), scheme);
  expect(network.rosters.take(one, scheme)).toBe(true);
  expect(network.rosters.take(first, scheme)).toBe(false);
  expect(() => network.rosters.take(other, scheme)).toThrow(RosterFault);
  expect(network.rosters.newest.hash).toBe(one.newest.hash);
});
