# style: one product for q, k and v from the joined weights, GELU by tanh, a buffer for the mask
import math

import torch
from torch import nn
import torch.nn.functional as F


class GPT2Block(nn.Module):
    def __init__(self, d_model: int, num_heads: int):
        super().__init__()
        self.num_heads = num_heads
        self.ln1, self.ln2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(d_model, d_model) for _ in range(4))
        self.mlp = nn.Sequential(
            nn.Linear(d_model, 4 * d_model), nn.GELU(approximate="tanh"), nn.Linear(4 * d_model, d_model)
        )
        self.register_buffer("mask", torch.ones(1, 1, dtype=torch.bool), persistent=False)

    def forward(self, x):
        b, s, d = x.shape
        if self.mask.shape[0] < s:
            self.mask = torch.ones(s, s, dtype=torch.bool).tril()
        layers = (self.W_q, self.W_k, self.W_v)
        weight = torch.cat([layer.weight for layer in layers])
        bias = torch.cat([layer.bias for layer in layers])
        qkv = F.linear(self.ln1(x), weight, bias)
        q, k, v = qkv.view(b, s, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        att = q @ k.transpose(-2, -1) / math.sqrt(d // self.num_heads)
        att = att.masked_fill(~self.mask[:s, :s], torch.finfo(att.dtype).min)
        y = (F.softmax(att, dim=-1) @ v).transpose(1, 2).contiguous().view(b, s, d)
        x = x + self.W_o(y)
        return x + self.mlp(self.ln2(x))
