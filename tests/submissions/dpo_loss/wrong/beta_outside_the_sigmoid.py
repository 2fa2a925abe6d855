# mistake: beta scales the finished loss instead of the margin inside the sigmoid | fails: the_loss_is_right_for_every_beta | misconception: beta_outside
import torch.nn.functional as F


def dpo_loss(
    policy_chosen_logps, policy_rejected_logps, ref_chosen_logps, ref_rejected_logps, beta=0.1
):
    chosen_reward = policy_chosen_logps - ref_chosen_logps
    rejected_reward = policy_rejected_logps - ref_rejected_logps
    per_pair = -F.logsigmoid(chosen_reward - rejected_reward)
    return beta * per_pair.mean()
