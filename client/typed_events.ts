/** EventTarget with the types of its events. */

/** As EventTarget, for the events of `Events`. */
export interface TypedEventTarget<Events> extends EventTarget {
  /** As EventTarget's. */
  addEventListener<K extends keyof Events & string>(
    type: K,
    listener: (event: Events[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** As EventTarget's. */
  removeEventListener<K extends keyof Events & string>(
    type: K,
    listener: (event: Events[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** EventTarget itself. */
export const TypedEventTarget: {
  new <Events>(): TypedEventTarget<Events>;
} = EventTarget as { new <Events>(): TypedEventTarget<Events> };
