import { ENDPOINTS, type EndpointName, ROLES } from "@tutti/protocol";
import { z } from "zod";
import { type Database, type Row, statement } from "./database.ts";
import type { TokenEntry } from "./tokens.ts";

/** A token that was made by command, as it is kept. The token itself is not. */
export interface KeptToken extends TokenEntry {
  /** By which it is revoked. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
  /** Milliseconds since 1970; null while it counts. */
  readonly revokedAtMs: number | null;
}

const ADD = `
  INSERT INTO token (id, hash, name, role, datasets, actions, created_at_ms, expires_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
const ALL = "SELECT * FROM token ORDER BY created_at_ms, id";
const BY_HASH = "SELECT * FROM token WHERE hash = ?";
const BY_NAME = "SELECT * FROM token WHERE name = ?";
const REVOKE = "UPDATE token SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL RETURNING id";

const listSchema = z.string().nullable();
const endpointNames = Object.keys(ENDPOINTS) as EndpointName[];
const datasetsSchema = z.array(z.string()).optional();
const actionsSchema = z.array(z.enum(endpointNames)).optional();
const roleSchema = z.enum(ROLES);

/** The tokens that were made by command: table `token` of the coordinator's database. What is revoked counts no more from that moment on, at every replica. */
export class KeptTokens {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async add({ id, hash, name, role, datasets, actions, createdAtMs, expiresAtMs }: KeptToken): Promise<void> {
    const values = [id, hash, name, role, textOf(datasets), textOf(actions), createdAtMs, expiresAtMs ?? null] as const;
    await this.#database.write(statement(ADD, ...values));
  }

  /** All, the oldest first, those that count no more among them. */
  async all(): Promise<readonly KeptToken[]> {
    return (await this.#database.rows(ALL)).map(tokenOf);
  }

  /** The token of this hash, also when it counts no more; or null. */
  async byHash(hash: string): Promise<KeptToken | null> {
    const [row] = await this.#database.rows(BY_HASH, hash);
    return row === undefined ? null : tokenOf(row);
  }

  async ofName(name: string): Promise<readonly KeptToken[]> {
    return (await this.#database.rows(BY_NAME, name)).map(tokenOf);
  }

  /** Ends a token; false when there is none of this id that counts. */
  async revoke(id: string, nowMs: number): Promise<boolean> {
    return (await this.#database.rows(REVOKE, nowMs, id)).length > 0;
  }
}

function tokenOf(row: Row): KeptToken {
  const expiresAtMs = row["expires_at_ms"];
  return {
    id: String(row["id"]),
    hash: String(row["hash"]),
    name: String(row["name"]),
    role: roleSchema.parse(row["role"]),
    datasets: datasetsSchema.parse(listOf(row["datasets"])),
    actions: actionsSchema.parse(listOf(row["actions"])),
    createdAtMs: Number(row["created_at_ms"]),
    expiresAtMs: expiresAtMs === null ? undefined : Number(expiresAtMs),
    revokedAtMs: row["revoked_at_ms"] === null ? null : Number(row["revoked_at_ms"]),
  };
}

function textOf(list: readonly string[] | undefined): string | null {
  return list === undefined ? null : JSON.stringify(list);
}

function listOf(value: unknown): unknown {
  const text = listSchema.parse(value);
  return text === null ? undefined : JSON.parse(text);
}
