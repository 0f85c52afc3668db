import { type Policy, type Release, release, releaseAgain } from "@tutti/disclosure";
import {
  type Aead,
  canonical,
  contentHash,
  type Envelope,
  type Identity,
  readCanonical,
  type Sha256,
  type SignatureScheme,
} from "@tutti/envelope";
import type { Random } from "@tutti/field";
import { type Dealer, type Dealing, type Heard, parcels, type Scheme, schemeFor, SharingFault } from "@tutti/sharing";
import { Channel, encodeParcel, type HeardFrom, RESULT_EXCHANGE, type Said } from "./channel.ts";
import { compute, dealingOf, type Numbers, secretsOf } from "./computation.ts";
import { signMessage } from "./message.ts";
import { type Participation, sessionName } from "./participation.ts";
import type { LeftSession } from "./reformation.ts";
import { RELEASE } from "./released.ts";
import { RoundMail } from "./round-mail.ts";
import { SessionStop, STOP } from "./stop.ts";

/** What a session asks of its host next. */
export type Step =
  /** Post these bytes in this exchange, and give `heard` what the coordinator delivers. */
  | { readonly kind: "exchange"; readonly exchange: number; readonly bundle: Uint8Array }
  /** Write down durably which cells open, then call `recorded`. `cells` is null where this participant holds no points and can't know. */
  | { readonly kind: "record"; readonly cells: readonly number[] | null }
  /** Hand in the signed release: the session is over. */
  | { readonly kind: "release"; readonly release: Release; readonly envelope: Envelope }
  /** Hand in the signed stop: the session is over, and nothing more is said. */
  | { readonly kind: "stopped"; readonly stop: SessionStop; readonly envelope: Envelope };

/** What a session is run with. */
export interface SessionParts {
  readonly identity: Identity;
  readonly scheme: SignatureScheme;
  readonly random: Random;
  readonly sha256: Sha256;
  readonly aead: Aead;
}

type Asked =
  | { readonly kind: "exchange"; readonly exchange: number; readonly said: Said; readonly from: readonly number[] }
  | Extract<Step, { kind: "record" }>;
type Course = Generator<Asked, Release, readonly (HeardFrom | null)[]>;

/**
 * One participant's run of one query, as a machine without I/O: it says what to do next (`Step`), and is told what came of it.
 * It opens nothing unless everything that it heard holds together, and after a stop it says nothing more.
 */
export class Session {
  /** Its name in addresses and logs. */
  readonly name: string;
  readonly #participation: Participation;
  readonly #parts: SessionParts;
  readonly #channel: Channel;
  readonly #scheme: Scheme;
  readonly #dealers: readonly Dealer[];
  readonly #mail: RoundMail;
  readonly #course: Course;
  /** The last dealing, whose dealers a `deal` fault counts. */
  #dealing: Dealing | null = null;
  #asked: Asked | null = null;
  /** Whether more than the deal has been said. */
  #bound = false;

  constructor(participation: Participation, numbers: Numbers, parts: SessionParts) {
    const { session, participants, self, keys, committee } = participation;
    this.name = sessionName(session);
    this.#participation = participation;
    this.#parts = parts;
    const { random, sha256, aead } = parts;
    this.#channel = new Channel({ session, participants, self, keys, keyPiece: random(32), sha256, aead });
    this.#scheme = schemeFor(committee.length);
    this.#mail = new RoundMail(participation, this.#scheme);
    this.#dealers = participants.map((_, i) => ({ contributes: true, holder: committee.includes(i) ? committee.indexOf(i) : null }));
    this.#course = committee.includes(self) ? this.#asHolder(numbers) : this.#asOutsider(numbers);
  }

  /** Who takes part, in session order. */
  get participants(): readonly string[] {
    return this.#participation.participants;
  }

  /** The policy in force: the strictest of the network's and the participants'. */
  get policy(): Policy {
    return this.#participation.policy;
  }

  /** Until when it has to be over, in milliseconds since 1970. */
  get deadlineMs(): number {
    return this.#participation.deadlineMs;
  }

  /** How long the deal, exchange 0, may take after its first bundle. */
  get dealMs(): number {
    return this.#participation.dealMs;
  }

  /** The first step. */
  start(): Step {
    return this.#advance(() => this.#course.next());
  }

  /** The next step, after the coordinator delivered the exchange asked for. */
  heard(delivery: Uint8Array): Step {
    return this.#advance(() => {
      if (this.#asked?.kind !== "exchange") throw new SessionStop("defect", "nothing was to be heard");
      const heard = this.#channel.hear(delivery, this.#asked.from);
      if (this.#asked.exchange === 0 && this.#channel.gone.size > 0) throw incompleteDeal();
      return this.#course.next(heard);
    });
  }

