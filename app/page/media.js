/**
 * Pictures, sound and video of the API. Without a key a player gets the address itself and asks
 * for the ranges that it needs; a player can't send a key, so with one the whole file is fetched.
 */

import { currentKey, Problem, send } from "./api.js";

/** A file as an address inside this page. */
export async function blobAddress(path, { signal } = {}) {
  const response = await send("GET", path, { signal, cache: "no-cache" });
  return URL.createObjectURL(await response.blob());
}

/** What a player can play: the address, or with a key the file's content. */
export async function playable(path, options) {
  return currentKey() ? wholeVideo(path, options) : path;
}

/**
 * The whole of a video through this server. It may be set up to send GETs on to its object
 * store, which this page's policy keeps away from; a range under the file's own ETag it always
 * answers by itself.
 */
export async function wholeVideo(path, { signal } = {}) {
  const head = await send("HEAD", path, { signal });
  const headers = { Range: "bytes=0-", "If-Range": head.headers.get("etag") ?? "" };
  const response = await send("GET", path, { headers, signal });
  return URL.createObjectURL(await response.blob());
}

let drawing = Promise.resolve();

/** An image of the API; the server draws one at a time, so that no more are asked for at once. */
export function showPicture(image, path, { signal, cache } = {}) {
  const show = async () => {
    if (signal?.aborted) {
      return;
    }
    try {
      const known = cache?.get(path);
      const address = known ?? (await blobAddress(path, { signal }));
      cache?.set(path, address);
      image.src = address;
    } catch (error) {
      if (!(error instanceof Problem) && error.name !== "AbortError") {
        throw error;
      }
      // there is none: the place for it stays as it is
    }
  };
  drawing = drawing.then(show, show); // one that went wrong holds up no other
  return drawing;
}

/** Follow a download link; with a key the file is fetched first, and saved under its own name. */
export async function download(event) {
  if (!currentKey()) {
    return;
  }
  event.preventDefault();
  const link = event.currentTarget;
  const response = await send("GET", link.getAttribute("href"));
  const address = URL.createObjectURL(await response.blob());
  const save = document.createElement("a");
  save.href = address;
  save.download = nameIn(response.headers.get("content-disposition")) ?? link.download;
  save.click();
  URL.revokeObjectURL(address);
}

function nameIn(disposition) {
  const found = /filename\*=UTF-8''([^;]+)/.exec(disposition ?? "");
  return found && decodeURIComponent(found[1]);
}
