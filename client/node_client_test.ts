import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { stillTurn } from "../server/testing/still_turn.ts";
import {
  LOCAL_TURN,
  startTestNode,
  withTestNode,
} from "../server/testing/test_node.ts";
import {
  NodeProtocolError,
  NodeRefusalError,
  NodeUnreachableError,
  PriceTooHighError,
} from "./errors.ts";
import { NodeClient, type NodeClientOptions } from "./node_client.ts";

const ROOM = "ab".repeat(20);

function withNode(
  run: (client: NodeClient, origin: string) => Promise<void>,
): Promise<void> {
  return withTestNode(({ origin }) => run(new NodeClient(origin), origin));
}

/** A client whose node answers what it is told to. */
function answered(
  answer: () => Response | Promise<Response>,
  options: NodeClientOptions = {},
): NodeClient {
  const fetch = () => Promise.resolve(answer());
  return new NodeClient("http://node.example", { fetch, ...options });
}

Deno.test("a node tells of itself, its client and its rooms", async () => {
  await withNode(async (client) => {
    assertEquals((await client.facts()).protocol, 1);
    assertEquals(await client.ip(), { ip: "127.0.0.1", family: 4 });
    assertEquals(await client.nodes(), []);
    assertEquals((await client.room(ROOM)).messages, 0);
  });
});

Deno.test("a post is paid for and accepted, each time", async () => {
  await withNode(async (client) => {
    const ids = new Set<string>();
    for (let i = 0; i < 12; i++) {
      const { id, cost } = await client.post(ROOM, "the same words");
      ids.add(id);
      assert(cost.height >= 8);
    }
    assertEquals(ids.size, 12);
    assertEquals((await client.room(ROOM)).messages, 12);
  });
});

Deno.test("a quote of another node costs a second stamp, not the post", async () => {
  await withNode((client) =>
    withNode(async (other) => {
      const quote = await other.facts();
      const { id } = await client.post(ROOM, "x", { quote });
      assertEquals(id.length, 16);
    })
  );
});

Deno.test("a refusal is thrown with the node's reason", async () => {
  await withNode(async (client) => {
    const error = await assertRejects(
      () => client.openStream(ROOM, { query: { since: "99" } }),
      NodeRefusalError,
    );
    assertEquals(error.code, "bad-field");
  });
});

Deno.test("what no room can carry is refused before any work", async () => {
  const client = answered(() => {
    throw new Error("must not be asked");
  });
  await assertRejects(() => client.post(ROOM, "a\rb"), TypeError, "CR");
  await assertRejects(
    () => client.post(ROOM, "é".repeat(513)),
    RangeError,
    "1026",
  );
  await assertRejects(() => client.post("nonsense", "x"), TypeError, "hex");
  await assertRejects(
    () => client.post(ROOM, "a\ud800"),
    TypeError,
    "surrogate",
  );
  for (
    const name of ["ftp://node.example", "node.example", "", "localhost:8000"]
  ) {
    assertThrows(
      () => new NodeClient(name),
      TypeError,
      `Name a node as https://node.example, not "${name}"`,
    );
  }
});

Deno.test("a node that is down is unreachable, and the error says where", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const client = new NodeClient(`http://127.0.0.1:${port}`);
  const error = await assertRejects(() => client.facts(), NodeUnreachableError);
  assertStringIncludes(error.message, `http://127.0.0.1:${port}`);
  await assertRejects(() => client.post(ROOM, "x"), NodeUnreachableError);
  await assertRejects(() => client.openStream(ROOM), NodeUnreachableError);
});

Deno.test("a node that does not answer in time is unreachable", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  const origin = `http://127.0.0.1:${port}`;
  const client = new NodeClient(origin, { timeoutMs: 50 });
  const accepted: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) accepted.push(connection);
  })();
  await assertRejects(() => client.facts(), NodeUnreachableError);
  await assertRejects(() => client.openStream(ROOM), NodeUnreachableError);
  for (const connection of accepted) connection.close();
  listener.close();
  await accepting;
});

Deno.test("what is no node is told apart from a node that refuses", async () => {
  const page = answered(() => new Response("<h1>hello</h1>"));
  await assertRejects(
    () => page.facts(),
    NodeProtocolError,
    "check the address",
  );
  const proxy = answered(() => new Response("Bad gateway", { status: 502 }));
  await assertRejects(() => proxy.facts(), NodeRefusalError, "Status 502");
  const giant = answered(() => new Response('"' + "x".repeat(1e6) + '"'));
  await assertRejects(() => giant.facts(), NodeProtocolError);
});

