/** Defines a test that uses werift, which leaves timers of its own behind: they count as ops and resources. */
export function weriftTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });
}
