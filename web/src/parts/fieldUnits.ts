/** The units of a project's and a profile's own figures; those of registered quantities come from the service. */
export const FIELD_UNITS: Readonly<Record<string, string>> = {
  land_mu: "mu",
  floor_area_m2: "m2",
  power_kva: "kVA",
  labour_persons: "persons",
  land_price_10k_cny_per_mu: "10k CNY/mu",
  rent_cny_per_m2_month: "CNY/(m2·month)",
  tariff_cny_per_kwh: "CNY/kWh",
  wage_cny_per_month: "CNY/month",
  min_investment_10k_cny_per_mu: "10k CNY/mu",
  min_tax_10k_cny_per_mu: "10k CNY/mu",
  min_tax_cny_per_m2: "CNY/m2",
  max_energy_tce_per_10k_cny: "tce/10k CNY",
  lon: "degree",
  lat: "degree",
};
