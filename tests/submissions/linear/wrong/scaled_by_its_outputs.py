# mistake: the random weight is divided by the root of the number of outputs | fails: the_weight_starts_as_scaled_normal_numbers | misconception: scale_by_out_features
import math

import torch


class SimpleLinear:
    def __init__(self, in_features, out_features):
        start = torch.randn((out_features, in_features))
        self.weight = start.div(math.sqrt(out_features)).requires_grad_(True)
        self.bias = torch.zeros((out_features,), requires_grad=True)

    def forward(self, x):
        return x.matmul(self.weight.mT) + self.bias
