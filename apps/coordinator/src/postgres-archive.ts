import { ArchiveWriter, insertion, ROWS_AT_ONCE, rowsIn } from "./archive.ts";
import { DatabaseFault } from "./database.ts";
import { KEPT_TABLES } from "./migrations.ts";
import { PostgresDatabase } from "./postgres-database.ts";

/**
 * Copies one moment of a PostgreSQL database into an archive, beside replicas that run.
 * @param path where no file is, or an empty one
 * @throws DatabaseFault when the database can't be read, or the archive not be written
 */
export async function archivePostgres(url: string, path: string): Promise<void> {
  const database = await PostgresDatabase.open(url);
  const archive = new ArchiveWriter(path);
  try {
    await database.snapshot(async (run) => {
      for (const table of KEPT_TABLES) {
        await run(`DECLARE kept NO SCROLL CURSOR FOR SELECT * FROM ${table}`);
        for (let rows = await run(`FETCH ${ROWS_AT_ONCE} FROM kept`); rows.length > 0; rows = await run(`FETCH ${ROWS_AT_ONCE} FROM kept`))
          await archive.add(table, rows);
        await run("CLOSE kept");
      }
    });
  } finally {
    await archive.close();
    await database.close();
  }
}

/**
 * Puts an archive into an empty PostgreSQL database, all of it or nothing.
 * @throws DatabaseFault when the database holds something already, or can't be written
 */
export async function fillPostgres(url: string, path: string): Promise<void> {
  const database = await PostgresDatabase.open(url);
  try {
    await database.transaction(async (run) => {
      for (const table of KEPT_TABLES) {
        // A replica that has started has written the roster into the log.
        await run(`LOCK TABLE ${table} IN EXCLUSIVE MODE`);
        if ((await run(`SELECT 1 AS one FROM ${table} LIMIT 1`)).length > 0)
          throw new DatabaseFault("the database is not empty: stop all replicas, and give a new, empty one");
      }
      for (const table of KEPT_TABLES)
        for await (const rows of rowsIn(path, table))
          for (const row of rows) {
            const { sql, values } = insertion(table, row);
            await run(sql, ...values);
          }
    });
  } finally {
    await database.close();
  }
}
