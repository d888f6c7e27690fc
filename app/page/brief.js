/** What is in the form as a request of the API, and a request as what is in the form. */

const SOURCES = ["topic", "script", "source_text", "source_url", "scenes"];
const SCHEME = /^[a-z][a-z\d+.-]*:\/\/\S*$/i;
const BARE_ADDRESS = /^(?:[\p{L}\d-]+\.)+\p{L}{2,}(?::\d+)?(?:[/?#]\S*)?$/u;
const SHOWN = ["aspect_ratio", "duration", "title", "tone", "language", "seed", "pause_after", "max_cost"];
const SHOWN_IN_PARTS = { voice: ["id", "speed"], brand: ["palette"], music: ["mood"] };
const CAPTIONS = ["enabled", "style"];

/** A request as the API takes it: nothing in it that was left to chance. */
export function briefOf(values) {
  const brief = { ...choicesOf(values), ...wordsOf(values) };
  if (values.title.trim()) brief.title = values.title.trim();
  return brief;
}

/** Everything but the words and the title: what one would like to choose only once. */
export function choicesOf(values) {
  const brief = structuredClone(values.rest ?? {});
  const give = (object, name, value) => {
    brief[object] = { ...brief[object], [name]: value };
  };
  brief.aspect_ratio = values.aspect_ratio;
  if (values.duration.trim()) brief.duration = numberIn(values.duration);
  if (values.tone.trim()) brief.tone = values.tone.trim();
  if (values.language) brief.language = values.language;
  if (values.seed.trim()) brief.seed = numberIn(values.seed);
  if (values.voice) give("voice", "id", values.voice);
  if (values.speed.trim()) give("voice", "speed", numberIn(values.speed));
  if (values.palette) give("brand", "palette", values.palette);
  if (values.mood.trim()) give("music", "mood", values.mood.trim());
  if (values.captions === "off") {
    give("captions", "enabled", false);
  } else if (values.captions) {
    give("captions", "style", values.captions);
  }
  if (values.pause_after) brief.pause_after = values.pause_after;
  if (values.max_cost.trim()) brief.max_cost = numberIn(values.max_cost);
  return brief;
}

function wordsOf({ source, topic, article, script, scenes }) {
  if (source === "article") {
    const address = addressIn(article);
    return address ? { source_url: address } : { source_text: article };
  }
  return { topic: { topic: topic.trim() }, script: { script }, scenes: { scenes } }[source];
}

/** The address that a text is, as far as that can be told; null if it's a text. */
export function addressIn(text) {
  const whole = text.trim();
  if (SCHEME.test(whole)) {
    return whole;
  }
  // as browsers show it, and people pass it on
  return BARE_ADDRESS.test(whole) ? `https://${whole}` : null;
}

/** A number as it was typed. What is no number goes as it is: the API says best what is wrong with it. */
export function numberIn(text) {
  const number = Number(text.trim().replace(",", "."));
  return Number.isNaN(number) ? text.trim() : number;
}

/** A request, or a part of one, as the form shows it; `rest` is what it has no field for. */
export function valuesOf(request) {
  const { voice, brand, music, captions } = request;
  const values = {
    ...Object.fromEntries(SHOWN.map((name) => [name, request[name]])),
    voice: voice?.id,
    speed: voice?.speed === 1 ? null : voice?.speed,
    palette: brand?.palette,
    mood: music?.mood,
    captions: captions?.enabled === false ? "off" : captions?.style,
    rest: restOf(request),
  };
  return SOURCES.some((name) => request[name]) ? { ...values, ...sourceOf(request) } : values;
}

function sourceOf({ topic, script, source_text: article, source_url: url, scenes }) {
  return {
    source: scenes ? "scenes" : topic ? "topic" : script ? "script" : "article",
    topic,
    script,
    article: article ?? url,
    scenes: scenes ?? [],
  };
}

function restOf(request) {
  const rest = {};
  for (const [name, value] of Object.entries(request)) {
    const shown = name === "captions" ? CAPTIONS : SHOWN_IN_PARTS[name];
    const kept = shown ? without(value, shown) : value;
    // a job's request has the fields of its preset already
    if (![...SOURCES, ...SHOWN, "preset"].includes(name) && !isNothing(kept)) {
      rest[name] = kept;
    }
  }
  return rest;
}

function without(object, names) {
  const kept = Object.entries(object ?? {}).filter(
    ([name, value]) => !names.includes(name) && !isNothing(value),
  );
  return Object.fromEntries(kept);
}

/** Whether a field says no more than its absence does. */
function isNothing(value) {
  return (
    value === null || value === undefined ||
    (typeof value === "object" && Object.values(value).every(isNothing))
  );
}
