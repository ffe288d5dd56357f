import { assertEquals } from "@std/assert";
import type { TurnEndpoint } from "./turn_server.ts";
import { urlsOfEndpoints, withStun } from "./turn_urls.ts";

const ENDPOINTS: readonly TurnEndpoint[] = [
  { transport: "udp", address: "0.0.0.0", port: 3478 },
  { transport: "udp", address: "::", port: 3478 },
  { transport: "tcp", address: "0.0.0.0", port: 3478 },
  { transport: "tcp", address: "::", port: 3478 },
  { transport: "tls", address: "0.0.0.0", port: 5349 },
];

Deno.test("each transport has one URL, by the name that was dialled", () => {
  assertEquals(urlsOfEndpoints(ENDPOINTS, "node.example"), {
    stun: ["stun:node.example:3478"],
    turn: [
      "turn:node.example:3478?transport=udp",
      "turn:node.example:3478?transport=tcp",
      "turns:node.example:5349?transport=tcp",
    ],
  });
});

Deno.test("an IPv6 address is in brackets, as URL.hostname has it", () => {
  const { hostname } = new URL("https://[2001:db8::1]:8000");
  assertEquals(urlsOfEndpoints(ENDPOINTS.slice(0, 1), hostname), {
    stun: ["stun:[2001:db8::1]:3478"],
    turn: ["turn:[2001:db8::1]:3478?transport=udp"],
  });
});

Deno.test("of given TURN URLs, those by UDP are STUN servers, too", () => {
  const turn = [
    "turn:turn.example",
    "turn:turn.example:3478?transport=udp",
    "turn:[2001:db8::1]:3478?transport=udp",
    "turn:turn.example:3478?transport=tcp",
    "turns:turn.example:5349?transport=tcp",
  ];
  assertEquals(withStun(turn), {
    turn,
    stun: [
      "stun:turn.example",
      "stun:turn.example:3478",
      "stun:[2001:db8::1]:3478",
    ],
  });
});
