# mistake: feature f goes to head f % num_heads, as a card is dealt, and not to f // d_k | fails: output_equals_attention_in_every_head | misconception: heads_dealt_in_turn
import torch
import torch.nn as nn


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError("d_model has to be a multiple of num_heads")
        self.h = num_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def forward(self, Q, K, V):
        q, k, v = (
            layer(x).unflatten(-1, (-1, self.h))
            for layer, x in ((self.W_q, Q), (self.W_k, K), (self.W_v, V))
        )
        scores = torch.einsum("bqdh,bkdh->bhqk", q, k) * q.shape[2] ** -0.5
        mixed = torch.einsum("bhqk,bkdh->bqdh", scores.softmax(-1), v)
        return self.W_o(mixed.flatten(2))
