# mistake: the attention is added to a detached x: the numbers are right, and gradients come through the branch only | fails: gradients_reach_input_and_every_parameter | misconception: residual_detached
import torch
import torch.nn.functional as F
from torch import nn


class GPT2Block(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.h = num_heads
        self.ln1, self.ln2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(d_model, d_model) for _ in range(4))
        self.mlp = nn.Sequential(
            nn.Linear(d_model, 4 * d_model), nn.GELU(), nn.Linear(4 * d_model, d_model)
        )

    def attend(self, t):
        n = t.shape[1]
        q, k, v = (w(t).unflatten(-1, (self.h, -1)) for w in (self.W_q, self.W_k, self.W_v))
        a = torch.einsum("bihd,bjhd->bhij", q, k) * q.shape[-1] ** -0.5
        a = a + torch.full((n, n), -torch.inf, dtype=t.dtype).triu(1)
        return self.W_o(torch.einsum("bhij,bjhd->bihd", F.softmax(a, -1), v).flatten(2))

    def forward(self, x):
        middle = x.detach() + self.attend(self.ln1(x))
        return torch.add(middle, self.mlp(self.ln2(middle)))
