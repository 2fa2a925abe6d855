# %% [markdown] role="statement"
# Adam gives every number of a parameter a step length of its own: the average gradient, divided by
# the root of the average squared gradient. With the gradient $g_t$ of step $t = 1, 2, \dots$
#
# $$ m_t = \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, \qquad
#    v_t = \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2, \qquad m_0 = v_0 = 0 $$
#
# $$ \hat m_t = \frac{m_t}{1 - \beta_1^t}, \qquad \hat v_t = \frac{v_t}{1 - \beta_2^t}, \qquad
#    p_t = p_{t-1} - \text{lr} \cdot \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon} $$
#
# Both averages start at zero and are too small at first. The division by $1 - \beta^t$ corrects
# that: it makes the weights of the gradients add up to one. So the first step is about `lr` long,
# whatever the size of the gradient.
#
# ## What to write
#
# `MyAdam(params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8)` with the methods `step()` and
# `zero_grad()`; neither returns anything.
#
# - `params` is any iterable of tensors, also a generator, which can be read only once.
# - `step()` reads `p.grad` of each parameter and writes into `p` itself: it stays the same tensor,
#   a leaf that requires a gradient, with its dtype. Gradients stay as they are.
# - $t$ counts the calls of `step()`, not the parameters.
# - A parameter whose `grad` is `None` is left alone. In the tests such a parameter never gets a
#   gradient, so you are free to count its steps as you like.
# - $\epsilon$ is added to the root of the corrected average. (The paper also gives a form in which
#   it is added to $\sqrt{v_t}$ before the correction. That form is not graded here: it
#   differs where gradients are as small as $\epsilon$.)
# - `zero_grad()` sets every gradient to `None` or fills it with zeros. The averages stay.
#
# The optimisers of `torch.optim` are forbidden under any name.

# %% role="setup"
import torch


# %% role="task" task="adam"
class MyAdam:
    """Adam with bias correction, on tensors that are changed in place."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        ### BEGIN SOLUTION
        self.params = list(params)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.t = 0
        self.m = [torch.zeros_like(p) for p in self.params]
        self.v = [torch.zeros_like(p) for p in self.params]
        ### END SOLUTION

    @torch.no_grad()
    def step(self) -> None:
        ### BEGIN SOLUTION
        beta1, beta2 = self.betas
        self.t += 1
        for p, m, v in zip(self.params, self.m, self.v, strict=True):
            if p.grad is None:
                continue
            grad = p.grad
            m.mul_(beta1).add_((1 - beta1) * grad)
            v.mul_(beta2).add_((1 - beta2) * grad**2)
            mean = m / (1 - beta1**self.t)
            root = (v / (1 - beta2**self.t)).sqrt() + self.eps
            p -= self.lr * mean / root
        ### END SOLUTION

    def zero_grad(self) -> None:
        ### BEGIN SOLUTION
        for p in self.params:
            p.grad = None
        ### END SOLUTION


# %% role="debug"
weight = torch.tensor([1.0, 1.0], requires_grad=True)
optimiser = MyAdam([weight], lr=0.1)
for _ in range(2):
    (weight * torch.tensor([3.0, -0.001])).sum().backward()
    optimiser.step()
    optimiser.zero_grad()
print(weight)  # about 0.8 and 1.2: two steps of 0.1, whatever the size of the gradient
