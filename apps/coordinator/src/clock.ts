/** Time, passed in so that tests can hold it. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Runs something later, unless it is called off first. */
  after(ms: number, run: () => void): CallOff;
}

/** Calls off what was to be run; does nothing when it ran already. */
export type CallOff = () => void;

/** The clock of this machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Waits until `event` settles, `ms` milliseconds at most. */
export async function within(event: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  if (ms <= 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const callOff = clock.after(ms, resolve);
  await Promise.race([event, promise]);
  callOff();
}
