/** Two werift connections on loopback with a data channel between them, for tests. */

import { RTCPeerConnection } from "werift";
import { weriftTest } from "./werift.ts";

/** A channel's two ends, both open. */
export interface ChannelPair {
  readonly near: RTCDataChannel;
  readonly far: RTCDataChannel;
}

/** Defines a test that has two connected peers. */
export function pairTest(
  name: string,
  run: (pair: ChannelPair) => Promise<void>,
): void {
  weriftTest(name, async () => {
    const peers = [newPeer(), newPeer()] as const;
    try {
      await run(await connect(...peers));
    } finally {
      await Promise.all(peers.map((peer) => peer.close()));
    }
  });
}

function newPeer(): RTCPeerConnection {
  return new RTCPeerConnection({
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ["127.0.0.1"],
  });
}

async function connect(
  caller: RTCPeerConnection,
  callee: RTCPeerConnection,
): Promise<ChannelPair> {
  const ends = [caller, callee].map((peer) =>
    peer.createDataChannel("data", { negotiated: true, id: 0 })
  );
  const opened = Promise.all(
    ends.map((end) => end.stateChanged.watch((state) => state === "open")),
  );
  await caller.setLocalDescription(await caller.createOffer());
  await callee.setRemoteDescription(caller.localDescription!);
  await callee.setLocalDescription(await callee.createAnswer());
  await caller.setRemoteDescription(callee.localDescription!);
  await opened;
  // Its types differ from the DOM's; what is used of it does not.
  const [near, far] = ends as unknown as [RTCDataChannel, RTCDataChannel];
  return { near, far };
}
