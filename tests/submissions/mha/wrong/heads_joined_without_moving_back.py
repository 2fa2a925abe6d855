# mistake: the mixed values are reshaped to (B, S, D) while the head axis still stands before the positions | fails: output_equals_attention_in_every_head | misconception: concat_without_transpose
import torch
import torch.nn as nn


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads != 0:
            raise ValueError(f"{num_heads} heads do not divide {d_model} features")
        self.num_heads = num_heads
        for name in ("W_q", "W_k", "W_v", "W_o"):
            setattr(self, name, nn.Linear(d_model, d_model))

    def split(self, x):
        return torch.stack(x.chunk(self.num_heads, dim=-1), dim=1)

    def forward(self, Q, K, V):
        q, k, v = self.split(self.W_q(Q)), self.split(self.W_k(K)), self.split(self.W_v(V))
        weights = torch.softmax(q.matmul(k.mT) * q.size(-1) ** -0.5, dim=-1)
        mixed = weights.matmul(v)
        return self.W_o(mixed.reshape(Q.shape))
