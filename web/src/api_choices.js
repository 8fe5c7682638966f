/** Choices in a studio: kept by the stack's API, shown before it answers, taken up from elsewhere. */

import { get, patch, post } from "../studio/api.js";
import { changed, parse, written } from "./choices.js";
import { known, remember } from "./remembered.js";

const REST = 300;
/** Milliseconds without a change before changes are sent. */
const AGAIN = 5000;
/** Milliseconds before what failed for a while is sent again. */
const MOST = 500;
/** Tiles that a call may change. */
const PERSON = "collage-person";
const LEARNED = "collage-person-learned";

/**
 * @param {string} id of the collage
 * @returns {import("./local_choices.js").Keeper}
 */
export function apiChoices(id) {
  const path = `/collages/${id}/choices`;
  const tabs = new BroadcastChannel(`collage-choices-${id}`);
  let tell;
  let kept = new Map();
  /** Changes that are not sent yet, and those that are on their way. */
  let waiting = new Map();
  let sent = new Map();
  let timer;
  let sending = Promise.resolve();

  // Without a name of one's own the stack writes down who its caller is, and its answer tells.
  const person = () => known(PERSON) ?? known(LEARNED) ?? "you";
  const seen = () => changed(kept, person(), [...sent, ...waiting], Date.now());

  function take(file) {
    kept = parse(file, id);
    tell.people(sent.size + waiting.size ? seen() : kept);
  }

  function later(pause) {
    clearTimeout(timer);
    timer = setTimeout(send, pause);
  }

  /** Send what waits, once what is on its way has arrived. */
  function send(how = {}) {
    clearTimeout(timer);
    sending = sending.then(() => pass(how));
    return sending;
  }

  async function pass(how) {
    if (!waiting.size) return;
    sent = new Map([...waiting].slice(0, MOST));
    waiting = new Map([...waiting].slice(MOST));
    const named = known(PERSON) ? { person: known(PERSON) } : {};
    try {
      const answer = await patch(path, { ...named, tiles: Object.fromEntries(sent) }, how);
      if (!known(PERSON)) remember(LEARNED, whose(answer.people, [...sent.keys()]));
      sent = new Map();
      take(answer);
      tell.problem("");
      tabs.postMessage("changed");
      if (waiting.size) later(REST);
    } catch (error) {
      // What was changed meanwhile counts over what did not arrive.
      const newer = waiting;
      waiting = new Map([...sent].map(([key, change]) => [key, { ...change, ...newer.get(key) }]));
      newer.forEach((change, key) => waiting.has(key) || waiting.set(key, change));
      sent = new Map();
      tell.problem(`Your choices are not kept. ${error.message}`);
      if (error.passing) later(AGAIN);
    }
  }

  async function load() {
    try {
      take(await get(path));
      tell.problem("");
    } catch (error) {
      tell.problem(`The choices cannot be read. ${error.message}`);
    }
  }

  tabs.addEventListener("message", load);
  addEventListener("online", () => send());
  addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") load();
    else send({ keepalive: true });
  });

  return {
    person,
    rename(people, name) {
      remember(PERSON, name);
      return people;
    },
    heard: (listener) => {
      tell = listener;
    },
    load,
    save(people, changes) {
      for (const [key, change] of changes) waiting.set(key, { ...waiting.get(key), ...change });
      later(REST);
    },
    async merge(people, others) {
      take(await post(path, written(others, id)));
      tabs.postMessage("changed");
    },
    settle: () => send(),
    retry: () => (waiting.size ? send() : load()),
  };
}

/** Whose choice of some tiles is the newest: whoever has just made it. */
function whose(people, keys) {
  const made = Object.entries(people).map(([name, tiles]) => [name, keys.map((key) => tiles[key]?.at ?? "").sort().pop()]);
  return made.sort(([, one], [, other]) => (one < other ? -1 : 1)).pop()[0];
}
