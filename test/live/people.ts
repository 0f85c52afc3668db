import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { tutti } from "./command.ts";
import type { HandNetwork } from "./hand-network.ts";

// A centre's people, who decide by commands on its agent's folder.

/** Runs one of their commands; gives what it prints as JSON. */
export async function decide(network: HandNetwork, centre: string, ...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { code, stdout, stderr } = await tutti("agent", ...args, "--config", network.configOf(centre), "--json");
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
}

/** Waits until one question waits for them; gives its id. */
export async function waiting(network: HandNetwork, centre: string): Promise<string> {
  const folder = join(network.folder, centre, "ledger/consent");
  const ids = () => readdirSync(folder).flatMap((name) => (name.endsWith(".item.json") ? name.slice(0, 64) : []));
  await expect.poll(ids, { timeout: 20_000 }).toHaveLength(1);
  return ids()[0]!;
}
