# style: submodules, a mask kept in a buffer of 256 positions, keyword layers
import math
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class GPT2Block(nn.Module):
    MAX_LEN = 256

    def __init__(self, d_model: int, num_heads: int):
        super().__init__()
        self.n_head, self.d_head = num_heads, d_model // num_heads
        self.W_q = nn.Linear(in_features=d_model, out_features=d_model, bias=True)
        self.W_k = nn.Linear(in_features=d_model, out_features=d_model, bias=True)
        self.W_v = nn.Linear(in_features=d_model, out_features=d_model, bias=True)
        self.W_o = nn.Linear(in_features=d_model, out_features=d_model, bias=True)
        self.ln1 = nn.LayerNorm(normalized_shape=d_model)
        self.ln2 = nn.LayerNorm(normalized_shape=d_model)
        self.mlp = nn.Sequential(
            OrderedDict(
                [
                    ("0", nn.Linear(d_model, 4 * d_model)),
                    ("1", nn.GELU(approximate="tanh")),
                    ("2", nn.Linear(4 * d_model, d_model)),
                ]
            )
        )
        hidden = torch.ones(self.MAX_LEN, self.MAX_LEN, dtype=torch.bool).triu(diagonal=1)
        self.register_buffer("hidden", hidden, persistent=False)

    def _split(self, t: Tensor) -> Tensor:
        b, s, _ = t.shape
        return t.view(b, s, self.n_head, self.d_head).transpose(1, 2)

    def attention(self, x: Tensor) -> Tensor:
        b, s, d = x.shape
        q, k, v = self._split(self.W_q(x)), self._split(self.W_k(x)), self._split(self.W_v(x))
        w = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(self.d_head)
        w = torch.where(self.hidden[:s, :s], torch.finfo(w.dtype).min, w)
        a = torch.matmul(F.softmax(w, dim=-1), v)
        return self.W_o(a.permute(0, 2, 1, 3).contiguous().view(b, s, d))

    def forward(self, x: Tensor) -> Tensor:
        x = torch.add(x, self.attention(self.ln1(x)))
        return torch.add(x, self.mlp(self.ln2(x)))
