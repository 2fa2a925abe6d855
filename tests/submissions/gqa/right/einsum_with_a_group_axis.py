# style: einsum with axes for KV head and member, nothing repeated
import torch


class GroupQueryAttention(torch.nn.Module):
    def __init__(self, d_model, num_heads, num_kv_heads):
        super().__init__()
        if num_heads % num_kv_heads or d_model % num_heads:
            raise ValueError("sizes do not divide")
        self.g, self.dk = num_kv_heads, d_model // num_heads
        self.W_q = torch.nn.Linear(d_model, d_model)
        self.W_k = torch.nn.Linear(d_model, self.g * self.dk)
        self.W_v = torch.nn.Linear(d_model, self.g * self.dk)
        self.W_o = torch.nn.Linear(d_model, d_model)

    def forward(self, x):
        q = self.W_q(x).unflatten(-1, (self.g, -1, self.dk))
        k = self.W_k(x).unflatten(-1, (self.g, self.dk))
        v = self.W_v(x).unflatten(-1, (self.g, self.dk))
        s = torch.einsum("bqgmd,bkgd->bgmqk", q, k) / self.dk**0.5
        o = torch.einsum("bgmqk,bkgd->bqgmd", s.softmax(-1), v)
        return self.W_o(o.flatten(2))
