# mistake: the logistic loss is spelt out as log(1 + exp(-z)), and exp overflows | fails: large_margins_stay_finite | misconception: log_of_sigmoid
import torch


def dpo_loss(
    policy_chosen_logps, policy_rejected_logps, ref_chosen_logps, ref_rejected_logps, beta=0.1
):
    pc, pr = policy_chosen_logps, policy_rejected_logps
    rc, rr = ref_chosen_logps, ref_rejected_logps
    total = 0.0
    for i in range(len(pc)):
        z = beta * ((pc[i] - pr[i]) - (rc[i] - rr[i]))
        total = total + torch.log(1 + torch.exp(-z))
    return total / len(pc)
