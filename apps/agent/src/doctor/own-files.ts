import { contentHash, type Identity, toBase64 } from "@tutti/envelope";
import type { PinnedRoster, RosterChain } from "@tutti/protocol";
import { type Dataset, datasetName } from "@tutti/dataset";
import type { AgentConfig } from "../config.ts";
import { readRules } from "../consent/rules-file.ts";
import { openDataset, readDataset } from "../dataset-files.ts";
import { identityOf, policyOf, rosterOf } from "../config-files.ts";
import { type Examination, Ill } from "./finding.ts";

/** The Node that the sources are written for. */
const OLDEST_NODE = 24;

/** What the agent's own files hold, as far as they are right. */
export interface OwnFiles {
  readonly identity: Identity | null;
  /** The version of the roster that is pinned, and those before it. */
  readonly roster: PinnedRoster | null;
  readonly rosters: RosterChain | null;
  readonly datasets: readonly Dataset[];
}

/** Looks at Node and at the files that the configuration names. */
export async function ownFiles(config: AgentConfig, examination: Examination): Promise<OwnFiles> {
  await examination.look("node", () => {
    const [major] = process.versions.node.split(".");
    if (Number(major) < OLDEST_NODE) throw new Ill(`this is Node ${process.versions.node}: install Node ${OLDEST_NODE} or later`);
    return [null, `Node ${process.versions.node}`];
  });
  const identity = await examination.look("identity", () => {
    const own = identityOf(config);
    return [own, `${own.name}, public key ${toBase64(own.publicKey)}; only its owner can read the file`];
  });
  const rosters =
    identity === null
      ? null
      : await examination.look("roster", () => {
          const { chain } = rosterOf(config, identity);
          const pinned = chain.newest;
          return [chain, `network ${pinned.network}, ${pinned.centres.length} centres, this centre's key among them; ${pinned.hash}`];
        });
  if (identity === null) examination.skip(["roster"], "the identity comes first");
  await examination.look("policy", () => {
    const { threshold, minimumCentres } = policyOf(config);
    const whose = config.policy === undefined ? "none of its own: the default" : config.policy;
    return [null, `${whose}; threshold ${threshold}, at least ${minimumCentres} centres`];
  });
  const datasets = await dataFiles(config, examination);
  if (datasets.length < config.datasets.length) examination.skip(["rules"], "the dictionaries come first");
  else
    await examination.look("rules", () => {
      const { rules, otherwise } = readRules(config.rules, datasets);
      return [
        null,
        config.rules === undefined ? "none: what fits is answered" : `${rules.length} in ${config.rules}; otherwise ${otherwise}`,
      ];
    });
  return { identity, rosters, roster: rosters?.newest ?? null, datasets };
}

async function dataFiles(config: AgentConfig, examination: Examination): Promise<readonly Dataset[]> {
  const datasets: Dataset[] = [];
  for (const { dictionary, data } of config.datasets) {
    const dataset = await examination.look("dictionary", () => {
      const read = readDataset(dictionary);
      return [read, `${datasetName(read)}, ${contentHash(read)}`];
    });
    if (dataset === null) {
      examination.skip(["data"], `${data}: its dictionary comes first`);
      continue;
    }
    datasets.push(dataset);
    await examination.look("data", async () => {
      const source = await openDataset(dataset, data);
      try {
        const { rows, ignored } = source.summary;
        const fits = rows === 0 ? "fits the dictionary, and has no patients" : "fits the dictionary, every value of every line";
        return [
          null,
          `${data} ${fits}${ignored.length === 0 ? "" : `; ${ignored.length} columns that the dictionary does not have are not read`}`,
        ];
      } finally {
        await source.close();
      }
    });
  }
  return datasets;
}
