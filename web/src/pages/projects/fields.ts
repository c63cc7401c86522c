import type { Schemas } from "../../api/client";

type Read = Schemas["ProjectRead"];
type Write = Schemas["ProjectWrite"];

/** The figures of a project with their units, in the order in which people read them. */
export const FIGURES = {
  money: {
    fixed_investment_10k_cny: "10k CNY",
    annual_output_10k_cny: "10k CNY",
    annual_value_added_10k_cny: "10k CNY",
    annual_tax_10k_cny: "10k CNY",
    annual_energy_tce: "tce",
    annual_electricity_kwh: "kWh",
  },
  needs: { land_mu: "mu", floor_area_m2: "m2", power_kva: "kVA", labour_persons: "persons" },
  ceilings: {
    max_land_price_10k_cny_per_mu: "10k CNY/mu",
    max_rent_cny_per_m2_month: "CNY/(m2·month)",
    max_tariff_cny_per_kwh: "CNY/kWh",
    max_wage_cny_per_month: "CNY/month",
  },
} as const;

/** Needs and ceilings may each be made hard. */
export const HARDENABLE: string[] = [...Object.keys(FIGURES.needs), ...Object.keys(FIGURES.ceilings)];

/** What the form holds: the body, with the quantities as rows that can be added and taken away. */
export type FormValues = Omit<Write, "quantities"> & { quantities: { name?: string; value?: number | null }[] };

export const BLANK: FormValues = {
  name: "",
  industry_code: "",
  origin_region_code: "",
  products: [],
  inputs: [],
  materials: [],
  site_mode: "build",
  must: ["land_mu", "floor_area_m2", "power_kva"],
  programmes: [],
  visibility: "private",
  shared_with: [],
  disclosure: "teaser",
  quantities: [],
};

// What the service adds to a project; a body that names them is refused.
export const ADDED = [
  "id",
  "organisation_id",
  "stage",
  "version",
  "created_at",
  "updated_at",
  "bands",
  "withheld",
] as const satisfies (keyof Read)[];

export function toForm(project: Read): FormValues {
  const fields: Partial<Read> = { ...project };
  for (const name of ADDED) delete fields[name];
  const quantities = Object.entries(project.quantities ?? {}).map(([name, value]) => ({ name, value: Number(value) }));
  return { ...(fields as Write), quantities };
}

/** The body of the form: an emptied field is null, a row without name or figure is none. */
export function toBody(values: FormValues): Write {
  const { quantities, materials, ...fields } = values;
  const emptied = Object.entries(fields).map(([name, value]) => [name, value === "" || value === undefined ? null : value]);
  return {
    ...(Object.fromEntries(emptied) as Omit<Write, "quantities" | "materials">),
    // A required text that is empty is refused by the service at its field; null would be "not a text".
    name: values.name ?? "",
    industry_code: values.industry_code ?? "",
    origin_region_code: values.origin_region_code ?? "",
    materials: (materials ?? []).filter((row) => row?.name),
    quantities: Object.fromEntries(
      quantities.flatMap(({ name, value }) => (name && value !== null && value !== undefined ? [[name, value]] : [])),
    ),
  };
}

/** Where the form shows an error of the body: quantities are rows there, and a dry run wraps the body. */
export function placeOf(values: FormValues): (path: (string | number)[]) => (string | number)[] {
  return (path) => {
    const own = path[0] === "project" ? path.slice(1) : path;
    if (own[0] !== "quantities" || own.length < 2) return own;
    return ["quantities", values.quantities.findIndex(({ name }) => name === own[1]), "value"];
  };
}
