"""The probability of every token, by Python numbers and a loop over the ranks."""

from __future__ import annotations

import math

import torch


def probabilities(
    logits: torch.Tensor, top_k: int = 0, top_p: float = 1.0, temperature: float = 1.0
) -> list[float]:
    """Of each token in the order of the logits; 0 for those that are cut off.

    Weights are never normalised on the way: masses are compared as shares of the weight that top-k
    has left.
    """
    scores = [value / temperature for value in logits.double().tolist()]
    largest = max(scores)
    weights = [math.exp(score - largest) for score in scores]
    ranked = sorted(range(len(scores)), key=lambda token: (-scores[token], token))
    ranked = ranked[:top_k] if top_k else ranked
    whole = math.fsum(weights[token] for token in ranked)
    chosen = list[int]()
    for token in ranked:
        chosen.append(token)
        if top_p < 1.0 and math.fsum(weights[token] for token in chosen) >= top_p * whole:
            break
    mass = math.fsum(weights[token] for token in chosen)
    return [weights[token] / mass if token in chosen else 0.0 for token in range(len(scores))]
