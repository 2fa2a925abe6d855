# mistake: W_k and W_v make a key and a value for every query head, and most of them are thrown away | fails: key_and_value_layers_are_narrow | misconception: none
import math

import torch
from torch import nn


class GroupQueryAttention:
    def __init__(self, d_model, num_heads, num_kv_heads):
        assert d_model % num_heads == 0 and num_heads % num_kv_heads == 0
        self.heads, self.kv_heads = num_heads, num_kv_heads
        self.d_k = d_model // num_heads
        for name in ("W_q", "W_k", "W_v", "W_o"):
            setattr(self, name, nn.Linear(d_model, d_model))

    def forward(self, x):
        q = self.W_q(x).split(self.d_k, dim=-1)
        k = self.W_k(x).split(self.d_k, dim=-1)
        v = self.W_v(x).split(self.d_k, dim=-1)
        outs = []
        for h in range(self.heads):
            g = h * self.kv_heads // self.heads
            p = torch.softmax(q[h] @ k[g].transpose(1, 2) / math.sqrt(self.d_k), dim=-1)
            outs.append(p @ v[g])
        return self.W_o(torch.cat(outs, dim=-1))
