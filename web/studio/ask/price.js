/** What it would take: asked anew after every change, and the last answer counts. */

import { post, Problem } from "../api.js";

const RESTS = 400;
/** Milliseconds without a change until the server is asked. */

/**
 * @param {(state: {estimate?: any, problem?: Problem, pending?: boolean}) => void} tell
 */
export function pricing(tell) {
  let timer = 0;
  let asking = null;
  let body = "";
  let answer = null;

  async function ask() {
    const mine = new AbortController();
    asking?.abort();
    asking = mine;
    const asked = body;
    try {
      const estimate = await post("/collages/estimate", JSON.parse(asked), { signal: mine.signal });
      if (asking === mine) settle({ estimate });
    } catch (error) {
      if (error.name === "AbortError" || asking !== mine) return;
      if (!(error instanceof Problem)) throw error;
      settle({ problem: error });
    }
  }

  function settle(found) {
    asking = null;
    answer = found;
    tell(found);
  }

  return {
    /** Another request; null while there is none that can be estimated. */
    of(request) {
      const text = request === null ? "" : JSON.stringify(request);
      if (text === body) return;
      body = text;
      clearTimeout(timer);
      asking?.abort();
      asking = null;
      answer = null;
      if (!body) return;
      tell({ pending: true });
      timer = setTimeout(ask, RESTS);
    },
    /** Ask once more for the same. */
    again() {
      if (!body) return;
      clearTimeout(timer);
      tell({ pending: true });
      ask();
    },
    /** What was answered for the request as it is now; null while it is not known. */
    get answer() {
      return answer;
    },
  };
}

export const dollars = (usd) =>
  usd.toLocaleString("en", { style: "currency", currency: "USD", maximumFractionDigits: usd < 1 ? 4 : 2 });

const counted = (count, what) => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

/** An estimate in words: the sum, and how it comes about. */
export function words({ calls, tiles, reused, usd, minutes, priced_on: day }) {
  const sum = usd > 0 ? `up to ${dollars(usd)}` : "No charge";
  const parts = [tiles ? `${counted(tiles, "picture")} by ${counted(calls, "call")}` : "nothing new to make"];
  if (reused) parts.push(`${counted(reused, "tile")} ${reused === 1 ? "is" : "are"} there already`);
  if (minutes !== null && tiles) parts.push(`about ${spell(minutes)} at the account’s pace`);
  if (usd > 0) parts.push(`prices of ${day}`);
  return { sum, how: parts.join(", ") };
}

function spell(minutes) {
  if (minutes < 1) return "a minute";
  if (minutes < 90) return counted(Math.round(minutes), "minute");
  return `${(minutes / 60).toFixed(1)} hours`;
}
