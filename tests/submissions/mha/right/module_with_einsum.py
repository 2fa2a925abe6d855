# style: an nn.Module, einsum over named axes, the softmax by hand
import torch
from torch import Tensor, nn


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model: int, num_heads: int) -> None:
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"{d_model=} is no multiple of {num_heads=}")
        self.heads = num_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)
        self.register_buffer("scale", torch.tensor((d_model // num_heads) ** -0.5))

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1))

    def forward(self, Q: Tensor, K: Tensor, V: Tensor) -> Tensor:
        q, k, v = self.split(self.W_q(Q)), self.split(self.W_k(K)), self.split(self.W_v(V))
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) * self.scale
        e = (scores - scores.amax(-1, keepdim=True)).exp()
        weights = e / e.sum(-1, keepdim=True)
        return self.W_o(torch.einsum("bhqk,bkhd->bqhd", weights, v).flatten(-2))
