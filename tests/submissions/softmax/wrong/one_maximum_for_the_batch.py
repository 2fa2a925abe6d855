# mistake: the scores of all rows are shifted by one common maximum | fails: large_scores_stay_finite | misconception: global_max
import torch


def my_softmax(x, dim=-1):
    top = torch.max(x)
    e = (x - top).exp()
    total = e.sum(dim)
    return torch.div(e, total.unsqueeze(dim))
