import type { Dataset } from "@tutti/dataset";
import { toHex } from "@tutti/envelope";
import { type Body, type Endpoint, ENDPOINTS, MAX_BUNDLE_BYTES, problem } from "@tutti/protocol";
import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { Callers } from "./callers.ts";
import { CentreGate } from "./centre-gate.ts";
import { Coordinator, type CoordinatorSetting } from "./coordinator.ts";
import { DatabaseFault } from "./database.ts";
import { faultFields } from "./log.ts";
import { Peers } from "./peers.ts";
import { ProblemFault } from "./problem-fault.ts";
import type { Limits } from "./rate-limit.ts";
import { json, octets, problemReply, secured } from "./reply.ts";
import type { Schedule } from "./schedule.ts";
import { Schedules } from "./schedules.ts";
import { type TokenEntry, Tokens } from "./tokens.ts";

/** What the app is made of. */
export interface AppSetting extends CoordinatorSetting {
  /** The tokens of the configuration; those that were made by command are in the store. */
  readonly tokens: readonly TokenEntry[];
  readonly limits: Limits;
  /** Addresses and networks of one's own proxies, whose `X-Forwarded-For` counts. */
  readonly trustedProxies: readonly string[];
  /** Origins whose pages may call with a token (CORS); none, and there are no such fields. */
  readonly origins: readonly string[];
  /** Queries that are asked again and again. */
  readonly schedules: readonly Schedule[];
}

/** The app, and how it ends. */
export interface App {
  readonly app: Hono;
  /** Settles when the store is read and the schedules run; rejects with a DatabaseFault. */
  start(): Promise<void>;
  /** How many centres wait for offers, or did so just now. */
  present(): number;
  /** Lets go of everything without an end; requests get the problem `not-ready`. */
  abandon(): void;
  /** Settles when it has let go of everything: by `abandon`, or since the store can't be written. */
  readonly lost: Promise<void>;
  /** Ends everything that is open, with a named outcome; new requests get the problem `stopping`. */
  close(): Promise<void>;
}

/** Bytes of a body, at most: of a query, of a signed message, and of one that holds a whole release. */
const LIMITS = { query: 262_144, message: 1_048_576, release: 33_554_432 } as const;
const NO_BYTES = new Uint8Array(0);

