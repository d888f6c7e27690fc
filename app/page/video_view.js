/** A finished video with everything that belongs to it. */

import { get, Problem, send } from "./api.js";
import { costs } from "./costs.js";
import { announce, confirmed, fill, h } from "./dom.js";
import { count } from "./format.js";
import { downloads, factsOf, player } from "./player.js";
import { problemBlock } from "./problems.js";
import { originality, rights, warningList } from "./rights.js";
import { Scenes } from "./scenes.js";

const COPIED_MS = 2_000;
const pictures = new Map();
/* addresses of stills by path and revision: a picture of a revision never changes */
const seen = new Map();
/* by video, the manifest of the revision that was on the page before */

/** Show a video in `place`; `hooks` are onRevision(job) and onDeleted(). Ends with `signal`. */
export async function showVideo(place, video, warnings, signal, hooks) {
  const base = `/api/videos/${video.id}`;
  const [script, board, manifest, metadata, ledger] = await Promise.all(
    ["script", "storyboard", "manifest", "metadata", "rights"].map((name) =>
      get(`${base}/${name}`, { signal, cache: "no-cache" }),
    ),
  );
  const playing = player(video, board.language, signal);
  const scenes = new Scenes({
    video,
    script,
    board,
    signal,
    cache: pictures,
    seek: (seconds) => {
      playing.element.currentTime = seconds;
    },
    onRevision: hooks.onRevision,
  });
  const { sources, credits, verbatim_share: share } = manifest;
  const notices = distinct([...manifest.warnings, ...warnings]);
  fill(
    place,
    h(
      "section",
      { class: "watch", "aria-label": "The video" },
      h("div", {}, h("div", { class: "screen" }, playing.element), playing.problems),
      h(
        "div",
        { class: "about" },
        h(
          "p",
          { class: "facts" },
          factsOf(video),
          video.draft && h("span", { class: "mark strong" }, "Draft"),
          notices.length === 0 && h("span", { class: "mark" }, "No warnings"),
        ),
        renewal(manifest),
        description(metadata),
        h("h3", {}, "Files"),
        downloads(video),
        removal(video, hooks.onDeleted),
      ),
    ),
    notices.length > 0 &&
      h(
        "section",
        { "aria-labelledby": "warnings-title" },
        h("h2", { id: "warnings-title" }, "Warnings"),
        warningList(notices),
      ),
    scenes.element,
    h(
      "section",
      { "aria-labelledby": "originality-title" },
      h("h2", { id: "originality-title" }, "Originality"),
      originality(share, video.draft, sources),
    ),
    h(
      "section",
      { "aria-labelledby": "rights-title" },
      h("h2", { id: "rights-title" }, "Rights"),
      warningList(ledger.warnings, "To see to before it’s published"),
      rights({ sources, credits }),
    ),
    costs(manifest),
  );
  await playing.loaded;
}

/** Which scenes a revision rendered again, if the one before was seen on this page. */
function renewal(manifest) {
  const before = seen.get(manifest.video_id);
  seen.set(manifest.video_id, manifest);
  if (!before || before.revision >= manifest.revision) {
    return null;
  }
  const scenes = Object.keys(manifest.fingerprints).filter((unit) => unit.startsWith("segment/"));
  const numbers = scenes
    .filter((unit) => before.fingerprints[unit] !== manifest.fingerprints[unit])
    .map((unit) => Number(unit.slice("segment/".length)) + 1)
    .sort((a, b) => a - b);
  const again = numbers.length === 0 ? "No scene" : `Scene ${numbers.join(", ")}`;
  const kept = count(scenes.length - numbers.length, "other");
  return h("p", { class: "renewal" }, `${again} rendered again, ${kept} taken over as they were.`);
}

/** Each warning once: a job's and its manifest's are mostly the same. */
function distinct(warnings) {
  return [...new Map(warnings.map((one) => [one.code + one.message, one])).values()];
}

/** What goes beside the video where it's published, to be copied. */
function description(metadata) {
  if (!metadata.description) {
    return null;
  }
  const copy = async (event) => {
    const button = event.currentTarget;
    try {
      await navigator.clipboard.writeText(metadata.description);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select and copy it"; // without TLS a page has no clipboard
    }
    setTimeout(() => (button.textContent = "Copy"), COPIED_MS);
  };
  return h(
    "details",
    { class: "description" },
    h("summary", {}, "Description and tags"),
    h("p", { class: "written" }, metadata.description),
    h("p", { class: "fine" }, metadata.tags.join(", ")),
    navigator.clipboard && h("button", { type: "button", class: "quiet", on: { click: copy } }, "Copy"),
  );
}

function removal(video, onDeleted) {
  const problems = h("div", {});
  const remove = async () => {
    const { yes } = await confirmed({
      title: "Delete this video?",
      text: `“${video.title}” goes with its folder and its noted corrections. It can’t be undone.`,
      action: "Delete it",
    });
    if (!yes) {
      return;
    }
    try {
      await send("DELETE", `/api/videos/${video.id}`);
      announce("The video is deleted.");
      onDeleted();
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      fill(problems, problemBlock(error));
    }
  };
  return h(
    "div",
    { class: "removal" },
    h("button", { type: "button", class: "plain danger-text", on: { click: remove } }, "Delete…"),
    problems,
  );
}
