import type { Profile } from "./figures";

export const STATE_COLOUR: Record<Profile["status"], string> = {
  draft: "default",
  published: "green",
  withdrawn: "default",
  submitted: "gold",
  returned: "red",
};

export const KINDS = ["county", "development_zone", "industrial_park", "enclave_park", "innovation_enclave", "parcel"] as const;
export const STATES = ["draft", "published", "withdrawn", "submitted", "returned"] as const;
