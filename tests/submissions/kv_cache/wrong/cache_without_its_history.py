# mistake: what goes into the returned cache is detached, to save memory: no gradient reaches earlier calls | fails: gradients_flow_through_the_cache | misconception: cache_detached
import torch
from torch import nn


class KVCacheAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.heads, self.width = num_heads, d_model // num_heads
        for name in "qkvo":
            setattr(self, f"W_{name}", nn.Linear(d_model, d_model))

    def forward(self, x, cache=None):
        batch, new, model = x.shape

        def cut(t):
            return t.view(batch, new, self.heads, self.width).permute(0, 2, 1, 3)

        q, keys, values = cut(self.W_q(x)), cut(self.W_k(x)), cut(self.W_v(x))
        past = 0
        if cache is not None:
            past = cache[0].size(2)
            keys, values = (torch.cat(pair, 2) for pair in zip(cache, (keys, values)))
        position = torch.arange(past, past + new)[:, None]
        visible = torch.arange(past + new)[None, :] <= position
        scores = torch.einsum("bhik,bhjk->bhij", q, keys) / self.width**0.5
        weights = scores.where(visible, torch.tensor(float("-inf"), dtype=x.dtype)).softmax(-1)
        mixed = (weights @ values).permute(0, 2, 1, 3).reshape(batch, new, model)
        return self.W_o(mixed), (keys.detach(), values.detach())
