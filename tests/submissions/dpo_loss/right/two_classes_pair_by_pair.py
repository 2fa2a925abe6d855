# style: a loop over pairs, each a cross entropy of two implicit rewards
import torch


def dpo_loss(
    policy_chosen_logps, policy_rejected_logps, ref_chosen_logps, ref_rejected_logps, beta=0.1
):
    terms = []
    for pc, pr, rc, rr in zip(
        policy_chosen_logps, policy_rejected_logps, ref_chosen_logps, ref_rejected_logps
    ):
        rewards = beta * torch.stack([pc - rc, pr - rr])
        terms.append(torch.logsumexp(rewards, dim=0) - rewards[0])
    return torch.stack(terms).mean()
