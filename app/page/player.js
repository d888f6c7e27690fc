/** The video with its captions, what it measures, and its files to take home. */

import { Problem } from "./api.js";
import { h } from "./dom.js";
import { bytes, clock } from "./format.js";
import { blobAddress, download, playable, wholeVideo } from "./media.js";
import { problemBlock } from "./problems.js";

const FILES = [
  ["file", "Video", "video.mp4"],
  ["thumbnail", "Thumbnail", "thumbnail.jpg"],
  ["captions_srt", "Captions (SRT)", "captions.srt"],
  ["captions_vtt", "Captions (VTT)", "captions.vtt"],
  ["metadata", "Metadata", "metadata.json"],
  ["manifest", "Manifest", "manifest.json"],
  ["script", "Script", "script.json"],
];

/** A player of a video, with its captions as a track; everything it holds goes with `signal`. */
export function player(video, language, signal) {
  const track = h("track", { kind: "captions", srclang: language, label: "Captions" });
  const element = h(
    "video",
    { controls: true, playsinline: true, preload: "metadata", "aria-label": video.title },
    track,
  );
  element.style.setProperty("--ratio", `${video.width} / ${video.height}`);
  const isWide = video.width > video.height;
  element.classList.add(isWide ? "wide" : video.width === video.height ? "square" : "tall");
  const problems = h("div", {});
  const held = [];
  const holding = async (address) => {
    const made = await address;
    if (made.startsWith("blob:")) {
      held.push(made);
    }
    return made;
  };
  const told = async (load) => {
    try {
      await load();
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      problems.append(problemBlock(error)); // what else there is plays on
    }
  };
  const { file, thumbnail, captions_vtt: captions } = video.urls;
  const loads = [
    async () => {
      track.src = await holding(blobAddress(captions, { signal }));
    },
    async () => {
      element.src = await holding(playable(file, { signal }));
    },
  ];
  if (isWide) {
    // the thumbnail is made for lists, 16:9; other shapes open with their first frame
    loads.push(async () => {
      element.poster = await holding(blobAddress(thumbnail, { signal }));
    });
  }
  const wholly = async () => {
    element.src = await holding(wholeVideo(file, { signal }));
  };
  // the object store that the address leads to may be none that this page can reach
  element.addEventListener("error", () => told(wholly), { once: true });
  signal.addEventListener("abort", () => {
    element.removeAttribute("src");
    held.forEach((address) => URL.revokeObjectURL(address));
  });
  return { element, problems, loaded: Promise.all(loads.map(told)) };
}

/** Length, size and shape of a video in one line. */
export function factsOf(video) {
  return [
    clock(video.duration),
    `${video.width} × ${video.height}`,
    bytes(video.size),
    video.revision > 1 && `revision ${video.revision}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Links to a video's files. */
export function downloads(video) {
  const save = async (event) => {
    const link = event.currentTarget;
    link.parentElement.querySelector(".problem")?.remove();
    try {
      await download(event);
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      link.after(problemBlock(error));
    }
  };
  const link = ([name, text, file]) => {
    const isDocument = file.endsWith(".json"); // which says nothing of how to save it
    const path = video.urls[name] ?? `/api/videos/${video.id}/${name}`;
    const address = { href: isDocument ? path : `${path}?download=true`, download: file };
    return h("li", {}, h("a", { ...address, on: { click: save } }, text));
  };
  return h("ul", { class: "downloads", "aria-label": "Downloads" }, FILES.map(link));
}
