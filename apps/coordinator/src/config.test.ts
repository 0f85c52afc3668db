import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { DEFAULT_DEADLINES } from "./deadlines.ts";
import { DEFAULT_LIMITS } from "./rate-limit.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CONFIG = {
  listen: { port: 8443 },
  identity: "identity.json",
  roster: "/etc/roster.json",
  datasets: ["iph.json"],
  store: "store.sqlite",
};
const SCHEDULE = { name: "a", cron: "0 6 * * *", timezone: "UTC", query: "q.json", requester: "ann" };
const file = join(folder, "coordinator.json");
const read = (config: unknown) => {
  writeFileSync(file, typeof config === "string" ? config : JSON.stringify(config));
  return readConfig(file);
};

test("paths are relative to the file, and what is left out has its default", () => {
  const config = read(CONFIG);
  expect(config).toEqual({
    listen: { host: "127.0.0.1", port: 8443 },
    identity: join(folder, "identity.json"),
    roster: "/etc/roster.json",
    datasets: [join(folder, "iph.json")],
    store: join(folder, "store.sqlite"),
    trustedProxies: [],
    origins: [],
    limits: DEFAULT_LIMITS,
    tokens: [],
    deadlines: DEFAULT_DEADLINES,
    schedules: [],
    exitWithParent: false,
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test("the query of a schedule is beside the file, and nothing is caught up unless it is asked for", () => {
  expect(read({ ...CONFIG, schedules: [SCHEDULE] }).schedules).toEqual([{ ...SCHEDULE, query: join(folder, "q.json"), catchUp: false }]);
});

const HASH = `sha256:${"0".repeat(64)}`;

test("a token is a researcher's unless it says more, and ends with the beginning of its day", () => {
  const said = { role: "auditor", datasets: ["iph"], actions: ["state"], expires: "2027-01-31" };
  expect(
    read({
      ...CONFIG,
      tokens: [
        { name: "ann", hash: HASH },
        { name: "ben", hash: HASH, ...said },
      ],
    }).tokens,
  ).toEqual([
    { name: "ann", hash: HASH, role: "researcher" },
    { name: "ben", hash: HASH, role: "auditor", datasets: ["iph"], actions: ["state"], expiresAtMs: Date.UTC(2027, 0, 31) },
  ]);
});

test("what is not said of the limits has its default", () => {
  const { limits } = read({ ...CONFIG, limits: { asking: { burst: 5 } } });
  expect(limits).toEqual({ ...DEFAULT_LIMITS, asking: { ...DEFAULT_LIMITS.asking, burst: 5 } });
});

test("an address that others can reach needs TLS, or a reverse proxy that is named", () => {
  const listen = { host: "0.0.0.0", port: 443 };
  expect(() => read({ ...CONFIG, listen })).toThrow("tokens would travel in the clear: give tls, or name the reverse proxy");
  expect(read({ ...CONFIG, listen, tls: { certificate: "c.pem", key: "/etc/k.pem" } }).tls).toEqual({
    certificate: join(folder, "c.pem"),
    key: "/etc/k.pem",
  });
  expect(read({ ...CONFIG, listen, trustedProxies: ["10.0.0.0/8"] }).trustedProxies).toEqual(["10.0.0.0/8"]);
});

test.each([
  ["a proxy by name", { ...CONFIG, trustedProxies: ["proxy.example"] }, "write an address, or a network as 10.0.0.0/8"],
  ["an origin with a path", { ...CONFIG, origins: ["https://portal.example/"] }, "write an origin as a browser does"],
  ["a role that there is not", { ...CONFIG, tokens: [{ name: "a", hash: HASH, role: "root" }] }, "at tokens.0.role"],
  ["an action that there is not", { ...CONFIG, tokens: [{ name: "a", hash: HASH, actions: ["asks"] }] }, "at tokens.0.actions.0"],
  ["a day that there is not", { ...CONFIG, tokens: [{ name: "a", hash: HASH, expires: "2027-02-30" }] }, "write the day as 2027-01-31"],
  ["an unknown key of a limit", { ...CONFIG, limits: { asking: { perMinut: 1 } } }, "do you mean perMinute?"],
  ["an unknown key of tls", { ...CONFIG, tls: { certificat: "x" } }, "at tls"],
  ["an unknown key", { ...CONFIG, rooster: "x" }, 'there is no key "rooster"; do you mean roster?'],
  ["an unknown key inside", { ...CONFIG, deadlines: { anwserMs: 5 } }, 'at deadlines: there is no key "anwserMs"; do you mean answerMs?'],
  ["an unknown key like none", { ...CONFIG, colour: "x" }, "the keys are listen, tls"],
  ["no identity", { ...CONFIG, identity: undefined }, "at identity"],
  ["a token as it is", { ...CONFIG, tokens: [{ name: "ann", hash: "open sesame" }] }, "a token's hash is sha256: and 64 digits"],
  [
    "a schedule without a query",
    { ...CONFIG, schedules: [{ name: "a", cron: "0 6 * * *", timezone: "UTC", requester: "ann" }] },
    "at schedules.0.query",
  ],
  ["an unknown key of a schedule", { ...CONFIG, schedules: [{ ...SCHEDULE, timezoen: "UTC" }] }, "do you mean timezone?"],
  ["a port of text", { ...CONFIG, listen: { port: "80" } }, "at listen.port"],
  ["no JSON", "{", "is not valid JSON"],
])("%s is refused with a sentence", (_, config, words) => {
  expect(() => read(config)).toThrow(words);
});

test("a file that is not there is named", () => {
  expect(() => readConfig(join(folder, "nowhere.json"))).toThrow("nowhere.json can't be read");
});
