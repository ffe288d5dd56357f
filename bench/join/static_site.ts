/** Files of npm packages, served to pages. */

const TYPES: Record<string, string> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
};

/** A server of one page and of what is below a folder. */
export interface StaticSite {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves `page` at `/`, on loopback. */
export function serveSite(page: string, folder: string): StaticSite {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/") {
        return new Response(page, { headers: { "content-type": "text/html" } });
      }
      const type = TYPES[/\.\w+$/.exec(pathname)?.[0] ?? ""];
      const bytes = type === undefined
        ? undefined
        : await Deno.readFile(folder + pathname).catch(() => undefined);
      return bytes === undefined
        ? new Response(null, { status: 404 })
        : new Response(bytes, { headers: { "content-type": type! } });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    stop: () => server.shutdown(),
  };
}
