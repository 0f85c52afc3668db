import { parseIdentity, publicIdentity } from "@tutti/envelope";
import { openRoster } from "@tutti/protocol";
import { expect, test } from "vitest";
import { scheme } from "@tutti/platform";
import { createKeys, identityText } from "./keys.ts";

test("a network's keys fit its roster, which opens", () => {
  const keys = createKeys(["lyon", "Angers Sud", "Besançon"]);
  const roster = openRoster(keys.roster, scheme);
  const files = keys.centres.map((identity) => publicIdentity(parseIdentity(identityText(identity))));
  expect(roster.centres).toEqual(files);
  expect(roster.coordinator).toEqual(publicIdentity(parseIdentity(identityText(keys.coordinator))));
});

test("no two networks have the same keys", () => {
  const [one, other] = [createKeys(["a", "b", "c"]), createKeys(["a", "b", "c"])];
  expect(publicIdentity(one.centres[0]!)).not.toEqual(publicIdentity(other.centres[0]!));
});

test("a centre may be called coordinator", () => {
  const { coordinator, roster } = createKeys(["coordinator", "b", "c"]);
  expect(coordinator.name).not.toBe("coordinator");
  expect(openRoster(roster, scheme).centres).toHaveLength(3);
});

test.each(["x".repeat(64), " b", "b\u202Ec"])("a name that can't stand in a roster is refused: %j", (name) => {
  expect(() => createKeys(["a", name, "c"])).toThrow("rename its file");
});
