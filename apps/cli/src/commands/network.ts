import { join, resolve } from "node:path";
import type { Command } from "commander";
import { datasetName, datasetSchema } from "@tutti/dataset";
import { policySchema } from "@tutti/disclosure";
import { createIdentity, fingerprint, partyNameSchema, publicIdentity } from "@tutti/envelope";
import { random, scheme } from "@tutti/platform";
import { firstRoster, openRoster, ROSTER, rosterFingerprint, signMessage } from "@tutti/protocol";
import { writeJson } from "../answers.ts";
import { type Exit, Stop } from "../exit.ts";
import { readChecked } from "../files.ts";
import { identityFileText, newPassphrase, type PassphraseOptions } from "../identityFiles.ts";
import { makeNetworkFolder, NETWORK_FILES, rosterText } from "../networkFolder.ts";
import { commonOptions, type CommonOptions, passphraseOptions, several } from "../options.ts";
import type { Services } from "../services.ts";
import { addRotate } from "./networkRotate.ts";

interface InitOptions extends CommonOptions, PassphraseOptions {
  readonly name: string;
  readonly coordinator: string;
  readonly dataset: readonly string[];
  readonly policy?: string;
  readonly host: string;
  readonly port: string;
}

/** `tutti network …`: founds a network, with its keys, an empty roster, its policy, and a coordinator that is ready to start; and changes its keys. */
export function addNetwork(program: Command, services: Services, end: (exit: Exit) => void): void {
  const commands = program.command("network").description("found a network, at the organisation that runs its coordinator");
  addRotate(commands, services, end);
  const command = commands
    .command("init")
    .description("make the coordinator's folder: keys, an empty signed roster, policy.json and coordinator.json")
    .argument("<folder>", "a new folder")
    .requiredOption("--name <name>", "the network's name")
    .requiredOption("--dataset <dataset.json>", "a dictionary that can be asked about; may be given several times", several, [])
    .option("--coordinator <name>", "the coordinator's name in the roster", "coordinator")
    .option("--policy <policy.json>", "the network's rule of disclosure; the default one when left out")
    .option("--host <host>", "where the coordinator listens", "127.0.0.1")
    .option("--port <port>", "and its port", "8600");
  passphraseOptions(commonOptions(command, "print what was made as JSON")).action(async (folder: string, options: InitOptions) => {
    const { console } = services;
    const network = nameOf(options.name);
    const coordinator = createIdentity(nameOf(options.coordinator), random);
    const datasets = options.dataset.map((path) => readChecked(path, datasetSchema, "usage"));
    const policy = options.policy === undefined ? policySchema.parse({}) : readChecked(options.policy, policySchema, "usage");
    const passphrase = await newPassphrase(options, services);
    const first = signMessage(ROSTER, firstRoster({ network, coordinator: publicIdentity(coordinator), centres: [] }), coordinator, scheme);
    const dictionaries = Object.fromEntries(datasets.map((dataset) => [`${datasetName(dataset)}.json`, text(dataset)]));
    const config = {
      listen: { host: options.host, port: portOf(options.port) },
      identity: NETWORK_FILES.identity,
      ...(options.passphraseFile === undefined ? {} : { passphraseFile: resolve(options.passphraseFile) }),
      roster: NETWORK_FILES.roster,
      datasets: Object.keys(dictionaries),
      policy: NETWORK_FILES.policy,
      store: NETWORK_FILES.store,
      tokens: [],
    };
    makeNetworkFolder(folder, {
      [NETWORK_FILES.identity]: identityFileText(coordinator, passphrase),
      [NETWORK_FILES.roster]: rosterText([first]),
      [NETWORK_FILES.policy]: text(policy),
      ...dictionaries,
      [NETWORK_FILES.config]: text(config),
    });
    const made = {
      network,
      folder,
      config: join(folder, NETWORK_FILES.config),
      roster: join(folder, NETWORK_FILES.roster),
      coordinator: { ...publicIdentity(coordinator), fingerprint: fingerprint(publicIdentity(coordinator)) },
      version: 1,
      rosterFingerprint: rosterFingerprint(openRoster(first, scheme)),
    };
    end("done");
    if (options.json === true) return writeJson(console, made);
    console.out(`${made.config}\n`);
    if (options.quiet === true) return;
    console.err(
      [
        `The network ${network} has its folder, ${folder}: the coordinator's keys are in it, keep a copy as you would keep a key.`,
        `Enrol centres: tutti centre enrol LINE --network ${folder}`,
        `Start the coordinator: node apps/coordinator/src/main.ts --config ${made.config}`,
        "",
        `Fingerprint of the coordinator: ${made.coordinator.fingerprint}`,
        "",
      ].join("\n"),
    );
  });
}

function nameOf(name: string): string {
  const checked = partyNameSchema.safeParse(name);
  if (!checked.success)
    throw new Stop("usage", `${JSON.stringify(name.slice(0, 80))} can't be a name: ${checked.error.issues[0]!.message}`);
  return checked.data;
}

function portOf(port: string): number {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Stop("usage", "--port is a number from 0 to 65535");
  return Number(port);
}

function text(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
