/** The database could not do what it should. What the database said is not passed on, for it may hold values. */
export class SourceError extends Error {
  override readonly name = "SourceError";
}
