import type { Random } from "@tutti/field";
import { contentHash } from "@tutti/envelope";
import { Channel, compute, type Numbers, type Participation, RoundMail, sessionName, SessionStop, type Step } from "@tutti/protocol";
import { type Round, schemeFor, SharingFault } from "@tutti/sharing";
import { aead, sha256 } from "@tutti/platform";

/** What a liar says in an exchange in place of what it should. */
export type Lie = (round: Round, exchange: number) => Round;

/** A participant that follows the protocol except for its lies: all its mail is well sealed, as that of a centre that is broken into would be. */
export class Liar {
  readonly name: string;
  readonly #channel: Channel;
  readonly #mail: RoundMail;
  readonly #participation: Participation;
  readonly #computing: ReturnType<typeof compute>;
  readonly #lie: Lie;
  #honest: Round | null = null;
  #exchange = 0;

  constructor(participation: Participation, numbers: Numbers, random: Random, lie: Lie) {
    const { session, participants, self, keys, committee, plan, policy, guard, offer } = participation;
    const scheme = schemeFor(committee.length);
    this.name = sessionName(session);
    this.#participation = participation;
    this.#lie = lie;
    this.#channel = new Channel({ session, participants, self, keys, keyPiece: random(32), sha256, aead });
    this.#mail = new RoundMail(participation, scheme);
    const dealers = participants.map((_, i) => ({ contributes: true, holder: committee.includes(i) ? committee.indexOf(i) : null }));
    const holder = committee.indexOf(self);
    const query = contentHash(offer.query);
    this.#computing = compute({ plan, policy, scheme, dealers, self, holder, participants, guard, query, numbers, random });
  }

  start(): Step {
    return this.#advance(() => this.#computing.next());
  }

  heard(delivery: Uint8Array): Step {
    return this.#advance(() => {
      const { participants, committee } = this.#participation;
      const from = this.#exchange === 0 ? [...participants.keys()] : committee;
      const heard = this.#channel.hear(delivery, from);
      this.#exchange++;
      return this.#computing.next(this.#mail.hear(this.#honest!, heard, this.#channel.challenge()));
    });
  }

  recorded(): Step {
    return this.#advance(() => this.#computing.next({ dealt: [], opened: [], openedWide: [], challenge: new Uint8Array(0) }));
  }

  stop(stop: SessionStop): Step {
    return { kind: "stopped", stop, envelope: { payloadType: "", payload: "", signatures: [] } };
  }

  #advance(next: () => ReturnType<ReturnType<typeof compute>["next"]>): Step {
    try {
      const step = next();
      if (step.done) return this.stop(new SessionStop("ended", "the liar has come to the end"));
      if ("record" in step.value) return { kind: "record", cells: step.value.record };
      this.#honest = step.value;
      const said = this.#mail.say(this.#lie(step.value, this.#exchange), this.#exchange);
      return { kind: "exchange", exchange: this.#exchange, bundle: this.#channel.say(this.#exchange, said) };
    } catch (fault) {
      if (fault instanceof SessionStop) return this.stop(fault);
      if (fault instanceof SharingFault) return this.stop(new SessionStop("defect", fault.message));
      throw fault;
    }
  }
}
