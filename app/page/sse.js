/**
 * Server-sent events over `fetch`, since EventSource can't send a key: resumed by Last-Event-ID,
 * closed while nobody looks (a browser grants a server six connections, over all tabs).
 */

import { Problem, send } from "./api.js";

const RECONNECT_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Follow a stream, over as many connections as it takes, until `signal` aborts.
 *
 * Throws the Problem of a stream that may not be read.
 */
export async function follow(path, { signal, onEvent }) {
  let lastId = "";
  let pause = RECONNECT_MS;
  while (!signal.aborted) {
    await visible(signal);
    const connection = new AbortController();
    const close = () => connection.abort();
    const closeUnseen = () => document.hidden && close();
    signal.addEventListener("abort", close);
    document.addEventListener("visibilitychange", closeUnseen);
    try {
      const headers = { Accept: "text/event-stream" };
      if (lastId) {
        headers["Last-Event-ID"] = lastId;
      }
      const response = await send("GET", path, {
        headers,
        signal: connection.signal,
        cache: "no-store",
      });
      for await (const event of parsed(response.body)) {
        pause = event.retry ?? RECONNECT_MS;
        lastId = event.id ?? lastId;
        if (event.type) {
          onEvent(event.type, event.data);
        }
      }
    } catch (error) {
      if (isFinal(error)) {
        throw error;
      }
    } finally {
      connection.abort();
      signal.removeEventListener("abort", close);
      document.removeEventListener("visibilitychange", closeUnseen);
    }
    if (!signal.aborted && !document.hidden) {
      await wait(pause, signal);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }
}

/** Whether another try would be answered the same. */
function isFinal(error) {
  return error instanceof Problem && error.status >= 400 && error.status < 500;
}

/** Events of a stream's bytes (WHATWG HTML, 9.2.6), their data read as JSON. */
export async function* parsed(stream) {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }
      text += decoder.decode(value, { stream: true });
      const blocks = text.split(/\r?\n\r?\n/);
      text = blocks.pop();
      for (const block of blocks) {
        yield eventOf(block);
      }
    }
  } finally {
    reader.releaseLock();
  }
}

function eventOf(block) {
  const event = {};
  let data = "";
  for (const line of block.split(/\r?\n/)) {
    const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line);
    if (name === "id") {
      event.id = value;
    } else if (name === "event") {
      event.type = value;
    } else if (name === "retry" && /^\d+$/.test(value)) {
      event.retry = Number(value);
    } else if (name === "data") {
      data += value;
    }
  }
  event.data = data ? JSON.parse(data) : null;
  return event;
}

function visible(signal) {
  return new Promise((resolve) => {
    const look = () => {
      if (!document.hidden || signal.aborted) {
        document.removeEventListener("visibilitychange", look);
        signal.removeEventListener("abort", look);
        resolve();
      }
    };
    document.addEventListener("visibilitychange", look);
    signal.addEventListener("abort", look);
    look();
  });
}

/** Let some time pass, or less if `signal` aborts. */
export function wait(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
