# mistake: hidden scores are set to -100, which visible scores may be far below | fails: large_scores_stay_exact | misconception: fill_not_low_enough
import math

import torch


def causal_attention(Q, K, V):
    S = Q.shape[1]
    scores = (Q @ K.transpose(1, 2)) / math.sqrt(Q.shape[2])
    i, j = torch.arange(S).unsqueeze(1), torch.arange(S).unsqueeze(0)
    scores = torch.where(j <= i, scores, torch.full_like(scores, -100.0))
    return scores.softmax(dim=-1) @ V
