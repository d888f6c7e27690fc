/**
 * Requests to this server's public API: with the key if there is one, and with its problems
 * (RFC 9457) as errors.
 */

const KEY = "faceless.key";

/** Tells "key-needed" when the server wants another key, or any. */
export const session = new EventTarget();

/** The key of this tab; null without one. */
export function currentKey() {
  return sessionStorage.getItem(KEY);
}

/** Use a key from now on, in this tab and until it is closed; null forgets it. */
export function useKey(key) {
  if (key === null) {
    sessionStorage.removeItem(KEY);
  } else {
    sessionStorage.setItem(KEY, key);
  }
}

/** What the server, or the way to it, objects to. */
export class Problem extends Error {
  constructor({ title, detail, status = 0, code = "", hint = "", errors = [], ...rest }) {
    super(detail || title);
    this.title = title;
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.errors = errors;
    this.suggestions = rest.suggestions ?? [];
    this.requestId = rest.request_id ?? "";
  }
}

/** The headers that say who asks. */
export function credentials() {
  const key = currentKey();
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/**
 * Send a request; `body` goes as JSON. Answers the Response of a success, throws a Problem for
 * everything else.
 */
export async function send(method, path, { body, headers = {}, signal, cache } = {}) {
  const all = { ...credentials(), ...headers };
  if (body !== undefined) {
    all["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: all,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      cache,
      credentials: "omit",
    });
  } catch (error) {
    if (error.name === "AbortError") {
      throw error;
    }
    throw new Problem({
      title: "The server can't be reached.",
      code: "unreachable",
      hint: "Nothing you typed is lost. Check that it still runs, then try again.",
    });
  }
  if (response.ok) {
    return response;
  }
  const problem = await problemOf(response);
  if (response.status === 401) {
    session.dispatchEvent(new CustomEvent("key-needed", { detail: problem }));
  }
  throw problem;
}

async function problemOf(response) {
  try {
    return new Problem(await response.json());
  } catch {
    // a proxy's own page, say: its status is all there is to tell
    return new Problem({
      title: `The server answered ${response.status}.`,
      status: response.status,
      code: "no_problem_body",
    });
  }
}

/** Get a JSON document. */
export async function get(path, options) {
  return (await send("GET", path, options)).json();
}

/** Post a JSON body, or none, and get the JSON that comes back. */
export async function post(path, body, options) {
  return (await send("POST", path, { body, ...options })).json();
}

/**
 * Idempotency keys: one for each thing that is asked for, however often it is sent. The same
 * body gets the same key until an answer came, so that a double click, or a second try after a
 * broken connection, makes one job.
 */
export class OnceOnly {
  #body = null;
  #key = "";

  headers(body) {
    const text = JSON.stringify(body ?? null);
    if (text !== this.#body) {
      this.#body = text;
      this.#key = freshKey();
    }
    return { "Idempotency-Key": this.#key };
  }

  /** The answer came: to ask for the same again is meant. */
  settled() {
    this.#body = null;
  }
}

/** 128 random bits; `crypto.randomUUID` is missing on pages without TLS. */
function freshKey() {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
