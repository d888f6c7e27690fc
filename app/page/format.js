/** How quantities and moments are written. */

const MINUTE = 60;
const HOUR = 3600;

/** Seconds as a player shows them: 1:04. */
export function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / MINUTE)}:${String(whole % MINUTE).padStart(2, "0")}`;
}

/** Seconds as one says them: "40 s", "3 min", "1 h 10 min". */
export function span(seconds) {
  if (seconds < MINUTE) {
    return `${Math.max(1, Math.round(seconds))} s`;
  }
  const minutes = Math.round(seconds / MINUTE);
  if (minutes < MINUTE) {
    return `${minutes} min`;
  }
  return `${Math.floor(minutes / MINUTE)} h ${minutes % MINUTE} min`;
}

/** When something was: "just now", "5 min ago", then the date. */
export function ago(instant, now = Date.now()) {
  const then = new Date(instant);
  const seconds = (now - then.getTime()) / 1000;
  if (seconds < MINUTE) {
    return "just now";
  }
  if (seconds < 24 * HOUR) {
    return `${span(seconds)} ago`;
  }
  return then.toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}

/** Bytes as one says them: "2.9 MB". */
export function bytes(size) {
  const megabytes = size / 1_000_000;
  return megabytes < 0.1 ? `${Math.ceil(size / 1000)} kB` : `${megabytes.toFixed(1)} MB`;
}

/** A share of 1 as per cent. */
export function percent(share) {
  return `${Math.round(share * 100)} %`;
}

const CENT = 0.01;

/** US dollars: to the cent, and less than a dollar more exactly, for calls cost little. */
export function money(dollars) {
  const digits = dollars === 0 || dollars >= 1 ? 2 : dollars >= CENT ? 4 : 6;
  return `$${dollars.toFixed(digits)}`;
}

/** "1 scene", "3 scenes". */
export function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

const STAGES = {
  script: "Script",
  narration: "Narration",
  storyboard: "Storyboard",
  segment: "Pictures",
  mix: "Sound",
  package: "Packaging",
};

/** What a stage is called here. */
export function stageName(name) {
  return STAGES[name] ?? name;
}

const STATES = {
  queued: "In the queue",
  running: "In the works",
  waiting: "Waiting",
  succeeded: "Ready",
  failed: "Failed",
  cancelled: "Cancelled",
};
const WAITS = {
  approval: "Needs your approval",
  retry: "Will be tried again",
  operator: "The server needs attention",
  quota: "Waits for its quota",
};

/** Where a job stands, in words. */
export function stateName(job) {
  return (job.status === "waiting" && WAITS[job.waiting_for]) || STATES[job.status] || job.status;
}

const FINAL = new Set(["succeeded", "failed", "cancelled"]);

/** Whether nothing will happen to a job by itself any more. */
export function isFinal(job) {
  return FINAL.has(job.status);
}

const TITLE_CHARS = 70;
const SENTENCE_END = /(?<=[.!?。！？])\s|\n/;

/** What to call a job before its video has a title. */
export function nameOf(job) {
  const { title, topic, script, source_text: article, source_url: url, scenes } = job.request;
  const words = script ?? article ?? url ?? scenes?.[0].text;
  const text = title ?? topic ?? words.trim().split(SENTENCE_END, 1)[0];
  if (text.length <= TITLE_CHARS) {
    return text;
  }
  const whole = text.slice(0, TITLE_CHARS + 1).replace(/\s+\S*$/, ""); // cut between words
  return `${whole.slice(0, TITLE_CHARS)}…`;
}
