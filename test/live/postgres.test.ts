import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TrialPostgres } from "@tutti/coordinator/postgres-trial";
import type { Envelope } from "@tutti/envelope";
import { decodeLine, verifyChain } from "@tutti/ledger";
import { OUTCOMES, type QueryState } from "@tutti/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HandNetwork } from "./hand-network.ts";
import { releaseOf } from "./live-network.ts";
import { liveCentres } from "./sandbox-folder.ts";

// PostgreSQL stopped under a coordinator whose sessions are running: killed as a crash would, or halted as on a machine that hangs.

const QUERY = { dataset: "live@3", measures: [{ id: "n", count: true }] };
const UNLIMITED = { perMinute: 1_000_000, burst: 1_000_000 };
const centres = liveCentres(4, 12, 11);
const patients = [...centres.values()].reduce((sum, { length }) => sum + length, 0);
/** The kinds of event after which it happens, from the offer to the signatures. */
const STAGES = ["offered", "accepted", "formed", "exchanged", "signed"];

// The processes of the server are found by Linux's way.
describe.skipIf(process.platform !== "linux")("PostgreSQL under a running session", () => {
  let server: TrialPostgres;
  let network: HandNetwork;
  let url: string;
  /** What a researcher was told, by query. */
  const told = new Map<string, string>();

  beforeAll(async () => {
    server = await TrialPostgres.start();
    network = new HandNetwork(centres, {
      store: undefined,
      database: "database-url",
      deadlines: { exchangeMs: 3_000 },
      limits: { address: UNLIMITED, centre: UNLIMITED, asking: UNLIMITED, reading: UNLIMITED },
    });
    url = await server.database();
    writeFileSync(join(network.folder, "coordinator/database-url"), `${url}\n`, { mode: 0o600 });
    await network.startCoordinator();
    for (const centre of network.centres) await network.startAgent(centre);
  });
  afterAll(async () => {
    await network?.remove();
    await server?.stop();
  });

  test.each(STAGES)(
    "killed when a centre has %s: the query has a named outcome, and the next one is answered",
    async (stage) => {
      const state = await askWith(`killed at ${stage}`, stage, async () => {
        await server.kill();
        await server.restart();
      });
      expect(state.detail ?? "a release").toMatch(/\w+ \w+/);
      await expectAnswered(`after a kill at ${stage}`);
    },
    120_000,
  );

  test.each(["formed", "signed"])(
    "halted when a centre has %s: the coordinator says that it is not ready, lets go of everything, and begins anew when the server goes on",
    async (stage) => {
      const ready = async (): Promise<string> => (await fetch(`${network.url}/readyz`)).text();
      const state = await askWith(`halted at ${stage}`, stage, async () => {
        server.halt();
        try {
          await expect.poll(ready, { timeout: 20_000 }).toContain("begins anew");
        } finally {
          server.goOn();
        }
      });
      expect(state.detail ?? "a release").toMatch(/\w+ \w+/);
      await expectAnswered(`after a halt at ${stage}`);
    },
    120_000,
  );

  test("afterwards no release is lost or doubled, and every centre's chain is whole", async () => {
    for (const [id, release] of told)
      expect(JSON.stringify((await network.client().wait(id, { timeoutMs: 30_000 })).release)).toBe(release);
    const released = (await server.read(url, "SELECT item FROM past"))
      .map(({ item }) => JSON.parse(String(item)) as { readonly offer: Envelope; readonly release: Envelope | null })
      .filter(({ release }) => release !== null);
    expect(released.length).toBeGreaterThanOrEqual(told.size);
    expect(new Set(released.map(({ offer }) => offer.payload)).size).toBe(released.length);
    for (const centre of network.centres) {
      const lines = readFileSync(join(network.folder, centre, "ledger/ledger.jsonl"), "utf8")
        .split("\n")
        .slice(0, -1);
      expect(() => verifyChain(lines.map((line, index) => decodeLine(Buffer.from(line), index)))).not.toThrow();
    }
  });

  /** Asks, does the harm at the first event of a kind, and waits for the outcome through all that follows. */
  async function askWith(purpose: string, stage: string, harm: () => Promise<void>): Promise<QueryState> {
    const client = network.client();
    const id = await client.ask({ ...QUERY, purpose });
    let harmed: Promise<void> | null = null;
    const onEvent = ({ what }: { readonly what: string }): void => {
      if (what === stage) harmed ??= harm();
    };
    let state: QueryState | null = null;
    await expect
      .poll(
        async () => {
          state = await client.wait(id, { timeoutMs: 30_000, onEvent }).catch(() => null);
          return state?.state;
        },
        { timeout: 90_000 },
      )
      .toSatisfy((outcome) => OUTCOMES.includes(outcome));
    expect(harmed).not.toBeNull();
    await harmed;
    return kept(state!);
  }

  /** Asks until all centres are back: an agent comes back by itself, later than the server. */
  async function expectAnswered(purpose: string): Promise<void> {
    const answered = async (): Promise<unknown> => {
      const state = await network.ask({ ...QUERY, purpose }).catch(() => null);
      return state?.release == null ? state?.state : releaseOf(kept(state));
    };
    await expect
      .poll(answered, { timeout: 60_000, interval: 500 })
      .toMatchObject({ centres: { contributed: 4, finished: 4 }, results: [{ count: patients }] });
  }

  function kept(state: QueryState): QueryState {
    if (state.release !== null) told.set(state.id, JSON.stringify(state.release));
    return state;
  }
});
