import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConnectionLoop } from "./connections.ts";
import { libcMissing } from "./libc.ts";

const ignore = libcMissing() !== undefined;

/**
 * Echoes, with the peer's address before; ends a connection that says `end`. In
 * a worker, since the loop does not give way while it waits.
 */
const ECHO = `
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
postMessage(listener.addr.port);
while (true) {
  try {
    serve(await listener.accept()).catch(() => {});
  } catch { /* reset before it was accepted */ }
}
async function serve(connection) {
  const utf8 = new TextEncoder();
  await connection.write(utf8.encode(connection.remoteAddr.hostname + " "));
  const buffer = new Uint8Array(65536);
  for (let n; (n = await connection.read(buffer)) !== null;) {
    const bytes = buffer.subarray(0, n);
    if (new TextDecoder().decode(bytes) === "end") break;
    for (let at = 0; at < n;) at += await connection.write(bytes.subarray(at));
  }
  connection.close();
}`;

async function withEcho(run: (loop: ConnectionLoop, port: number) => void) {
  const source = `data:text/javascript,${encodeURIComponent(ECHO)}`;
  const worker = new Worker(source, { type: "module" });
  const { data: port } = await new Promise<MessageEvent<number>>((resolve) => {
    worker.onmessage = resolve;
  });
  const loop = new ConnectionLoop();
  try {
    run(loop, port);
  } finally {
    loop.close();
    worker.terminate();
  }
}

const patience = { withinMs: 10_000, awaited: () => "the echo" };
const utf8 = new TextEncoder();

Deno.test({
  name: "connections come from where they are told, and say what they hear",
  ignore,
  fn: () =>
    withEcho((loop, port) => {
      const heard = new Map<string, string>();
      for (const source of ["127.0.0.1", "127.1.2.3", "127.9.9.9"]) {
        heard.set(source, "");
        loop.dial({ address: "127.0.0.1", port }, {
          onOpen: (connection) => connection.send(utf8.encode("hello")),
          onData: (bytes) =>
            heard.set(
              source,
              heard.get(source) + new TextDecoder().decode(bytes),
            ),
          onClose: () => heard.set(source, "closed"),
        }, { source });
      }
      const isDone = () =>
        [...heard].every(([source, text]) => text === `${source} hello`);
      loop.turnUntil(isDone, patience);
      assertEquals(loop.size, 3);
    }),
});

Deno.test({
  name: "more than the kernel takes at once is sent in order",
  ignore,
  fn: () =>
    withEcho((loop, port) => {
      const text = Array.from({ length: 2_000_000 }, (_, i) => i % 10).join("");
      let heard = "";
      loop.dial({ address: "127.0.0.1", port }, {
        onOpen: (connection) => {
          connection.send(utf8.encode(text.slice(0, 1_500_000)));
          connection.send(utf8.encode(text.slice(1_500_000)));
        },
        onData: (bytes) => heard += new TextDecoder().decode(bytes),
        onClose: () => {},
      });
      const expected = `127.0.0.1 ${text}`;
      loop.turnUntil(() => heard.length >= expected.length, patience);
      assert(heard === expected);
    }),
});

Deno.test({
  name: "the other side's end is told, one's own is not, a refused dial is",
  ignore,
  fn: () =>
    withEcho((loop, port) => {
      const closed: string[] = [];
      const dial = (name: string, to: number, onOpen: () => void = () => {}) =>
        loop.dial({ address: "127.0.0.1", port: to }, {
          onOpen,
          onData: () => {},
          onClose: () => closed.push(name),
        });
      const ended = dial("ended", port, () => ended.send(utf8.encode("end")));
      const own = dial("own", port, () => own.close());
      dial("refused", 1);
      loop.turnUntil(() => loop.size === 0, patience);
      assertEquals(closed.toSorted(), ["ended", "refused"]);
      assert(!ended.isOpen && !own.isOpen);
    }),
});

Deno.test({
  name: "who stops reading hears nothing more",
  ignore,
  fn: () =>
    withEcho((loop, port) => {
      let [stoppedHeard, otherHeard] = [0, 0];
      const to = { address: "127.0.0.1", port };
      const onClose = () => {};
      const stopped = loop.dial(to, {
        onOpen: (connection) => connection.stopReading(),
        onData: () => stoppedHeard++,
        onClose,
      });
      loop.dial(to, {
        onData: (_, connection) => {
          stopped.send(utf8.encode("x"));
          if (otherHeard++ < 20) connection.send(utf8.encode("x"));
        },
        onClose,
      });
      loop.turnUntil(() => otherHeard > 20, patience);
      assertEquals(stoppedHeard, 0);
    }),
});

Deno.test({
  name: "waiting in vain says for what, and a foreign source is refused",
  ignore,
  fn() {
    const loop = new ConnectionLoop();
    const vain = { withinMs: 1, awaited: () => "Godot" };
    assertThrows(() => loop.turnUntil(() => false, vain), Error, "Godot");
    const handler = { onData: () => {}, onClose: () => {} };
    const to = { address: "127.0.0.1", port: 1 };
    assertThrows(
      () => loop.dial(to, handler, { source: "192.0.2.1" }),
      Error,
      "192.0.2.1 is no address of this machine",
    );
    assertEquals(loop.size, 0);
    loop.close();
  },
});
