# mistake: the factor 1 / sqrt(d_k) is multiplied into the new keys, and the cache holds scaled keys | fails: the_cache_holds_all_keys_and_values | misconception: none
import math

import torch
from torch import nn


class KVCacheAttention:
    def __init__(self, d_model, num_heads):
        self.num_heads = num_heads
        self.d_k = d_model // num_heads
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(d_model, d_model) for _ in range(4))

    def split(self, t):
        b, s, _ = t.shape
        return t.reshape(b, s, self.num_heads, self.d_k).transpose(1, 2)

    def forward(self, x, cache=None):
        q = self.split(self.W_q(x))
        K = self.split(self.W_k(x)) / math.sqrt(self.d_k)
        V = self.split(self.W_v(x))
        if cache:
            K = torch.cat([cache[0], K], dim=-2)
            V = torch.cat([cache[1], V], dim=-2)
        past = K.shape[2] - q.shape[2]
        outs = []
        for i in range(q.shape[2]):
            seen = past + i + 1
            p = (q[:, :, i : i + 1] @ K[:, :, :seen].mT).softmax(-1)
            outs.append(p @ V[:, :, :seen])
        out = torch.cat(outs, 2).transpose(1, 2)
        return self.W_o(out.reshape(x.shape)), (K, V)
