/** Takes what OpenTelemetry exports over HTTP, as a collector would. */

/** A collector on loopback. */
export interface TelemetryReceiver {
  /** What a process needs in its environment to export here, soon and as JSON. */
  readonly env: Readonly<Record<string, string>>;
  /** All that has come. */
  readonly text: string;
  /** What it finds, once it has come; rejects when it does not for 20 s. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  close(): Promise<void>;
}

const PATIENCE_MS = 20_000;

/** Listens on a free port of 127.0.0.1. */
export function startTelemetryReceiver(): TelemetryReceiver {
  let text = "";
  const waiting = new Set<() => void>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      text += `${request.url}\n${await request.text()}\n`;
      for (const look of waiting) look();
      return Response.json({});
    },
  );
  return {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_METRIC_EXPORT_INTERVAL: "500",
      OTEL_BLRP_SCHEDULE_DELAY: "100",
    },
    get text() {
      return text;
    },
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text);
          if (match === null) return;
          waiting.delete(look);
          clearTimeout(timer);
          resolve(match);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`No ${pattern} in: ${text}`));
        }, PATIENCE_MS);
        waiting.add(look);
        look();
      }),
    close: () => server.shutdown(),
  };
}
