"""The loss as a cross entropy: each pair is a choice between two answers, by their rewards."""

from __future__ import annotations

import torch


def dpo_loss(
    policy_chosen_logps: torch.Tensor,
    policy_rejected_logps: torch.Tensor,
    ref_chosen_logps: torch.Tensor,
    ref_rejected_logps: torch.Tensor,
    *,
    beta: float = 0.1,
) -> torch.Tensor:
    """Minus the log-probability of choosing right, by a softmax over the two rewards."""
    policy = torch.stack((policy_chosen_logps, policy_rejected_logps))
    rewards = beta * (policy - torch.stack((ref_chosen_logps, ref_rejected_logps)))
    losses = [torch.logsumexp(pair, 0) - pair[0] for pair in rewards.unbind(1)]
    return sum(losses, torch.zeros((), dtype=rewards.dtype)) / len(losses)
