import { contentHash, type Envelope, fromHex, toHex } from "@tutti/envelope";
import { isConsistent, MerkleTree } from "@tutti/ledger";
import { scheme, sha256 } from "@tutti/platform";
import {
  acceptancesOf,
  type Endpoint,
  ENDPOINTS,
  entryLeaf,
  type HistoryItem,
  type Inclusion,
  type LogEntry,
  type LogHead,
  OFFER,
  openLogHead,
  openMessage,
  pathOf,
  policyOf,
  provesEntry,
  type Receipt,
  RECORD,
  sessionIdOf,
  sessionName,
  signMessage,
  STOP,
  treeHeadOf,
} from "@tutti/protocol";
import { expect, test } from "vitest";
import { SqliteDatabase } from "./sqlite-database.ts";
import { Store } from "./store.ts";
import { settled } from "./trial/trial-clock.ts";
import { TrialNetwork } from "./trial/trial-network.ts";
import { bearer } from "./trial/trial-tokens.ts";

async function read<T>(network: TrialNetwork, { method, path }: Endpoint<never, T>, search = ""): Promise<T> {
  const response = await network.send(method, `${path}${search}`);
  if (response.status !== 200) throw new Error(await response.text());
  return (await response.json()) as T;
}

async function headOf(network: TrialNetwork): Promise<LogHead> {
  return openLogHead(await read(network, ENDPOINTS.logHead), network.roster, scheme);
}

async function entriesOf(network: TrialNetwork): Promise<readonly LogEntry[]> {
  return (await read(network, ENDPOINTS.logEntries, "?from=0")).entries;
}

function rootOf(entries: readonly LogEntry[]): string {
  const tree = new MerkleTree();
  for (const entry of entries) tree.append(entryLeaf(entry));
  return toHex(tree.root());
}

function nameOf(network: TrialNetwork, envelope: Envelope, formation: Envelope): string {
  const { value: offer } = openMessage(OFFER, envelope, network.roster.coordinatorKey, scheme);
  const acceptances = acceptancesOf(formation, contentHash(offer), { roster: network.roster, scheme });
  return sessionName(sessionIdOf(contentHash(offer), policyOf(offer, acceptances), acceptances, sha256));
}

/** A query from its asking to its release; gives its id. */
async function answered(network: TrialNetwork): Promise<string> {
  const id = await network.ask();
  await Promise.all(network.centres.map((centre) => centre.takePart()));
  return id;
}

test("a release and all that led to it are in the log, and the head stands for all of it", async () => {
  const network = new TrialNetwork();
  await settled();
  const before = await headOf(network);
  expect(before).toMatchObject({ network: "trial", size: 1 });
  const id = await answered(network);
  const { release } = await network.state(id);
  const entries = await entriesOf(network);
  expect(entries.map(({ kind }) => kind)).toEqual(["roster", "offer", "formation", "release"]);
  expect(entries.at(-1)).toMatchObject({ about: entries[2]!.about, envelope: contentHash(release) });
  expect(entries[0]).toMatchObject({ about: network.roster.hash });
  const head = await headOf(network);
  expect(head).toMatchObject({ size: 4, root: rootOf(entries) });
  expect(before.root).toBe(rootOf(entries.slice(0, 1)));

  const { proof } = await read(network, ENDPOINTS.logConsistency, "?from=1&size=4");
  expect(isConsistent(treeHeadOf(before), treeHeadOf(head), proof.map(fromHex))).toBe(true);
  for (const entry of entries) {
    const search = new URLSearchParams({ about: entry.about, envelope: entry.envelope, size: "4" }).toString();
    const inclusion: Inclusion = await read(network, ENDPOINTS.logInclusion, `?${search}`);
    expect(inclusion.entry).toEqual(entry);
    expect(provesEntry(inclusion, entry, head)).toBe(true);
    expect(provesEntry({ ...inclusion, index: inclusion.index + 1 }, entry, head)).toBe(false);
  }
});

