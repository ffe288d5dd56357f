/** The page at /demo/: the lobby, then a visit to a room, then the lobby again. */

import { announce, element } from "./element.ts";
import { Lobby, type Wish } from "./lobby.ts";
import { fragmentOf, roomNameIn } from "./room_name.ts";
import { messageOf, obstacleIn } from "./trouble.ts";
import { Visit } from "./visit.ts";

const title = element("title");
const place = element("room");
const link = element<HTMLInputElement>("link");
const linkNotice = element("link-notice");
const share = element("share");
const lobby = new Lobby(join);
let visit: Visit | undefined;
let roomName = "";

const obstacle = obstacleIn(globalThis);
if (obstacle === undefined) lobby.open();
else lobby.refuse(obstacle);

share.hidden = navigator.share === undefined;
element("leave").addEventListener("click", () => {
  leave("You have left the room.");
});
element("copy").addEventListener("click", copyLink);
share.addEventListener("click", () => {
  navigator.share({ title: document.title, url: link.value })
    .catch(() => {}); // closed without sharing
});
// Somebody has put another room into the address.
addEventListener("hashchange", () => {
  if (roomNameIn(location.hash) === roomName) return;
  if (visit === undefined) lobby.open();
  else leave("The address names another room: join it?");
});

async function join(wish: Wish): Promise<void> {
  const present = new Visit(wish.ownName);
  visit = present;
  enter(wish.roomName);
  try {
    await present.begin(wish);
  } catch (error) {
    if (visit === present) leave(messageOf(error), "bad");
  }
}

function enter(name: string): void {
  roomName = name;
  history.replaceState(null, "", fragmentOf(name));
  link.value = location.href;
  announce(linkNotice, "");
  lobby.close();
  place.hidden = false;
  title.textContent = name;
  title.focus();
  document.title = `${name} · Meet directly`;
}

function leave(notice: string, mood: "bad" | "quiet" = "quiet"): void {
  visit?.leave();
  visit = undefined;
  roomName = "";
  place.hidden = true;
  title.textContent = "Meet directly";
  document.title = "Meet directly";
  lobby.open(notice, mood);
  lobby.focus();
}

async function copyLink(): Promise<void> {
  try {
    await navigator.clipboard.writeText(link.value);
    announce(linkNotice, "Copied");
  } catch {
    link.select();
    announce(linkNotice, "It is selected: copy it by the keyboard or the menu");
  }
}
