/** Why camera, microphone or screen cannot be had, and what to do. */

/** What was asked for. */
export type MediaWish =
  | "camera and microphone"
  | "microphone"
  | "camera"
  | "screen";

/** A sentence for what `getUserMedia` and `getDisplayMedia` reject with. */
export function explainMediaTrouble(error: unknown, wish: MediaWish): string {
  const name = error instanceof Error ? error.name : "";
  switch (name) {
    case "NotAllowedError":
      return wish === "screen"
        ? "Nothing is shown: no screen or window was chosen, or the system " +
          "forbids it. Choose one to share it."
        : `This page may not use ${wish}. Allow it in the browser's settings ` +
          "for this site, beside the address, then try again.";
    case "NotFoundError":
    case "OverconstrainedError":
      return wish === "camera and microphone"
        ? "No camera or no microphone was found. Connect it and try again, or " +
          "start an audio call."
        : `No ${wish} was found. Connect one and try again.`;
    case "NotReadableError":
    case "AbortError":
      return `The ${wish} cannot be used: perhaps another program has it. ` +
        "Close that and try again.";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
