/** What fails, in words that say what to do next. */

/** Why this page cannot work here; undefined when it can. */
export function obstacleIn(
  { crypto, RTCPeerConnection, location }: {
    readonly crypto?: { readonly subtle?: unknown };
    readonly RTCPeerConnection?: unknown;
    readonly location: { readonly port: string };
  },
): string | undefined {
  if (crypto?.subtle === undefined) {
    const port = location.port === "" ? "" : `:${location.port}`;
    return "This page came over plain http, where browsers switch encryption " +
      "and cameras off. Open it by https; on the node's own machine " +
      `http://localhost${port}/demo/ works too.`;
  }
  if (RTCPeerConnection === undefined) {
    return "This browser has WebRTC switched off. Allow it in its settings or " +
      "extensions, or use another browser.";
  }
  return undefined;
}

/** An error's own words: the library's say what to do. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
