import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TrialPostgres } from "@tutti/coordinator/trial/trial-postgres";
import { HandNetwork } from "./hand-network.ts";
import type { LiveCentres } from "./sandbox-folder.ts";
import { type ReleasedPast, releasedPasts } from "./written-records.ts";

const UNLIMITED = { perMinute: 1_000_000, burst: 1_000_000 };

/** A network driven by hand whose coordinators keep what they know in a real PostgreSQL. */
export class PostgresNetwork {
  readonly server: TrialPostgres;
  /** None of its programs runs at first. */
  readonly network: HandNetwork;
  #url = "";

  private constructor(server: TrialPostgres, network: HandNetwork) {
    this.server = server;
    this.network = network;
  }

  /** Starts the server, and writes the configurations. */
  static async start(centres: LiveCentres): Promise<PostgresNetwork> {
    const server = await TrialPostgres.start();
    const network = new HandNetwork(centres, {
      store: undefined,
      database: "database-url",
      deadlines: { exchangeMs: 3_000 },
      limits: { address: UNLIMITED, centre: UNLIMITED, asking: UNLIMITED, reading: UNLIMITED },
    });
    const on = new PostgresNetwork(server, network);
    await on.beginAnew();
    return on;
  }

  /** The coordinators that are started from here on have an empty database. */
  async beginAnew(): Promise<void> {
    this.#url = await this.server.database();
    writeFileSync(join(this.network.folder, "coordinator/database-url"), `${this.#url}\n`, { mode: 0o600 });
  }

  /** The past sessions that were released, as the database has them. */
  async released(): Promise<readonly ReleasedPast[]> {
    return releasedPasts(await this.server.read(this.#url, "SELECT item FROM past"));
  }

  /** Ends everything, and removes what it wrote. */
  async remove(): Promise<void> {
    await this.network.remove();
    await this.server.stop();
  }
}
