/** What is going on in the room, as one sentence. */

import type { RoomState } from "../mod.ts";
import { formatCountOf } from "./quantities.ts";

/** What the sentence depends on. */
export interface Situation {
  readonly state: RoomState;
  /** Why, in the library's words; may be empty. */
  readonly detail: string;
  /** Peers that are connected; `relayed` ones are among them. */
  readonly peers: number;
  readonly relayed: number;
  /** Connections that are being made. */
  readonly connecting: number;
}

/** How it is: the colour of the dot before the sentence. */
export type Mood = "good" | "busy" | "bad";

/** What there is to say, and what to do next where somebody can do something. */
export function describeSituation(
  situation: Situation,
): { readonly mood: Mood; readonly text: string } {
  const { state, detail, peers, connecting } = situation;
  if (state === "left") return { mood: "bad", text: "You have left the room." };
  if (state === "reconnecting") {
    return { mood: "busy", text: withDetail(lost(peers), detail) };
  }
  if (peers > 0) return { mood: "good", text: connected(situation) };
  if (state === "choosing") {
    return { mood: "busy", text: withDetail("Choosing a node …", detail) };
  }
  if (state === "solving") {
    return {
      mood: "busy",
      text: "Paying with proof of work for being announced …",
    };
  }
  const text = connecting > 0
    ? "Somebody is here: connecting …"
    : "You are alone here. Send the address to somebody; if they are here " +
      "already, compare room and password.";
  return { mood: "busy", text };
}

function lost(peers: number): string {
  const still = peers > 0
    ? ` You stay connected to ${others(peers)}; newcomers have to wait.`
    : "";
  return `Lost the node, connecting again …${still}`;
}

function connected({ peers, relayed }: Situation): string {
  if (relayed === 0) return `Connected directly to ${others(peers)}.`;
  if (relayed === peers) return `Connected by a relay to ${others(peers)}.`;
  return `Connected to ${others(peers)}: ${
    peers - relayed
  } directly, ${relayed} by a relay.`;
}

function others(count: number): string {
  return formatCountOf(count, "other");
}

function withDetail(text: string, detail: string): string {
  return detail === "" ? text : `${text} ${detail}`;
}
