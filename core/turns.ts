/** Giving way to other tasks of a thread. */

const { setImmediate } = globalThis as {
  setImmediate?: (resume: () => void) => void;
};
const waiting: (() => void)[] = [];
let channel: MessageChannel | undefined;

/**
 * Resolves when other tasks have had their turn. By `setImmediate` outside
 * browsers: in Deno a message port starves timers for a second. By a message
 * port in browsers: they clamp nested timers to 4 ms, and those of background
 * tabs to a second.
 */
export function giveWay(): Promise<void> {
  return new Promise((resolve) => {
    if (setImmediate !== undefined) {
      setImmediate(resolve);
      return;
    }
    if (channel === undefined) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => waiting.shift()?.();
    }
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}
