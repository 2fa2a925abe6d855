# mistake: the margins are averaged first, and the loss is taken of their mean | fails: the_loss_is_right_for_every_beta | misconception: mean_before_log
import torch
from torch.nn.functional import softplus


def dpo_loss(
    policy_chosen_logps, policy_rejected_logps, ref_chosen_logps, ref_rejected_logps, beta=0.1
):
    policy = torch.stack([policy_chosen_logps, policy_rejected_logps])
    reference = torch.stack([ref_chosen_logps, ref_rejected_logps])
    chosen, rejected = (policy - reference).mean(dim=1)
    return softplus(beta * (rejected - chosen))
