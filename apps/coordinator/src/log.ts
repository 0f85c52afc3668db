/** What the coordinator tells its operator: never a body, a token, a key. */
export interface Log {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
  error(about: object, message: string): void;
}