test("the log outlives the process, and grows on; a roster that is no other is not written twice", async () => {
  const store = new Store(new SqliteDatabase(":memory:"));
  const first = new TrialNetwork({ store });
  await answered(first);
  const entries = await entriesOf(first);
  await first.close();
  const second = new TrialNetwork({ store });
  await settled();
  // Another network: its roster is another.
  expect((await entriesOf(second)).map(({ kind }) => kind)).toEqual(["roster", "offer", "formation", "release", "roster"]);
  expect((await entriesOf(second)).slice(0, 4)).toEqual(entries);
  expect((await headOf(second)).root).toBe(rootOf(await entriesOf(second)));
});

test("a researcher gets the receipt of an own release, and nobody else does but those who see everybody's", async () => {
  const network = new TrialNetwork();
  const id = await answered(network);
  const path = pathOf(ENDPOINTS.receipt, { query: id });
  const ask = (headers: Record<string, string>) => network.send("GET", path, headers);
  const receipt = (await (await ask(bearer("ann"))).json()) as Receipt;
  const head = openLogHead(receipt.head, network.roster, scheme);
  const { release } = await network.state(id);
  const about = receipt.inclusion.entry.about;
  expect(provesEntry(receipt.inclusion, { kind: "release", about, envelope: contentHash(release) }, head)).toBe(true);
  expect([(await ask(bearer("bob"))).status, (await ask({})).status, (await ask(bearer("auditor"))).status]).toEqual([404, 401, 200]);
  const open = pathOf(ENDPOINTS.receipt, { query: await network.ask() });
  expect((await network.send("GET", open, bearer("ann"))).status).toBe(404);
});

test("a stop, and a record that a centre hands in, are in the log once", async () => {
  const network = new TrialNetwork();
  await network.ask();
  const [a] = network.centres;
  const [offer] = await a!.offers();
  const answers = await Promise.all(network.centres.map((centre) => centre.answer(offer!)));
  const { formation } = (await answers[0]!.response.json()) as { formation: Envelope };
  const session = nameOf(network, offer!, formation);
  const stop = signMessage(STOP, { session, centre: "a", cause: "tampered", blame: [] }, a!.identity, scheme);
  await a!.send(ENDPOINTS.stop, { session }, { stop });
  await settled();
  const kinds = async () => (await entriesOf(network)).map(({ kind }) => kind);
  expect((await kinds()).slice(0, 4)).toEqual(["roster", "offer", "formation", "stop"]);
  const record = signMessage(RECORD, { session, centre: "a", cells: [0] }, a!.identity, scheme);
  const item: HistoryItem = { offer: offer!, formation, release: null, record };
  for (let i = 0; i < 2; i++) await a!.send(ENDPOINTS.history, {}, { dataset: "small@1", marks: [], records: [item] });
  expect((await kinds()).filter((kind) => kind === "record")).toEqual(["record"]);
});

test("what the log does not have, and what is no number, is refused", async () => {
  const network = new TrialNetwork();
  await settled();
  const status = async ({ path }: Endpoint<never, unknown>, search: string) => (await network.send("GET", `${path}${search}`)).status;
  expect(await status(ENDPOINTS.logConsistency, "?from=0&size=2")).toBe(404);
  expect(await status(ENDPOINTS.logConsistency, "?from=1&size=0")).toBe(400);
  expect(await status(ENDPOINTS.logConsistency, "?from=-1&size=1")).toBe(400);
  expect(await status(ENDPOINTS.logInclusion, `?about=x&envelope=x&size=1`)).toBe(404);
  expect(await status(ENDPOINTS.logInclusion, "")).toBe(400);
  expect((await read(network, ENDPOINTS.logEntries, "?from=999")).entries).toEqual([]);
});

test("a head is signed anew when there is something new, or a minute has passed", async () => {
  const network = new TrialNetwork();
  await settled();
  const first = await headOf(network);
  expect(await headOf(network)).toEqual(first);
  await network.clock.advance(61_000);
  expect(await headOf(network)).toEqual({ ...first, atMs: first.atMs + 61_000 });
});
