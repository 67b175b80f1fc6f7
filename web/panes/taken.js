/** @module */

import { find, findElement, make, setText } from "../dom.js";
import { counted, formatCount } from "../words.js";
import { summarise } from "./problems.js";

/** @typedef {import("../engine/protocol.js").InspectValue} InspectValue */

/** So much of what was left is listed. */
const MOST_LEFT = 20;

/**
 * What was taken from the source: which output is shown, the others to choose from, and what
 * was left.
 *
 * @param {HTMLElement} root
 * @param {{choose: (output: number) => void}} actions
 */
export function createTaken(root, actions) {
  const document = root.ownerDocument;
  const recognised = findElement(root, ".recognised");
  const others = findElement(root, ".outputs");
  const count = findElement(root, ".outputs-count");
  const menu = find(root, "select", HTMLSelectElement);
  const left = findElement(root, ".left");
  menu.addEventListener("change", () => actions.choose(Number(menu.value)));

  return {
    /** @param {InspectValue | null} value */
    show(value) {
      root.hidden = !value;
      setText(recognised, value ? titleOf(value) : "");
      const outputs = value?.outputs ?? [];
      others.hidden = outputs.length < 2;
      setText(
        count,
        value ? `Output ${value.output + 1} of ${formatCount(value.outputs_total)}` : "",
      );
      menu.replaceChildren(
        ...outputs.map((output, index) => {
          const option = make(document, "option", "", `${index + 1}: ${optionOf(output)}`);
          option.value = String(index);
          return option;
        }),
      );
      menu.value = String(value?.output ?? 0);
      left.replaceChildren(
        ...(value?.left ?? []).slice(0, MOST_LEFT).map(({ path, message, hint, is_fault }) => {
          const place = path ? `${path}: ` : "";
          const item = make(document, "li", "", [place + message, hint].filter(Boolean).join("\n"));
          item.dataset["fault"] = String(is_fault);
          return item;
        }),
      );
      const more = (value?.left.length ?? 0) - MOST_LEFT;
      if (more > 0) left.append(make(document, "li", "", `and ${formatCount(more)} more`));
    },
  };
}

/** @param {InspectValue} value */
function titleOf({ output, outputs, form }) {
  const taken = outputs[output];
  if (!taken) return form;
  const { engine, path, tokens, finish_reason: reason, prompt_tokens: prompt } = taken;
  return [
    [engine, path, engine ? "" : form].filter(Boolean).join(" › "),
    counted(tokens, "token"),
    reason && `finish_reason ${reason}`,
    prompt !== null && `prompt of ${counted(prompt, "token")} left out`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {InspectValue["outputs"][number]} output */
function optionOf({ path, form, tokens, counts }) {
  const found = counts ? `problems: ${summarise(counts)}` : "not checked yet";
  return `${path || form}, ${counted(tokens, "token")}, ${found}`;
}
