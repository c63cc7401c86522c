// Teaches the linter the schema keyword that this document adds: the unit of a number.
export default function units() {
  return {
    id: "units",
    typeExtension: {
      oas3(types) {
        const { Schema } = types;
        const unit = { type: "string", description: "Unit of the number: mu, kva, 10k_cny …" };
        return { ...types, Schema: { ...Schema, properties: { ...Schema.properties, unit } } };
      },
    },
  };
}
