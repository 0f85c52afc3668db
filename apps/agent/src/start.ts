import { setTimeout as sleep } from "node:timers/promises";
import { datasetName } from "@tutti/dataset";
import { EnvelopeFault } from "@tutti/envelope";
import { RosterChain, RosterFault } from "@tutti/protocol";
import { Agent } from "./agent.ts";
import { ConsentDesk } from "./consent/consent-desk.ts";
import { ConsentFolder } from "./consent/consent-folder.ts";
import { readRules } from "./consent/rules-file.ts";
import type { AgentConfig } from "./config.ts";
import { identityOf, policyOf, rosterFileOf, rosterOf } from "./config-files.ts";
import type { AgentLog } from "./agent-log.ts";
import { openDataset, readDataset } from "./dataset-files.ts";
import { GuardStore } from "./guard/guard-store.ts";
import { HistoryFile } from "./guard/history-file.ts";
import { Past } from "./guard/past.ts";
import { PatientRegistry } from "./guard/patient-registry.ts";
import { Heap } from "./heap.ts";
import { HttpLink } from "./http-link.ts";
import { LedgerFile } from "./ledger-file.ts";
import { LinkFault } from "./link-fault.ts";
import { LogWatch } from "./log-watch.ts";
import { aead, random, scheme, sha256 } from "@tutti/platform";
import { Observer } from "./observer.ts";
import { PATIENCE } from "./patience.ts";
import { RosterFolder } from "./roster/roster-folder.ts";
import { RosterPin } from "./roster/roster-pin.ts";
import { readRoute } from "./route.ts";
import type { Source } from "./source/source.ts";
import { StartProblem } from "./start-problem.ts";

/** An agent with everything it holds open. */
export interface Started {
  /** Settles when the agent has ended, after `signal` aborted. */
  readonly ended: Promise<void>;
}

/** A query may have been asked this long before the log's head that was kept, and be released after it. */
const LOG_SLACK_MS = 3_600_000;
/**
 * Checks everything that a centre's agent stands on, connects once, and begins to ask for offers.
 * @param signal aborts when the agent is to end
 * @throws StartProblem
 */
export async function start(config: AgentConfig, log: AgentLog, signal: AbortSignal): Promise<Started> {
  const nowMs = Date.now;
  const identity = identityOf(config);
  const { chain } = rosterOf(config, identity);
  const policy = policyOf(config);
  const route = readRoute(config.proxy, config.certificateAuthority);
  const datasets = config.datasets.map(({ dictionary }) => readDataset(dictionary));
  const rules = readRules(config.rules, datasets);
  const observer = new Observer(config, log, nowMs);
  const ledger = await LedgerFile.open(config.ledger, nowMs);
  const sources = new Map<string, Source>();
  let file: HistoryFile | undefined;
  const close = async () => {
    await observer.close();
    for (const source of sources.values()) await source.close();
    await file?.close();
    await ledger.close();
  };
  try {
    const registry = await PatientRegistry.open(config.ledger);
    file = await HistoryFile.open(config.ledger, datasets, registry.mac);
    const store = await GuardStore.open(config.ledger, registry);
    for (const [i, dataset] of datasets.entries()) {
      if (sources.has(datasetName(dataset)))
        throw new StartProblem(`${datasetName(dataset)} stands twice among the datasets: give each once`);
      sources.set(datasetName(dataset), await openDataset(dataset, config.datasets[i]!.data, registry));
    }
    await registry.commit();
    const parts = {
      address: config.coordinator,
      coordinator: chain.newest.coordinator.name,
      identity,
      scheme,
      sha256,
      random,
      nowMs,
      signal,
      route,
    };
    const link = new HttpLink(parts);
    const rosters = new RosterPin({
      file: rosterFileOf(config),
      folder: new RosterFolder(config.ledger),
      ledger,
      log: observer.log,
      ask: async () => RosterChain.open(await link.rosters(0, nowMs() + PATIENCE.connectMs), scheme),
    });
    await connect(rosters, config.coordinator);
    await rosters.takeUp();
    const roster = rosters.newest;
    const setting = { identity, roster, policy, datasets, scheme, sha256, aead, random };
    const past = new Past({ identity, check: { ...setting, rosters }, file, store, ledger, link, nowMs, log: observer.log });
    const releaseOf = (session: string) => past.releaseOf(session);
    const watch = LogWatch.open({ folder: config.ledger, rosters, scheme, sha256, link, releaseOf, nowMs, log: observer.log });
    for (const [session, release] of watch.keptAtMs === null ? [] : past.releasesSince(watch.keptAtMs - LOG_SLACK_MS))
      watch.expect(session, release);
    const folder = new ConsentFolder(config.ledger);
    const consent = new ConsentDesk({ rules, folder, ledger, nowMs, log: observer.log });
    observer.begin({ rosters, datasets, ledger, past, watch, consent });
    const agent = new Agent({
      consent,
      setting,
      sources,
      past,
      watch,
      rosters,
      link,
      ledger,
      nowMs,
      log: observer.log,
      signal,
      heap: new Heap(globalThis.gc ?? null),
      sleep: (ms) => sleep(ms, undefined, { signal }),
    });
    const watching = watch.run(signal, (ms) => sleep(ms, undefined, { signal }));
    const ended = { now: Promise.resolve() };
    await new Promise<void>((polled) => {
      ended.now = agent.run(polled).finally(async () => {
        await watching;
        await close();
      });
      void ended.now.finally(polled);
    });
    return { ended: ended.now };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The coordinator is reached, and its roster goes on from the pinned one: where it is newer, what it changes waits for a person. */
async function connect(rosters: RosterPin, address: string): Promise<void> {
  try {
    await rosters.look();
  } catch (fault) {
    if (fault instanceof RosterFault)
      throw new StartProblem(`the coordinator at ${address} has another roster than this centre: ${fault.message}`);
    if (fault instanceof LinkFault && fault.kind === "blocked") throw new StartProblem(`no coordinator at ${address}: ${fault.message}`);
    const why = fault instanceof LinkFault || fault instanceof EnvelopeFault ? fault.message : "it can't be asked";
    throw new StartProblem(
      `no coordinator at ${address}: ${why}; check the address, that it runs, and that the firewall lets this machine dial out`,
    );
  }
}
