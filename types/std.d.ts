/**
 * Types of what this project uses of the standard library. The npm copy that
 * deno.json names ships none; these hold under either import map.
 */

declare module "@std/assert" {
  export function assert(
    condition: unknown,
    message?: string,
  ): asserts condition;
  export function assertEquals<T>(
    actual: T,
    expected: T,
    message?: string,
  ): void;
  export function assertNotEquals<T>(
    actual: T,
    expected: T,
    message?: string,
  ): void;
  export function assertAlmostEquals(
    actual: number,
    expected: number,
    tolerance?: number,
    message?: string,
  ): void;
  export function assertGreater<T>(
    actual: T,
    expected: T,
    message?: string,
  ): void;
  export function assertGreaterOrEqual<T>(
    actual: T,
    expected: T,
    message?: string,
  ): void;
  export function assertLess<T>(actual: T, expected: T, message?: string): void;
  export function assertLessOrEqual<T>(
    actual: T,
    expected: T,
    message?: string,
  ): void;
  export function assertMatch(
    actual: string,
    expected: RegExp,
    message?: string,
  ): void;
  export function assertNotMatch(
    actual: string,
    expected: RegExp,
    message?: string,
  ): void;
  export function assertStringIncludes(
    actual: string,
    expected: string,
    message?: string,
  ): void;
  // deno-lint-ignore no-explicit-any -- any constructor, as the library has it
  type Class<E> = abstract new (...args: any[]) => E;
  export function assertInstanceOf<T>(
    actual: unknown,
    expected: Class<T>,
    message?: string,
  ): asserts actual is T;
  export function assertThrows<E extends Error = Error>(
    fn: () => unknown,
    expected?: Class<E>,
    includes?: string,
  ): E;
  export function assertRejects<E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    expected?: Class<E>,
    includes?: string,
  ): Promise<E>;
}

declare module "@std/http/negotiation" {
  /** The first of them that suits best, by the header Accept-Encoding. */
  export function acceptsEncodings(
    request: { headers: { get(name: string): string | null } },
    ...encodings: string[]
  ): string | undefined;
}

declare module "@std/http/etag" {
  export function eTag(
    entity: Uint8Array,
    options?: { weak?: boolean },
  ): Promise<string | undefined>;
  export function ifNoneMatch(
    value: string | null,
    etag: string | undefined,
  ): boolean;
}
