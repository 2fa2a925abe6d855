# mistake: the weights are computed under no_grad, so that only V is trained | fails: gradients_reach_queries_keys_and_values | misconception: weights_detached
import math

import torch


@torch.no_grad()
def attention_weights(Q, K):
    scores = torch.bmm(Q, K.permute(0, 2, 1)) / math.sqrt(K.shape[2])
    return scores.softmax(-1)


def scaled_dot_product_attention(Q, K, V):
    return torch.bmm(attention_weights(Q, K), V)
