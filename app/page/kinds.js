/** How a scene's shots can be drawn, and what it is called here. */

import { h } from "./dom.js";

const KINDS = {
  hook: "Hook: a claim",
  number: "Number that counts up",
  comparison: "Comparison: two bars",
  list: "List",
  timeline: "Timeline",
  process: "Process: arrows",
  quote: "Quote",
  fact: "Fact: key words",
  term: "Term: one word, large",
  link: "Link: two things joined",
  closing: "Closing",
};

/** The choices of a kind; the first one leaves it to the text. */
export function kindOptions(chosen) {
  const known = Object.entries(KINDS);
  const option = ([value, text]) =>
    h("option", { value, selected: value === (chosen ?? "") }, text);
  return [option(["", "Automatic"]), ...known.map(option)];
}
