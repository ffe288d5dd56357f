/** What the demo's peers tell each other, besides files. */

import type { JsonValue } from "../sendable.ts";

/** Longer names are cut. */
export const MAX_NAME = 40;
/** Longer texts are cut. */
export const MAX_TEXT = 4000;

/** What a peer says of itself: when it meets another, and when it changes. */
export interface About {
  readonly is: "about";
  readonly name: string;
  readonly isMuted: boolean;
  /** Id of the stream that is its screen. */
  readonly screen: string | null;
}

/** A line of the conversation. */
export interface Chat {
  readonly is: "chat";
  readonly text: string;
}

/** See {@linkcode About} and {@linkcode Chat}. */
export type Utterance = About | Chat;

/** As it is sent. */
export function toJson(utterance: Utterance): JsonValue {
  return { ...utterance };
}

/** Reads what a peer sent, be it hostile; undefined when it is neither. */
export function parseUtterance(data: unknown): Utterance | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { is, name, isMuted, screen, text } = data as Record<string, unknown>;
  if (is === "chat" && typeof text === "string" && text !== "") {
    return { is, text: text.slice(0, MAX_TEXT) };
  }
  if (is !== "about" || typeof name !== "string") return undefined;
  return {
    is,
    name: tidyName(name),
    isMuted: isMuted === true,
    screen: typeof screen === "string" ? screen : null,
  };
}

/** One line without anything invisible, as long as a name may be. */
export function tidyName(name: string): string {
  return name.replaceAll(/[\p{C}\p{Z}]+/gu, " ").trim().slice(0, MAX_NAME);
}
