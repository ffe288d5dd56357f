/** Two real connections, one of them of a peer that does what no library would. */

import { assertEquals, assertRejects } from "@std/assert";
import { Connection } from "./connection.ts";
import { connectionTest } from "./testing/connection_pair.ts";

connectionTest(
  "a peer that does not take what is said to it is lost, and nothing is thrown",
  ({ far }) => {
    let reason: string | undefined;
    far.onLost = (why) => reason = why;
    for (let i = 0; i < 100; i++) far.sayControl("x".repeat(60_000));
    assertEquals(reason, "vanished");
    return Promise.resolve();
  },
);

connectionTest(
  "the end of a connection is heard at its other end",
  async ({ near, far }) => {
    const lost = new Promise((resolve) => far.onLost = resolve);
    near.close();
    assertEquals(await lost, "left");
  },
);

connectionTest(
  "who sends without end before anybody listens is lost",
  async ({ near, far }) => {
    const lost = new Promise((resolve) => far.onLost = resolve);
    for (let i = 0; i < 100; i++) near.data.send(new Uint8Array(60_000));
    assertEquals(await lost, "vanished");
  },
);

Deno.test("an offer is made while servers are asked for, its candidates are not", async () => {
  const steps: unknown[] = [];
  class Rtc {
    localDescription = { sdp: "" };
    createDataChannel = () => Object.assign(new EventTarget(), { close() {} });
    createOffer = () => Promise.resolve(steps.push("offer"));
    setConfiguration = (of: unknown) => steps.push(of);
    setLocalDescription() {
      steps.push("candidates");
      return Promise.reject(new Error("This is enough"));
    }
    close() {}
  }
  const later = Promise.withResolvers<RTCConfiguration>();
  const connection = new Connection({
    Rtc: Rtc as unknown as typeof RTCPeerConnection,
    configuration: {},
    later: later.promise,
    isRelayed: false,
  });
  const offering = connection.offer();
  while (steps.length < 1) await Promise.resolve();
  steps.push("known");
  const configuration = { iceServers: [{ urls: "stun:node.example" }] };
  later.resolve(configuration);
  await assertRejects(() => offering, Error, "enough");
  assertEquals(steps, ["offer", "known", configuration, "candidates"]);
  connection.close();
});
