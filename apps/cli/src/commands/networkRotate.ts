import { join } from "node:path";
import type { Command } from "commander";
import { createIdentity, publicIdentity } from "@tutti/envelope";
import { random, scheme } from "@tutti/platform";
import { rotated, type RosterChain, rosterFingerprint, rotationTo } from "@tutti/protocol";
import { writeJson } from "../answers.ts";
import type { Exit } from "../exit.ts";
import { identityFileText, type PassphraseOptions, readUnlocked } from "../identityFiles.ts";
import { appendVersion, finishRotation, NETWORK_FILES } from "../networkFolder.ts";
import { commonOptions, type CommonOptions } from "../options.ts";
import { rosterChanges } from "../rosterText.ts";
import type { Services } from "../services.ts";

interface RotateOptions extends CommonOptions, PassphraseOptions {}

/**
 * `tutti network rotate FOLDER`: gives the coordinator new keys, by a version of the roster in which the old ones have signed for the new ones and the new
 * ones for the version. A command that was killed in between is finished by the next one.
 */
export function addRotate(network: Command, services: Services, end: (exit: Exit) => void): void {
  const command = network
    .command("rotate")
    .description("give the coordinator new keys, for which the old ones sign; start it anew then, and each centre's person says yes")
    .argument("<folder>", "the network's folder, as tutti network init made it")
    .option("--passphrase-file <file>", "the passphrase of the network's keys; the new ones are under the same");
  commonOptions(command, "print the new version as JSON").action(async (folder: string, options: RotateOptions) => {
    const chain = finishRotation(folder) ?? (await rotate(folder, options, services));
    end("done");
    const { version, hash } = chain.newest;
    const changes = chain.versions.at(-1)!.changes ?? [];
    const roster = join(folder, NETWORK_FILES.roster);
    if (options.json === true)
      return writeJson(services.console, { version, hash, fingerprint: rosterFingerprint(chain.newest), changes, roster });
    services.console.out(rosterChanges(version, changes));
    if (options.quiet === true) return;
    services.console.err(
      [
        `The new keys are in ${join(folder, NETWORK_FILES.identity)}: keep a copy of the folder as you would keep a key, and destroy those with the old keys.`,
        "Start the coordinator anew: until then it works on with the old keys and the version before.",
        "At each centre a person has to say yes before it answers again:",
        `  tutti agent roster accept --version ${version} --config agent.json`,
        `Fingerprint of version ${version}, to be read out on the phone: ${rosterFingerprint(chain.newest)}`,
        "",
      ].join("\n"),
    );
  });
}

async function rotate(folder: string, options: RotateOptions, services: Services): Promise<RosterChain> {
  const { identity: old, passphrase } = await readUnlocked(join(folder, NETWORK_FILES.identity), options, services);
  const next = createIdentity(old.name, random);
  return appendVersion(folder, old, (before) => rotated(before, publicIdentity(next), rotationTo(old, next, scheme)), {
    identity: next,
    text: identityFileText(next, passphrase),
  });
}
