import { toHex } from "@tutti/envelope";
import { problem } from "@tutti/protocol";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { Callers } from "./callers.ts";
import { answerCentres } from "./centre-endpoints.ts";
import { CentreGate } from "./centre-gate.ts";
import { Coordinator } from "./coordinator.ts";
import type { CoordinatorSetting } from "./coordinator-setting.ts";
import { DatabaseFault } from "./database.ts";
import { answering } from "./endpoints.ts";
import { faultFields } from "./log.ts";
import { Peers } from "./peers.ts";
import { ProblemFault } from "./problem-fault.ts";
import { answerEverybody } from "./public-endpoints.ts";
import type { Limits } from "./rate-limit.ts";
import { problemReply, secured } from "./reply.ts";
import { answerRequesters } from "./requester-endpoints.ts";
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

/** The coordinator's endpoints; the table is `ENDPOINTS` of the protocol. */
export function createApp(setting: AppSetting): App {
  const { rosters, scheme, sha256, clock, log, random, store } = setting;
  const opening = Coordinator.open(setting);
  let opened: Coordinator | null = null;
  opening.then(
    (coordinator) => (opened = coordinator),
    () => {},
  );
  let isAbandoned = false;
  const isLost = () => isAbandoned || opened?.isLost === true;
  const untilLost = async (): Promise<void> => {
    const coordinator = await opening;
    await coordinator.lost;
    schedules.stop();
  };
  const tokens = new Tokens(setting.tokens, store.tokens);
  const askFor = async (query: unknown, requester: string) => {
    await tokens.demandMayAsk(requester, query, clock.nowMs());
    return (await opening).ask(query, requester);
  };
  const schedules = new Schedules({ schedules: setting.schedules, runs: store.scheduleRuns, clock, log, ask: askFor });
  const lost = untilLost();
  lost.catch(() => {});
  const gate = new CentreGate(rosters, scheme, sha256, clock);
  const callers = new Callers({ gate, tokens, peers: new Peers(setting.trustedProxies), limits: setting.limits, clock });
  const app = new Hono();

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

  const on = answering(app);
  answerEverybody(on, opening, setting);
  answerRequesters(on, opening, callers, schedules);
  answerCentres(on, opening, callers);

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
