import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { command, commandNames } from "./commands.ts";
import { ConfigFault } from "./config.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { Store } from "./store.ts";
import { Tokens } from "./tokens.ts";
import { DATASET } from "./trial/trial-dataset.ts";

let folder: string;
let config: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "token-"));
  config = join(folder, "coordinator.json");
  writeFileSync(join(folder, "dataset.json"), JSON.stringify(DATASET));
  const whole = { listen: { port: 0 }, identity: "i.json", roster: "r.json", datasets: ["dataset.json"], store: "store.sqlite" };
  writeFileSync(config, JSON.stringify(whole));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command; gives what it prints. */
async function token(what: string, ...args: readonly string[]): Promise<{ readonly text: string; readonly note?: string }> {
  return (await command(["token", what, "--config", config, ...args]))!;
}

test("a token is printed once, lets its holder in beside a coordinator that runs, and no more once it is revoked", async () => {
  const running = new Store(new SqliteDatabase(join(folder, "store.sqlite")));
  const tokens = new Tokens([], running.tokens);
  const made = await token("create", "--name", "ann", "--dataset", "small", "--action", "ask", "--action", "state", "--expires", "30d");
  const secret = made.text.trim();
  expect(secret).toMatch(/^tutti_[A-Za-z0-9_-]{43}$/);
  expect(made.note).toMatch(/the token of ann \(researcher, id [0-9a-f]{8}\): it is shown this once; it expires on \d{4}-/);
  const holder = await tokens.holderOf(`Bearer ${secret}`, Date.now());
  expect([holder.name, holder.role]).toEqual(["ann", "researcher"]);
  holder.demandAction("ask");
  holder.demandDataset({ dataset: "small@1" });
  expect(() => holder.demandAction("preview")).toThrow("not for");
  expect(() => holder.demandDataset({ dataset: "iph@1" })).toThrow("for small only");

  const [listed] = JSON.parse((await token("list", "--json")).text) as { id: string }[];
  expect(listed).toMatchObject({
    name: "ann",
    role: "researcher",
    state: "counts",
    datasets: ["small"],
    actions: ["ask", "state"],
    revoked: null,
  });
  await token("revoke", listed!.id);
  await expect(tokens.holderOf(`Bearer ${secret}`, Date.now())).rejects.toThrow("was revoked");
  expect((await token("list")).text).toMatch(/^id +name +role +state .*\n[0-9a-f]{8} +ann +researcher +revoked +small +ask,state /);
  await running.close();
  for (const file of ["store.sqlite", "store.sqlite-wal"]) expect(read(file)).not.toContain(secret.slice("tutti_".length));
});

function read(file: string): string {
  try {
    return readFileSync(join(folder, file), "latin1");
  } catch {
    return "";
  }
}

test("without more a token is a researcher's, for ninety days", async () => {
  await token("create", "--name", "ann");
  const [listed] = JSON.parse((await token("list", "--json")).text) as { created: string; expires: string }[];
  expect((Date.parse(listed!.expires) - Date.parse(listed!.created)) / 86_400_000).toBe(90);
  expect(JSON.parse((await token("create", "--name", "ben", "--role", "auditor", "--expires", "never", "--json")).text)).toMatchObject({
    role: "auditor",
    expires: null,
    token: expect.stringMatching(/^tutti_/) as string,
  });
});

test.each<readonly [string, readonly string[], RegExp]>([
  ["no name", ["create"], /--name is the holder's name/],
  ["a role that there is not", ["create", "--name", "a", "--role", "auditer"], /--role "auditer": do you mean auditor\?/],
  ["a dictionary that there is not", ["create", "--name", "a", "--dataset", "smal"], /--dataset "smal": do you mean small\?/],
  ["dictionaries for who asks nothing", ["create", "--name", "a", "--role", "auditor", "--dataset", "small"], /other roles ask nothing/],
  [
    "an action of another role",
    ["create", "--name", "a", "--role", "auditor", "--action", "ask"],
    /--action "ask": it is one of state, schedules/,
  ],
  ["an action of centres", ["create", "--name", "a", "--action", "offers"], /--action "offers"/],
  ["an end in the past", ["create", "--name", "a", "--expires", "2020-01-01"], /a day to come/],
  ["an end in words", ["create", "--name", "a", "--expires", "soon"], /a number of days as 90d/],
  ["an end at once", ["create", "--name", "a", "--expires", "0d"], /a number of days as 90d/],
  ["no id to revoke", ["revoke"], /usage: token create/],
  ["an id that there is not", ["revoke", "12345678"], /there is no token 12345678 that counts/],
  ["an unknown option", ["create", "--nam", "a"], /usage: token create/],
  ["nothing to do", ["rotate"], /usage: token create/],
])("%s is refused with a sentence", async (_, [what, ...args], words) => {
  const work = token(what!, ...args);
  await expect(work).rejects.toThrow(ConfigFault);
  await expect(work).rejects.toThrow(words);
});

test("a store in memory keeps no token", async () => {
  writeFileSync(config, readFileSync(config, "utf8").replace("store.sqlite", ":memory:"));
  await expect(token("create", "--name", "a")).rejects.toThrow("name a file by store");
  expect(commandNames()).toContain("token create");
});
