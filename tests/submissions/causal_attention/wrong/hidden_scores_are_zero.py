# mistake: the scores are multiplied by the triangle, and exp(0) = 1 is still a weight | fails: output_equals_attention_over_the_past | misconception: hidden_scores_are_zero
import torch
import torch.nn.functional as F


def causal_attention(Q, K, V):
    seq_len = Q.size(1)
    scores = torch.matmul(Q, K.transpose(-2, -1)) / Q.size(-1) ** 0.5
    scores = scores * torch.tril(torch.ones(seq_len, seq_len))
    return torch.matmul(F.softmax(scores, dim=-1), V)
