import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { createIdentity, fingerprint, type Identity, publicIdentity } from "@tutti/envelope";
import { random, scheme } from "@tutti/platform";
import { formatPublicLine, rotationTo } from "@tutti/protocol";
import { writeJson } from "../answers.ts";
import { type Exit, Stop } from "../exit.ts";
import { newPassphrase, type PassphraseOptions, readOwnIdentity, writeIdentity } from "../identityFiles.ts";
import { commonOptions, type CommonOptions, passphraseOptions } from "../options.ts";
import type { Services } from "../services.ts";

interface KeygenOptions extends CommonOptions, PassphraseOptions {
  readonly out: string;
  readonly rotate?: string;
  readonly rotatePassphraseFile?: string;
}

/** `tutti keygen NAME`: makes a centre's keys at the centre, where they stay; prints what the network's operator is given. */
export function addKeygen(program: Command, services: Services, end: (exit: Exit) => void): void {
  const command = program
    .command("keygen")
    .description("make a centre's keys, at the centre: identity.json stays, the printed line goes to the network's operator")
    .argument("<name>", "the centre's name, as it is to stand in the roster")
    .option("--out <folder>", "where identity.json is written, for its owner alone", ".")
    .option("--rotate <identity.json>", "the keys that the new ones follow: they sign for them")
    .option("--rotate-passphrase-file <file>", "the passphrase of the old keys");
  passphraseOptions(commonOptions(command, "print the line and the fingerprint as JSON")).action(
    async (name: string, options: KeygenOptions) => {
      const { console } = services;
      const identity = made(name);
      const old = options.rotate === undefined ? null : await oldIdentity(options.rotate, options, services);
      if (old !== null && old.name !== name)
        throw new Stop("usage", `${options.rotate} are the keys of ${old.name}: a centre that changes its keys keeps its name`);
      const passphrase = await newPassphrase(options, services);
      const path = join(options.out, "identity.json");
      mkdirSync(options.out, { recursive: true, mode: 0o700 });
      writeIdentity(path, identity, passphrase);
      const known = publicIdentity(identity);
      const line = formatPublicLine(known, old === null ? null : rotationTo(old, identity, scheme));
      end("done");
      if (options.json === true) return writeJson(console, { ...known, fingerprint: fingerprint(known), identity: path, line });
      console.out(`${line}\n`);
      if (options.quiet !== true) console.err(explanation(path, fingerprint(known), old !== null));
    },
  );
}

function made(name: string): Identity {
  try {
    return createIdentity(name, random);
  } catch (fault) {
    throw fault instanceof RangeError ? new Stop("usage", fault.message) : fault;
  }
}

function oldIdentity(path: string, { rotatePassphraseFile }: KeygenOptions, services: Services): Promise<Identity> {
  return readOwnIdentity(path, rotatePassphraseFile === undefined ? {} : { passphraseFile: rotatePassphraseFile }, services);
}

function explanation(path: string, digits: string, follows: boolean): string {
  const next = follows
    ? "The old keys have signed for the new ones. Keep using the old ones until the network's operator has put the new ones into the roster."
    : "Wait for the operator to call you, at a number that they know: read them the fingerprint, never send it with the line.";
  return [
    `The keys are in ${path}. They stay on this machine: keep a copy as you would keep a key.`,
    "Send the line above to the network's operator; it is no secret.",
    next,
    "",
    `Fingerprint: ${digits}`,
    "",
  ].join("\n");
}
