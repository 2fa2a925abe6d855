# style: a plain class with the layers as attributes, einsum, and a mask added to the scores
import torch
import torch.nn as nn


class GPT2Block:
    def __init__(self, d_model: int, num_heads: int) -> None:
        self.d_model, self.num_heads = d_model, num_heads
        self.ln1, self.ln2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)
        layers = [nn.Linear(d_model, 4 * d_model), nn.GELU(), nn.Linear(4 * d_model, d_model)]
        self.mlp = nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        residual, x = x, self.ln1(x)
        heads = (self.num_heads, self.d_model // self.num_heads)
        q, k, v = (w(x).unflatten(-1, heads) for w in (self.W_q, self.W_k, self.W_v))
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) / heads[1] ** 0.5
        n = x.shape[1]
        scores = scores + torch.full((n, n), float("-inf"), dtype=x.dtype).triu(1)
        o = torch.einsum("bhqk,bkhd->bqhd", scores.softmax(-1), v).flatten(-2)
        x = residual + self.W_o(o)
        residual, x = x, self.ln2(x)
        return residual + self.mlp(x)
