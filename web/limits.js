// What the service accepts in each field, taken from its OpenAPI document for the forms: bounds, lengths, units.
import { readFileSync, writeFileSync } from "node:fs";

/** The bodies that forms fill in, and the parts of them. */
const SCHEMAS = [
  "Answerer",
  "CommentWrite",
  "EnclaveTermsWrite",
  "Evidence",
  "FileLink",
  "FollowUp",
  "HoldWrite",
  "ItineraryQuery",
  "LedgerEntryWrite",
  "Material",
  "Member",
  "MilestoneWrite",
  "OpportunityWrite",
  "OutcomeWrite",
  "PoolWrite",
  "ProfileAnswerWrite",
  "ProfileRequestWrite",
  "ProfileWrite",
  "ProjectWrite",
  "RestrictedIndustry",
  "StageMove",
  "Stop",
  "SubmissionWrite",
  "TargetWrite",
  "VillageInvestment",
  "VisitWrite",
];
const KEPT = ["minimum", "maximum", "minLength", "maxLength", "maxItems", "pattern", "unit"];

const { components } = JSON.parse(readFileSync(new URL("../openapi/openapi.json", import.meta.url), "utf8"));

function limitOf(field) {
  const own = field.anyOf?.find(({ type }) => type !== "null") ?? field;
  const kept = KEPT.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]]]));
  return Object.fromEntries(kept);
}

const limits = Object.fromEntries(
  SCHEMAS.map((name) => {
    const { properties, required = [] } = components.schemas[name];
    const fields = Object.entries(properties).map(([field, schema]) => [
      field,
      { ...limitOf(schema), ...(required.includes(field) ? { required: true } : {}) },
    ]);
    return [name, Object.fromEntries(fields)];
  }),
);
const text = `// Written by limits.js from openapi.json.\nexport const LIMITS = ${JSON.stringify(limits, null, 1)} as const;\n`;
writeFileSync(new URL("src/api/limits.ts", import.meta.url), text);
