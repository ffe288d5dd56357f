/**
 * Deno's own OpenTelemetry, which the environment switches on before any of this
 * runs. Its spans hold the whole URL of each request, hence rooms and stamps;
 * what it tells of metrics does not.
 */

/** Variables of Deno's; those that may not be read are not there. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Why a node must not run like this, and what to do; undefined when it may. */
export function telemetryFault(env: Environment): string | undefined {
  if (!isOn() || env.OTEL_DENO_TRACING === "false") return undefined;
  return "OpenTelemetry's traces would tell rooms and stamps, which a node " +
    "writes nowhere; set OTEL_DENO_TRACING=false";
}

/** Where the log goes instead of standard output, if that is wished: Deno exports what the console is told. */
export function telemetryLog(
  env: Environment,
): WritableStream<Uint8Array> | undefined {
  if (!isOn() || env.OTEL_DENO_CONSOLE !== "replace") return undefined;
  const decoder = new TextDecoder();
  return new WritableStream({
    write: (line) => console.info(decoder.decode(line).trimEnd()),
  });
}

/** Deno tells by no better way whether anything is exported. */
function isOn(): boolean {
  try {
    Deno.telemetry.tracerProvider.getTracer("sigmesh").startSpan("");
    return true; // a span that does not end is not exported
  } catch {
    return false;
  }
}
