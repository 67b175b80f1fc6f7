"""Where serving engines and training frameworks put a model's output: one table of shapes.

A path is a field's name, or several joined by dots. ``[]`` goes through a list, each item an
output of its own; ``[*]`` gathers one list from all items; ``[1]`` is a single item.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["FINISH_REASONS", "NO_FINISH", "REQUESTS", "SHAPES", "SIGNS", "Shape"]


class Shape(NamedTuple):
    """One shape of answer.

    Attributes:
        engine: What answers so.
        needs: Alternatives; an answer has this shape if it has all fields of one of them.
            ``field=value`` asks for that value.
        each: Paths from the answer to its outputs; ``""`` is the answer itself.
        ids: Paths from an output to its token ids, the first that is there counts.
        pieces: Paths to the texts of its tokens one by one, as in log probabilities.
        text: Paths to its text.
        finish: Paths to why generation ended, from the output or from the answer.
        stop: Paths to the token that ended it, likewise.
        prompt: Paths to the prompt's ids, likewise.
        tail: Path to how many ids at the end are the output, where ids include the prompt.
        lengths: Path to the lengths of rows that were padded.
        parses: Whether the server parses Harmony, so that text without markers is what is left
            of an output and no output.
        source: Where the shape is documented or defined.
    """

    engine: str
    needs: tuple[str, ...]
    each: tuple[str, ...] = ("",)
    ids: tuple[str, ...] = ()
    pieces: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    finish: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    prompt: tuple[str, ...] = ()
    tail: str = ""
    lengths: str = ""
    parses: bool = False
    source: str = ""


_VLLM = "github.com/vllm-project/vllm: vllm/entrypoints/openai"
_CHOICE_FINISH = ("finish_reason",)
_CHOICE_STOP = ("stop_reason", "matched_stop", "provider_specific_fields.stop_reason")
_CHOICE_PROMPT = ("prompt_token_ids", "provider_specific_fields.prompt_token_ids")

# The first that fits counts.
SHAPES: tuple[Shape, ...] = (
    Shape(
        "vLLM Responses",
        needs=("output_messages[].tokens",),
        each=("output_messages[]",),
        ids=("tokens",),
        text=("message",),
        finish=("incomplete_details.reason", "status"),
        source=f"{_VLLM}/responses/protocol.py, enable_response_messages",
    ),
    Shape(
        "Responses API",
        needs=("object=response output",),
        each=("output[]",),
        text=("content[*].text", "summary[*].text", "arguments"),
        finish=("incomplete_details.reason", "status"),
        parses=True,
        source="platform.openai.com/docs/api-reference/responses/object",
    ),
    Shape(
        "llama.cpp chat completion",
        needs=("__verbose.content",),
        each=("__verbose",),
        ids=("tokens", "completion_probabilities[*].id"),
        text=("content",),
        finish=("stop_type",),
        stop=("stopping_word",),
        source="github.com/ggml-org/llama.cpp: tools/server/server-task.cpp, --verbose",
    ),
    Shape(
        "chat completion",
        needs=("choices[].message",),
        each=("choices[]",),
        ids=(
            "token_ids",
            "message.token_ids",
            "provider_specific_fields.token_ids",
            "message.provider_specific_fields.token_ids",
        ),
        pieces=("logprobs.content",),
        text=("message.content", "message.reasoning_content", "message.reasoning"),
        finish=_CHOICE_FINISH,
        stop=_CHOICE_STOP,
        prompt=_CHOICE_PROMPT,
        parses=True,
        source=f"{_VLLM}/chat_completion/protocol.py",
    ),
    Shape(
        "completion",
        needs=("choices[].text",),
        each=("choices[]",),
        ids=("token_ids", "provider_specific_fields.token_ids"),
        pieces=("logprobs.tokens", "logprobs.content"),
        text=("text",),
        finish=_CHOICE_FINISH,
        stop=_CHOICE_STOP,
        prompt=_CHOICE_PROMPT,
        source=f"{_VLLM}/completion/protocol.py",
    ),
    Shape(
        "vLLM generate",
        needs=("choices[].token_ids",),
        each=("choices[]",),
        ids=("token_ids",),
        finish=_CHOICE_FINISH,
        stop=_CHOICE_STOP,
        prompt=_CHOICE_PROMPT,
        source="github.com/vllm-project/vllm: vllm/entrypoints/serve/disagg/protocol.py",
    ),
    Shape(
        "vLLM RequestOutput",
        needs=("outputs[].token_ids", "outputs[].text prompt_token_ids"),
        each=("outputs[]",),
        ids=("token_ids",),
        text=("text",),
        finish=("finish_reason",),
        stop=("stop_reason",),
        prompt=("prompt_token_ids",),
        source="github.com/vllm-project/vllm: vllm/outputs.py; TensorRT-LLM's LLM API has it too",
    ),
    Shape(
        "SGLang generate",
        needs=("meta_info.finish_reason", "meta_info output_ids", "meta_info text"),
        ids=("output_ids", "meta_info.output_token_logprobs[*][1]"),
        text=("text",),
        finish=("meta_info.finish_reason.type", "meta_info.finish_reason"),
        stop=("meta_info.finish_reason.matched",),
        prompt=("input_ids", "prompt_token_ids", "meta_info.input_token_logprobs[*][1]"),
        source="docs.sglang.ai: native API; sglang/srt/managers/tokenizer_manager.py",
    ),
    Shape(
        "TGI generate",
        needs=("generated_text details",),
        each=("", "details.best_of_sequences[]"),
        ids=("details.tokens[*].id", "tokens[*].id"),
        text=("generated_text",),
        finish=("details.finish_reason", "finish_reason"),
        prompt=("details.prefill[*].id", "prefill[*].id"),
        source="github.com/huggingface/text-generation-inference: router/src/lib.rs",
    ),
    Shape(
        "Hugging Face pipeline",
        needs=("generated_token_ids", "generated_text"),
        ids=("generated_token_ids",),
        text=("generated_text",),
        source="huggingface.co/docs/transformers: TextGenerationPipeline",
    ),
    Shape(
        "llama.cpp completion",
        needs=(
            "content stop_type",
            "content tokens_predicted",
            "content generation_settings",
            "content stop id_slot",
        ),
        ids=("tokens", "completion_probabilities[*].id"),
        text=("content",),
        finish=("stop_type",),
        stop=("stopping_word",),
        source="github.com/ggml-org/llama.cpp: tools/server/README.md, POST /completion",
    ),
    Shape(
        "Ollama generate",
        needs=("response done",),
        text=("response", "thinking"),
        finish=("done_reason",),
        parses=True,
        source="github.com/ollama/ollama: docs/api.md, POST /api/generate",
    ),
    Shape(
        "Ollama chat",
        needs=("message done",),
        text=("message.content", "message.thinking"),
        finish=("done_reason",),
        parses=True,
        source="github.com/ollama/ollama: docs/api.md, POST /api/chat",
    ),
    Shape(
        "TensorRT-LLM on Triton",
        needs=("output_ids sequence_length", "text_output"),
        ids=("output_ids",),
        text=("text_output",),
        lengths="sequence_length",
        source="github.com/triton-inference-server/tensorrtllm_backend: README.md",
    ),
    Shape(
        "LM Studio log",
        needs=("data.type=llm.prediction.output",),
        each=("data",),
        text=("output",),
        finish=("stats.stopReason",),
        source="github.com/lmstudio-ai/lmstudio-js: DiagnosticsLogEventData; lms log stream --json",
    ),
    Shape(
        "LM Studio chat",
        needs=("output model_instance_id",),
        each=("output[]",),
        text=("content", "arguments"),
        parses=True,
        source="lmstudio.ai/docs/developer/rest: POST /api/v1/chat",
    ),
    Shape(
        "Messages API",
        needs=("role content stop_reason",),
        text=("content[*].text", "content[*].thinking"),
        finish=("stop_reason",),
        parses=True,
        source="docs.anthropic.com: Messages; vLLM serves it too",
    ),
    Shape(
        "vLLM log",
        needs=("output_token_ids finish_reason", "output finish_reason"),
        ids=("output_token_ids",),
        text=("output", "outputs"),
        finish=("finish_reason",),
        source="github.com/vllm-project/vllm: vllm/entrypoints/logger.py, --enable-log-outputs",
    ),
    Shape(
        "verifiers step",
        needs=("tokens.completion_ids",),
        each=("tokens",),
        ids=("completion_ids",),
        finish=("is_truncated",),
        prompt=("prompt_ids",),
        source="github.com/PrimeIntellect-ai/verifiers: verifiers/types.py, TrajectoryStep",
    ),
    Shape(
        "rollout",
        needs=("completion_ids", "response_ids", "completion_token_ids", "response_token_ids"),
        ids=("completion_ids", "response_ids", "completion_token_ids", "response_token_ids"),
        finish=("finish_reason", "stop_reason", "is_truncated"),
        prompt=("prompt_ids", "prompt_token_ids"),
        source="prime-rl's TrainingSample, TRL's rollout_func, SkyRL's GeneratorOutput",
    ),
    Shape(
        "slime sample",
        needs=("tokens response_length",),
        ids=("tokens",),
        tail="response_length",
        finish=("status",),
        source="github.com/THUDM/slime: slime/utils/types.py, Sample",
    ),
    Shape(
        "tokenized row",
        needs=("input_ids attention_mask", "input_ids labels"),
        ids=("input_ids",),
        source="huggingface.co/docs/transformers: BatchEncoding",
    ),
)

# Which engine an OpenAI-style answer comes from, by what only that one puts into it.
SIGNS: tuple[tuple[str, str], ...] = (
    ("choices[].provider_specific_fields", "LiteLLM"),
    ("choices[].native_finish_reason", "OpenRouter"),
    ("choices[].matched_stop", "SGLang"),
    ("timings", "llama.cpp"),
    ("model_info", "LM Studio"),
    ("choices[].disaggregated_params", "TensorRT-LLM"),
    ("choices[].stop_reason", "vLLM"),
    ("choices[].token_ids", "vLLM"),
    ("choices[].prompt_token_ids", "vLLM"),
    ("prompt_token_ids", "vLLM"),
    ("kv_transfer_params", "vLLM"),
)

# Each engine's words for how generation ended, in OpenAI's. What is not here stays as it is.
FINISH_REASONS: dict[str, str] = {
    "eos": "stop",
    "eos_token": "stop",
    "eosfound": "stop",
    "stop_sequence": "stop",
    "stopstringfound": "stop",
    "word": "stop",
    "completed": "stop",
    "end_turn": "stop",
    "finishreason.stop": "stop",
    "limit": "length",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "maxpredictedtokensreached": "length",
    "contextlengthreached": "length",
    "model_length": "length",
    "truncated": "length",
    "finishreason.length": "length",
    "true": "length",  # is_truncated
    "toolcalls": "tool_calls",
    "tool_use": "tool_calls",
}
# What says nothing about the end: not ended yet, or not known.
NO_FINISH = frozenset(
    (
        *("", "none", "null", "false", "in_progress", "incomplete", "not_finished"),
        "streaming_complete",  # vLLM's log of a stream
    )
)

# What to ask for instead of an answer that the server has parsed.
REQUESTS: dict[str, str] = {
    "vLLM": '"return_token_ids": true, in POST /v1/chat/completions or /v1/completions '
    "(gives choices[].token_ids)",
    "SGLang": "POST /generate with the rendered prompt as input_ids (gives output_ids)",
    "llama.cpp": 'POST /completion with "return_tokens": true (gives tokens), '
    "or llama-server --verbose (gives __verbose)",
    "Ollama": 'POST /api/generate with "raw": true and the rendered prompt',
    "LM Studio": "lms log stream --source model --filter output --json",
    "TGI": '"parameters": {"details": true}, in POST /generate (gives details.tokens)',
    "TensorRT-LLM": '"skip_special_tokens": false, in POST /v1/completions',
    "Transformers": "tokenizer.decode(output_ids, skip_special_tokens=False)",
}
