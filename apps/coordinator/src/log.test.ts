import { EnvelopeFault } from "@tutti/envelope";
import { ENDPOINTS, pathOf } from "@tutti/protocol";
import { describe, expect, test } from "vitest";
import { COORDINATOR_EVENTS, faultFields } from "./log.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { Store } from "./store.ts";
import { QUERY } from "./trial/trial-dataset.ts";
import { TrialNetwork } from "./trial/trial-network.ts";
import { bearer } from "./trial/trial-tokens.ts";

// Invariant 6 for the coordinator's log: no body, no token, and nothing of what an error says that is not its own.

const SECRET = "NIR-4242424";

test("a failure of the store is logged without what its error says, and answered with a number to look for", async () => {
  const store = new Store(new SqliteDatabase(":memory:"));
  store.begin = async () => {
    throw new Error(`UNIQUE constraint failed: ${SECRET}`);
  };
  const network = new TrialNetwork({ store });
  const response = await network.send("POST", pathOf(ENDPOINTS.ask), bearer("ann"), JSON.stringify({ ...QUERY, purpose: SECRET }));
  const said = await response.text();
  const [line] = network.logged.filter((text) => text.startsWith("a mistake in this program"));
  expect(response.status).toBe(500);
  expect(said).toContain(/"defect":"(\w+)"/.exec(line!)![1]);
  expect(line).toContain("log.test.ts");
  for (const text of [said, ...network.logged]) expect(text).not.toContain(SECRET);
});

test("a query from its asking to its release, and every way to be turned away, log neither tokens nor bodies", async () => {
  const network = new TrialNetwork();
  const asked = network.ask({ ...QUERY, purpose: SECRET });
  await network.send("POST", pathOf(ENDPOINTS.ask), { authorization: `Bearer ${SECRET}` }, SECRET);
  await network.send("POST", pathOf(ENDPOINTS.ask), bearer("ann"), JSON.stringify({ ...QUERY, [SECRET]: SECRET }));
  await network.send("POST", pathOf(ENDPOINTS.offers), { "signature-input": SECRET, signature: SECRET }, SECRET);
  await asked;
  await network.clock.advance(100_000);
  await network.close();
  expect(network.logged.length).toBeGreaterThan(2);
  for (const text of network.logged) {
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain("token-of-");
    expect(Object.keys(COORDINATOR_EVENTS)).toContain(text.slice(0, text.indexOf(" {")));
  }
});

test("a coordinator whose store does not answer lives, and is not ready", async () => {
  const store = new Store(new SqliteDatabase(":memory:"));
  const network = new TrialNetwork({ store });
  expect((await network.send("GET", "/readyz")).status).toBe(200);
  await store.close();
  expect((await network.send("GET", "/healthz")).status).toBe(200);
  const response = await network.send("GET", "/readyz");
  expect([response.status, await response.text()]).toEqual([503, expect.stringContaining("not-ready")]);
});

describe("what is logged of an error", () => {
  test("of this program's own, the sentence", () => {
    expect(faultFields(new EnvelopeFault("shape", "this is not signed"))).toEqual({
      fault: "EnvelopeFault",
      problem: "this is not signed",
    });
  });

  test("of any other, only its kind and where it happened, even when its message looks like a place", () => {
    const fields = faultFields(new TypeError(`${SECRET}\n    at ${SECRET}`));
    expect(fields).toMatchObject({ fault: "TypeError", places: expect.stringContaining("log.test.ts") as string });
    expect(JSON.stringify(fields)).not.toContain(SECRET);
    expect(faultFields(SECRET)).toEqual({ fault: "unknown" });
  });
});