/** The coordinator's endpoints, one by one; the table is `ENDPOINTS` of the protocol. */
export function createApp(setting: AppSetting): App {
  const { rosters, scheme, sha256, clock, policy, datasets, log, random, store } = setting;
  const opening = Coordinator.open(setting);
  let opened: Coordinator | null = null;
  opening.then(
    (coordinator) => (opened = coordinator),
    () => {},
  );
  let isAbandoned = false;
  const isLost = () => isAbandoned || opened?.isLost === true;
  const lost = opening.then(async (coordinator) => {
    await coordinator.lost;
    schedules.stop();
  });
  lost.catch(() => {});
  const tokens = new Tokens(setting.tokens, store.tokens);
  const ask = async (query: unknown, requester: string) => (await opening).ask(query, requester);
  const askFor = async (query: unknown, requester: string) => {
    await tokens.demandMayAsk(requester, query, clock.nowMs());
    return ask(query, requester);
  };
  const schedules = new Schedules({ schedules: setting.schedules, runs: store.scheduleRuns, clock, log, ask: askFor });
  const gate = new CentreGate(rosters, scheme, sha256, clock);
  const callers = new Callers({ gate, tokens, peers: new Peers(setting.trustedProxies), limits: setting.limits, clock });
  const app = new Hono();

  const on = (endpoint: Pick<Endpoint, "method" | "path">, answer: (c: Context) => Response | Promise<Response>) =>
    app.on(endpoint.method, endpoint.path, answer);
  const fromCentre = async (c: Context, limit: number): Promise<{ readonly centre: string; readonly body: Uint8Array }> => {
    const { centre, demandBody } = callers.centre(c);
    const body = await readBody(c, limit);
    demandBody(body);
    return { centre, body };
  };

  app.use((c, next) => {
    callers.arrive(c);
    return next();
  });
  // Whoever waited for something when everything was let go asks again, and finds what the store knows.
  app.use(async (c, next) => {
    if (!isLost()) await next();
    if (isLost())
      c.res = problemReply(problem("not-ready", "the coordinator lets go of everything and begins anew: ask again in a moment"));
  });
  if (setting.origins.length > 0) {
    const share = cors({
      origin: [...setting.origins],
      allowMethods: ["GET", "POST"],
      allowHeaders: ["Authorization", "Content-Type"],
      maxAge: 600,
    });
    app.use(async (c, next) => {
      const preflight = await share(c, next);
      if (preflight !== undefined) return secured(preflight);
    });
  }

  on(ENDPOINTS.health, () => json({ status: "ok" }));
  on(ENDPOINTS.ready, async () => {
    await (await opening).demandReady();
    return json({ status: "ready" });
  });
  on(ENDPOINTS.roster, () => json(rosters.after(rosters.newest.version - 1)[0]!));
  on(ENDPOINTS.rosters, (c) => json({ versions: rosters.after(numberOf(c, "after", "how many versions of the roster you know")) }));
  on(ENDPOINTS.policy, () => json(policy));
  on(ENDPOINTS.datasets, () => json(datasets satisfies readonly Dataset[]));
  on(ENDPOINTS.ask, async (c) => {
    const holder = await callers.holder(c, "ask");
    const query = readJson(await readBody(c, LIMITS.query), ENDPOINTS.ask.request);
    holder.demandDataset(query);
    return json({ id: await ask(query, holder.name) }, 201);
  });
  on(ENDPOINTS.preview, async (c) => {
    const holder = await callers.holder(c, "preview");
    const query = readJson(await readBody(c, LIMITS.query), ENDPOINTS.preview.request);
    holder.demandDataset(query);
    return json((await opening).preview(query));
  });
  on(ENDPOINTS.state, async (c) => {
    const { sees } = await callers.holder(c, "state");
    return json(await (await opening).state(segment(c, "query"), sees, seenOf(c)));
  });
  on(ENDPOINTS.schedules, async (c) => json(await schedules.of((await callers.holder(c, "schedules")).sees)));
  on(ENDPOINTS.receipt, async (c) => {
    const { sees } = await callers.holder(c, "receipt");
    return json(await (await opening).receipt(segment(c, "query"), sees));
  });
  on(ENDPOINTS.logHead, async () => json((await (await opening).publicLog.head()).envelope));
  on(ENDPOINTS.logEntries, async (c) => json({ entries: await (await opening).publicLog.entries(countOf(c, "from")) }));
  on(ENDPOINTS.logInclusion, async (c) => {
    const { about = "", envelope = "" } = c.req.query();
    return json(await (await opening).publicLog.inclusion(about, envelope, countOf(c, "size")));
  });
  on(ENDPOINTS.logConsistency, async (c) =>
    json({ proof: await (await opening).publicLog.consistency(countOf(c, "from"), countOf(c, "size")) }),
  );
  on(ENDPOINTS.offers, async (c) => {
    const { centre, body } = await fromCentre(c, LIMITS.message);
    readJson(body, ENDPOINTS.offers.request);
    return json({ offers: await (await opening).offersTo(centre, c.req.raw.signal) });
  });
  on(ENDPOINTS.answer, async (c) => {
    const { centre, body } = await fromCentre(c, LIMITS.message);
    const { answer } = readJson(body, ENDPOINTS.answer.request);
    return json({ formation: await (await opening).answer(centre, segment(c, "offer"), answer) });
  });
  on(ENDPOINTS.exchange, async (c) => {
    const { centre, body } = await fromCentre(c, MAX_BUNDLE_BYTES);
    return octets(await (await opening).exchange(centre, segment(c, "session"), exchangeOf(c), body));
  });
  on(ENDPOINTS.release, async (c) => {
    const { centre, body } = await fromCentre(c, LIMITS.release);
    const { release } = readJson(body, ENDPOINTS.release.request);
    return json({ release: await (await opening).release(centre, segment(c, "session"), release) });
  });
  on(ENDPOINTS.history, async (c) => {
    const { body } = await fromCentre(c, LIMITS.release);
    const { dataset, marks, records } = readJson(body, ENDPOINTS.history.request);
    return json({ items: await (await opening).history(dataset, marks, records) });
  });
  on(ENDPOINTS.stop, async (c) => {
    const { centre, body } = await fromCentre(c, LIMITS.message);
    const { stop } = readJson(body, ENDPOINTS.stop.request);
    (await opening).stop(centre, segment(c, "session"), stop);
    return json({});
  });

  app.notFound(() => problemReply(problem("not-found", "there is no such address: are both ends of one version?")));
  app.onError((error) => {
    if (error instanceof DatabaseFault) {
      log.error(faultFields(error), "the store does not answer");
      return problemReply(problem("not-ready", "the coordinator's store does not answer: ask again in a moment"));
    }
    if (error instanceof ProblemFault) return problemReply(error.problem, error.retryAfterMs);
    const id = toHex(random(6));
    log.error({ defect: id, ...faultFields(error) }, "a mistake in this program");
    return problemReply(problem("defect", `a mistake in this program: tell its operator the number ${id}`));
  });
  return {
    app,
    start: async () => {
      await opening;
      await schedules.start();
    },
    present: () => opened?.present ?? 0,
    abandon: () => {
      isAbandoned = true;
      schedules.stop();
      opening.then(
        (coordinator) => coordinator.abandon(),
        () => {},
      );
    },
    lost,
    close: async () => {
      schedules.stop();
      await (await opening).close();
    },
  };
}

