# mistake: keys are repeated head by head, values as a whole, so that a query head reads the keys of one KV head and the values of another | fails: output_is_right_for_every_grouping | misconception: values_tiled_keys_interleaved
import torch
from torch import nn


class GroupQueryAttention(nn.Module):
    def __init__(self, d_model, num_heads, num_kv_heads):
        super().__init__()
        assert d_model % num_heads == 0 and num_heads % num_kv_heads == 0
        self.h, self.g, self.dk = num_heads, num_kv_heads, d_model // num_heads
        self.W_q, self.W_o = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, self.g * self.dk)
        self.W_v = nn.Linear(d_model, self.g * self.dk)

    def forward(self, x):
        b, s, _ = x.shape
        q = self.W_q(x).reshape(b, s, self.h, self.dk).permute(0, 2, 1, 3)
        k = self.W_k(x).reshape(b, s, self.g, self.dk).permute(0, 2, 1, 3)
        v = self.W_v(x).reshape(b, s, self.g, self.dk).permute(0, 2, 1, 3)
        k = k.repeat_interleave(self.h // self.g, dim=1)
        v = v.repeat(1, self.h // self.g, 1, 1)
        weights = (q @ k.transpose(2, 3) / self.dk**0.5).softmax(dim=3)
        return self.W_o((weights @ v).permute(0, 2, 1, 3).flatten(2))
