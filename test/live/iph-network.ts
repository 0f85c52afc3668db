import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asCsv, CENTRE_STYLES, IPH_REPORT, iphCohort } from "@tutti/cohort";
import { IPH } from "@tutti/dataset";
import type { ProgressEvent, QueryState } from "@tutti/protocol";
import { ProcessNetwork } from "./process-network.ts";

/** Deadlines of centres that are far away, or on a busy machine. */
const DEADLINES = { answerMs: 20_000, exchangeMs: 20_000, queryMs: 110_000 };

/** The twelve centres of the demo as real processes, for as long as something is done with them. */
export async function withIph<T>(act: (network: ProcessNetwork) => Promise<T>): Promise<T> {
  const parent = mkdtempSync(join(tmpdir(), "live-"));
  const data = join(parent, "data");
  mkdirSync(data);
  writeFileSync(join(data, "dataset.json"), JSON.stringify(IPH));
  const cohort = iphCohort();
  cohort.forEach((centre, i) =>
    writeFileSync(join(data, `${centre.name}.csv`), asCsv(centre, IPH, CENTRE_STYLES[i % CENTRE_STYLES.length]!)),
  );
  const network = await ProcessNetwork.startOn(
    data,
    cohort.map(({ name }) => name),
    DEADLINES,
  );
  try {
    return await act(network);
  } finally {
    await network.stop();
    rmSync(parent, { recursive: true, force: true });
  }
}

/** Asks for the report of the demo. */
export async function iphReport(network: ProcessNetwork, onEvent?: (event: ProgressEvent) => void): Promise<QueryState> {
  const id = await network.client.ask(IPH_REPORT.queries[0]!);
  return network.client.wait(id, { timeoutMs: 120_000, onEvent });
}