async function readBody(c: Context, limit: number): Promise<Uint8Array> {
  const said = c.req.header("content-length");
  if (said === undefined && c.req.raw.body === null) return NO_BYTES;
  if (said === undefined || !/^\d+$/.test(said)) throw new ProblemFault("not-understood", "say how long the body is, by Content-Length");
  if (Number(said) > limit) throw tooLarge(limit);
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  if (bytes.length > limit) throw tooLarge(limit);
  return bytes;
}

function tooLarge(limit: number): ProblemFault {
  return new ProblemFault("too-large", `this request may have ${limit} bytes at most`);
}

function readJson<T>(bytes: Uint8Array, shape: Body<T>): T {
  if (shape === null || shape === "octets") throw new TypeError("this endpoint takes no JSON");
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new ProblemFault("not-understood", "the body is not JSON in UTF-8");
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const at = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new ProblemFault(
    "not-understood",
    `the body does not have the form of this endpoint${at === "" ? "" : `, at ${at.slice(0, 200)}`}`,
  );
}

function segment(c: Context, name: string): string {
  return c.req.param(name) ?? "";
}

function exchangeOf(c: Context): number {
  const text = segment(c, "exchange");
  const number = Number(text);
  if (!/^\d{1,10}$/.test(text) || number > 0xffff_ffff)
    throw new ProblemFault("not-understood", "an exchange is a whole number of 32 bits");
  return number;
}

function numberOf(c: Context, name: string, what: string): number {
  const text = segment(c, name);
  if (!/^\d{1,9}$/.test(text)) throw new ProblemFault("not-understood", `the last part of the address is ${what}: a whole number`);
  return Number(text);
}

function seenOf(c: Context): number {
  return countOf(c, "seen", "0");
}

/** A number behind the question mark. */
function countOf(c: Context, name: string, otherwise = ""): number {
  const text = c.req.query(name) ?? otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new ProblemFault("not-understood", `say ?${name}= as a whole number`);
  return Number(text);
}
