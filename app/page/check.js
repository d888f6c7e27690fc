/** What a request would become, without making it (`dry_run`). */

import { fill, h } from "./dom.js";
import { clock, count, percent, span } from "./format.js";
import { warningList } from "./rights.js";
import { topicLine } from "./topic_match.js";

/** Show the answer of a dry run; `onTopic(title)` gets another topic that was meant. */
export function showCheck(place, answer, onTopic) {
  const { script, storyboard, estimated, warnings, topic_match: match } = answer;
  const kinds = storyboard.scenes.map((scene) => scene.shots[0].content?.kind);
  const facts = [
    `${clock(estimated.duration)} long`,
    `about ${span(estimated.seconds)} to make`,
    count(script.scenes.length, "scene"),
    script.verbatim_share > 0 && `${percent(script.verbatim_share)} in its source’s own words`,
  ];
  fill(
    place,
    h(
      "section",
      { class: "card", "aria-label": "What it would become" },
      h("h2", {}, script.title),
      h("p", { class: "facts" }, facts.filter(Boolean).join(" · ")),
      match && topicLine(match, onTopic),
      warningList(warnings),
      h(
        "ol",
        { class: "script" },
        script.scenes.map((scene, index) =>
          h(
            "li",
            {},
            h("span", { class: "fine" }, [scene.heading, kinds[index]].filter(Boolean).join(" · ")),
            h("p", {}, textOf(scene)),
          ),
        ),
      ),
    ),
  );
  place.firstElementChild.scrollIntoView({ block: "nearest" });
}

/** A scene's sentences as one text. */
export function textOf(scene) {
  return scene.sentences.map((sentence) => sentence.text).join(" ");
}
