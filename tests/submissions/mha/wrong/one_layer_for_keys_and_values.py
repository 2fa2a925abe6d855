# mistake: keys and values are made by one and the same layer | fails: every_layer_has_parameters_of_its_own | misconception: none
import torch
from torch.nn import Linear
from torch.nn.functional import softmax


class MultiHeadAttention:
    def __init__(self, d_model: int, num_heads: int):
        assert d_model % num_heads == 0, "heads of equal width, please"
        self.num_heads = num_heads
        self.W_q = Linear(d_model, d_model)
        self.W_k = Linear(d_model, d_model)
        self.W_v = self.W_k
        self.W_o = Linear(d_model, d_model)

    def forward(self, Q, K, V):
        heads = []
        queries = self.W_q(Q).chunk(self.num_heads, dim=-1)
        keys = self.W_k(K).chunk(self.num_heads, dim=-1)
        values = self.W_v(V).chunk(self.num_heads, dim=-1)
        for q, k, v in zip(queries, keys, values):
            p = softmax(q @ k.mT / q.size(-1) ** 0.5, dim=-1)
            heads.append(p @ v)
        return self.W_o(torch.cat(heads, dim=-1))
