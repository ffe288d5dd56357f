/** One stream for several readers, at the pace of the slowest. */

/** `count` streams of the same chunks; the source is read when all want more. */
export function fanOut(
  source: ReadableStream<Uint8Array>,
  count: number,
): ReadableStream<Uint8Array>[] {
  if (count === 1) return [source];
  if (count === 0) source.cancel().catch(() => {});
  const reader = source.getReader();
  const open = new Set<ReadableStreamDefaultController<Uint8Array>>();
  let isReading = false;
  const pull = async () => {
    if (isReading || [...open].some(({ desiredSize }) => desiredSize! <= 0)) {
      return;
    }
    isReading = true;
    try {
      const { done, value } = await reader.read();
      for (const branch of open) done ? branch.close() : branch.enqueue(value!);
    } catch (error) {
      for (const branch of open) branch.error(error);
    }
    isReading = false;
  };
  return Array.from({ length: count }, () => {
    let own: ReadableStreamDefaultController<Uint8Array>;
    return new ReadableStream<Uint8Array>({
      start(controller) {
        open.add(own = controller);
      },
      pull,
      async cancel(reason) {
        open.delete(own);
        if (open.size === 0) await reader.cancel(reason);
        else await pull();
      },
    });
  });
}
