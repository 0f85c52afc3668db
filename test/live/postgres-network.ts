import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TrialPostgres } from "@tutti/coordinator/postgres-trial";
import { HandNetwork } from "./hand-network.ts";
import type { LiveCentres } from "./sandbox-folder.ts";

const UNLIMITED = { perMinute: 1_000_000, burst: 1_000_000 };

/** A network driven by hand whose coordinators keep what they know in a real PostgreSQL. */
export class PostgresNetwork {
  readonly server: TrialPostgres;
  /** None of its programs runs at first. */
  readonly network: HandNetwork;
  /** The address of the database in use. */
  readonly url: string;

  private constructor(server: TrialPostgres, network: HandNetwork, url: string) {
    this.server = server;
    this.network = network;
    this.url = url;
  }

  /** Starts the server, and writes the configurations. */
  static async start(centres: LiveCentres): Promise<PostgresNetwork> {
    const server = await TrialPostgres.start();
    const url = await server.database();
    const network = new HandNetwork(centres, {
      store: undefined,
      database: "database-url",
      deadlines: { exchangeMs: 3_000 },
      limits: { address: UNLIMITED, centre: UNLIMITED, asking: UNLIMITED, reading: UNLIMITED },
    });
    writeFileSync(join(network.folder, "coordinator/database-url"), `${url}\n`, { mode: 0o600 });
    return new PostgresNetwork(server, network, url);
  }

  /** Ends everything, and removes what it wrote. */
  async remove(): Promise<void> {
    await this.network.remove();
    await this.server.stop();
  }
}
