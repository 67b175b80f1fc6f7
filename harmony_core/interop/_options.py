"""The keys of requests that tell how to sample, store or bill, and say nothing to the model."""

from __future__ import annotations

__all__ = ["CHAT_OPTIONS", "RESPONSES_OPTIONS"]

# Of both APIs: https://platform.openai.com/docs/api-reference
_OPENAI = frozenset(
    (
        "metadata",
        "model",
        "moderation",
        "parallel_tool_calls",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "safety_identifier",
        "service_tier",
        "store",
        "stream",
        "stream_options",
        "temperature",
        "tool_choice",
        "top_logprobs",
        "top_p",
        "user",
    )
)
# What vLLM, SGLang, llama.cpp and OpenRouter add.
_SERVERS = frozenset(
    (
        "add_generation_prompt",
        "allowed_token_ids",
        "bad_words",
        "cache_salt",
        "ec_transfer_params",
        "enable_response_messages",
        "ignore_eos",
        "include_reasoning",
        "include_stop_str_in_output",
        "kv_transfer_params",
        "length_penalty",
        "logits_processors",
        "min_p",
        "min_tokens",
        "models",
        "n_probs",
        "priority",
        "prompt_logprobs",
        "provider",
        "regex",
        "repetition_detection",
        "repetition_penalty",
        "request_id",
        "return_token_ids",
        "return_tokens_as_token_ids",
        "route",
        "separate_reasoning",
        "session_id",
        "skip_special_tokens",
        "spaces_between_special_tokens",
        "stop_token_ids",
        "stream_reasoning",
        "structured_outputs",
        "thinking_token_budget",
        "top_k",
        "truncate_prompt_tokens",
        "usage",
        "use_beam_search",
        "vllm_xargs",
    )
)
CHAT_OPTIONS = (
    _OPENAI
    | _SERVERS
    | {
        "frequency_penalty",
        "function_call",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "n",
        "presence_penalty",
        "response_format",
        "seed",
        "stop",
    }
)
RESPONSES_OPTIONS = (
    _OPENAI
    | _SERVERS
    | {
        "background",
        "include",
        "max_output_tokens",
        "max_tool_calls",
        "text",
        "truncation",
    }
)
