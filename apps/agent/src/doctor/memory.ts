import { accessSync, constants, existsSync, readFileSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Dataset } from "@tutti/dataset";
import { LedgerFault, readLedger } from "@tutti/ledger";
import { scheme, sha256 } from "@tutti/platform";
import type { AgentConfig } from "../config.ts";
import { GuardStore } from "../guard/guard-store.ts";
import { HistoryFile } from "../guard/history-file.ts";
import { KeptSetsFault } from "../guard/kept-sets.ts";
import { Past } from "../guard/past.ts";
import { PatientRegistry } from "../guard/patient-registry.ts";
import { LedgerFile } from "../ledger-file.ts";
import { queueOf } from "../consent/queue-commands.ts";
import { EVIDENCE_FILE } from "../log-watch.ts";
import { takeLock } from "../ledger-lock.ts";
import { rosterView } from "../roster/roster-commands.ts";
import { foundStatus, statusPath } from "../status.ts";
import { type Examination, Ill } from "./finding.ts";
import type { OwnFiles } from "./own-files.ts";

/** Less is too little for what a year of sessions leaves. */
const LEAST_FREE_MB = 200;

/** Looks at what the centre keeps of its past: by itself where no agent runs, else by what the running one says. */
export async function memory(config: AgentConfig, own: OwnFiles, examination: Examination): Promise<void> {
  const { ledger: folder } = config;
  const made = existsSync(folder);
  const writable = await examination.look("folder", () => [true, folderText(folder, made)]);
  await examination.look("newer roster", () => [null, newerRosterText(config)]);
  await examination.look("queue", () => [null, queueText(config)]);
  await examination.look("log", () => {
    const evidence = join(folder, EVIDENCE_FILE);
    if (existsSync(evidence))
      throw new Ill(
        `the coordinator's log did not hold: look at ${evidence}, talk with the other centres, and move it away once that is settled`,
      );
    return [null, "the coordinator's log has held so far"];
  });
  const path = join(folder, "ledger.jsonl");
  if (!made || !existsSync(path)) {
    const says = made && existsSync(join(folder, "patients")) ? null : "nothing yet: this centre has answered no question";
    if (says === null) {
      await examination.look("ledger", () => {
        throw new Ill(`${path} is missing, and what was kept of patients is there: restore the newest copy of the whole folder`);
      });
      return examination.skip(["past", "process"], "the ledger comes first");
    }
    return examination.skip(["ledger", "past", "process"], says);
  }
  const whole = await examination.look("ledger", () => [true, ledgerText(path)]);
  if (writable === null || whole === null) return examination.skip(["past", "process"], "folder and ledger come first");
  if (isRunning(folder)) {
    examination.skip(["past"], "an agent runs, and has looked at it when it started: see process");
    await examination.look("process", () => {
      if (!existsSync(statusPath(config))) throw new Ill("an agent has the ledger's folder, and has not said how it is: start it again");
      const { healthy, advice } = foundStatus(config, Date.now());
      if (!healthy) throw new Ill(advice!);
      return [null, "an agent runs, reaches the coordinator and answers"];
    });
    return;
  }
  await examination.look("past", async () => [null, await pastText(config, own)]);
  examination.skip(["process"], "no agent runs with this configuration");
}

function folderText(folder: string, made: boolean): string {
  const there = made ? folder : dirname(folder);
  try {
    accessSync(there, constants.W_OK | constants.X_OK);
  } catch {
    throw new Ill(`${there} can't be written: let it belong to the agent's user`);
  }
  const { bavail, bsize } = statfsSync(there);
  const freeMb = Math.floor((bavail * bsize) / 1_000_000);
  if (freeMb < LEAST_FREE_MB)
    throw new Ill(`the disk of ${there} has ${freeMb} MB left, and no answer is given once it is full: free some`);
  return `${folder} ${made ? "can be written" : "will be made"}, ${freeMb} MB are free`;
}

/** An Ill when a version waits: what is offered under it is refused until somebody has said yes. */
function newerRosterText(config: AgentConfig): string {
  const last = rosterView(config).pending.at(-1);
  if (last === undefined) return "none waits for a person";
  throw new Ill(
    `version ${last.version} waits for a person's yes, and offers under it are refused: "tutti agent roster" shows what it changes, "tutti agent roster accept --version ${last.version}" says yes`,
  );
}

/** An Ill when people have stopped the agent; what waits for them is no illness. */
function queueText(config: AgentConfig): string {
  if (!existsSync(join(config.ledger, "consent"))) return "no question waits for people";
  const { stopped, waiting } = queueOf(config, Date.now());
  if (stopped !== null) throw new Ill(`${stopped.by} has stopped it, and nothing is answered: "tutti agent resume" lets it go on`);
  const open = waiting.filter(({ decided }) => decided === null);
  if (open.length === 0) return "no question waits for people";
  const until = new Date(Math.min(...open.map(({ untilMs }) => untilMs))).toISOString();
  return `${open.length} questions wait for people, the first until ${until}: "tutti agent queue", then "tutti agent approve ID" or "deny ID --reason …"`;
}

function ledgerText(path: string): string {
  try {
    const { entries } = readLedger(readFileSync(path));
    return `${entries.length} entries, its chain is whole`;
  } catch (error) {
    if (error instanceof LedgerFault) throw new Ill(`${path}: ${error.message}`);
    throw new Ill(`${path} can't be read: let the agent's user read it`);
  }
}

function isRunning(folder: string): boolean {
  const lock = takeLock(join(folder, "lock"));
  lock?.release();
  return lock === null;
}

/** Opens everything as a start does, and every file that was kept of this centre's patients. */
async function pastText(config: AgentConfig, { identity, rosters, datasets }: OwnFiles): Promise<string> {
  if (identity === null || rosters === null || datasets.length < config.datasets.length)
    throw new Ill("identity, roster and dictionaries come first");
  const ledger = await LedgerFile.open(config.ledger, Date.now);
  try {
    const registry = await PatientRegistry.open(config.ledger);
    const file = await HistoryFile.open(config.ledger, datasets, registry.mac);
    try {
      const store = await GuardStore.open(config.ledger, registry);
      const link = { history: () => Promise.reject(new Error("the doctor asks nobody")) };
      const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
      const check = { rosters, datasets: datasets satisfies readonly Dataset[], scheme, sha256 };
      const { trouble, history } = new Past({ identity, check, file, store, ledger, link, nowMs: Date.now, log });
      if (trouble !== null) throw new Ill(trouble);
      const own = history.all().filter(({ participants }) => participants.includes(identity.name));
      for (const past of own) {
        const offer = file.offerOf(past);
        await store.load(offer, ledger.kept.get(offer) ?? null);
      }
      return `${history.all().length} past sessions, and all that was kept for the ${own.length} with this centre`;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof KeptSetsFault ? new Ill(`${error.message}: restore the newest copy of the whole folder of the ledger`) : error;
  } finally {
    await ledger.close();
  }
}
