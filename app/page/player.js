/** The video with its captions, what it measures, and its files to take home. */

import { h } from "./dom.js";
import { bytes, clock } from "./format.js";
import { blobAddress, download, playable, wholeVideo } from "./media.js";

const FILES = [
  ["file", "Video", "video.mp4"],
  ["thumbnail", "Thumbnail", "thumbnail.jpg"],
  ["captions_srt", "Captions (SRT)", "captions.srt"],
  ["captions_vtt", "Captions (VTT)", "captions.vtt"],
  ["metadata", "Metadata", "metadata.json"],
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
  element.classList.add(isWide ? "wide" : "tall");
  const held = [];
  const hold = (address) => {
    if (address.startsWith("blob:")) {
      held.push(address);
    }
    return address;
  };
  const load = async () => {
    track.src = hold(await blobAddress(video.urls.captions_vtt, { signal }));
    if (isWide) {
      // the thumbnail is made for lists, 16:9; other shapes open with their first frame
      element.poster = hold(await blobAddress(video.urls.thumbnail, { signal }));
    }
    element.src = hold(await playable(video.urls.file, { signal }));
  };
  const instead = async () => {
    // the object store that the address leads to may be none that this page can reach
    element.src = hold(await wholeVideo(video.urls.file, { signal }));
  };
  element.addEventListener("error", () => instead().catch(() => {}), { once: true });
  signal.addEventListener("abort", () => {
    element.removeAttribute("src");
    held.forEach((address) => URL.revokeObjectURL(address));
  });
  return { element, loaded: load() };
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
  const link = ([name, text, file]) => {
    const suffix = name === "metadata" ? "" : "?download=true";
    const address = { href: video.urls[name] + suffix, download: file };
    return h("li", {}, h("a", { ...address, on: { click: download } }, text));
  };
  return h("ul", { class: "downloads", "aria-label": "Downloads" }, FILES.map(link));
}
