/** The form that asks for a video: its draft, its check, and sending it once. */

import { get, OnceOnly, post, Problem } from "./api.js";
import { briefOf, choicesOf, valuesOf } from "./brief.js";
import { showCheck } from "./check.js";
import { keepDraft, readDraft } from "./drafts.js";
import { announce, fill, h, say, written } from "./dom.js";
import { Presets } from "./presets.js";
import { clearProblems, forgetAsMended, showProblem } from "./problems.js";
import { byModel, mayCost } from "./providers.js";
import { warningList } from "./rights.js";
import { SceneRows } from "./scene_rows.js";
import { Voices } from "./voices.js";

const DRAFT = "compose";
const SOURCES = ["topic", "article", "script", "scenes"];
const NEEDED = {
  voice: "Nothing can be spoken here without",
  "script.topic": "Topics can’t be written about here:",
};
/* what the form can't do without, of the server's features, and what is told of it */
const WORDS = ["topic", "article", "script", "title"];
const TYPED = [
  "tone", "duration", "mood", "captions", "language", "speed", "seed", "max_cost", "pause_after",
];

export class Composer {
  #form = document.getElementById("compose");
  #result = document.getElementById("check-result");
  #scenes;
  #voices;
  #presets;
  #source = "topic";
  #preset = ""; // the name of the one begun with
  #rest = {}; // what it, or the request that was taken up, says beyond this form
  #once = new OnceOnly();
  #limits = null; // this server's, once they are known
  #mayCost = false;
  #busy = false;

