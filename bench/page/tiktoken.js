/** Measures the npm package tiktoken, which is Rust compiled to WebAssembly. */

import o200k from "tiktoken/encoders/o200k_base.json";
import { Tiktoken, init } from "tiktoken/lite/init";
import wasm from "tiktoken/lite/tiktoken_bg.wasm";
import { measure } from "./measure.js";
import { answerJobs } from "./worker.js";

async function load() {
  const address = new URL(wasm, self.location.href);
  await init((imports) => WebAssembly.instantiateStreaming(fetch(address), imports));
  const encoding = new Tiktoken(o200k.bpe_ranks, o200k.special_tokens, o200k.pat_str);
  const utf8 = new TextDecoder();
  return {
    encode: (text) => encoding.encode_ordinary(text),
    decode: (tokens) => utf8.decode(encoding.decode(tokens)),
  };
}

answerJobs((job) => measure(job, load));
