import { type Labels, type LabelValues, Series } from "./series.ts";

/** Counts up. */
export interface Counter<L extends Labels> {
  add(values: LabelValues<L>, by?: number): void;
}

/** Says how much there is at the moment. */
export interface Gauge<L extends Labels> {
  set(values: LabelValues<L>, to: number): void;
}

/** Counts values by size. */
export interface Histogram<L extends Labels> {
  observe(values: LabelValues<L>, value: number): void;
}

/** One line of the text: what is appended to the family's name, its labels, its value. */
type Sample = readonly [suffix: string, labels: string, value: number];

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  samples(): readonly Sample[];
}

/** Upper bounds in seconds, from a millisecond to two minutes. */
export const SECONDS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/**
 * All metrics of one process. Names and the values of labels are fixed when a family is made, so that neither what is asked nor what is counted can make
 * a new series.
 */
export class Metrics {
  readonly #families: Family[] = [];

  /** @param name ends with `_total` */
  counter<const L extends Labels>(name: string, help: string, labels: L): Counter<L> {
    const series = new Series(labels, () => ({ value: 0 }));
    this.#add({ name, help, type: "counter", samples: () => [...series.entries()].map(([text, { value }]) => ["", text, value]) });
    return {
      add: (values, by = 1) => {
        series.of(values).value += by;
      },
    };
  }

  gauge<const L extends Labels>(name: string, help: string, labels: L): Gauge<L> {
    const series = new Series(labels, () => ({ value: 0 }));
    this.#add({ name, help, type: "gauge", samples: () => [...series.entries()].map(([text, { value }]) => ["", text, value]) });
    return {
      set: (values, to) => {
        series.of(values).value = to;
      },
    };
  }

  /** A gauge or counter that is read when the text is made. */
  read(type: "gauge" | "counter", name: string, help: string, value: () => number): void {
    this.#add({ name, help, type, samples: () => [["", "", value()]] });
  }

  /** @param bounds upper bounds, rising */
  histogram<const L extends Labels>(name: string, help: string, labels: L, bounds: readonly number[] = SECONDS): Histogram<L> {
    const series = new Series(labels, () => ({ buckets: bounds.map(() => 0), count: 0, sum: 0 }));
    this.#add({
      name,
      help,
      type: "histogram",
      samples: () =>
        [...series.entries()].flatMap(([text, { buckets, count, sum }]): Sample[] => {
          const bucket = (bound: string) => [text, `le="${bound}"`].filter(Boolean).join(",");
          return [
            ...bounds.map((bound, i): Sample => ["_bucket", bucket(String(bound)), buckets[i]!]),
            ["_bucket", bucket("+Inf"), count],
            ["_sum", text, sum],
            ["_count", text, count],
          ];
        }),
    });
    return {
      observe: (values, value) => {
        const one = series.of(values);
        bounds.forEach((bound, i) => {
          if (value <= bound) one.buckets[i]!++;
        });
        one.count++;
        one.sum += value;
      },
    };
  }

  /** Everything in the text format of Prometheus, version 0.0.4. */
  text(): string {
    return this.#families
      .map(({ name, help, type, samples }) => {
        const lines = samples().map(([suffix, labels, value]) => `${name}${suffix}${labels === "" ? "" : `{${labels}}`} ${value}\n`);
        return `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n${lines.join("")}`;
      })
      .join("");
  }

  #add(family: Family): void {
    if (!/^[a-z][a-z0-9_]*$/.test(family.name)) throw new RangeError(`${family.name} can't be the name of a metric`);
    if (this.#families.some(({ name }) => name === family.name)) throw new RangeError(`there are two metrics called ${family.name}`);
    this.#families.push(family);
  }
}

/** The media type of `Metrics.text()`. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";
