import { assertEquals } from "@std/assert";
import {
  endpointsIn,
  endpointsOf,
  metricsIn,
  metricsOf,
  optionsIn,
  optionsOf,
  optionsOfVariablesIn,
  problemsIn,
  problemsOf,
  unknownAmong,
} from "./names.ts";

Deno.test("what is documented and not known is told once", () => {
  assertEquals(unknownAmong(["a", "b", "c", "b"], new Set("ac")), ["b"]);
});

Deno.test("options are those of the code, in code spans and after our commands", () => {
  assertEquals([...optionsOf(['option("--no-dht <x>") // a--b'])], [
    "--no-dht",
  ]);
  const text =
    `Use \`--port 0\`, \`deno task start --key\`, -- or --not-in-code.

    deno task start --host a \\
      --deny b
    SIGMESH_PORT=1 ./sigmesh --no-mesh
    ExecStart=/usr/bin/sigmesh --metrics
`;
  assertEquals(optionsIn(text).toSorted(), [
    "--deny",
    "--host",
    "--key",
    "--metrics",
    "--no-mesh",
    "--port",
  ]);
});

Deno.test("options of other programs are their own", () => {
  const text = "`curl --output x`\n\n    docker run --rm sigmesh\n" +
    "    deno run --allow-net a.ts\n\n```sh\nhashcat --benchmark\n```\n";
  assertEquals(optionsIn(text), []);
});

Deno.test("a variable stands for its option", () => {
  assertEquals(optionsOfVariablesIn("SIGMESH_PUBLIC_URL=x `SIGMESH_*`"), [
    "--public-url",
  ]);
});

Deno.test("metrics are those that are registered; a histogram's parts are its name", () => {
  const source = 'new Gauge({ name: "sigmesh_rooms", help: "Active" })';
  assertEquals([...metricsOf([source])], ["sigmesh_rooms"]);
  assertEquals(
    metricsIn("`sigmesh_rooms`, sigmesh_wait_seconds_bucket, `_x`"),
    [
      "sigmesh_rooms",
      "sigmesh_wait_seconds",
    ],
  );
});

Deno.test("problems are codes with their status, in code and table", () => {
  const source = `"too-busy": { status: 503, title: "a" },
    "stamp-spent": {
      status: UNPAID,`;
  const table = "| code | status |\n| `too-busy` | 503 | a |\n" +
    "| `stamp-spent`   | 401    | b |\n| `height` | bits | c |\n";
  assertEquals([...problemsOf(source)], ["too-busy 503", "stamp-spent 401"]);
  assertEquals([...problemsIn(table)], ["too-busy 503", "stamp-spent 401"]);
});

Deno.test("endpoints are paths of the code, and headings of the document", () => {
  const source = 'const PATHS = {\n  home: "/",\n  put: "/dht-put",\n};';
  assertEquals(endpointsOf(source), ["/", "/dht-put"]);
  const text = "### GET /\n\n### POST /dht-get, POST /dht-put\n\n## GET /x\n";
  assertEquals([...endpointsIn(text)], ["/", "/dht-get", "/dht-put"]);
});
