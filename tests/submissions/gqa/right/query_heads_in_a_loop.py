# style: plain class, a loop over query heads, KV heads picked by an index
import torch
import torch.nn.functional as F
from torch import nn


class GroupQueryAttention:
    def __init__(self, d_model, num_heads, num_kv_heads):
        if num_heads % num_kv_heads != 0:
            raise ValueError(f"{num_heads} query heads cannot share {num_kv_heads} KV heads")
        if d_model % num_heads != 0:
            raise ValueError(f"{num_heads} heads cannot share {d_model} features")
        d_k = d_model // num_heads
        self.sizes = d_k, num_heads // num_kv_heads
        self.W_q, self.W_o = nn.Linear(d_model, d_model), nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, num_kv_heads * d_k)
        self.W_v = nn.Linear(d_model, num_kv_heads * d_k)

    def forward(self, x):
        d_k, sharing = self.sizes
        queries = torch.split(self.W_q(x), d_k, dim=-1)
        keys = torch.split(self.W_k(x), d_k, dim=-1)
        values = torch.split(self.W_v(x), d_k, dim=-1)
        heads = []
        for number, query in enumerate(queries):
            kv = number // sharing
            scores = torch.bmm(query, keys[kv].transpose(1, 2)) / d_k**0.5
            heads.append(torch.bmm(F.softmax(scores, dim=-1), values[kv]))
        return self.W_o(torch.cat(heads, dim=-1))
