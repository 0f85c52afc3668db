import { chmodSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIdentity, fingerprint, formatIdentity, publicIdentity, toBase64 } from "@tutti/envelope";
import { random, readIdentity, scheme } from "@tutti/platform";
import { parsePublicLine, RosterChain } from "@tutti/protocol";
import { afterAll, beforeEach, expect, test } from "vitest";
import { type Exit, Stop } from "./exit.ts";
import { run } from "./program.ts";

const root = mkdtempSync(join(tmpdir(), "tutti-joining-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const DATASET = {
  id: "d",
  version: 1,
  title: { en: "D", fr: "D" },
  key: "id",
  variables: { sick: { type: "boolean", label: { en: "Sick", fr: "Malade" } } },
};

let folder: string;
let network: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, "one-"));
  network = join(folder, "network");
  writeFileSync(join(folder, "dataset.json"), JSON.stringify(DATASET));
});

/** Runs a command; a person at the terminal types these answers. */
async function tutti(args: readonly string[], typed: readonly string[] = []) {
  const said = { out: "", err: "", asked: [] as string[] };
  const answers = [...typed];
  const fails = () => Promise.reject(new Error("not asked for"));
  const exit: Exit = await run(args, {
    console: {
      out: (s) => void (said.out += s),
      err: (s) => void (said.err += s),
      outIsTerminal: false,
      errIsTerminal: false,
      width: 100,
      colour: false,
    },
    env: {},
    interrupted: new AbortController().signal,
    prompt: async (question) => {
      said.asked.push(question);
      const answer = answers.shift();
      if (answer === undefined) throw new Stop("usage", "nobody can be asked here");
      return answer;
    },
    agent: fails,
    coordinator: fails,
    startNetwork: fails,
    ask: fails,
    standing: fails,
    preview: fails,
    checklist: async () => [],
    log: () => Promise.reject(new Error("no test asks for it")),
    audit: async () => [],
  });
  return { exit, ...said };
}

async function keygen(
  name: string,
  ...more: readonly string[]
): Promise<{ readonly line: string; readonly digits: string; readonly identity: string }> {
  const out = mkdtempSync(join(folder, "keys-"));
  const { exit, out: line } = await tutti(["keygen", name, "--out", out, ...more]);
  expect(exit).toBe("done");
  const path = join(out, "line");
  writeFileSync(path, line);
  return { line: path, digits: fingerprint({ name, publicKey: parsePublicLine(line).publicKey }), identity: join(out, "identity.json") };
}

async function init(...more: readonly string[]): Promise<void> {
  const { exit, err } = await tutti(["network", "init", network, "--name", "trial", "--dataset", join(folder, "dataset.json"), ...more]);
  expect([exit, err]).toEqual(["done", expect.stringContaining("Fingerprint of the coordinator")]);
}

const enrol = ({ line, digits }: { readonly line: string; readonly digits: string }) =>
  tutti(["centre", "enrol", line, "--network", network, "--fingerprint", digits]);
const rosters = (): RosterChain => RosterChain.open(JSON.parse(readFileSync(join(network, "roster.json"), "utf8")), scheme);

test("keys are made in a file for their owner alone, and never over others", async () => {
  const { identity, digits } = await keygen("necker");
  expect(statSync(identity).mode & 0o777).toBe(0o600);
  const before = readFileSync(identity, "utf8");
  const again = await tutti(["keygen", "necker", "--out", join(identity, "..")]);
  expect(again).toMatchObject({ exit: "error", out: "" });
  expect(again.err).toContain("not overwritten");
  expect(readFileSync(identity, "utf8")).toBe(before);
  expect(before).not.toContain(digits);
});

test("what is printed is the line; the fingerprint is told beside it, and the secret nowhere", async () => {
  const out = join(folder, "one");
  const { out: line, err } = await tutti(["keygen", "necker", "--out", out]);
  const known = parsePublicLine(line);
  expect(err).toContain(`Fingerprint: ${fingerprint({ name: "necker", publicKey: known.publicKey })}`);
  const { seed } = JSON.parse(readFileSync(join(out, "identity.json"), "utf8")) as { readonly seed: string };
  expect(line + err).not.toContain(seed);
});

