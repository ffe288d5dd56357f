/**
 * A network of its own for each browser of a test: Linux network namespaces
 * that hang on one router, which is a namespace too. This machine is a host of
 * it as well, so that a node of this process can be reached.
 */

import { chromiumPath } from "./chromium.ts";

/** Why there can be no such network, to be added to the name of a test; empty when there can. */
export const networkMissing: string = whyNot();

/** The router, and what hangs on it. */
export class TestNetwork implements AsyncDisposable {
  /** This machine's address in it: where nodes are to listen. */
  readonly address: string;
  readonly #prefix: string;
  readonly #subnet: string;
  readonly #router: string;
  readonly #folder: string;
  readonly #homes: Home[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.#prefix = `sm${Deno.pid}`;
    this.#router = `${this.#prefix}r`;
    this.#subnet = `10.${64 + Deno.pid % 128}`;
    this.address = `${this.#subnet}.0.2`;
  }

  /** Makes the router and plugs this machine in. */
  static async start(): Promise<TestNetwork> {
    const network = new TestNetwork(await Deno.makeTempDir());
    const router = network.#router;
    try {
      await run("ip", "netns", "add", router);
      await inside(router, "sysctl", "-qw", "net.ipv4.ip_forward=1");
      const cable = `${network.#prefix}m`;
      await run(
        ...["ip", "link", "add", cable, "type", "veth"],
        ...["peer", "name", "machine", "netns", router],
      );
      await run("ip", "addr", "add", `${network.address}/24`, "dev", cable);
      await run("ip", "link", "set", "dev", cable, "up");
      const subnet = network.#subnet;
      await plug(router, "machine", `${subnet}.0.1/24`);
      await run(
        ...["ip", "route", "add", `${subnet}.0.0/16`, "via", `${subnet}.0.1`],
      );
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
    return network;
  }

  /** Another host of the network, and its two ways to the router. */
  async home(): Promise<Home> {
    const number = this.#homes.length + 1;
    const home = new Home({
      namespace: `${this.#prefix}h${number}`,
      router: this.#router,
      number,
      subnet: this.#subnet,
      chromium: `${this.#folder}/chromium${number}`,
    });
    this.#homes.push(home);
    await home.build();
    return home;
  }

  /** Takes all of it away; interfaces go with their namespaces. */
  async [Symbol.asyncDispose](): Promise<void> {
    await run("ip", "netns", "del", this.#router).catch(() => {});
    for (const home of this.#homes) await home.remove();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** A host: what its browser is started by, and what befalls its network. */
export class Home {
  readonly namespace: string;
  /** Path of a Chromium that lives there. */
  readonly chromium: string;
  readonly #router: string;
  readonly #number: number;
  readonly #subnet: string;

  constructor(
    { namespace, router, number, subnet, chromium }: {
      namespace: string;
      router: string;
      number: number;
      subnet: string;
      chromium: string;
    },
  ) {
    this.namespace = namespace;
    this.chromium = chromium;
    this.#router = router;
    this.#number = number;
    this.#subnet = subnet;
  }

  /** Plugs it in: `wifi` is used, `mobile` is down. */
  async build(): Promise<void> {
    const { namespace } = this;
    await run("ip", "netns", "add", namespace);
    await inside(namespace, "ip", "link", "set", "dev", "lo", "up");
    for (const way of ["wifi", "mobile"] as const) {
      const port = this.#portOf(way);
      await inside(
        namespace,
        ...["ip", "link", "add", way, "type", "veth"],
        ...["peer", "name", port, "netns", this.#router],
      );
      await plug(this.#router, port, `${this.#hostsOf(way)}.1/24`);
    }
    await this.connect("wifi");
    await Deno.writeTextFile(
      this.chromium,
      `#!/bin/sh\nexec ip netns exec ${namespace} ${chromiumPath} "$@"\n`,
      { mode: 0o755 },
    );
  }

  /** Goes online by one of its ways, with an address of that one. */
  async connect(way: "wifi" | "mobile"): Promise<void> {
    const { namespace } = this;
    const hosts = this.#hostsOf(way);
    await plug(namespace, way, `${hosts}.2/24`);
    await inside(
      namespace,
      ...["ip", "route", "add", "default", "via", `${hosts}.1`],
    );
  }

  /** Goes offline there: interface down, address gone, as the device sees it. */
  async disconnect(way: "wifi" | "mobile"): Promise<void> {
    await inside(this.namespace, "ip", "addr", "flush", "dev", way);
    await inside(this.namespace, "ip", "link", "set", "dev", way, "down");
  }

  /** The router drops what comes from there or goes there, and matches; the device does not see why. */
  async drop(...matches: string[]): Promise<void> {
    await this.#filter("-A", matches);
  }

  /** Undoes `drop` of the same. */
  async pass(...matches: string[]): Promise<void> {
    await this.#filter("-D", matches);
  }

  /** Tells it where hosts are that have names, as if all were in DNS. */
  async writeHosts(addresses: ReadonlyMap<string, string>): Promise<void> {
    const lines = [...addresses].map(([name, address]) => `${address} ${name}`);
    await Deno.mkdir(this.#settings, { recursive: true });
    await Deno.writeTextFile(
      `${this.#settings}/hosts`, // `ip netns exec` puts it over /etc/hosts
      ["127.0.0.1 localhost", ...lines, ""].join("\n"),
    );
  }

  /** Its namespace goes, and its interfaces with it. */
  async remove(): Promise<void> {
    await run("ip", "netns", "del", this.namespace).catch(() => {});
    await Deno.remove(this.#settings, { recursive: true }).catch(() => {});
  }

  get #settings(): string {
    return `/etc/netns/${this.namespace}`;
  }

  /** Its address by Wi-Fi. */
  get address(): string {
    return `${this.#hostsOf("wifi")}.2`;
  }

  /** The router drops what this host and others send each other; this machine reaches it still. */
  async cutOff(): Promise<void> {
    await this.#cut("-A");
  }

  /** Undoes that. */
  async rejoin(): Promise<void> {
    await this.#cut("-D");
  }

  async #cut(change: "-A" | "-D"): Promise<void> {
    const port = this.#portOf("wifi");
    const machine = `${this.#subnet}.0.0/24`;
    for (
      const link of [["-i", port, "!", "-d"], ["-o", port, "!", "-s"]]
    ) {
      await inside(
        this.#router,
        ...["iptables", "-w", change, "FORWARD", ...link, machine],
        ...["-j", "DROP"],
      );
    }
  }

  /** Its Wi-Fi carries no more than so much, as tc writes it, either way. */
  async narrow(rate: string): Promise<void> {
    const ways = [[this.namespace, "wifi"], [
      this.#router,
      this.#portOf("wifi"),
    ]] as const;
    for (const [namespace, device] of ways) {
      await inside(
        namespace,
        ...["tc", "qdisc", "add", "dev", device, "root", "tbf"],
        ...["rate", rate, "burst", "16kb", "latency", "400ms"],
      );
    }
  }

  /** Drops what goes to another host, by whatever ways. */
  async dropTo(other: Home): Promise<void> {
    for (const way of ["wifi", "mobile"] as const) {
      await this.drop("-d", `${other.#hostsOf(way)}.0/24`);
    }
  }

  async #filter(change: "-A" | "-D", matches: string[]): Promise<void> {
    for (const way of ["wifi", "mobile"] as const) {
      for (const direction of ["-i", "-o"]) {
        await inside(
          this.#router,
          ...["iptables", "-w", change, "FORWARD"],
          ...[direction, this.#portOf(way), ...matches, "-j", "DROP"],
        );
      }
    }
  }

  #portOf(way: "wifi" | "mobile"): string {
    return `${way}${this.#number}`;
  }

  #hostsOf(way: "wifi" | "mobile"): string {
    return `${this.#subnet}.${this.#number * 2 + (way === "wifi" ? 0 : 1)}`;
  }
}

/** Gives an interface its address. */
async function plug(
  namespace: string,
  device: string,
  address: string,
): Promise<void> {
  await inside(namespace, "ip", "addr", "add", address, "dev", device);
  await inside(namespace, "ip", "link", "set", "dev", device, "up");
}

function inside(namespace: string, ...command: string[]): Promise<void> {
  return run("ip", "netns", "exec", namespace, ...command);
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args })
    .output();
  if (success) return;
  const said = new TextDecoder().decode(stderr).trim();
  throw new Error(`${program} ${args.join(" ")}: ${said}`);
}

/** Tried, since root in a container may be forbidden to make namespaces. */
function whyNot(): string {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) {
    return " (ignored: network namespaces need Linux and root)";
  }
  const name = `sm${Deno.pid}try`;
  const ip = (...args: string[]) => succeeds("ip", "netns", ...args);
  try {
    if (!ip("add", name)) return " (ignored: ip netns add is forbidden here)";
    const can = (...command: string[]) => ip("exec", name, ...command);
    const canFilter = can("iptables", "-L", "-n");
    const canForward = can("sysctl", "-qw", "net.ipv4.ip_forward=1");
    ip("del", name);
    if (!canFilter) return " (ignored: iptables does not work here)";
    return canForward ? "" : " (ignored: sysctl is forbidden here)";
  } catch {
    return " (ignored: no ip command found; install iproute2)";
  }
}

function succeeds(program: string, ...args: string[]): boolean {
  return new Deno.Command(program, { args }).outputSync().success;
}