  /** The next step, after the record was written. */
  recorded(): Step {
    return this.#advance(() => {
      if (this.#asked?.kind !== "record") throw new SessionStop("defect", "nothing was to be written");
      return this.#course.next([]);
    });
  }

  /** Gives the session up for one that is formed anew; null when more than its deal was said in it, or it is over: then it is for good. */
  leave(): LeftSession | null {
    if (this.#bound || this.#asked?.kind !== "exchange") return null;
    this.#asked = null;
    const { participants, committee } = this.#participation;
    return { participants, holders: committee.map((i) => participants[i]!) };
  }

  /** Ends the session from outside: the ledger can't be written, the coordinator has ended it, time is over. */
  stop(stop: SessionStop): Step {
    this.#asked = null;
    const value = { session: this.name, centre: this.#parts.identity.name, cause: stop.cause, blame: stop.blame.slice(0, 20) };
    return { kind: "stopped", stop, envelope: signMessage(STOP, value, this.#parts.identity, this.#parts.scheme) };
  }

  #advance(next: () => IteratorResult<Asked, Release>): Step {
    try {
      const step = next();
      if (step.done) {
        this.#asked = null;
        return {
          kind: "release",
          release: step.value,
          envelope: signMessage(RELEASE, step.value, this.#parts.identity, this.#parts.scheme),
        };
      }
      this.#asked = step.value;
      if (step.value.kind === "record") return step.value;
      const { exchange, said } = step.value;
      this.#bound ||= exchange > 0;
      return { kind: "exchange", exchange, bundle: this.#channel.say(exchange, said) };
    } catch (fault) {
      return this.stop(this.#stopOf(fault));
    }
  }

  *#asHolder(numbers: Numbers): Course {
    const { plan, policy, guard, offer, committee, self, participants } = this.#participation;
    const holder = committee.indexOf(self);
    const [scheme, dealers, random] = [this.#scheme, this.#dealers, this.#parts.random];
    const query = contentHash(offer.query);
    const computing = compute({ plan, policy, scheme, dealers, self, holder, participants, guard, query, numbers, random });
    let exchange = 0;
    let next = computing.next();
    while (!next.done) {
      const asked = next.value;
      if ("record" in asked) {
        yield { kind: "record", cells: asked.record };
        next = computing.next(HEARD_NOTHING);
        continue;
      }
      const from = exchange === 0 ? [...participants.keys()] : committee;
      if (asked.deal !== null) this.#dealing = asked.deal.what;
      const heard = yield { kind: "exchange", exchange, said: this.#mail.say(asked, exchange), from };
      next = computing.next(this.#mail.hear(asked, heard, this.#channel.challenge()));
      exchange++;
    }
    const { opened, repeated, contributors } = next.value;
    const about = this.#about(contributors.length, repeated);
    const made = "counts" in opened ? release(plan, opened, about) : releaseAgain(opened.release!, dayOf(opened.atMs), about);
    if (committee.length < participants.length) yield { kind: "exchange", ...resultExchange(participants.length, canonical(made)) };
    return made;
  }

  /** A participant outside of the committee: it deals, and signs the result that more of the committee tell it than could lie together. */
  *#asOutsider(numbers: Numbers): Course {
    const { plan, policy, guard, participants, self, committee } = this.#participation;
    yield { kind: "record", cells: null };
    const what = dealingOf({ plan, policy, scheme: this.#scheme, dealers: this.#dealers, guard });
    const dealt = parcels(what, self, secretsOf(numbers, guard, this.#dealers), this.#parts.random);
    const parts = participants.map((_, to) => (committee.includes(to) ? encodeParcel(dealt[committee.indexOf(to)]!) : EMPTY));
    yield { kind: "exchange", exchange: 0, said: { broadcast: EMPTY, parts }, from: [...participants.keys()] };
    const heard = yield { kind: "exchange", ...resultExchange(participants.length, EMPTY) };
    const told = new Map<string, { bytes: Uint8Array; times: number }>();
    for (const holder of committee) {
      const bytes = heard[holder]?.broadcast;
      if (bytes === undefined) continue;
      const key = contentHash(Array.from(this.#parts.sha256(bytes)));
      told.set(key, { bytes, times: (told.get(key)?.times ?? 0) + 1 });
    }
    const agreed = [...told.values()].find(({ times }) => times > this.#scheme.degree);
    const value = agreed === undefined ? null : RELEASE.schema.safeParse(parsed(agreed.bytes));
    if (!value?.success) throw new SessionStop("disagreement", "the committee did not tell one result: ask again");
    return value.data;
  }

  #about(contributed: number, repeated: readonly number[]) {
    const { offer, policy, participants } = this.#participation;
    const centres = { invited: offer.invited.length, contributed, finished: participants.length - this.#channel.gone.size };
    return {
      query: contentHash(offer.query),
      roster: offer.roster,
      policy,
      centres,
      strength: this.#scheme.strength,
      ...(repeated.length === 0 ? {} : { repeated }),
    };
  }

  #stopOf(fault: unknown): SessionStop {
    if (fault instanceof SessionStop) return fault;
    if (!(fault instanceof SharingFault))
      return new SessionStop("defect", "the session stopped on a mistake in this program: please report it");
    const { participants, committee } = this.#participation;
    switch (fault.kind) {
      case "opening":
        return new SessionStop(
          "opening",
          fault.message,
          fault.blame.map((holder) => participants[committee[holder]!]!),
        );
      case "deal":
        return new SessionStop(
          "deal",
          fault.message,
          fault.blame.map((dealer) => participants[this.#mail.participantOf(this.#dealing!, dealer)]!),
        );
      case "missing":
        return new SessionStop("tooFewCentres", "too many centres fell silent to finish the session: ask again when they can be reached");
      case "defect":
        return new SessionStop("defect", fault.message);
    }
  }
}

const EMPTY = new Uint8Array(0);

/** Whose patients are in the answer has to be what the formation says, also for the guard of later sessions. */
function incompleteDeal(): SessionStop {
  return new SessionStop(
    "formation",
    "a participant is missing in the deal, and the session was not formed anew without it: are coordinator and agents of one version?",
  );
}

/** The day of a time, in UTC. */
function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

const HEARD_NOTHING: Heard = { dealt: [], opened: [], openedWide: [], challenge: EMPTY };

function resultExchange(participants: number, broadcast: Uint8Array) {
  const parts = Array.from({ length: participants }, () => EMPTY);
  return { exchange: RESULT_EXCHANGE, said: { broadcast, parts }, from: Array.from({ length: participants }, (_, i) => i) };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return readCanonical(bytes);
  } catch {
    return null;
  }
}
