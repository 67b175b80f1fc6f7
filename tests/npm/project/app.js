import { loadHarmony } from "harmony-core";
const inner = new Worker(new URL("./inner.js", import.meta.url), { type: "module" });
inner.onmessage = ({ data }) => {
  document.body.dataset.inner = data;
};
loadHarmony()
  .then((harmony) => harmony.encode("Hello"))
  .then((tokens) => tokens.join(), String)
  .then((text) => {
    document.body.dataset.outer = text;
  });
