/** What a video is made of, whose it is, and how much of its wording is its own. */

import { h, outward, written } from "./dom.js";
import { percent } from "./format.js";

const LIMIT = 0.3;
/* above it a video is a draft, see "originality" in the manifest's description */

const OWN_WORDS = {
  close_to_source: {
    message:
      `More than ${percent(LIMIT)} of the words stand as they do in the source, which makes the ` +
      "video a draft: YouTube doesn’t monetise readings of other people’s text.",
    hint: "Before you publish it, correct its scenes, or send a script in your own words.",
  },
};
/* for warnings, by code, whose hints speak of requests where the page has forms */

/** Warnings as a list; nothing if there are none. */
export function warningList(warnings, label = "Warnings") {
  if (warnings.length === 0) {
    return null;
  }
  const own = (warning) => OWN_WORDS[warning.code] ?? warning;
  const line = ({ message, hint }) => h("li", {}, written(message), hint && h("span", {}, " ", written(hint)));
  return h("ul", { class: "warnings", "aria-label": label }, warnings.map(own).map(line));
}

/** The share of words that are the sources' own, and what it means. */
export function originality(share, draft, sources) {
  if (sources.length === 0) {
    return h(
      "p",
      {},
      "Nothing was taken from a source: the words are those that were sent.",
    );
  }
  const meter = h("meter", { min: 0, max: 1, high: LIMIT, optimum: 0, value: share });
  meter.value = share;
  meter.setAttribute("aria-label", `${percent(share)} in the sources’ own words`);
  const told = draft
    ? "This is a draft: it stays too close to its sources, and YouTube doesn’t monetise readings " +
      "of other people’s text. Say it in your own words before you publish it: correct scenes " +
      "above, or take its script and send it rewritten."
    : `Below ${percent(LIMIT)} it counts as told in its own words.`;
  return h(
    "div",
    { class: "originality" },
    h("p", {}, h("strong", {}, percent(share)), " of the words stand as they do in the sources."),
    meter,
    h("p", { class: draft ? "draft-told" : "fine" }, told),
  );
}

/** Sources and credits of a manifest, with what each licence asks for. */
export function rights({ sources, credits }) {
  return [
    sources.length > 0 && h("h3", {}, "Sources of the text"),
    sources.length > 0 &&
      h(
        "ul",
        { class: "credits" },
        sources.map((source) =>
          h(
            "li",
            {},
            h("span", { class: "credit-what" }, "text"),
            h(
              "div",
              {},
              outward(source.url, source.title),
              source.author && h("span", { class: "fine" }, source.author),
              source.license && outward(source.license_url, source.license),
              source.changed && h("span", { class: "fine" }, "changed"),
            ),
          ),
        ),
      ),
    credits.length > 0 && h("h3", {}, sources.length > 0 ? "Everything else in it" : "Everything in it"),
    h("ul", { class: "credits" }, credits.map(creditLine)),
  ];
}

function creditLine(credit) {
  const marks = [
    credit.attribution_required && "has to be named",
    credit.machine_made && "made by a machine",
  ].filter(Boolean);
  return h(
    "li",
    {},
    h("span", { class: "credit-what" }, credit.what),
    h(
      "div",
      {},
      outward(credit.url, credit.title),
      credit.author && h("span", { class: "fine" }, credit.author),
      h("span", { class: "fine", title: credit.proof || null }, credit.license),
      marks.map((mark) => h("span", { class: "mark" }, mark)),
    ),
  );
}
