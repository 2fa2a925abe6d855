# style: logaddexp of zero and the negative margin, stacked log-ratios
import torch


def dpo_loss(policy_chosen_logps, policy_rejected_logps, ref_chosen_logps, ref_rejected_logps, beta=0.1):
    policy = torch.stack([policy_chosen_logps, policy_rejected_logps])
    reference = torch.stack([ref_chosen_logps, ref_rejected_logps])
    chosen, rejected = beta * (policy - reference)
    margin = chosen - rejected
    return torch.logaddexp(torch.zeros_like(margin), -margin).sum() / margin.numel()
