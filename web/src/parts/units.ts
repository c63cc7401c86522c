/** The service's units as people write them, in both languages. */
const UNITS: Record<string, readonly [zh: string, en: string]> = {
  mu: ["亩", "mu"],
  m2: ["平方米", "m²"],
  kVA: ["千伏安", "kVA"],
  persons: ["人", "persons"],
  "10k CNY": ["万元", "10k CNY"],
  "10k CNY/mu": ["万元/亩", "10k CNY/mu"],
  tce: ["吨标准煤", "tce"],
  "tce/10k CNY": ["吨标准煤/万元", "tce/10k CNY"],
  kWh: ["千瓦时", "kWh"],
  "CNY/kWh": ["元/千瓦时", "CNY/kWh"],
  "CNY/m2": ["元/平方米", "CNY/m²"],
  "CNY/(m2·month)": ["元/平方米·月", "CNY/(m²·month)"],
  "CNY/month": ["元/月", "CNY/month"],
  km: ["公里", "km"],
  degree: ["度", "°"],
  t: ["吨", "t"],
  "t/year": ["吨/年", "t/year"],
  "t/day": ["吨/日", "t/day"],
  "t/h": ["吨/时", "t/h"],
  m3: ["立方米", "m³"],
  "m3/h": ["立方米/时", "m³/h"],
  m: ["米", "m"],
  kV: ["千伏", "kV"],
  "kN/m2": ["千牛/平方米", "kN/m²"],
  "Gbit/s": ["吉比特/秒", "Gbit/s"],
  beds: ["床", "beds"],
  DWT: ["载重吨", "DWT"],
  day: ["天", "days"],
  month: ["个月", "months"],
};

/** The unit in the language; as the service writes it where it has no other name. */
export function unitName(unit: string, language: string): string {
  const names = UNITS[unit];
  return names === undefined ? unit : names[language === "en" ? 1 : 0];
}
