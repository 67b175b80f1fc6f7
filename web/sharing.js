/**
 * Links that hold a mode's content: made when somebody presses Share, opened from the address.
 *
 * @module
 */

import { find, findElement } from "./dom.js";
import { holdsContent, LinkError, LONGEST_LINK, readLink, writeLink } from "./links.js";
import { createTextDialog } from "./panes/text_dialog.js";
import * as stores from "./store.js";

/**
 * @typedef {import("./modes/mode.js").AnyMode} AnyMode
 * @typedef {import("./store.js").Store} Store
 */

/** Longer links are cut off by some programs that messages are sent with. */
const LONG = 8_000;

/**
 * @param {Document} document
 * @param {Store} store
 * @param {readonly AnyMode[]} modes
 * @param {ReadonlyMap<string, import("./panes/notices.js").Notices>} notices By the modes' ids.
 */
export function connectLinks(document, store, modes, notices) {
  const dialog = createTextDialog(find(document, "#text-dialog", HTMLDialogElement));
  const button = find(document, "#share", HTMLButtonElement);
  const shown = () => modes.find(({ id }) => id === store.state.mode);

  /** @param {string} id @param {import("./panes/notices.js").Notice | null} notice */
  const tell = (id, notice) => notices.get(id)?.show("link", notice);

  button.addEventListener("click", async () => {
    const mode = shown();
    if (!mode?.shared) return;
    const { input } = stores.modeOf(store.state, mode.id);
    const link = addressWith(await writeLink(mode.id, mode.shared.write(input)));
    if (link.length > LONGEST_LINK) {
      tell(mode.id, {
        kind: "error",
        text: "Too large for a link.",
        hint: "Browsers open links of up to two million characters. Send the text as a file.",
        actions: [{ label: "Dismiss", run: () => tell(mode.id, null) }],
      });
      return;
    }
    const long = link.length > LONG ? " It is long: some programs cut it off." : "";
    const about =
      `The link itself holds everything in ${mode.label}: whoever has it can read it. ` +
      `It is sent to no server.${long}`;
    await dialog.open("Share", [
      { name: "Link", about, file: `${mode.id}-link.txt`, write: () => link },
    ]);
  });
  store.watch(
    ({ mode }) => [mode],
    () => {
      button.hidden = !shown()?.shared;
    },
  );

  async function openLink() {
    const { hash } = location;
    if (!holdsContent(hash)) return;
    try {
      const { mode: id, content } = await readLink(hash);
      const mode = modes.find((each) => each.id === id);
      const { input } = stores.modeOf(store.state, id);
      const linked = mode?.shared?.read(input, content);
      if (!mode || !linked) throw new LinkError("This link holds nothing for this page.", "");
      const what = { label: "open link", notice: "Opened the link’s content in place of yours." };
      const size = mode.sizeOf(input);
      store.update(stores.edit(id, () => linked, what, { now: Date.now(), size }));
      tell(id, null);
      // What is done from now on is not the link's: a reload must not bring that back.
      history.replaceState(null, "", `#${id}`);
    } catch (error) {
      tell(store.state.mode, {
        kind: "error",
        text: error instanceof Error ? error.message : String(error),
        hint: error instanceof LinkError ? error.hint : "",
        actions: [
          {
            label: "Dismiss",
            run() {
              tell(store.state.mode, null);
              findElement(document, `#tab-${store.state.mode}`).focus();
            },
          },
        ],
      });
    }
  }
  addEventListener("hashchange", openLink);
  void openLink();
}

/** The page's address with another fragment. @param {string} fragment */
const addressWith = (fragment) => location.href.replace(/#.*$/su, "") + fragment;
