import { join } from "node:path";
import type { Command } from "commander";
import { EnvelopeFault, fingerprint, type Identity, isSameFingerprint } from "@tutti/envelope";
import {
  enrolled,
  parsePublicLine,
  type PinnedRoster,
  type PublicLine,
  removed,
  replaced,
  revoked,
  rotated,
  type Roster,
  type RosterChain,
  rosterFingerprint,
} from "@tutti/protocol";
import { writeJson } from "../answers.ts";
import { type Exit, Stop } from "../exit.ts";
import { readText } from "../files.ts";
import { type PassphraseOptions, readOwnIdentity } from "../identityFiles.ts";
import { appendVersion, NETWORK_FILES, readRosters } from "../networkFolder.ts";
import { commonOptions, type CommonOptions } from "../options.ts";
import { rosterChanges, rosterTable } from "../rosterText.ts";
import type { Services } from "../services.ts";

interface CentreOptions extends CommonOptions, PassphraseOptions {
  readonly network: string;
  readonly fingerprint?: string;
  readonly line?: string;
}

/** `tutti centre …`: what the network's operator does to the roster, in the network's folder. Each command makes one new signed version. */
export function addCentre(program: Command, services: Services, end: (exit: Exit) => void): void {
  const { console } = services;
  const centre = program.command("centre").description("change the network's roster; each centre's person then says yes to it");
  const add = (name: string, description: string): Command =>
    commonOptions(centre.command(name), "print the new version as JSON")
      .description(description)
      .requiredOption("--network <folder>", "the network's folder, as tutti network init made it")
      .option("--passphrase-file <file>", "the passphrase of the network's keys");
  const change = async (options: CentreOptions, make: (before: PinnedRoster) => Roster): Promise<void> => {
    const identity: Identity = await readOwnIdentity(join(options.network, NETWORK_FILES.identity), options, services);
    tell(appendVersion(options.network, identity, make), options);
  };
  const tell = (chain: RosterChain, options: CentreOptions): void => {
    end("done");
    const { version, hash } = chain.newest;
    const { changes } = chain.versions.at(-1)!;
    if (options.json === true)
      return writeJson(console, {
        version,
        hash,
        fingerprint: rosterFingerprint(chain.newest),
        changes,
        roster: join(options.network, NETWORK_FILES.roster),
      });
    console.out(rosterChanges(version, changes ?? []));
    if (options.quiet === true) return;
    console.err(
      [
        "A coordinator that runs takes it up within seconds. At each centre a person has to say yes before it answers again:",
        `  tutti agent roster accept --version ${version} --config agent.json`,
        `Fingerprint of version ${version}, for whoever wants to compare: ${rosterFingerprint(chain.newest)}`,
        "",
      ].join("\n"),
    );
  };

  add("enrol", "add a centre from the line that its keygen printed, once its person has read its fingerprint to you on the phone")
    .argument("<line>", "the file with the centre's line")
    .option("--fingerprint <digits>", "what the centre's person has read to you; asked for when left out")
    .action(async (path: string, options: CentreOptions) => {
      const line = readLine(path);
      await demandHeard(line, options, services);
      await change(options, (before) => enrolled(before, { name: line.name, publicKey: line.publicKey }));
    });
  add("rotate", "give a centre the new key that its old one has signed for")
    .argument("<line>", "the file with the line of tutti keygen --rotate")
    .action(async (path: string, options: CentreOptions) => {
      const { name, publicKey, rotation } = readLine(path);
      if (rotation === undefined)
        throw new Stop(
          "usage",
          `the line is not signed by the old key of ${name}: if that is lost, use tutti centre revoke ${name} --line FILE`,
        );
      await change(options, (before) => rotated(before, { name, publicKey }, rotation));
    });
  add("remove", "take a centre out, which may come back with the same key")
    .argument("<name>", "the centre's name")
    .action((name: string, options: CentreOptions) => change(options, (before) => removed(before, name)));
  add("revoke", "take away a key that was lost or stolen, for good; with --line the centre gets a new one at once")
    .argument("<name>", "the centre's name")
    .option("--line <file>", "the file with the line of the centre's new key")
    .option("--fingerprint <digits>", "of the new key, as the centre's person has read it to you; asked for when left out")
    .action(async (name: string, options: CentreOptions) => {
      if (options.line === undefined) return change(options, (before) => revoked(before, name));
      const line = readLine(options.line);
      if (line.name !== name) throw new Stop("usage", `the line is of ${line.name}, not of ${name}`);
      await demandHeard(line, options, services);
      await change(options, (before) => replaced(before, { name, publicKey: line.publicKey }));
    });
  add("list", "show the centres of the newest version, with their fingerprints").action((options: CentreOptions) => {
    const { newest } = readRosters(options.network);
    end("done");
    if (options.json !== true) return console.out(rosterTable(newest));
    const centres = newest.centres.map((party) => ({ ...party, fingerprint: fingerprint(party) }));
    writeJson(console, {
      network: newest.network,
      version: newest.version,
      hash: newest.hash,
      fingerprint: rosterFingerprint(newest),
      centres,
    });
  });
}

function readLine(path: string): PublicLine {
  try {
    return parsePublicLine(readText(path, "usage"));
  } catch (fault) {
    throw fault instanceof EnvelopeFault ? new Stop("usage", `${path}: ${fault.message}`) : fault;
  }
}

/** Nobody is shown what they should have heard: a line that was swapped on its way would be waved through. */
async function demandHeard(line: PublicLine, { fingerprint: given }: CentreOptions, services: Services): Promise<void> {
  const heard = given ?? (await services.prompt(`The fingerprint that ${line.name} reads to you on the phone: `));
  if (!isSameFingerprint(heard, fingerprint(line)))
    throw new Stop(
      "error",
      `nothing was changed: this is not the fingerprint of the line for ${line.name}. If the centre reads the same again, the line was altered or swapped on its way: get it another way`,
    );
}
