# style: an nn.Module that repeats nothing: query heads get an axis for their group
import torch
from torch import nn


class GroupQueryAttention(nn.Module):
    def __init__(self, d_model: int, num_heads: int, num_kv_heads: int):
        super().__init__()
        if d_model % num_heads or num_heads % num_kv_heads:
            raise ValueError("heads have to divide evenly")
        self.groups, self.dk = num_kv_heads, d_model // num_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, num_kv_heads * self.dk)
        self.W_v = nn.Linear(d_model, num_kv_heads * self.dk)
        self.W_o = nn.Linear(d_model, d_model)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q = self.W_q(x).unflatten(-1, (self.groups, -1, self.dk))
        k = self.W_k(x).unflatten(-1, (self.groups, self.dk))
        v = self.W_v(x).unflatten(-1, (self.groups, self.dk))
        weights = torch.einsum("bqgnd,bkgd->bgnqk", q, k).div(self.dk**0.5).softmax(dim=-1)
        return self.W_o(torch.einsum("bgnqk,bkgd->bqgnd", weights, v).flatten(2))
