import { loadHarmony } from "harmony-core";
loadHarmony()
  .then((harmony) => harmony.encode("Hello"))
  .then((tokens) => tokens.join(), String)
  .then((text) => postMessage(text));
