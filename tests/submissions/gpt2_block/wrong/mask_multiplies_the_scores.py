# mistake: the scores are multiplied by a lower triangle of ones: a hidden score becomes 0, and its weight exp(0) instead of nothing | fails: output_is_right_with_random_parameters | misconception: none
import torch
from torch import nn


class GPT2Block(nn.Module):
    def __init__(self, d_model: int, num_heads: int) -> None:
        super().__init__()
        self.h = num_heads
        self.ln1 = nn.LayerNorm(d_model)
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)
        self.ln2 = nn.LayerNorm(d_model)
        self.mlp = nn.Sequential()
        self.mlp.append(nn.Linear(d_model, d_model * 4))
        self.mlp.append(nn.GELU())
        self.mlp.append(nn.Linear(d_model * 4, d_model))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.ln1(x)
        q, k, v = self.W_q(y), self.W_k(y), self.W_v(y)
        heads = []
        for qh, kh, vh in zip(
            q.chunk(self.h, -1), k.chunk(self.h, -1), v.chunk(self.h, -1), strict=True
        ):
            scores = qh @ kh.mT * qh.shape[-1] ** -0.5
            scores = scores * torch.ones_like(scores).tril()
            heads.append(scores.softmax(-1) @ vh)
        x = x + self.W_o(torch.cat(heads, -1))
        return x + self.mlp(self.ln2(x))
