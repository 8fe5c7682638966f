/** What collages are called, and how counts, money and times are said. */

const LONGEST = 3;
/** Names of a list that are said; the others are counted. */

export const number = (count) => count.toLocaleString("en");
export const counted = (count, what) => `${number(count)} ${what}${count === 1 ? "" : "s"}`;

export const dollars = (usd) => `$${usd.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: usd < 1 ? 4 : 2 })}`;

/** @param {number} seconds */
export function span(seconds) {
  if (seconds < 90) return counted(Math.ceil(seconds), "second");
  if (seconds < 5400) return counted(Math.round(seconds / 60), "minute");
  return counted(Math.round(seconds / 3600), "hour");
}

/** @param {string} iso */
export function when(iso) {
  const time = new Date(iso);
  const today = time.toDateString() === new Date().toDateString();
  return time.toLocaleString([], today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
}

/**
 * What a collage is called: its title, or what was asked for.
 * @param {any} asked a request
 */
export function nameOf(asked) {
  return ownName(asked) ?? title(asked.recipe);
}

/** @param {any} asked a request */
export const kindOf = (asked) => (ownName(asked) ? `${title(asked.recipe)} by ${asked.engine}` : `by ${asked.engine}`);

function ownName(asked) {
  const several = (list) => {
    const more = list.length - LONGEST;
    return list.slice(0, LONGEST).join(", ") + (more > 0 ? ` and ${number(more)} more` : "");
  };
  const lists = [asked.subjects, asked.styles].filter((list) => list?.length);
  return asked.title ?? asked.prompt ?? (lists.length ? lists.map(several).join(" in ") : asked.theme);
}

const title = (name) => name.charAt(0).toUpperCase() + name.slice(1);
