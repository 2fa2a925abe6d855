# style: a loop over batch and heads, each position looks at its own prefix, and a GELU by tanh
import math

import torch
from torch import nn


class TanhGELU(nn.Module):
    def forward(self, z):
        return 0.5 * z * (1 + torch.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))


class GPT2Block(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        assert d_model % num_heads == 0
        self.num_heads = num_heads
        self.size = d_model // num_heads
        self.ln1 = nn.LayerNorm(d_model)
        self.ln2 = nn.LayerNorm(d_model)
        for name in ("W_q", "W_k", "W_v", "W_o"):
            self.add_module(name, nn.Linear(d_model, d_model))
        self.mlp = nn.Sequential(
            nn.Linear(d_model, 4 * d_model), TanhGELU(), nn.Linear(4 * d_model, d_model)
        )

    def _one_head(self, q, k, v):
        rows = []
        for i in range(len(q)):
            weights = torch.softmax(k[: i + 1] @ q[i] / math.sqrt(self.size), dim=0)
            rows.append(weights @ v[: i + 1])
        return torch.stack(rows)

    def forward(self, x):
        h = self.ln1(x)
        q, k, v = self.W_q(h), self.W_k(h), self.W_v(h)
        batches = []
        for b in range(x.shape[0]):
            cuts = [slice(i, i + self.size) for i in range(0, x.shape[2], self.size)]
            batches.append(
                torch.cat([self._one_head(q[b, :, c], k[b, :, c], v[b, :, c]) for c in cuts], 1)
            )
        x = x + self.W_o(torch.stack(batches))
        return x + self.mlp(self.ln2(x))
