# style: an nn.Module that puts the new tokens through one by one, so that no mask is needed
import math

import torch
from torch import nn


class KVCacheAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.d_k = d_model // num_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def one(self, x, cache):
        B = x.shape[0]
        q = self.W_q(x).view(B, self.num_heads, 1, self.d_k)
        k = self.W_k(x).view(B, self.num_heads, 1, self.d_k)
        v = self.W_v(x).view(B, self.num_heads, 1, self.d_k)
        if cache is not None:
            k = torch.cat([cache[0], k], dim=2)
            v = torch.cat([cache[1], v], dim=2)
        weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(self.d_k), dim=-1)
        return self.W_o((weights @ v).reshape(B, 1, -1)), (k, v)

    def forward(self, x, cache=None):
        outs = []
        for token in x.unbind(1):
            out, cache = self.one(token.unsqueeze(1), cache)
            outs.append(out)
        return torch.cat(outs, dim=1), cache
