/** What providers were paid for a video, as its manifest tells it. */

import { h } from "./dom.js";
import { count, money } from "./format.js";

/** Costs by provider, model and service; nothing where nothing was asked of a paid provider. */
export function costs({ calls = [], cost_usd: total = 0 }) {
  if (calls.length === 0) {
    return null;
  }
  return h(
    "section",
    { "aria-labelledby": "costs-title" },
    h("h2", { id: "costs-title" }, "Costs"),
    h(
      "p",
      {},
      h("strong", {}, money(total)),
      " in all, by the table of prices and without taxes; the provider’s bill decides.",
    ),
    h("ul", { class: "credits costs" }, lines(calls).map(costLine)),
  );
}

/** Calls of one service of one model together. */
function lines(calls) {
  const found = new Map();
  for (const call of calls) {
    const key = [call.provider, call.model, call.service].join("\n");
    const line = found.get(key) ?? { ...call, number: 0, sum: 0, kept: 0, unsure: 0, guessed: 0 };
    line.number += 1;
    line.sum += call.usd;
    line.kept += call.cached ? 1 : 0;
    line.unsure += call.state === "uncertain" ? 1 : 0;
    line.guessed += call.price === "listed" ? 0 : 1;
    found.set(key, line);
  }
  return [...found.values()];
}

function costLine({ provider, model, service, number, sum, kept, unsure, guessed }) {
  const marks = [
    kept > 0 && `${kept} paid before`,
    unsure > 0 && `${unsure} may not be billed`,
    guessed > 0 && "at the dearest price known",
  ].filter(Boolean);
  return h(
    "li",
    {},
    h("span", { class: "credit-what" }, money(sum)),
    h(
      "div",
      {},
      h("span", {}, [provider, model].filter(Boolean).join(" ")),
      h("span", { class: "fine" }, `${service}, ${count(number, "call")}`),
      marks.map((mark) => h("span", { class: "mark" }, mark)),
    ),
  );
}
