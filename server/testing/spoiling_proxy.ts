/** A proxy that does what none should, for tests of what finds that out. */

/** A real one that spoils what the rule says. It passes no upgrade on. */
export function proxyTo(
  origin: string,
  spoil: (request: Request) => Request | Response | Promise<Response>,
) {
  return Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const spoilt = await spoil(request);
      if (spoilt instanceof Response) return spoilt;
      const { pathname } = new URL(request.url);
      const { method, headers } = spoilt;
      const body = method === "POST" ? await spoilt.text() : null;
      const init = { method, headers, body, signal: request.signal };
      return await fetch(origin + pathname, init);
    },
  );
}
