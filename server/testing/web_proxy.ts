/** Real proxies before a node, run by the files of `docs/deploy/`. */

const DEPLOY = new URL("../../docs/deploy/", import.meta.url);

/** What stands between clients and a node. */
export interface ProxySetting {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
  readonly nodePort: number;
  /** Files of a certificate for localhost. */
  readonly cert: string;
  readonly key: string;
  /** Folder for what it keeps. */
  readonly folder: string;
}

/** One kind of proxy. */
export interface ProxyKind {
  readonly name: "Caddy" | "nginx";
  readonly program: string;
  /** The published file with ports and names of a test; arguments that run it. */
  configure(setting: ProxySetting): Promise<readonly string[]>;
}

export const CADDY: ProxyKind = {
  name: "Caddy",
  program: "caddy",
  async configure({ port, nodePort, cert, key, folder }) {
    const site = await recipe("Caddyfile", [
      ["node.example {", `https://localhost:${port} {\n\ttls ${cert} ${key}`],
      ["127.0.0.1:8000", `127.0.0.1:${nodePort}`],
    ]);
    const path = `${folder}/Caddyfile`;
    const options =
      `admin off\n\tauto_https off\n\tstorage file_system ${folder}`;
    await Deno.writeTextFile(path, `{\n\t${options}\n}\n${site}`);
    return ["run", "--config", path, "--adapter", "caddyfile"];
  },
};

/** `change` edits the file further, to show what a line of it is for. */
export function nginx(
  change: (site: string) => string = (site) => site,
): ProxyKind {
  return {
    name: "nginx",
    program: "nginx",
    async configure({ port, nodePort, cert, key, folder }) {
      const site = await recipe("nginx.conf", [
        ["listen 443 ssl http2;", `listen 127.0.0.1:${port} ssl http2;`],
        ["listen [::]:443 ssl http2;", ""],
        ["server_name node.example;", "server_name localhost;"],
        ["/etc/letsencrypt/live/node.example/fullchain.pem", cert],
        ["/etc/letsencrypt/live/node.example/privkey.pem", key],
        ["http://127.0.0.1:8000", `http://127.0.0.1:${nodePort}`],
      ]);
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((use) => `${use}_temp_path ${folder}/${use};`);
      const path = `${folder}/nginx.conf`;
      await Deno.writeTextFile(
        path,
        `daemon off; master_process off; pid ${folder}/pid; events {}\n` +
          `http { access_log off; ${temporary.join(" ")}\n${change(site)} }`,
      );
      return ["-c", path, "-e", `${folder}/error.log`];
    },
  };
}

/** To be added to the name of a test that is ignored for want of it. */
export function missing({ program }: ProxyKind): string {
  const { success } = new Deno.Command("sh", {
    args: ["-c", `command -v ${program}`],
    ...{ stdout: "null", stderr: "null" },
  }).outputSync();
  return success ? "" : ` (ignored: no ${program} found; install it)`;
}

/** Runs a proxy until it is disposed of; resolves when it listens. */
export async function startProxy(
  kind: ProxyKind,
  setting: ProxySetting,
): Promise<AsyncDisposable> {
  const { folder, port } = setting;
  const child = new Deno.Command(kind.program, {
    args: [...await kind.configure(setting)],
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    ...{ stdout: "null", stderr: "null" },
  }).spawn();
  let isOver = false;
  child.status.then(() => isOver = true);
  while (!await isListening(port)) {
    if (isOver) throw new Error(`${kind.name} ended before it listened`);
  }
  return {
    async [Symbol.asyncDispose]() {
      if (!isOver) child.kill("SIGTERM");
      await child.status;
    },
  };
}

/** Nobody tells when it listens: it is asked. */
async function isListening(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return false;
  }
}

/** Each text must be in the file, once: else the test would run another one. */
async function recipe(
  name: string,
  changes: readonly (readonly [string, string])[],
): Promise<string> {
  let text = await Deno.readTextFile(new URL(name, DEPLOY));
  for (const [from, to] of changes) {
    if (text.split(from).length !== 2) {
      throw new Error(`docs/deploy/${name} has no "${from}", or several`);
    }
    text = text.replace(from, to);
  }
  return text;
}
