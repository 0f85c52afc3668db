/** A party of a network: what it keeps for itself, and what the roster says of it. */
export interface Identity {
  readonly name: string;
  /** The contents of its `identity.json`: secret. */
  readonly file: unknown;
}

/** How a network on this machine gets its keys and its signed roster. */
export interface Keys {
  createIdentity(name: string): Identity;
  /** The contents of `roster.json`: the centres and their public keys, signed. */
  signRoster(coordinator: Identity, centres: readonly Identity[]): unknown;
}
