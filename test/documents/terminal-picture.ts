const CHARACTER = { width: 8.43, height: 20, size: 14 } as const;
const MARGIN = { side: 24, top: 52, bottom: 20 } as const;
const COLOURS = { ground: "#0f172a", bar: "#1e293b", text: "#e2e8f0", dim: "#94a3b8", bold: "#f8fafc", prompt: "#38bdf8" } as const;

interface Piece {
  readonly column: number;
  readonly text: string;
  readonly style: "bold" | "dim" | "text" | "prompt";
}

/**
 * A terminal as an SVG: the command after a prompt, and below what it printed. Understands bold and dim, as `text` of packages/report writes
 * them. Each word stands at its own column, so that tables stay aligned in whatever font is there.
 */
export function terminalPicture(command: string, printed: string): string {
  const lines: (readonly Piece[])[] = [
    [
      { column: 0, text: "$", style: "prompt" },
      { column: 2, text: command, style: "bold" },
    ],
    [],
    ...printed.trimEnd().split("\n").map(piecesOf),
  ];
  const columns = Math.max(...lines.flat().map(({ column, text }) => column + [...text].length));
  const width = Math.ceil(columns * CHARACTER.width + 2 * MARGIN.side);
  const height = MARGIN.top + lines.length * CHARACTER.height + MARGIN.bottom;
  const rows = lines.flatMap((pieces, row) => pieces.map((piece) => textElement(piece, MARGIN.top + (row + 0.75) * CHARACTER.height)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(command)}">`,
    `<rect width="${width}" height="${height}" rx="10" fill="${COLOURS.ground}"/>`,
    `<path d="M0 36V10A10 10 0 0 1 10 0H${width - 10}A10 10 0 0 1 ${width} 10V36Z" fill="${COLOURS.bar}"/>`,
    ...["#f87171", "#fbbf24", "#4ade80"].map((fill, i) => `<circle cx="${22 + 20 * i}" cy="18" r="6" fill="${fill}"/>`),
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${CHARACTER.size}">`,
    ...rows,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function piecesOf(line: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let style: Piece["style"] = "text";
  let column = 0;
  // oxlint-disable-next-line no-control-regex
  for (const part of line.split(/(\u001B\[\d+m| {2,})/)) {
    if (part === "\u001B[1m") style = "bold";
    else if (part === "\u001B[2m") style = "dim";
    else if (part === "\u001B[22m") style = "text";
    else {
      if (part.trim() !== "") {
        const lead = part.length - part.trimStart().length;
        pieces.push({ column: column + lead, text: part.trim(), style });
      }
      column += [...part].length;
    }
  }
  return pieces;
}

function textElement({ column, text, style }: Piece, y: number): string {
  const length = [...text].length * CHARACTER.width;
  const x = (MARGIN.side + column * CHARACTER.width).toFixed(1);
  const weight = style === "bold" ? ' font-weight="bold"' : "";
  if (/^─+$/.test(text))
    return `<line x1="${x}" x2="${(Number(x) + length).toFixed(1)}" y1="${y - 5}" y2="${y - 5}" stroke="${COLOURS.dim}" stroke-opacity="0.6"/>`;
  return `<text x="${x}" y="${y}" fill="${COLOURS[style]}"${weight} textLength="${length.toFixed(1)}" lengthAdjust="spacingAndGlyphs">${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
