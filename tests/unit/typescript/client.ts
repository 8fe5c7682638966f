// What somebody writes against the API whose types were made from its description.
import type { components, operations } from "./api";

type Asked = operations["createCollage"]["requestBody"]["content"]["application/json"];
type Started = operations["createCollage"]["responses"][202]["content"]["application/json"];
type Problem = components["schemas"]["Problem"];

export const asked: Asked = { source: "sources/photo", rows: 2, styles: ["Cubism", "Baroque"] };

export function told(answer: Started | Problem): string {
  return "detail" in answer ? answer.detail : `${answer.id}: ${answer.estimate.tiles} tiles`;
}

// @ts-expect-error: the number of rows is a number.
export const wrong: Asked = { rows: "two" };
