import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { datasetName } from "@tutti/dataset";
import { DEFAULT_POLICY, type Policy } from "@tutti/disclosure";
import { aead, random, scheme, sha256 } from "@tutti/platform";
import { standingRulesSchema } from "@tutti/protocol";
import type { Patient } from "@tutti/sql";
import type { AgentParts } from "../agent-parts.ts";
import { Agent } from "../agent.ts";
import { ConsentDesk } from "../consent/consent-desk.ts";
import { ConsentFolder } from "../consent/consent-folder.ts";
import { GuardStore } from "../guard/guard-store.ts";
import { HistoryFile } from "../guard/history-file.ts";
import { keyedHash } from "../guard/keyed-hash.ts";
import { Past } from "../guard/past.ts";
import { MemoryLedger } from "./memory-ledger.ts";
import { sourceOf } from "./memory-source.ts";
import { SILENT } from "./silent-log.ts";
import { DATASET } from "./trial-dataset.ts";
import { CENTRES, type TrialNetwork } from "./trial-network.ts";

/** A centre's patients, nine in all three: enough to be opened. */
const PATIENTS: readonly Patient[] = [{ sex: "F" }, { sex: "M" }, { sex: "F" }];

/** An agent of the trial network that runs until it is ended. */
export interface TrialAgent {
  readonly ledger: MemoryLedger;
  readonly past: Past;
  readonly file: HistoryFile;
  /** The folder of its history and its guard. */
  readonly folder: string;
  end(): Promise<void>;
}

/** What an agent of the trial network starts with; a new folder and an empty ledger unless given. */
export interface TrialSetting {
  readonly policy?: Policy;
  readonly patients?: readonly Patient[];
  readonly folder?: string;
  readonly ledger?: MemoryLedger;
  /** Standing rules, as a file has them; it answers everything unless given. */
  readonly rules?: object;
}

/** Starts one centre's agent; `changes` puts faults in its way. */
export async function startAgent(
  network: TrialNetwork,
  centre: string,
  changes: (parts: AgentParts) => Partial<AgentParts> = () => ({}),
  {
    policy = DEFAULT_POLICY,
    patients = PATIENTS,
    folder = mkdtempSync(join(tmpdir(), "trial-")),
    ledger = new MemoryLedger(),
    rules = { otherwise: "answer" },
  }: TrialSetting = {},
): Promise<TrialAgent> {
  const asked = new AbortController();
  const identity = network.identities[CENTRES.indexOf(centre)]!;
  const setting = { identity, roster: network.roster, policy, datasets: [DATASET], scheme, sha256, aead, random };
  const link = network.linkOf(centre, asked.signal);
  const file = await HistoryFile.open(folder, [DATASET], keyedHash(new Uint8Array(32)));
  const store = await GuardStore.open(folder, { size: patients.length, prefix: (size) => `the first ${size}` });
  const past = new Past({
    identity,
    check: { ...setting, rosters: network.rosters },
    file,
    store,
    ledger,
    link,
    nowMs: Date.now,
    log: SILENT,
  });
  const source = sourceOf(patients);
  const consent = new ConsentDesk({
    rules: standingRulesSchema.parse(rules),
    folder: new ConsentFolder(folder),
    ledger,
    nowMs: Date.now,
    log: SILENT,
  });
  const parts: AgentParts = {
    consent,
    setting,
    sources: new Map([[datasetName(DATASET), source]]),
    past,
    watch: { expect: () => {}, trouble: null },
    link,
    ledger,
    nowMs: Date.now,
    log: SILENT,
    signal: asked.signal,
    sleep: () => new Promise((resolve) => setTimeout(resolve, 1)),
  };
  const ended = new Agent({ ...parts, ...changes(parts) }).run().finally(() => file.close());
  return {
    ledger,
    past,
    file,
    folder,
    end: () => {
      asked.abort();
      return ended;
    },
  };
}
