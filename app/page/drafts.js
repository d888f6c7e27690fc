/** What was typed and not yet sent: kept in this browser, so that nothing is lost by a reload. */

const PREFIX = "faceless.draft.";

/** A draft by its name; `fallback` if there is none. */
export function readDraft(name, fallback = null) {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? fallback : JSON.parse(text);
  } catch {
    return fallback; // storage is off, or holds what another version wrote
  }
}

/** Keep a draft; null drops it. */
export function keepDraft(name, value) {
  try {
    if (value === null) {
      localStorage.removeItem(PREFIX + name);
    } else {
      localStorage.setItem(PREFIX + name, JSON.stringify(value));
    }
  } catch {
    // storage is full or off: the page works without
  }
}
