import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { OUTCOMES, type QueryState } from "@tutti/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tutti } from "./command.ts";
import type { HandNetwork, Started } from "./hand-network.ts";
import { releaseOf } from "./live-network.ts";
import { PostgresNetwork } from "./postgres-network.ts";
import { liveCentres } from "./sandbox-folder.ts";
import { everybody } from "./truth.ts";
import { entriesIn, hasDoubled } from "./written-records.ts";

// PostgreSQL stopped under a coordinator whose sessions are running: killed as a crash would, or halted as on a machine that hangs.

const QUERY = { dataset: "live@3", measures: [{ id: "n", count: true }] };
const centres = liveCentres(4, 12, 11);
const patients = everybody(centres).length;
/** The kinds of event after which it happens, from the offer to the signatures. */
const STAGES = ["offered", "accepted", "formed", "exchanged", "signed"];

// The processes of the server are found by Linux's way.
describe.skipIf(process.platform !== "linux")("PostgreSQL under a running session", () => {
  let on: PostgresNetwork;
  let network: HandNetwork;
  let coordinator: Started;
  const agents = new Map<string, Started>();
  /** What a researcher was told, by query. */
  const told = new Map<string, string>();

  beforeAll(async () => {
    on = await PostgresNetwork.start(centres);
    network = on.network;
    coordinator = await network.startCoordinator();
    for (const centre of network.centres) agents.set(centre, await network.startAgent(centre));
  });
  afterAll(() => on?.remove());

  test("a backup is taken while it runs", async () => {
    await expectAnswered("before the backup");
    const { code, stdout } = await tutti("coordinator", "backup", ...configured(), join(network.folder, "backup"));
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+ queries, [1-9]\d* releases\n/)]);
  });

  test.each(STAGES)(
    "killed when a centre has %s: the query has a named outcome, and the next one is answered",
    async (stage) => {
      const state = await askWith(`killed at ${stage}`, stage, async () => {
        await on.server.kill();
        await on.server.restart();
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
        on.server.halt();
        try {
          await expect.poll(ready, { timeout: 20_000 }).toContain("begins anew");
        } finally {
          on.server.goOn();
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
    const released = await on.released();
    expect(released.length).toBeGreaterThanOrEqual(told.size);
    expect(hasDoubled(released)).toBe(false);
    for (const centre of network.centres) expect(() => entriesIn(join(network.folder, centre, "ledger"))).not.toThrow();
  });

  test("that backup, restored into an empty database: agents see that the log has lost what they signed, raise the alarm, and refuse", async () => {
    await end(coordinator);
    await on.beginAnew();
    expect((await tutti("coordinator", "restore", ...configured(), join(network.folder, "backup"))).code).toBe(0);
    coordinator = await network.startCoordinator();
    const restarted = network.centres.slice(0, 2);
    for (const centre of restarted) {
      await end(agents.get(centre)!);
      await network.startAgent(centre);
      const evidence = join(network.folder, centre, "ledger/log-evidence.json");
      await expect.poll(() => existsSync(evidence), { timeout: 20_000 }).toBe(true);
      // By the head that it has kept, or by a release that it has signed since.
      expect((JSON.parse(readFileSync(evidence, "utf8")) as { failure: string }).failure).toMatch(/^(shorter|hidden)$/);
    }
    // They hand in what was forgotten, and then refuse for the log alone.
    for (const purpose of ["after the restore", "once more"]) expect((await network.ask({ ...QUERY, purpose })).release).toBeNull();
    for (const centre of restarted) {
      expect(entriesIn(join(network.folder, centre, "ledger")).slice(-2)).toMatchObject([
        { kind: "refused", body: { cause: "history" } },
        { kind: "refused", body: { cause: "log" } },
      ]);
    }
  });

  const configured = (): readonly string[] => ["--config", join(network.folder, "coordinator/coordinator.json")];

  async function end({ child, code }: Started): Promise<void> {
    child.kill("SIGTERM");
    await code;
  }

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
