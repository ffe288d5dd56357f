/**
 * The guide to a first network, as docs/operating.md prints it, on two hosts.
 * Replaced are: the names and TLS by the hosts' addresses and http, with
 * --allow-private; the public DHT by one on this machine; the data's folder;
 * `deno task start` by the command behind it. Nothing listens at port 443.
 */

import { assertMatch } from "@std/assert";
import { DEFAULT_CURVE } from "@sigmesh/core";
import { type NodeProcess, startNodeProcess } from "./testing/node_process.ts";
import { startPrivateDht } from "./testing/private_dht.ts";
import {
  type Home,
  networkMissing,
  TestNetwork,
} from "./testing/test_network.ts";
import { TextLineStream } from "./testing/text_line_stream.ts";

const root = new URL("../", import.meta.url);

/** Its code blocks, line by line. */
async function commandsOf(title: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("docs/operating.md", root));
  const [, section] = text.split(`\n## ${title}\n`);
  return section!.split("\n## ")[0]!.split("\n")
    .filter((line) => line.startsWith("    ")).map((line) => line.trim());
}

/** Runs a line of a shell on a host. */
function shell({ namespace }: Home, command: string): Deno.ChildProcess {
  return new Deno.Command("ip", {
    args: ["netns", "exec", namespace, "sh", "-c", `exec ${command}`],
    cwd: root,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** What it says, once it says what is looked for: a node needs seconds to get there. */
async function until(
  say: () => Promise<string>,
  pattern: RegExp,
): Promise<void> {
  const deadline = Date.now() + 30_000;
  let said = await say();
  while (!pattern.test(said) && Date.now() < deadline) {
    await new Promise((done) => setTimeout(done, 500));
    said = await say();
  }
  assertMatch(said, pattern);
}

Deno.test({
  name:
    "two seeds become a network by the commands of the guide, and a third node finds them" +
    networkMissing,
  ignore: networkMissing !== "",
  async fn() {
    const folder = await Deno.makeTempDir();
    await using network = await TestNetwork.start();
    const dht = await startPrivateDht(4, network.address);
    const [first, second, third] = [
      await network.home(),
      await network.home(),
      await network.home(),
    ];
    const hosts = new Map([["seed1", first!], ["seed2", second!]]);
    const [bootstrap] = dht.bootstrap;
    const replaced = (line: string) =>
      [...hosts].reduce(
        (text, [name, { address }]) =>
          text.replaceAll(`https://${name}.example`, `http://${address}:8000`),
        line,
      );
    const startAt = (host: Home, line: string) =>
      startNodeProcess(DEFAULT_CURVE, {
        within: ["ip", "netns", "exec", host.namespace],
        options: [
          ...replaced(line).replace(/ --port 443 --cert \S+ --key \S+/, "")
            .replace("/var/lib/sigmesh", `${folder}/${host.address}`)
            .split(" ").slice("deno task start".split(" ").length),
          ...["--host", host.address, "--port", "8000", "--allow-private"],
          ...["--dht-bootstrap", `${bootstrap!.host}:${bootstrap!.port}`],
        ],
      });

    const lines = await commandsOf("A first network: two seeds");
    const [startFirst, startSecond, ...rest] = lines as [string, string];
    const [joined, found, nodes, members, listen, post, dialled, missing] = rest
      .map(replaced) as string[];
    const processes: NodeProcess[] = [];
    const children: Deno.ChildProcess[] = [];
    const say = async (command: string) => {
      const { stdout } = await shell(first!, command).output();
      return new TextDecoder().decode(stdout);
    };
    try {
      processes.push(await startAt(first!, startFirst));
      processes.push(await startAt(second!, startSecond));
      const [one, other] = processes;
      await one!.line(new RegExp(joined!.replace(/\d+/, "\\d+")));
      await one!.line(new RegExp(found!));
      await other!.line(/joined/);
      await until(() => say(nodes!), new RegExp(second!.address));
      await until(() => say(members!), /^sigmesh_members 1$/m);

      const listener = shell(second!, listen!);
      children.push(listener);
      const events = listener.stdout.pipeThrough(new TextDecoderStream())
        .pipeThrough(new TextLineStream());
      const reader = events.getReader();
      const next = async (line: string) => {
        while (true) {
          const { done, value } = await reader.read();
          if (done) throw new Error(`The stream ended without ${line}`);
          if (value === line) return;
        }
      };
      await next("event: quote");
      await say(post!);
      await next("data: hello");
      await until(() => say(dialled!), / 1$/m);
      await until(() => say(missing!), / 0$/m);
      await reader.cancel();

      const line = `deno task start --public-url http://${third!.address}:8000`;
      processes.push(await startAt(third!, line));
      const url = `http://${third!.address}:8000/nodes`;
      const known = () => say(`curl -s -H 'Accept: application/json' ${url}`);
      await until(known, new RegExp(first!.address));
      await until(known, new RegExp(second!.address));
    } finally {
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(children.map(({ status }) => status));
      await Promise.all(processes.map((process) => process.stop()));
      await dht.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
