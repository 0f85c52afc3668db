import type { Envelope } from "@tutti/envelope";
import type { Query } from "@tutti/query";
import type { CoordinatorSetting } from "./coordinator-setting.ts";
import type { Ending } from "./ending.ts";
import type { RunningSession } from "./running-session.ts";

/** What one query's run needs of its coordinator. */
export interface QueryRunSetting extends Pick<CoordinatorSetting, "identity" | "scheme" | "sha256" | "clock"> {
  readonly id: string;
  readonly requester: string;
  readonly query: Query;
  /** Milliseconds since 1970. */
  readonly askedAtMs: number;
  readonly queryMs: number;
  /** Once every connected centre has answered an offer, and enough of them with yes, the others have this long to turn up. */
  readonly graceMs: number;
  /** How long people have to decide. */
  readonly decideMs: number;
  readonly isConnected: (centre: string) => boolean;
  /** Makes a formation durable: nobody has it before. */
  readonly onForming: (session: RunningSession, formation: Envelope) => Promise<void>;
  readonly onFormed: (session: RunningSession) => void;
  /** Told when it waits for people, and its turn is over; and when they have decided, and it wants another one. */
  readonly onHeld: () => void;
  readonly onConsented: () => void;
  /** Makes an ending durable: nobody is told before. */
  readonly onEnding: (ending: Ending) => Promise<void>;
  /** What had to be made durable is not: the run goes no further. */
  readonly onUnwritten: (fault: unknown) => void;
  /** Told once, when all are told. */
  readonly onEnded: () => void;
}