Deno.test("a refusal that never ends is given up in time", async () => {
  const endless = new ReadableStream({ pull: () => new Promise(() => {}) });
  const client = new NodeClient("http://node.example", {
    timeoutMs: 50,
    fetch: (_, init) => {
      const { signal } = init!;
      const body = endless.pipeThrough(new TransformStream(), {
        signal: signal!,
      });
      return Promise.resolve(new Response(body, { status: 500 }));
    },
  });
  await assertRejects(
    () => client.openStream(ROOM),
    NodeUnreachableError,
    "in time",
  );
});

Deno.test("a node of another protocol is told apart", async () => {
  await withNode(async (client) => {
    const facts = await client.facts();
    const newer = answered(() => Response.json({ ...facts, protocol: 2 }));
    await assertRejects(() => newer.facts(), NodeProtocolError, "protocol 2");
  });
});

Deno.test("nobody mines for a token that is none", async () => {
  const client = answered(() =>
    Response.json({
      room: ROOM,
      subscribers: 0,
      messages: 0,
      token: "x",
      height: 23,
    })
  );
  await assertRejects(() => client.post(ROOM, "x"), NodeProtocolError);
});

Deno.test("a dear node is left alone", async () => {
  await withNode(async (_, origin) => {
    const client = new NodeClient(origin, { maxHeight: 7 });
    await assertRejects(() => client.post(ROOM, "x"), PriceTooHighError);
  });
});

Deno.test("a call ends with its signal's reason", async () => {
  await withNode(async (client) => {
    const reason = new Error("no longer wanted");
    const signal = AbortSignal.abort(reason);
    for (
      const call of [
        () => client.facts({ signal }),
        () => client.post(ROOM, "x", { signal }),
        () => client.openStream(ROOM, { signal }),
      ]
    ) {
      assertEquals(await assertRejects(call), reason);
    }
  });
});

Deno.test("a post whose answer was lost arrives once, and is not an error", async () => {
  await withNode(async (client, origin) => {
    const { height, token } = await client.room(ROOM);
    let losses = 1;
    const forgetful = new NodeClient(origin, {
      async fetch(...request) {
        const response = await fetch(...request);
        if (losses-- <= 0) return response;
        await response.body?.cancel();
        throw new TypeError("connection reset");
      },
    });
    const quote = { token, height };
    const { id } = await forgetful.post(ROOM, "once", { quote });
    assertEquals(id.length, 16);
    assertEquals((await client.room(ROOM)).messages, 1);
  });
});

Deno.test("a TURN credential is paid for, renewed, and what an RTCPeerConnection takes", async () => {
  const { start, servers } = stillTurn();
  const node = await startTestNode({ turn: LOCAL_TURN }, { startTurn: start });
  const client = new NodeClient(node.origin);
  const bought = await client.buyTurnCredential();
  const server: RTCIceServer = bought;
  assertEquals(server.urls, [
    "turn:127.0.0.1:3478?transport=udp",
    "turn:127.0.0.1:3478?transport=tcp",
  ]);
  assert(bought.cost.height >= 11);
  const { username, credential } = await client.buyTurnCredential({
    renew: bought,
  });
  assertEquals([username, credential], [bought.username, bought.credential]);
  assertEquals(servers[0]!.renewed.map(([renewed]) => renewed), [username]);
  await node.close();
});

Deno.test("a node without TURN refuses to sell a credential, and says why", async () => {
  await withNode(async (client) => {
    const error = await assertRejects(
      () => client.buyTurnCredential(),
      NodeRefusalError,
      "another node",
    );
    assertEquals(error.code, "no-turn");
  });
});

Deno.test("nobody pays for a renewal that is refused", async () => {
  const { start } = stillTurn();
  const node = await startTestNode({ turn: LOCAL_TURN }, { startTurn: start });
  const asked: string[] = [];
  const client = new NodeClient(node.origin, {
    fetch(url, init) {
      asked.push(`${url}`);
      return fetch(url, init);
    },
  });
  await assertRejects(
    () =>
      client.buyTurnCredential({
        renew: { username: "somebody", credential: "guessed" },
      }),
    NodeRefusalError,
    "username",
  );
  assertEquals(asked, [`${node.origin}/token`]);
  await node.close();
});

Deno.test("what is no TURN credential is told apart from one", async () => {
  const grant = {
    urls: ["turn:node.example"],
    username: "u",
    credential: "c",
    ttl: 600,
    token: "AWjneAARQJZQBnfoxNAMaZWxLLvUxoE",
    height: 1,
  };
  const quote = { token: grant.token, height: 1 };
  const fair = answered(() => Response.json(grant));
  assertEquals((await fair.buyTurnCredential({ quote })).username, "u");
  const foul = answered(() => Response.json({ ...grant, urls: ["http://x"] }));
  await assertRejects(
    () => foul.buyTurnCredential({ quote }),
    NodeProtocolError,
  );
  const free = answered(() => Response.json(grant)); // unpaid, there is no quote
  await assertRejects(() => free.buyTurnCredential(), NodeProtocolError);
});
