import type { Envelope } from "@tutti/envelope";
import { contentHash, fromBase64, fromUtf8 } from "@tutti/envelope";
import { type Offer, questionHash, type QueryState } from "@tutti/protocol";
import { expect, test } from "vitest";
import { DEFAULT_DEADLINES } from "./deadlines.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { Store } from "./store.ts";
import type { TrialCentre } from "./trial/trial-centre.ts";
import { settled } from "./trial/trial-clock.ts";
import { QUERY } from "./trial/trial-dataset.ts";
import { TrialNetwork } from "./trial/trial-network.ts";
import type { Researcher } from "./trial/trial-tokens.ts";

const story = ({ events }: QueryState): string =>
  events
    .filter(({ what }) => !["posted", "exchanged", "signed"].includes(what))
    .map(({ what, centre = "" }) => `${what} ${centre}`.trim())
    .join(", ");

function read(envelope: Envelope): { readonly offer: Offer; readonly hash: string } {
  const offer = JSON.parse(fromUtf8(fromBase64(envelope.payload))) as Offer;
  return { offer, hash: contentHash(offer) };
}

/** Lets every centre get its offer and answer it; gives the offer, and what those heard who said yes. */
async function answerAll(
  centres: readonly TrialCentre[],
): Promise<{ readonly offer: Offer; readonly hash: string; readonly heard: Promise<readonly Response[]> }> {
  const envelopes = await Promise.all(centres.map(async (centre) => (await centre.offers())[0]!));
  const heard = Promise.all(centres.map(async (centre, i) => (await centre.answer(envelopes[i]!)).response));
  await settled();
  return { ...read(envelopes[0]!), heard };
}

/** Where a query stands, once its readers are woken. */
async function stateOf(trial: TrialNetwork, id: string, by: Researcher = "ann"): Promise<QueryState> {
  await trial.clock.advance(100);
  return trial.state(id, 0, by);
}

/** A network of four in which some ask their people. */
function network(held: readonly string[], store?: Store): TrialNetwork {
  const made = new TrialNetwork(store === undefined ? {} : { store });
  for (const centre of made.centres) centre.consent = held.includes(centre.identity.name) ? "hold" : "answer";
  return made;
}

test("a query that people are asked about waits, and is offered again when they have agreed: beside the past of that day, the same question", async () => {
  const trial = network(["b", "c"]);
  const [, b, c] = trial.centres;
  const id = await trial.ask();
  const { offer, hash, heard } = await answerAll(trial.centres);
  // Who had said yes leaves the offer.
  expect((await heard).map(({ status }) => status).toSorted()).toEqual([200, 200, 410, 410]);
  const problem = (await (await heard)[0]!.json()) as { outcome: string };
  expect(problem.outcome).toBe("held");
  expect(await stateOf(trial, id)).toMatchObject({ state: "open", deciding: 2 });

  await trial.clock.advance(3 * 86_400_000);
  await b!.decide(hash, "given");
  expect(await stateOf(trial, id)).toMatchObject({ state: "open", deciding: 1 });
  await c!.decide(hash, "given");
  for (const centre of trial.centres) centre.consent = "answer";
  const parts = trial.centres.map((centre) => centre.takePart());
  expect((await Promise.all(parts)).map((response) => response?.status)).toEqual([200, 200, 200, 200]);
  const state = await stateOf(trial, id);
  expect(state).toMatchObject({ state: "released" });
  expect(state).not.toHaveProperty("deciding");
  expect(story(state)).toMatch(
    /^offered, accepted a, held b, held c, accepted d, consented b, consented c, offered, (accepted ., ){4}formed, ended$/,
  );
  expect(offer).toMatchObject({ id, consent: { untilMs: offer.issuedAtMs + DEFAULT_DEADLINES.decideMs } });
});

test("while it waits, others are answered: it has given up its turn", async () => {
  const trial = network(["a"]);
  const held = await trial.ask();
  await (
    await answerAll(trial.centres)
  ).heard;
  for (const centre of trial.centres) centre.consent = "answer";
  const parts = trial.centres.map((centre) => centre.takePart());
  await settled();
  const other = await trial.ask({ ...QUERY, purpose: "another" }, "bob");
  await Promise.all(parts);
  expect(await stateOf(trial, other, "bob")).toMatchObject({ state: "released" });
  expect(await stateOf(trial, held)).toMatchObject({ state: "open", deciding: 1 });
});

test("when they have agreed, it waits for its turn", async () => {
  const trial = network(["a"]);
  const [a] = trial.centres;
  const id = await trial.ask();
  const { hash, heard } = await answerAll(trial.centres);
  await heard;
  const other = await trial.ask({ ...QUERY, purpose: "another" }, "bob");
  await a!.decide(hash, "given");
  expect(story(await stateOf(trial, id))).toMatch(/consented a$/);
  for (const centre of trial.centres) centre.consent = "answer";
  await Promise.all(trial.centres.map((centre) => centre.takePart()));
  expect(await stateOf(trial, other, "bob")).toMatchObject({ state: "released" });
  expect(story(await stateOf(trial, id))).toMatch(/consented a, offered$/);
});

