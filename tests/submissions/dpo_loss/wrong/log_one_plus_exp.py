# mistake: the logistic loss is spelt out as log(1 + exp(-z)), and exp overflows | fails: ? | misconception: ?
import torch


def dpo_loss(pc, pr, rc, rr, beta=0.1):
    total = 0.0
    for i in range(len(pc)):
        z = beta * ((pc[i] - pr[i]) - (rc[i] - rr[i]))
        total = total + torch.log(1 + torch.exp(-z))
    return total / len(pc)
