# mistake: the mask is made only while there is no cache, as if later calls brought one token each | fails: new_tokens_see_the_cache_and_not_each_others_future | misconception: no_mask_with_cache
import torch
import torch.nn.functional as F
from torch import nn


class KVCacheAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.H = num_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def forward(self, x, cache=None):
        q, k, v = (
            layer(x).unflatten(2, (self.H, -1)).permute(0, 2, 1, 3)
            for layer in (self.W_q, self.W_k, self.W_v)
        )
        decoding = cache is not None
        if decoding:
            k = torch.cat((cache[0], k), 2)
            v = torch.cat((cache[1], v), 2)
        att = torch.einsum("bhqd,bhkd->bhqk", q, k) * q.size(-1) ** -0.5
        if not decoding:
            n = x.size(1)
            att = att.masked_fill(torch.ones(n, n).triu(1).bool(), float("-inf"))
        y = torch.einsum("bhqk,bhkd->bqhd", F.softmax(att, dim=-1), v)
        return self.W_o(y.flatten(2)), (k, v)