  /** `onJob` gets each job that was accepted. */
  constructor(onJob) {
    this.onJob = onJob;
    this.#scenes = new SceneRows(document.getElementById("scene-rows"), () => this.#keep());
    this.#voices = new Voices((problem) => showProblem(this.#form, problem));
    this.#presets = new Presets({
      home: this.#form,
      choices: () => choicesOf(this.#values()),
      onChosen: (request, name) => this.#startFrom(request, name),
    });
    document.getElementById("check-first").addEventListener("click", () => this.#check());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#make();
    });
    this.#form.addEventListener("input", () => this.#keep());
    this.#form.addEventListener("keydown", (event) => {
      // Enter alone begins another line in a text
      const meansIt = event.key === "Enter" && (event.ctrlKey || event.metaKey);
      if (meansIt && event.target.matches("textarea")) {
        this.#form.requestSubmit();
      }
    });
    forgetAsMended(this.#form);
    this.#bindTabs();
    this.#fill(readDraft(DRAFT, {}));
  }

  /** Offer what this server has, within its limits. */
  async offer() {
    const { voice, preset } = readDraft(DRAFT, {});
    await Promise.all([
      this.#voices.offer(voice),
      this.#presets.offer(preset),
      this.#offerPalettes(),
      this.#offerAbilities(),
    ]);
    this.#sayOptions();
  }

  async #offerPalettes() {
    const { items } = await get("/api/palettes");
    const place = document.getElementById("palettes");
    fill(place, place.firstElementChild, items.map(swatch));
    this.#choosePalette(readDraft(DRAFT, {}).palette);
  }

  async #offerAbilities() {
    const { features, languages, limits, moods, providers } = await get("/api/capabilities");
    this.#limit(limits);
    this.#mayCost = mayCost(providers);
    this.#offerCap();
    const options = (values) => values.map((value) => h("option", { value }));
    fill(document.getElementById("moods"), options([...moods, "none"]));
    say(document.getElementById("mood-note"), `${moods.join(", ")}, or none.`);
    fill(document.getElementById("languages"), options(languages));
    say(document.getElementById("language-note"), `Spoken here: ${languages.join(", ")}.`);
    say(document.getElementById("tone-note"), `How a model is to tell it${byModel(providers)}.`);
    const page = features.find(({ name }) => name === "script.page");
    if (page && !page.available) {
      const note = `Condensed to the length below. Addresses can’t be read here without ${page.missing}.`;
      fill(document.getElementById("article-note"), written(note));
    }
    const lacking = features.filter(({ name, available }) => !available && name in NEEDED);
    const told = ({ name, missing, hint }) => ({ message: `${NEEDED[name]} ${missing}`, hint });
    fill(document.getElementById("lacking"), warningList(lacking.map(told)));
  }

  /** A cap is asked for where something may cost money, and one that is set isn't hidden. */
  #offerCap() {
    const field = document.getElementById("cap");
    field.hidden = !this.#mayCost && this.#form.max_cost.value === "";
  }

  #limit(limits) {
    this.#limits = limits;
    this.#form.topic.maxLength = limits.max_topic_characters;
    this.#scenes.limit(limits.max_scenes);
    this.#sayLengths();
  }

  /** How long it may be in the shape that is chosen. */
  #sayLengths() {
    if (this.#limits) {
      const { max_duration_seconds: most, max_vertical_seconds: mostOfShort } = this.#limits;
      const longest = this.#form.aspect_ratio.value === "9:16" ? mostOfShort : most;
      const range = `${this.#limits.min_duration_seconds} to ${longest}.`;
      say(document.getElementById("duration-note"), `${range} Automatic: at most 60.`);
    }
  }

  /** Take a job's request up again, to be changed and sent anew. */
  takeUp(request) {
    // its seed was drawn, mostly: to send it anew is to want another video
    this.#fill({ ...valuesOf(request), seed: null });
    fill(this.#result); // it was of something else
    this.#keep();
  }

  /** Begin with a preset: what it leaves open becomes automatic, the words stay. */
  #startFrom(request, name) {
    const { source, topic, article, script, scenes, title } = this.#values();
    const given = valuesOf(request);
    const words = { source, topic, article, script, scenes };
    this.#fill({ ...words, ...given, title: given.title ?? title, preset: name });
    this.#keep();
  }

  // -- what is in the form -----------------------------------------------------------------

  #values() {
    const form = this.#form;
    const typed = Object.fromEntries([...WORDS, ...TYPED].map((name) => [name, form[name].value]));
    return {
      ...typed,
      source: this.#source,
      scenes: this.#scenes.values(),
      aspect_ratio: form.aspect_ratio.value,
      voice: form.voice.value,
      palette: form.palette.value,
      preset: this.#preset,
      rest: this.#rest,
    };
  }

  #fill(values) {
    const form = this.#form;
    for (const name of [...WORDS, ...TYPED]) {
      form[name].value = values[name] ?? "";
    }
    form.aspect_ratio.value = values.aspect_ratio ?? "9:16";
    this.#preset = values.preset ?? "";
    this.#rest = values.rest ?? {};
    this.#voices.choose(values.voice);
    this.#presets.choose(this.#preset);
    this.#choosePalette(values.palette);
    this.#scenes.fill(values.scenes?.length ? values.scenes : [{}, {}]);
    this.#choose(SOURCES.includes(values.source) ? values.source : "topic");
    this.#offerCap();
    this.#sayOptions();
  }

  #choosePalette(name) {
    const all = [...this.#form.querySelectorAll('[name="palette"]')];
    (all.find((radio) => radio.value === (name ?? "")) ?? all[0]).checked = true;
  }

  #keep() {
    keepDraft(DRAFT, this.#values());
    this.#sayOptions();
  }

  /** The closed options, in a few words; and what a preset says that they don't show. */
  #sayOptions() {
    this.#sayLengths();
    const values = this.#values();
    const { title, tone, voice, palette, mood, captions, language, speed, seed, max_cost: cap } = values;
    const said = [
      title && "own title",
      tone,
      voice && "own voice",
      speed && `speed ${speed}`,
      palette,
      mood,
      captions,
      language,
      seed && `seed ${seed}`,
      cap && `at most $${cap}`,
    ];
    const text = said.filter(Boolean).join(" · ") || "Automatic";
    say(document.getElementById("options-said"), text);
    const more = this.#preset ? Object.keys(this.#rest) : [];
    const note = more.length > 0 ? `With its ${more.join(", ")}.` : "";
    say(document.getElementById("preset-note"), note);
  }

  // -- sending it --------------------------------------------------------------------------

  #make() {
    return this.#busily("Making it…", async () => {
      const brief = briefOf(this.#values());
      const job = await post("/api/generate", brief, { headers: this.#once.headers(brief) });
      this.#once.settled();
      // what came with a request that was taken up was meant for that one only
      const rest = this.#preset ? this.#rest : {};
      this.#fill({ ...this.#values(), topic: "", article: "", script: "", scenes: [], title: "", rest });
      this.#keep();
      fill(this.#result);
      announce("Accepted. The video is being made.");
      this.onJob(job);
    });
  }

  #check() {
    return this.#busily(null, async () => {
      const looking = h("p", { class: "fine" }, "Looking at it…");
      fill(this.#result, looking);
      try {
        const answer = await post("/api/generate?dry_run=true", briefOf(this.#values()));
        // another tab's by now, it's nobody's
        if (looking.isConnected) {
          showCheck(this.#result, answer, (topic) => this.#mean(topic));
        }
      } catch (error) {
        if (looking.isConnected || !(error instanceof Problem)) {
          fill(this.#result);
          throw error;
        }
      }
    });
  }

  /** Look at another topic, which has been meant. */
  #mean(topic) {
    if (this.#busy) {
      return;
    }
    this.#form.topic.value = topic;
    this.#choose("topic");
    this.#keep();
    document.getElementById("check-first").focus(); // what was pressed goes
    this.#check();
  }

  /** Run one of the two at a time, and show what is wrong where it is wrong. */
  async #busily(label, act) {
    if (this.#busy) {
      return;
    }
    const submit = this.#form.querySelector('[type="submit"]');
    const usual = submit.textContent;
    this.#busy = true;
    this.#form.setAttribute("aria-busy", "true");
    submit.textContent = label ?? usual;
    clearProblems(this.#form);
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      showProblem(this.#form, error);
    } finally {
      this.#busy = false;
      this.#form.removeAttribute("aria-busy");
      submit.textContent = usual;
    }
  }

  // -- tabs --------------------------------------------------------------------------------

  #bindTabs() {
    const tabs = [...this.#form.querySelectorAll('[role="tab"]')];
    for (const [index, tab] of tabs.entries()) {
      tab.addEventListener("click", () => {
        this.#choose(tab.dataset.source);
        clearProblems(this.#form);
        this.#keep();
      });
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step) {
          const next = tabs[(index + step + tabs.length) % tabs.length];
          next.focus();
          next.click();
        }
      });
    }
  }

  /** Turn to a tab; what a check has found belongs to the one it was made on. */
  #choose(source) {
    if (source !== this.#source) {
      fill(this.#result);
    }
    this.#source = source;
    for (const name of SOURCES) {
      const tab = document.getElementById(`tab-${name}`);
      tab.setAttribute("aria-selected", String(name === source));
      tab.tabIndex = name === source ? 0 : -1;
      document.getElementById(`panel-${name}`).hidden = name !== source;
    }
  }
}

/** A palette to choose, in its own colours. */
function swatch(palette) {
  const colours = h("span", { class: "swatch", title: palette.name }, h("b", {}, "Aa"));
  colours.style.setProperty("--ground", palette.ground);
  colours.style.setProperty("--ground-to", palette.ground_to);
  colours.style.setProperty("--of-ink", palette.ink);
  colours.style.setProperty("--of-accent", palette.accent);
  return h(
    "label",
    {},
    h("input", {
      type: "radio",
      name: "palette",
      value: palette.name,
      "aria-label": palette.name,
    }),
    colours,
  );
}
