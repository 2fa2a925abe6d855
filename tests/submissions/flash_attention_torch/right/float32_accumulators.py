# style: accumulators of torch's default dtype, in place, the usual published loop
import math

import torch


def flash_attention(Q, K, V, block_size=32):
    B, S, D = Q.shape
    output = torch.zeros_like(Q)
    for i in range(0, S, block_size):
        qi = Q[:, i : i + block_size]
        rows = qi.shape[1]
        row_max = torch.full((B, rows, 1), float("-inf"))
        row_sum = torch.zeros(B, rows, 1)
        acc = torch.zeros(B, rows, D)
        for j in range(0, S, block_size):
            kj, vj = K[:, j : j + block_size], V[:, j : j + block_size]
            scores = torch.bmm(qi, kj.transpose(1, 2)) / math.sqrt(D)
            new_max = torch.maximum(row_max, scores.max(dim=-1, keepdim=True).values)
            correction = torch.exp(row_max - new_max)
            weights = torch.exp(scores - new_max)
            acc = acc * correction + torch.bmm(weights, vj)
            row_sum = row_sum * correction + weights.sum(dim=-1, keepdim=True)
            row_max = new_max
        output[:, i : i + block_size] = acc / row_sum
    return output