test("one that denies is not asked again, and the others go on without it; the word for it is a rule's", async () => {
  const trial = network(["d"]);
  const id = await trial.ask();
  const { hash, heard } = await answerAll(trial.centres);
  await heard;
  await trial.centres[3]!.decide(hash, "denied");
  const parts = trial.centres.slice(0, 3).map((centre) => centre.takePart());
  await Promise.all(parts);
  const state = await stateOf(trial, id);
  expect(state).toMatchObject({ state: "released" });
  expect(story(state)).toMatch(/refused d, offered, (accepted [abc], ){3}formed, ended$/);
});

test("so many deny that the others would be too few: it ends at once, also while some have not decided", async () => {
  const trial = network(["b", "c", "d"]);
  const id = await trial.ask();
  const { hash, heard } = await answerAll(trial.centres);
  await heard;
  await trial.centres[2]!.decide(hash, "denied");
  expect(await stateOf(trial, id)).toMatchObject({ state: "open", deciding: 2 });
  await trial.centres[3]!.decide(hash, "denied");
  const state = await stateOf(trial, id);
  expect(state).toMatchObject({ state: "refused", detail: expect.stringContaining("2 centres refused (rule: 2)") });
});

test("who does not decide in time does not take part; when too few are left, that is how it ends", async () => {
  const trial = network(["c", "d"]);
  const id = await trial.ask();
  await (
    await answerAll(trial.centres)
  ).heard;
  await trial.clock.advance(DEFAULT_DEADLINES.decideMs);
  const state = await stateOf(trial, id);
  expect(state).toMatchObject({ state: "timedOut", detail: expect.stringContaining("2 centres did not decide in time") });

  const again = network(["d"]);
  const other = await again.ask();
  await (
    await answerAll(again.centres)
  ).heard;
  await again.clock.advance(DEFAULT_DEADLINES.decideMs);
  await Promise.all(again.centres.slice(0, 3).map((centre) => centre.takePart()));
  expect(await stateOf(again, other)).toMatchObject({ state: "released" });
});

test("a centre asks its people once for a question: if it asks again it has refused", async () => {
  const trial = network(["d"]);
  const d = trial.centres[3]!;
  const id = await trial.ask();
  const { hash, heard } = await answerAll(trial.centres);
  await heard;
  await d.decide(hash, "given");
  const parts = trial.centres.slice(0, 3).map((centre) => centre.takePart());
  const [offer] = await d.offers();
  await d.answer(offer!);
  await Promise.all(parts);
  expect(story(await stateOf(trial, id))).toMatch(/consented d, offered, .*refused d, .*formed, ended$/);
});

test("what comes late counts for nothing: a yes to an offer that came to nothing, a second word after the first", async () => {
  const trial = network(["d"]);
  const [a, , , d] = trial.centres;
  const id = await trial.ask();
  const [offer] = await a!.offers();
  const { hash, heard } = await answerAll(trial.centres.slice(1));
  await trial.clock.advance(DEFAULT_DEADLINES.answerMs);
  const late = await a!.answer(offer!);
  expect(late.response.status).toBe(410);
  await heard;
  await d!.decide(hash, "given");
  await d!.decide(hash, "denied");
  expect(story(await stateOf(trial, id))).not.toMatch(/refused d/);
});

test("what waits for people outlives the coordinator: it is offered again, and waits on for those who have not decided", async () => {
  const store = new Store(new SqliteDatabase(":memory:"));
  const trial = network(["b", "c"], store);
  const [, b, c] = trial.centres;
  const id = await trial.ask();
  const { offer, hash, heard } = await answerAll(trial.centres);
  await heard;
  await b!.decide(hash, "given");
  await trial.clock.advance(86_400_000);
  await trial.close();
  await trial.restart(store);
  b!.consent = "answer";
  const again = await answerAll(trial.centres);
  await again.heard;
  expect(await stateOf(trial, id)).toMatchObject({ state: "open", deciding: 1 });
  expect(again.hash).not.toBe(hash);
  // People decide about the same question, with the same end of their time.
  expect(questionHash(again.offer)).toBe(questionHash(offer));
  expect(again.offer.consent).toEqual(offer.consent);
  await c!.decide(again.hash, "given");
  c!.consent = "answer";
  await Promise.all(trial.centres.map((centre) => centre.takePart()));
  expect(await stateOf(trial, id)).toMatchObject({ state: "released" });
});

test("people who are asked before shares leave have their time, and the deal waits for them", async () => {
  const trial = network([]);
  const [a] = trial.centres;
  a!.beforeShares = true;
  const others = trial.centres.slice(1).map((centre) => centre.takePart());
  const joining = a!.join();
  const id = await trial.ask();
  const session = await joining;
  await settled();
  expect(await stateOf(trial, id)).toMatchObject({ state: "open", deciding: 1 });
  // Anywhere else the exchange would be over.
  await trial.clock.advance(DEFAULT_DEADLINES.exchangeMs + 5_000);
  expect(await stateOf(trial, id)).toMatchObject({ state: "open", deciding: 1 });
  await a!.goOn(session);
  await Promise.all(others);
  const state = await stateOf(trial, id);
  expect(state).toMatchObject({ state: "released" });
  expect(story(state)).toMatch(/held a, formed, ended$/);
});
