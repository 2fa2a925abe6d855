# style: reference log-probabilities detached, softplus of the negative margin
import torch
from torch.nn import functional as F


def dpo_loss(
    policy_chosen_logps, policy_rejected_logps, ref_chosen_logps, ref_rejected_logps, beta=0.1
):
    with torch.no_grad():
        ref_logratios = ref_chosen_logps - ref_rejected_logps
    pi_logratios = policy_chosen_logps - policy_rejected_logps
    losses = F.softplus(-beta * (pi_logratios - ref_logratios))
    return torch.sum(losses) / losses.numel()
