/** What peers in real Chromiums send each other: files, questions, video. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { roomTest } from "../server/testing/room_scene.ts";

roomTest(
  "a file of 50 MB arrives whole, and words pass it on the way",
  async (scene) => {
    const node = await scene.node();
    const [from, to] = await scene.members(2, { nodes: [node.origin] });
    await Promise.all([from!, to!].map((member) => member.waitForPeers(1)));
    const arrived = to!.run(({ room, told, hashOf }) =>
      new Promise<string>((resolve) =>
        room.addEventListener(
          "message",
          async ({ data }: { data: unknown }) => {
            if (!(data instanceof File)) return;
            const words = told.some(({ data }) => data === "meanwhile");
            resolve(
              [data.name, data.type, data.size, words, await hashOf(data)]
                .join(),
            );
          },
        )
      )
    );
    const sent = await from!.run(async ({ room, hashOf }) => {
      const parts = Array.from(
        { length: 800 },
        () => crypto.getRandomValues(new Uint8Array(62_500)),
      );
      const file = new File(parts, "holiday.bin", {
        type: "application/x-test",
      });
      const progress: number[] = [];
      const sending = room.send(file, {
        onProgress: ({ bytes }: { bytes: number }) => progress.push(bytes),
      });
      await room.send("meanwhile");
      await sending;
      return {
        hash: await hashOf(file),
        isRising: progress.every((bytes, i) =>
          i === 0 || bytes >= progress[i - 1]!
        ),
        last: progress.at(-1),
      };
    });
    assertEquals(
      await arrived,
      `holiday.bin,application/x-test,50000000,true,${sent.hash}`,
    );
    assertEquals([sent.isRising, sent.last], [true, 50_000_000]);
    await to!.waitForTold({ type: "receiving" });
  },
);

roomTest(
  "a question is answered, and one that nobody answers is refused",
  async (scene) => {
    const node = await scene.node();
    const [asker, asked] = await scene.members(2, { nodes: [node.origin] });
    await Promise.all([asker!, asked!].map((member) => member.waitForPeers(1)));
    const ask = () =>
      asker!.run(({ room }) =>
        room.request({ of: 20 }, { to: [...room.peers.keys()][0] })
          .catch((error: Error) => error.message)
      );
    assertMatch(`${await ask()}`, /listener|answer/i);
    await asked!.run(({ room }) =>
      room.addEventListener(
        "request",
        // deno-lint-ignore no-explicit-any -- the page's event
        ({ data, respondWith }: any) => respondWith({ twice: data.of * 2 }),
      )
    );
    assertEquals(await ask(), { twice: 40 });
  },
);

const FAKE_CAMERA = [
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];

roomTest(
  "video arrives, is replaced and removed, without another post",
  async (scene) => {
    const node = await scene.node();
    const [from, to] = [
      await scene.member(...FAKE_CAMERA),
      await scene.member(),
    ];
    await from.join({ nodes: [node.origin] });
    await to.join({ nodes: [node.origin] });
    await Promise.all([from, to].map((member) => member.waitForPeers(1)));
    const paid = async () =>
      [...await from.told(), ...await to.told()]
        .filter(({ type }) => type === "paid").length;
    const before = await paid();
    const seen = to.run(({ room }) =>
      new Promise<number>((resolve) =>
        room.addEventListener(
          "track",
          ({ stream }: { stream: MediaStream }) => {
            const video = document.createElement("video");
            video.muted = true;
            video.srcObject = stream;
            video.onresize = () => resolve(video.videoWidth);
            Object.assign(globalThis, { video });
            video.play();
          },
        )
      )
    );
    await from.run(async ({ room }) => {
      const stream = await navigator.mediaDevices.getUserMedia({ video: true });
      Object.assign(globalThis, { stream });
      room.addStream(stream);
    });
    assert(await seen > 2);
    await from.run(async ({ room }) => {
      const { stream } = globalThis as unknown as { stream: MediaStream };
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width: 222, height: 111 });
      const context = canvas.getContext("2d")!;
      setInterval(() => context.fillRect(Math.random() * 200, 0, 9, 99), 40);
      const [track] = canvas.captureStream(25).getVideoTracks();
      await room.replaceTrack(stream.getVideoTracks()[0], track);
      Object.assign(globalThis, { stream, track });
    });
    await to.page.waitForFunction(() =>
      (globalThis as unknown as { video: HTMLVideoElement }).video
        .videoWidth === 222
    );
    const ended = to.run(() =>
      new Promise<string>((resolve) => {
        const { video } = globalThis as unknown as { video: HTMLVideoElement };
        const [track] = (video.srcObject as MediaStream).getVideoTracks();
        track!.onmute = () => resolve("muted");
      })
    );
    await from.run(({ room }) =>
      room.removeTrack(
        (globalThis as unknown as { track: MediaStreamTrack }).track,
      )
    );
    assertEquals(await ended, "muted");
    assertEquals(await paid(), before);
  },
);
