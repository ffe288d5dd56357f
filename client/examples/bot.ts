/**
 * A bot in the room of chat.html: it greets, answers, and keeps the room
 * inhabited while nobody else is there.
 *
 *     deno run -A client/examples/bot.ts http://localhost:8000 lobby
 *
 * and open chat.html#lobby. Deno has no WebRTC of its own: npm's werift lends
 * its class. Outside of this repository the first import is
 * "http://localhost:8000/client.js".
 */

import { joinRoom } from "@sigmesh/client";
import { RTCPeerConnection } from "werift";

const [nodes = "http://localhost:8000", name = "lobby"] = Deno.args;
const app = "sigmesh-example-chat";
const room = await joinRoom({ app }, name, { nodes, RTCPeerConnection });
console.log(`In ${name} by ${room.node}; Ctrl+C leaves`);

room.addEventListener("peerjoin", ({ peer }) => {
  peer.send("Hello, I am a bot. Say something.").catch(console.warn);
});
room.addEventListener("message", ({ peer, data }) => {
  if (typeof data !== "string") return; // files are not for bots
  peer.send(`You said: ${data}`).catch(console.warn);
});
room.addEventListener("error", ({ error }) => console.warn(error));

// Who leaves is missed at once; who is only cut off, after 8 s.
Deno.addSignalListener("SIGINT", async () => {
  await room.leave();
  Deno.exit();
});
