/** Measures the npm package gpt-tokenizer. */

import { decode, encode } from "gpt-tokenizer/encoding/o200k_harmony";
import { measure } from "./measure.js";
import { answerJobs } from "./worker.js";

const plain = { disallowedSpecial: new Set() };

answerJobs((job) => measure(job, async () => ({ encode: (text) => encode(text, plain), decode })));
