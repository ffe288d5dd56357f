import type { Proof } from "../rooms/history.ts";

/** Of a post whose stamp nobody looks at. */
export const NO_PROOF: Proof = {
  stamp: "",
  origin: "",
  signature: undefined,
  isLocal: true,
};
