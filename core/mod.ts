/**
 * Proof of work of the WebRTC signaling mesh: tokens, challenges, stamps,
 * heights, price, and the solver. Runs in browsers, workers, Deno, Node.js and
 * Bun.
 *
 * ```ts
 * import { solve, verify } from "@sigmesh/core";
 *
 * const challenge = crypto.getRandomValues(new Uint8Array(32));
 * const { nonces } = await solve(challenge, 12); // 2^12 hashes
 * console.assert(verify(challenge, nonces, 12).ok);
 * ```
 *
 * @module
 */

export { type ChallengeInput, challengeOf, messageIdOf } from "./challenge.ts";
export type { Engine, Puzzle, Search } from "./engine.ts";
export { chooseEngine, type EngineChoice } from "./engine_choice.ts";
export { createHashWasmEngine } from "./engine_hash_wasm.ts";
export { createJavaScriptEngine } from "./engine_javascript.ts";
export { createKernelEngine, type KernelEngine } from "./engine_kernel.ts";
export { createHmac, type Hmac, sha256 } from "./hasher.ts";
export { heightOf, type Target, targetOf, workOf } from "./height.ts";
export {
  DEFAULT_CURVE,
  MAX_PRESSURE,
  MAX_WORK,
  MESH_FLOOR,
  owedHeight,
  owedWork,
  type PriceCurve,
  type PricedRequest,
  priceOf,
  WEIGHTS,
} from "./price.ts";
export {
  measureHashRate,
  type MeasureOptions,
  type Solution,
  solve,
  type SolveOptions,
} from "./solver.ts";
export type { SolveProgress } from "./search.ts";
export type { ThreadOptions } from "./searcher_choice.ts";
export type { Searcher, SearchResult, SearchTask } from "./searcher.ts";
export { defaultThreads, WorkerPool } from "./worker_pool.ts";
export {
  formatStamp,
  type ParsedStamp,
  parseStamp,
  SALT_BYTES,
  type Stamp,
  type StampFault,
} from "./stamp.ts";
export {
  encodeMacInput,
  formatToken,
  parseToken,
  type Token,
  type TokenClaim,
  type TokenFault,
} from "./token.ts";
export {
  type Base64urlFault,
  decodeBase64url,
  encodeBase64url,
} from "./base64url.ts";
export { verify, type VerifyFault } from "./verify.ts";
