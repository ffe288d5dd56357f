/**
 * The guide to a first network, as docs/operating.md prints it, on two hosts
 * with names, real certificates and TLS. Replaced are: the known authority by
 * one that the environment names, as the same document says; the public DHT by
 * one on this machine; `deno task start` by the command behind it, and where
 * files lie. The hosts' addresses are private, hence --allow-private.
 */

import { assertMatch } from "@std/assert";
import { DEFAULT_CURVE } from "@sigmesh/core";
import { Authority, opensslMissing } from "./testing/certificates.ts";
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

/** Runs a line of a shell on a host; curl and Python trust an authority, too. */
function shell(
  { namespace }: Home,
  { command, authority }: { command: string; authority: Authority },
): Deno.ChildProcess {
  return new Deno.Command("ip", {
    args: ["netns", "exec", namespace, "sh", "-c", `exec ${command}`],
    cwd: root,
    env: { CURL_CA_BUNDLE: authority.cert, SSL_CERT_FILE: authority.cert },
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

const unmet = networkMissing + opensslMissing;

Deno.test({
  name:
    "two seeds become a network by the commands of the guide, and a third node finds them" +
    unmet,
  ignore: unmet !== "",
  async fn() {
    const folder = await Deno.makeTempDir();
    await using network = await TestNetwork.start();
    const dht = await startPrivateDht(4, network.address);
    const authority = await Authority.create(folder);
    const names = ["seed1.example", "seed2.example", "third.example"];
    const hosts = new Map<string, Home>();
    for (const name of names) {
      hosts.set(name, await network.home());
      await Deno.mkdir(`${folder}/${name}`);
      await authority.issue(name, {
        cert: `${folder}/${name}/chain.pem`,
        key: `${folder}/${name}/key.pem`,
      });
    }
    const addresses = new Map(
      [...hosts].map(([name, { address }]) => [name, address]),
    );
    for (const host of hosts.values()) await host.writeHosts(addresses);
    const [bootstrap] = dht.bootstrap;
    const startAt = (name: string, line: string) =>
      startNodeProcess(DEFAULT_CURVE, {
        within: ["ip", "netns", "exec", hosts.get(name)!.namespace],
        env: { DENO_CERT: authority.cert },
        options: [
          ...line.replaceAll(/\w+\.pem/g, `${folder}/${name}/$&`)
            .replace("/var/lib/sigmesh", `${folder}/${name}/data`)
            .split(" ").slice("deno task start".split(" ").length),
          "--allow-private",
          ...["--dht-bootstrap", `${bootstrap!.host}:${bootstrap!.port}`],
        ],
      });

    const lines = await commandsOf("A first network: two seeds");
    const [startFirst, startSecond, ...rest] = lines as [string, string];
    const [joined, found, nodes, members, listen, post, dialled, missing] =
      rest as string[];
    const processes: NodeProcess[] = [];
    const children: Deno.ChildProcess[] = [];
    const run = (name: string, command: string) =>
      shell(hosts.get(name)!, { command, authority });
    const say = async (command: string) => {
      const { stdout } = await run("seed1.example", command).output();
      return new TextDecoder().decode(stdout);
    };
    try {
      processes.push(await startAt("seed1.example", startFirst));
      processes.push(await startAt("seed2.example", startSecond));
      const [one, other] = processes;
      await one!.line(new RegExp(joined!.replace(/\d+/, "\\d+")));
      await one!.line(new RegExp(found!));
      await other!.line(/joined/);
      await until(() => say(nodes!), /"https:\/\/seed2\.example"/);
      await until(() => say(members!), /^sigmesh_members 1$/m);

      const listener = run("seed2.example", listen!);
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

      const [, options] = startFirst.split(" --port ");
      const [withoutPeers] = options!.split(" --peers ");
      const line =
        "deno task start --public-url https://third.example --port " +
        withoutPeers;
      processes.push(await startAt("third.example", line));
      const url = "https://third.example/nodes";
      const known = () => say(`curl -s -H 'Accept: application/json' ${url}`);
      await until(known, /seed1/);
      await until(known, /seed2/);
    } finally {
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(children.map(({ status }) => status));
      await Promise.all(processes.map((process) => process.stop()));
      await dht.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
