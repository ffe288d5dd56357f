import { assertEquals, assertStringIncludes } from "@std/assert";
import { Command, CommanderError } from "commander";
import { parseTuneOptions, type TuneOptions } from "./options.ts";

const report = JSON.stringify({
  version: 1,
  kind: "hash-rates",
  date: "2026-11-22T15:36:43.067Z",
  device: "phone",
  runtime: "browser",
  processors: 2,
  rates: [{ name: "wasm-simd", threads: 1, rounds: [2], median: 2 }],
});

/** The options, or what is said on standard error. */
function parse(...args: string[]): TuneOptions | string {
  let written = "";
  const command = new Command("bench:tune").exitOverride()
    .configureOutput({ writeErr: (text) => written += text });
  try {
    return parseTuneOptions(args, command);
  } catch (error) {
    if (error instanceof CommanderError) return written;
    throw error;
  }
}

async function withFile(
  content: string,
  run: (path: string) => void,
): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(path, content);
  try {
    run(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("without arguments the defaults serve", () => {
  assertEquals(parse(), {
    devices: [],
    attackers: [],
    idleWait: 0.05,
    fullWait: 3,
    seconds: 10,
    rounds: 7,
    out: "difficulty.json",
    report: "difficulty-report",
  });
});

Deno.test("files become devices, attackers add up, and wishes are read", () =>
  withFile(report, (path) => {
    const options = parse(
      ...[path, path, "--device", "phone (2)", "--idle-wait", ".1"],
      ...["--attacker", "GPU=22G", "--attacker", "rack=1T", "--posts", "5000"],
    ) as TuneOptions;
    assertEquals(options.devices.map(({ name }) => name), [
      "phone",
      "phone (2)",
    ]);
    assertEquals(
      options.attackers.map(({ name, hashesPerSecond }) => [
        name,
        hashesPerSecond,
      ]),
      [["GPU", 22e9], ["rack", 1e12]],
    );
    assertEquals([options.idleWait, options.posts], [0.1, 5000]);
  }));

Deno.test("what cannot be used is refused, naming it and what is expected", async () => {
  const cases: [string[], string][] = [
    [["--idle-wait", "fast"], "Expected seconds above 0"],
    [["--full-wait", "0"], "Expected seconds above 0"],
    [["--full-wait", "4000"], "at most 3600"],
    [["--idle-wait", "4"], "--full-wait must not be below --idle-wait"],
    [
      ["--attacker", "GPU"],
      "Expected a name and hashes a second, such as GPU=",
    ],
    [["--posts", "0"], "Expected a whole number from 1 to 1000000."],
    [["--seconds", "1.5"], "Expected a whole number from 1 to 600."],
    [["--device", "phone"], '--device "phone" is none of the files\' devices'],
    [["--gpu"], "unknown option '--gpu'"],
    [
      ["/nowhere.json"],
      "'/nowhere.json' is invalid for argument 'files'. Cann",
    ],
    [["/"], "Cannot read the file: it is no file."],
  ];
  for (const [args, expected] of cases) {
    assertStringIncludes(String(parse(...args)), expected);
  }
  await withFile(report.replace("[2]", "[-2]"), (path) => {
    const said = String(parse(path));
    assertStringIncludes(said, path);
    assertStringIncludes(
      said,
      'hashes a second, above 0 at "rates[0].rounds[0]"',
    );
  });
  await withFile(report, (path) =>
    assertStringIncludes(
      String(parse(path, "--device", "tablet")),
      'is none of the files\' devices: "phone"',
    ));
});

Deno.test("a file that is too large is not read", () =>
  withFile(
    " ".repeat(2 ** 20) + report,
    (path) => assertStringIncludes(String(parse(path)), "more than 1048576"),
  ));
