/** The page: what is on the stage by its address, and everything anew with another key. */

import { Problem, session } from "./api.js";
import { Composer } from "./compose.js";
import { fill } from "./dom.js";
import { JobView } from "./job_view.js";
import { KeyDialog } from "./key_dialog.js";
import { List } from "./list.js";
import { problemBlock } from "./problems.js";
import { Store } from "./store.js";

const JOB_ADDRESS = /^#\/jobs\/([0-9a-f-]{36})$/;

const stage = document.getElementById("stage");
const composer = document.getElementById("composer");
const work = document.getElementById("work");
const listProblem = document.getElementById("list-problem");
const more = document.getElementById("more");

const form = new Composer(openJob);
const keyDialog = new KeyDialog(begin);
let running = null; // ends everything that was begun with a key
let store = null;
let list = null;
let view = null;

/** Load everything, with the key as it is now. */
async function begin() {
  running?.abort();
  view?.close();
  view = null;
  running = new AbortController();
  const { signal } = running;
  store = new Store(signal);
  list = new List(store, signal);
  fill(listProblem);
  try {
    await store.load();
  } catch (error) {
    if (signal.aborted || error.status === 401) {
      return; // the dialog asks for a key, and then it begins anew
    }
    if (!(error instanceof Problem)) {
      throw error;
    }
    fill(listProblem, problemBlock(error));
  }
  show();
  form.offer().catch((error) => {
    // without them the server's own choice is left
    if (!(error instanceof Problem)) {
      throw error;
    }
  });
  await store.keepUp();
}

/** Put on the stage what the address names. */
function show() {
  view?.close();
  view = null;
  const found = makeRoom();
  if (found) {
    view = new JobView(found[1], store, work, {
      onJob: openJob,
      onAnew: (request) => {
        form.takeUp(request);
        location.hash = "#/";
      },
      onDeleted: () => {
        location.hash = "#/videos";
      },
    });
  } else {
    fill(work);
    document.title = "faceless";
  }
  list.open(found?.[1] ?? null);
}

/** Make room for what the address names; answers its match if that's a job. */
function makeRoom() {
  const found = JOB_ADDRESS.exec(location.hash);
  composer.hidden = found !== null;
  work.hidden = found === null;
  document.body.dataset.at = found ? "work" : location.hash === "#/videos" ? "list" : "composer";
  return found;
}

function openJob(job) {
  store.put(job);
  location.hash = `#/jobs/${job.id}`;
}

window.addEventListener("hashchange", () => {
  show();
  window.scrollTo(0, 0);
  stage.focus({ preventScroll: true });
});
session.addEventListener("key-needed", (event) => keyDialog.ask(event.detail));
more.addEventListener("click", async () => {
  more.disabled = true;
  try {
    await store.more();
  } catch (error) {
    if (!(error instanceof Problem)) {
      throw error;
    }
    fill(listProblem, problemBlock(error));
  } finally {
    more.disabled = false;
  }
});

makeRoom();
begin();