test("keys under a passphrase that a person types twice", async () => {
  const out = join(folder, "sealed");
  expect(await tutti(["keygen", "necker", "--out", out, "--passphrase"], ["correct horse battery", "correct horse batterz"])).toMatchObject(
    {
      exit: "usage",
      out: "",
    },
  );
  const { exit } = await tutti(["keygen", "necker", "--out", out, "--passphrase"], ["correct horse battery", "correct horse battery"]);
  expect(exit).toBe("done");
  const passphrase = join(folder, "passphrase");
  writeFileSync(passphrase, "correct horse battery\n", { mode: 0o600 });
  expect(readIdentity(join(out, "identity.json"), passphrase).name).toBe("necker");
});

test("a network from nothing: an empty roster, then one centre a version, each naming the one before", async () => {
  await init();
  expect(rosters().newest).toMatchObject({ network: "trial", version: 1, centres: [] });
  for (const name of ["a", "b", "c"]) expect((await enrol(await keygen(name))).exit).toBe("done");
  const chain = rosters();
  expect(chain.newest.centres.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  expect(chain.versions.map(({ roster }) => roster.version)).toEqual([1, 2, 3, 4]);
  const list = await tutti(["centre", "list", "--network", network, "--json"]);
  expect(JSON.parse(list.out)).toMatchObject({ version: 4, centres: [{ name: "a" }, { name: "b" }, { name: "c" }] });
});

test("a person types what they heard, and is not shown what they should have", async () => {
  await init();
  const a = await keygen("a");
  const heard = await tutti(["centre", "enrol", a.line, "--network", network], [a.digits]);
  expect(heard).toMatchObject({ exit: "done", asked: [expect.stringContaining("reads to you on the phone")] });
  const b = await keygen("b");
  const nobody = await tutti(["centre", "enrol", b.line, "--network", network]);
  expect(nobody.exit).toBe("usage");
  expect(nobody.err + nobody.asked.join("")).not.toContain(b.digits);
});

test("another fingerprint than the line's changes nothing, and does not say which it had to be", async () => {
  await init();
  const [a, b] = [await keygen("a"), await keygen("b")];
  const { exit, err } = await tutti(["centre", "enrol", a.line, "--network", network, "--fingerprint", b.digits]);
  expect(exit).toBe("error");
  expect(err).toContain("nothing was changed");
  expect(err).not.toContain(a.digits);
  expect(rosters().newest.version).toBe(1);
});

test("a rotation is signed by the old key, and by no other", async () => {
  await init();
  const old = await keygen("a");
  await enrol(old);
  const next = await keygen("a", "--rotate", old.identity);
  const stranger = await keygen("a");
  const forged = await keygen("a", "--rotate", stranger.identity);
  const rotate = (line: string) => tutti(["centre", "rotate", line, "--network", network, "--json"]);
  expect((await rotate(stranger.line)).err).toContain("not signed by the old key");
  expect(await rotate(forged.line)).toMatchObject({ exit: "error", out: "" });
  expect(rosters().newest.version).toBe(2);
  expect(JSON.parse((await rotate(next.line)).out)).toMatchObject({
    version: 3,
    changes: [{ what: "rotated", name: "a", fingerprint: next.digits }],
  });
});

test("a lost key is taken away for good; a new one needs a new phone call", async () => {
  await init();
  const [old, next] = [await keygen("a"), await keygen("a")];
  await enrol(old);
  const revoke = (digits: string) =>
    tutti(["centre", "revoke", "a", "--line", next.line, "--fingerprint", digits, "--network", network, "--json"]);
  expect((await revoke(old.digits)).exit).toBe("error");
  expect(JSON.parse((await revoke(next.digits)).out)).toMatchObject({ changes: [{ what: "replaced" }] });
  expect((await tutti(["centre", "revoke", "a", "--network", network])).out).toContain("counts for nothing");
  const back = await enrol(next);
  expect(back).toMatchObject({ exit: "error" });
  expect(back.err).toContain("given up");
});

test("the coordinator's keys are rotated: signed by old and new, in place of the old ones, and for their owner alone", async () => {
  await init();
  for (const name of ["a", "b", "c"]) await enrol(await keygen(name));
  const path = join(network, "identity.json");
  const old = readIdentity(path);
  const { exit, out } = await tutti(["network", "rotate", network, "--json"]);
  expect(exit).toBe("done");
  const next = readIdentity(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(JSON.parse(out)).toMatchObject({
    version: 5,
    changes: [{ what: "rotated", name: "coordinator", fingerprint: fingerprint(publicIdentity(next)) }],
  });
  const { newest } = rosters();
  expect(newest.coordinator).toEqual(publicIdentity(next));
  expect(newest.revoked).toEqual([toBase64(old.publicKey)]);
  expect(readdirSync(network).filter((name) => name.endsWith(".new"))).toEqual([]);
  // The new keys sign what comes after.
  expect((await enrol(await keygen("d"))).exit).toBe("done");
});

test("a rotation that was killed before the keys were put in place is finished by the next one, and begins anew before that", async () => {
  await init();
  const path = join(network, "identity.json");
  const old = readFileSync(path, "utf8");
  // Killed before the roster: keys that nobody names.
  writeFileSync(`${path}.new`, formatIdentity(createIdentity("coordinator", random)), { mode: 0o600 });
  expect((await tutti(["network", "rotate", network])).out).toContain("coordinator has a new key, for which the old one has signed");
  // Killed after the roster.
  renameSync(path, `${path}.new`);
  writeFileSync(path, old, { mode: 0o600 });
  const stuck = await enrol(await keygen("a"));
  expect(stuck.err).toContain("run that again");
  const { exit, out } = await tutti(["network", "rotate", network, "--json"]);
  expect([exit, (JSON.parse(out) as { version: number }).version]).toEqual(["done", 2]);
  expect(rosters().newest.coordinator).toEqual(publicIdentity(readIdentity(path)));
  expect((await enrol(await keygen("a"))).exit).toBe("done");
});

test("keys under a passphrase stay under it when they are rotated", async () => {
  const passphrase = join(folder, "passphrase");
  writeFileSync(passphrase, "correct horse battery\n", { mode: 0o600 });
  await init("--passphrase-file", passphrase);
  const path = join(network, "identity.json");
  const before = readIdentity(path, passphrase);
  expect(await tutti(["network", "rotate", network], ["correct horse battery"])).toMatchObject({
    exit: "done",
    asked: [expect.anything()],
  });
  expect(() => readIdentity(path)).toThrow("passphrase");
  expect(readIdentity(path, passphrase).publicKey).not.toEqual(before.publicKey);
});

test("who is removed may come back", async () => {
  await init();
  const a = await keygen("a");
  await enrol(a);
  expect((await tutti(["centre", "remove", "a", "--network", network])).out).toContain("leaves");
  expect((await enrol(a)).exit).toBe("done");
  expect((await tutti(["centre", "remove", "nobody", "--network", network])).err).toContain("no centre called nobody");
});

test("two commands at once don't lose a version, and a killed one is told", async () => {
  await init();
  const a = await keygen("a");
  writeFileSync(join(network, "roster.json.new"), "");
  const { exit, err } = await enrol(a);
  expect(exit).toBe("error");
  expect(err).toContain("remove that file");
  expect(rosters().newest.version).toBe(1);
});

test("the network's keys are refused when others may read them", async () => {
  await init();
  chmodSync(join(network, "identity.json"), 0o644);
  const { exit, err } = await enrol(await keygen("a"));
  expect(exit).toBe("error");
  expect(err).toContain("chmod 600");
});

test("a network is founded once", async () => {
  await init();
  const again = await tutti(["network", "init", network, "--name", "other", "--dataset", join(folder, "dataset.json")]);
  expect(again.err).toContain("not overwritten");
});
