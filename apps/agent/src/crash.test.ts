import { existsSync, mkdtempSync, rmSync } from "node:fs";
import type * as promises from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { LedgerFile } from "./ledger-file.ts";
import type { MemoryLedger } from "./trial/memory-ledger.ts";
import { startAgent, type TrialAgent } from "./trial/trial-agent.ts";
import { CENTRES, TrialNetwork } from "./trial/trial-network.ts";
import { until } from "./trial/until.ts";

// One agent's disk dies at every single thing that is written, half of it written; then the agent is started again on what is there.

const disk = vi.hoisted(() => {
  // Test files share a process: what the others have imported has the real disk.
  vi.resetModules();
  return { folder: "", operations: 0, diesAt: Infinity };
});

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof promises>();
  const demandLife = (path: string): boolean => {
    if (disk.folder === "" || !path.startsWith(disk.folder)) return false;
    return ++disk.operations >= disk.diesAt;
  };
  const died = (): never => {
    throw new Error("the disk is gone");
  };
  const guarded = (handle: FileHandle, path: string): FileHandle =>
    new Proxy(handle, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return async (...args: readonly unknown[]): Promise<unknown> => {
          if (!WRITES.has(String(name)) || !demandLife(path)) return Reflect.apply(value, target, args);
          // What was on its way is half there.
          const [bytes, ...rest] = args;
          if (bytes instanceof Uint8Array && disk.operations === disk.diesAt)
            await Reflect.apply(value, target, [bytes.subarray(0, bytes.length / 2), ...rest]);
          return died();
        };
      },
    });
  return {
    ...real,
    open: async (path: string, ...rest: readonly unknown[]) => guarded(await Reflect.apply(real.open, real, [path, ...rest]), String(path)),
    rename: async (from: string, to: string) => (demandLife(to) ? died() : real.rename(from, to)),
  };
});

const WRITES = new Set(["appendFile", "writeFile", "datasync", "sync", "truncate"]);
const VICTIM = CENTRES.at(-1)!;

const agents: TrialAgent[] = [];
const ledgers: LedgerFile[] = [];
afterEach(async () => {
  disk.folder = "";
  await Promise.all(agents.splice(0).map((agent) => agent.end()));
  for (const ledger of ledgers.splice(0)) await ledger.close();
});

/** The trial's ledger is in memory; this one is a file. */
async function start(network: TrialNetwork, folder: string): Promise<{ readonly agent: TrialAgent; readonly ledger: LedgerFile }> {
  const ledger = await LedgerFile.open(folder, Date.now);
  ledgers.push(ledger);
  const agent = await startAgent(network, VICTIM, undefined, { folder, ledger: ledger as unknown as MemoryLedger });
  agents.push(agent);
  return { agent, ledger };
}

/** A session in which the disk dies at one operation; gives how many there were. */
async function scene(diesAt: number): Promise<number> {
  const network = new TrialNetwork();
  const folder = mkdtempSync(join(tmpdir(), "crash-"));
  for (const centre of CENTRES.slice(0, -1)) agents.push(await startAgent(network, centre));
  const before = await start(network, folder);
  Object.assign(disk, { folder, operations: 0, diesAt });
  const offer = network.offer();
  const isDone = () => before.ledger.head.index === 1 && before.agent.past.history.all().length === 1;
  await until(() => isDone() || network.stops.length > 0 || disk.operations >= diesAt);
  const saidAll = network.releases.some(({ signatures }) => signatures.some(({ keyid }) => keyid === VICTIM));
  await before.agent.end();
  agents.splice(agents.indexOf(before.agent), 1);
  const { operations } = disk;
  disk.folder = "";
  await before.ledger.close();
  ledgers.splice(0);

  const { agent, ledger } = await start(network, folder);
  // Nothing is said without its entry, no answer stands in the ledger that the history does not know, and its sets are there.
  if (saidAll) expect(ledger.answered(offer)).toBe(true);
  expect(agent.past.trouble).toBeNull();
  for (const answered of ledger.kept.keys()) {
    expect(agent.file.offers().has(answered)).toBe(true);
    expect(existsSync(join(folder, "guard", `${answered.slice("sha256:".length)}.sets`))).toBe(true);
  }
  await ledger.append({ kind: "refused", body: { query: offer, requester: "x", offer, session: offer, cause: "busy" } });
  expect(ledger.writable).toBe(true);
  await Promise.all(agents.splice(0).map((one) => one.end()));
  await ledger.close();
  ledgers.splice(0);
  // Every entry is read and its place in the chain checked; StartProblem if one is broken.
  await (await LedgerFile.open(folder, Date.now)).close();
  rmSync(folder, { recursive: true, force: true });
  return operations;
}

test("after a crash at any write an agent starts again: its chain is whole, and nothing was said that it does not know", async () => {
  const operations = await scene(Infinity);
  expect(operations).toBeGreaterThanOrEqual(10);
  for (let diesAt = 1; diesAt <= operations; diesAt++) await scene(diesAt);
});
