import { datasetSchema } from "@tutti/dataset";
import { policySchema, releaseSchema } from "@tutti/disclosure";
import { envelopeSchema } from "@tutti/envelope";
import { logFileSchema, receiptSchema, ROSTER, standingRulesSchema } from "@tutti/protocol";
import { querySchema, reportSchema } from "@tutti/query";

/** What is asked of a schema's conversion. */
interface Conversion {
  readonly io: "output";
  readonly override: (made: { readonly jsonSchema: ObjectSchema }) => void;
}

interface ObjectSchema {
  required?: string[] | undefined;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
}

/** One published file format. */
interface Format {
  readonly schema: { toJSONSchema(options: Conversion): object };
  readonly title: string;
  readonly description: string;
  /** Whether its writer may leave every member out, for what is absent comes from elsewhere. */
  readonly partial?: true;
}

const FORMATS: Readonly<Record<string, Format>> = {
  dataset: {
    schema: datasetSchema,
    title: "dataset.json",
    description: "The data dictionary of one disease: variables, codes, units, grids, cut points.",
  },
  query: { schema: querySchema, title: "query.json", description: "Which patients, split by what, and which numbers." },
  policy: {
    schema: policySchema,
    title: "policy.json",
    description: "The rule by which numbers are opened. Absent members are those of the profile.",
    partial: true,
  },
  rules: {
    schema: standingRulesSchema,
    title: "rules.json",
    description: "A centre's standing rules: what it answers, what waits for a person, what it refuses.",
  },
  report: { schema: reportSchema, title: "report.json", description: "A titled list of queries, and how the answers are laid out." },
  roster: {
    schema: ROSTER.schema,
    title: "The payload of roster.json",
    description: "Who belongs to a network, and their public keys. The file itself is an envelope, signed by the coordinator.",
  },
  release: {
    schema: releaseSchema,
    title: "The payload of release.json",
    description: "What was opened. The file itself is an envelope, or these fields with the envelope beside them.",
  },
  receipt: {
    schema: receiptSchema,
    title: "receipt.json",
    description:
      "Where a release comes from: the signed offer and formation, and that the coordinator's log holds the release under its session.",
  },
  log: {
    schema: logFileSchema,
    title: "log.json",
    description: "The coordinator's log, whole: every entry from the first on, and the signed head that they make.",
  },
  envelope: { schema: envelopeSchema, title: "A signed artefact", description: "DSSE 1.0.2 over canonical JSON, signed with Ed25519." },
};

/**
 * The JSON Schemas (draft 2020-12) of the public files, as text by name, made from the schemas that the programs check with. They say the shape;
 * what goes across fields (a cut on its grid, ids that differ) the programs check beyond it.
 */
export function jsonSchemas(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(FORMATS).map(([name, { schema, title, description, partial }]) => {
      const made = schema.toJSONSchema({ io: "output", override: ({ jsonSchema }) => mayLeaveOutDefaults(jsonSchema) });
      const text = JSON.stringify(
        {
          $schema: "https://json-schema.org/draft/2020-12/schema",
          title,
          description,
          ...made,
          ...(partial === true ? { required: undefined } : {}),
        },
        null,
        2,
      );
      return [name, `${text.replaceAll("__schema0", "condition")}\n`];
    }),
  );
}

/** A writer may leave out what has a default; readers fill it in. */
function mayLeaveOutDefaults(object: ObjectSchema): void {
  if (object.required === undefined) return;
  const required = object.required.filter((key) => !hasDefault(object.properties?.[key]));
  if (required.length > 0) object.required = required;
  else delete object.required;
}

function hasDefault(property: unknown): boolean {
  return typeof property === "object" && property !== null && "default" in property;
}
