# mistake: queries, keys and values are reshaped to (B, H, S, d) without moving the head axis, so a head mixes tokens | fails: output_is_right_with_random_parameters | misconception: bare_reshape_into_heads
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class CausalSelfAttentionMixin:
    def attend(self, h):
        B, S, D = h.size()
        H, d = self.num_heads, D // self.num_heads
        query = self.W_q(h).reshape(B, H, S, d)
        key = self.W_k(h).reshape(B, H, S, d)
        value = self.W_v(h).reshape(B, H, S, d)
        allowed = torch.tril(torch.ones(S, S, device=h.device)).bool()
        logits = torch.einsum("bhqd,bhkd->bhqk", query, key).div(math.sqrt(d))
        logits = logits.masked_fill(allowed.logical_not(), -1e9)
        mixed = torch.einsum("bhqk,bhkd->bhqd", F.softmax(logits, dim=3), value)
        return self.W_o(mixed.reshape(B, S, D))


class GPT2Block(CausalSelfAttentionMixin, nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(d_model, d_model) for _ in range(4))
        self.ln1, self.ln2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        up, down = nn.Linear(d_model, 4 * d_model), nn.Linear(4 * d_model, d_model)
        self.mlp = nn.Sequential(up, nn.GELU(), down)

    def forward(self, x):
        after_attention = x + self.attend(self.ln1(x))
        return after_attention + self.mlp(self.ln2(after_attention))
