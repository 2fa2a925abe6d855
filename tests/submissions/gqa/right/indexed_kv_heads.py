# style: plain class; the KV head of each query head is picked with an index tensor
import torch
from torch import nn


class GroupQueryAttention:
    def __init__(self, d_model, num_heads, num_kv_heads):
        assert d_model % num_heads == 0 and num_heads % num_kv_heads == 0
        self.h, self.d = num_heads, d_model // num_heads
        self.which = torch.arange(num_heads) // (num_heads // num_kv_heads)
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, num_kv_heads * self.d)
        self.W_v = nn.Linear(d_model, num_kv_heads * self.d)
        self.W_o = nn.Linear(d_model, d_model)

    def forward(self, x):
        B, S, D = x.shape
        q = self.W_q(x).reshape(B, S, self.h, self.d).movedim(2, 1)
        k = self.W_k(x).reshape(B, S, -1, self.d)[:, :, self.which].movedim(2, 1)
        v = self.W_v(x).reshape(B, S, -1, self.d)[:, :, self.which].movedim(2, 1)
        scale = torch.sqrt(torch.tensor(float(self.d)))
        p = torch.softmax(q @ k.transpose(2, 3) / scale, dim=3)
        return self.W_o((p @ v).movedim(1, 2).reshape(B, S, D))
