/** The cells of the table below a heading of a page, row by row, without head and rule. RangeError when there is no such heading or table. */
export function tableBelow(text: string, heading: string): readonly (readonly string[])[] {
  const from = text.indexOf(`\n${heading}\n`);
  if (from < 0) throw new RangeError(`there is no heading ${heading}`);
  const lines = text.slice(from).split("\n").slice(2);
  const start = lines.findIndex((line) => line.startsWith("|"));
  if (start < 0 || lines.slice(0, start).some((line) => line.startsWith("#"))) throw new RangeError(`there is no table below ${heading}`);
  const table = lines.slice(start);
  const end = table.findIndex((line) => !line.startsWith("|"));
  return table.slice(2, end < 0 ? undefined : end).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
