# mistake: query heads are cut into (place in the group, KV head), so that neighbours read different KV heads | fails: output_is_right_for_every_grouping | misconception: repeat_tiles_heads
import torch
import torch.nn as nn


class GroupQueryAttention(nn.Module):
    def __init__(self, d_model, num_heads, num_kv_heads):
        super().__init__()
        if d_model % num_heads or num_heads % num_kv_heads:
            raise ValueError("the heads do not divide evenly")
        self.dk = d_model // num_heads
        self.kv = num_kv_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, num_kv_heads * self.dk)
        self.W_v = nn.Linear(d_model, num_kv_heads * self.dk)
        self.W_o = nn.Linear(d_model, d_model)

    def forward(self, x):
        q = self.W_q(x).unflatten(-1, (-1, self.kv, self.dk))
        k = self.W_k(x).unflatten(-1, (self.kv, self.dk))
        v = self.W_v(x).unflatten(-1, (self.kv, self.dk))
        scores = torch.einsum("bqngd,bkgd->bngqk", q, k) / self.dk**0.5
        mixed = torch.einsum("bngqk,bkgd->bqngd", scores.softmax(-1), v)
        return self.W_o(mixed.flatten(2))
