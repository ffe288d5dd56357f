/** Patience, bounded. */

/** Undefined when it takes longer. */
export async function within<T>(
  ms: number,
  promise: Promise<T>,
): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    promise.catch(() => {}); // may fail after it was given up
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
