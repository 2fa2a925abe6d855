# mistake: the bias is added once for every leading axis of x | fails: output_is_right_with_any_bias | misconception: none
import torch
from torch import nn


class SimpleLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        nn.init.normal_(self.weight, std=in_features**-0.5)
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        y = torch.matmul(x, self.weight.t())
        for _ in range(max(1, x.ndim - 1)):
            y = y + self.bias
        return y
