/** Two werift connections on loopback with a data channel between them, for tests. */

import { RTCPeerConnection } from "werift";

/** A channel's two ends, both open. */
export interface ChannelPair {
  readonly near: RTCDataChannel;
  readonly far: RTCDataChannel;
  close(): Promise<void>;
}

/** Connects two peers; close them. */
export async function connectPair(): Promise<ChannelPair> {
  const options = {
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ["127.0.0.1"],
  };
  const caller = new RTCPeerConnection(options);
  const callee = new RTCPeerConnection(options);
  const ends = [caller, callee].map((side) =>
    side.createDataChannel("data", { negotiated: true, id: 0 })
  );
  const opened = Promise.all(
    ends.map((end) => end.stateChanged.watch((state) => state === "open")),
  );
  await caller.setLocalDescription(await caller.createOffer());
  await callee.setRemoteDescription(caller.localDescription!);
  await callee.setLocalDescription(await callee.createAnswer());
  await caller.setRemoteDescription(callee.localDescription!);
  await opened;
  // Its types differ from the DOM's, what is used of it does not.
  const [near, far] = ends as unknown as [RTCDataChannel, RTCDataChannel];
  return {
    near,
    far,
    async close() {
      await Promise.all([caller.close(), callee.close()]);
    },
  };
}
