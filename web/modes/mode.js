/**
 * What a mode of the page is. Each is one module in this folder, one entry in `index.js` and one
 * `<template id="ID-mode">` in `index.html`; tabs, undo, storage, the engine and the link
 * between a message and its tokens are the shell's.
 *
 * @module
 */

/**
 * @typedef {import("../engine/protocol.js").Operation} Operation
 * @typedef {import("../engine/protocol.js").Fault} Fault
 * @typedef {import("../history.js").Change} Change
 * @typedef {import("../store.js").Spot} Spot
 * @typedef {import("../store.js").State} State
 */

/**
 * @template {Operation} M
 * @typedef {import("../engine/client.js").PageRequest<M>} PageRequest
 */

/**
 * @template Input, View
 * @template {Operation} M
 * @typedef {object} Mode
 * @property {string} id
 * @property {string} label On its tab.
 * @property {() => {input: Input, view: View}} initial Of a first visit. `input` is all that the
 *   answer is made from; it is never changed in place. `view` is how it is shown.
 * @property {string} [reads] The id of a mode whose input the answer is made from as well. It is
 *   read while this mode is shown, and `null` before that.
 * @property {(input: Input, other?: any) => PageRequest<M> | {fault: Fault} | null} request What
 *   to ask the engine; a fault if it cannot be asked, `null` if there is nothing to ask.
 * @property {(input: Input, other?: any) => number} sizeOf About how many characters it holds.
 * @property {(state: {input: Input, view: View}) => Record<string, string>} save The texts to
 *   keep over a reload, by names that no other mode has.
 * @property {(read: (name: string) => string | null) => {input: Input, view: View}} restore
 *   The state from those texts; whatever they hold, it must give one.
 * @property {readonly Example<Input>[]} examples For the menu `.examples`, if the template has it.
 * @property {(value: import("../engine/protocol.js").ValueOf<M>) => string} summarise The answer's size in a few words.
 * @property {Record<string, (input: Input, given: any) => Input>} [accepts] What other modes may
 *   hand over to it, by kind.
 * @property {Shared<Input>} [shared] If its input can go into a link.
 * @property {(host: Host<Input, View, M>) => void} mount Fills the panel and keeps it up to date.
 */

/** @typedef {Mode<any, any, any>} AnyMode Of which the shell knows no more than this interface. */

/**
 * @template Input
 * @typedef {object} Example
 * @property {string} name
 * @property {string} about
 * @property {(input: Input) => Input} load
 */

/**
 * What a link holds of a mode's input. The names are part of the links' form, which
 * `harmony_core/_page_link.py` writes too.
 *
 * @template Input
 * @typedef {object} Shared
 * @property {(input: Input) => Record<string, unknown>} write
 * @property {(input: Input, shared: Record<string, unknown>) => Input | null} read The input with
 *   what a link holds; `null` if that is none of this mode's.
 */

/**
 * @template Input, View
 * @template {Operation} M
 * @typedef {import("../store.js").ModeState<Input, View, import("../engine/protocol.js").ValueOf<M>>} StateOf
 */

/**
 * What the shell does for a mode.
 *
 * @template Input, View
 * @template {Operation} M
 * @typedef {object} Host
 * @property {HTMLElement} panel Holds a copy of the mode's template.
 * @property {import("../panes/notices.js").Notices} notices Over the panel's first pane.
 * @property {StateOf<Input, View, M>} state At present.
 * @property {(change: (input: Input) => Input, what: Change) => void} edit Changes the input so
 *   that it can be undone.
 * @property {(changes: Partial<View>) => void} setView
 * @property {() => void} undo
 * @property {() => void} redo
 * @property {<T extends readonly unknown[] | []>(
 *   select: (own: StateOf<Input, View, M>, state: State) => T,
 *   listener: (...values: NoInfer<T>) => void) => void} watch Calls the listener now, and whenever
 *   one of the selected values is another one.
 * @property {(on: "hover" | "focus", spot: Spot | null) => void} point Says what the pointer or
 *   the focus is on.
 * @property {(listener: (spot: Spot | null) => void) => void} watchSpot Calls the listener with
 *   what is pointed at in this mode.
 * @property {(kind: string, given: unknown, what: Change) => void} hand Gives something to the
 *   mode that accepts this kind, and shows that mode.
 */

export {};
