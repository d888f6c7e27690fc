/** Which article a topic was taken to mean, and what else it could have meant. */

import { h, outward } from "./dom.js";

/** A line that names the article; `onTake(title)` gets an alternative that is chosen. */
export function topicLine(match, onTake) {
  const { title, description, url, alternatives } = match;
  const isOfWikipedia = /^https:\/\/[a-z-]+\.wikipedia\.org\//.test(url);
  const take = (other) =>
    h("button", { type: "button", class: "chip", on: { click: () => onTake(other) } }, other);
  return h(
    "div",
    { class: "topic-match" },
    h(
      "p",
      {},
      "About: ",
      outward(url, title),
      isOfWikipedia && " (Wikipedia)",
      description && h("span", { class: "fine" }, ` ${description}`),
    ),
    alternatives.length > 0 &&
      h(
        "div",
        { class: "suggestions", role: "group", "aria-label": "It could also mean" },
        h("span", { class: "fine" }, "Or did you mean"),
        alternatives.map(take),
      ),
  );
}
