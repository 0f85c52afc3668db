/** Where the agent tells its engineer what it does: names, hashes, causes, durations; never data, a key, or a value. */
export interface AgentLog {
  debug(about: object, message: string): void;
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
  error(about: object, message: string): void;
}
