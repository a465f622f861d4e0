"""Typical wrong answers to sheet A1, and what each must lose."""

from vizwidgets.grading.sheets.mutants import Mutant

Q1_ALL = {"q1_check": ("six", "one number", "a zigzag"), "q1_hidden": ("colour", "zigzags", "its gradient")}
Q1_BODY = """\
    to_the_right = (images[..., :, 1:] - images[..., :, :-1]).abs()
    downwards = (images[..., 1:, :] - images[..., :-1, :]).abs()
    sums = to_the_right.flatten(1).sum(dim=1) + downwards.flatten(1).sum(dim=1)
    return sums / images[0].numel()
"""
RIGHT = "to_the_right = (images[..., :, 1:] - images[..., :, :-1]).abs()"
DOWN = "downwards = (images[..., 1:, :] - images[..., :-1, :]).abs()"
WRONG_SIZE = {"q1_check": ("six",), "q1_hidden": ("colour",)}

TOTAL_VARIATION = [
    Mutant("Q1: zeros", "q1", Q1_BODY, "    return 0 * images.flatten(1).sum(dim=1)\n", Q1_ALL),
    Mutant("Q1: a constant", "q1", Q1_BODY, "    return torch.ones(len(images))\n", Q1_ALL),
    Mutant("Q1: the images themselves", "q1", Q1_BODY, "    return images\n", Q1_ALL),
    Mutant("Q1: sum in place of the mean", "q1", "sums / images[0].numel()", "sums", WRONG_SIZE),
    Mutant(
        "Q1: divided by the number of differences",
        "q1",
        "sums / images[0].numel()",
        "sums / (to_the_right[0].numel() + downwards[0].numel())",
        WRONG_SIZE,
    ),
    Mutant(
        "Q1: divided by the pixels, without the channels",
        "q1",
        "images[0].numel()",
        "images[0, 0].numel()",
        {"q1_hidden": ("colour",)},
    ),
    Mutant(
        "Q1: divided by the values of the whole batch",
        "q1",
        "images[0].numel()",
        "images.numel()",
        {"q1_hidden": ("colour",)},
    ),
    Mutant(
        "Q1: without absolute size",
        "q1",
        Q1_BODY,
        Q1_BODY.replace(".abs()", ""),
        {"q1_check": ("a zigzag",), "q1_hidden": ("zigzags",)},
    ),
    Mutant(
        "Q1: squares, as in lesson 03",
        "q1",
        Q1_BODY,
        Q1_BODY.replace(".abs()", ".square()"),
        {"q1_check": ("six", "a zigzag"), "q1_hidden": ("colour", "zigzags")},
    ),
    Mutant("Q1: only to the right", "q1", DOWN, "downwards = 0 * images", WRONG_SIZE),
    Mutant(
        "Q1: only downwards",
        "q1",
        RIGHT,
        "to_the_right = 0 * images",
        WRONG_SIZE,
    ),
    Mutant(
        "Q1: across channels in place of columns",
        "q1",
        RIGHT,
        "to_the_right = (images[:, 1:] - images[:, :-1]).abs()",
        {"q1_check": ("six",), "q1_hidden": ("colour", "zigzags")},
    ),
    Mutant(
        "Q1: neighbours around the border",
        "q1",
        RIGHT,
        "to_the_right = (images.roll(-1, dims=-1) - images).abs()",
        {"q1_check": ("six", "a zigzag"), "q1_hidden": ("colour", "zigzags")},
    ),
    Mutant(
        "Q1: averaged over the batch",
        "q1",
        "return sums / images[0].numel()",
        "return (sums / images[0].numel()).mean(dim=0, keepdim=True)",
        {"q1_check": ("one number",), "q1_hidden": ("colour",)},
    ),
    Mutant(
        "Q1: cut off from the graph",
        "q1",
        "sums / images[0].numel()",
        "sums.detach() / images[0].numel()",
        {"q1_hidden": ("its gradient",)},
    ),
    Mutant(
        "Q1: changes its argument",
        "q1",
        Q1_BODY,
        "    images -= images.mean()\n" + Q1_BODY,
        {"q1_hidden": ("its gradient",)},
    ),
]

Q2_ALL = {"q2_check": ("p = 1", "twice"), "q2_hidden": ("any order", "a minus", "its gradient")}
Q2_BODY = """\
    powers = images.abs().pow(p)
    return powers.flatten(1).sum(dim=1).pow(1 / p)
"""

P_NORM = [
    Mutant("Q2: zeros", "q2", Q2_BODY, "    return 0 * images.flatten(1).sum(dim=1)\n", Q2_ALL),
    Mutant("Q2: a constant", "q2", Q2_BODY, "    return torch.ones(len(images))\n", Q2_ALL),
    Mutant("Q2: the images themselves", "q2", Q2_BODY, "    return images\n", Q2_ALL),
    Mutant(
        "Q2: mean in place of the sum",
        "q2",
        "sum(dim=1)",
        "mean(dim=1)",
        {"q2_check": ("p = 1",), "q2_hidden": ("any order",)},
    ),
    Mutant("Q2: no root", "q2", ".pow(1 / p)", "", {"q2_check": ("twice",), "q2_hidden": ("any order",)}),
    Mutant(
        "Q2: the square root for every order",
        "q2",
        ".pow(1 / p)",
        ".sqrt()",
        {"q2_check": ("p = 1",), "q2_hidden": ("any order",)},
    ),
    Mutant("Q2: without absolute value", "q2", "images.abs()", "images", {"q2_hidden": ("a minus",)}),
    Mutant(
        "Q2: always order 2",
        "q2",
        Q2_BODY,
        "    p = 2\n" + Q2_BODY,
        {"q2_check": ("p = 1",), "q2_hidden": ("any order",)},
    ),
    Mutant(
        "Q2: the root before the sum",
        "q2",
        "powers.flatten(1).sum(dim=1).pow(1 / p)",
        "powers.pow(1 / p).flatten(1).sum(dim=1)",
        {"q2_hidden": ("any order",)},
    ),
    Mutant(
        "Q2: one norm for the whole batch",
        "q2",
        "powers.flatten(1).sum(dim=1)",
        "powers.sum().reshape(1)",
        {"q2_check": ("p = 1",), "q2_hidden": ("any order",)},
    ),
    Mutant(
        "Q2: changes its argument",
        "q2",
        "images.abs().pow(p)",
        "images.abs_().pow(p)",
        {"q2_hidden": ("its gradient",)},
    ),
    Mutant(
        "Q2: through numpy",
        "q2",
        Q2_BODY,
        "    powers = abs(images.detach().numpy()) ** p\n"
        "    return torch.from_numpy(powers.reshape(len(images), -1).sum(axis=1) ** (1 / p))\n",
        {"q2_hidden": ("its gradient",)},
    ),
]

Q3_ALL = {"q3_check": ("four", "a large", "images"), "q3_hidden": ("as the", "every image", "an image")}
Q3_BODY = """\
    strongest = gradient.abs().amax(dim=(1, 2, 3), keepdim=True)
    strongest = strongest.clamp(min=1e-12)  # an image without a gradient stays where it is
    return (images + lr * gradient / strongest).clamp(0, 1)
"""
STEP = "(images + lr * gradient / strongest).clamp(0, 1)"
WRONG_STEP = {"q3_check": ("four",), "q3_hidden": ("as the",)}

ASCENT_STEP = [
    Mutant("Q3: zeros", "q3", Q3_BODY, "    return torch.zeros_like(images)\n", Q3_ALL),
    Mutant("Q3: a constant", "q3", Q3_BODY, "    return torch.full_like(images, 0.5)\n", Q3_ALL),
    Mutant("Q3: no step", "q3", Q3_BODY, "    return images.clone()\n", Q3_ALL),
    Mutant("Q3: descends", "q3", STEP, "(images - lr * gradient / strongest).clamp(0, 1)", WRONG_STEP),
    Mutant(
        "Q3: does not clip",
        "q3",
        STEP,
        "images + lr * gradient / strongest",
        {"q3_check": ("a large",), "q3_hidden": ("as the",)},
    ),
    Mutant(
        "Q3: clips before the step",
        "q3",
        STEP,
        "images.clamp(0, 1) + lr * gradient / strongest",
        {"q3_check": ("a large",), "q3_hidden": ("as the",)},
    ),
    Mutant(
        "Q3: clips below only",
        "q3",
        ".clamp(0, 1)",
        ".clamp(min=0)",
        {"q3_check": ("a large",), "q3_hidden": ("as the",)},
    ),
    Mutant(
        "Q3: rescales in place of clipping",
        "q3",
        "return " + STEP,
        "x = images + lr * gradient / strongest\n    return (x - x.min()) / (x.max() - x.min())",
        {"q3_check": ("four",), "q3_hidden": ("as the", "every image", "an image")},
    ),
    Mutant(
        "Q3: one scale for the whole batch",
        "q3",
        "gradient.abs().amax(dim=(1, 2, 3), keepdim=True)",
        "gradient.abs().max()",
        {"q3_hidden": ("every image",)},
    ),
    Mutant(
        "Q3: one scale for each channel",
        "q3",
        "amax(dim=(1, 2, 3), keepdim=True)",
        "amax(dim=(2, 3), keepdim=True)",
        {"q3_hidden": ("as the",)},
    ),
    Mutant(
        "Q3: the largest, not the largest absolute pull",
        "q3",
        "gradient.abs().amax",
        "gradient.amax",
        WRONG_STEP,
    ),
    Mutant(
        "Q3: the mean absolute pull, as in lesson 03",
        "q3",
        "gradient.abs().amax(",
        "gradient.abs().mean(",
        {"q3_check": ("four",), "q3_hidden": ("as the", "every image")},
    ),
    Mutant(
        "Q3: does not scale",
        "q3",
        "gradient / strongest",
        "gradient",
        {"q3_check": ("four",), "q3_hidden": ("as the", "every image")},
    ),
    Mutant(
        "Q3: only the sign of the gradient",
        "q3",
        "gradient / strongest",
        "gradient.sign()",
        WRONG_STEP,
    ),
    Mutant(
        "Q3: divides by zero", "q3", "strongest.clamp(min=1e-12)", "strongest", {"q3_hidden": ("an image",)}
    ),
    Mutant(
        "Q3: changes the images in place",
        "q3",
        "return " + STEP,
        "images += lr * gradient / strongest\n    return images.clamp_(0, 1)",
        {"q3_check": ("images",)},
    ),
    Mutant(
        "Q3: changes the gradient in place",
        "q3",
        "return " + STEP,
        "gradient *= lr / strongest\n    return (images + gradient).clamp(0, 1)",
        {"q3_check": ("images",)},
    ),
]

Q4_ALL = {"q4_check": ("the example", "what", "without"), "q4_hidden": ("back", "what", "in prop")}
Q4_RETURN = "return [at_sum * w[0] - 2 * weight * x[0], at_sum * w[1] - 2 * weight * x[1]]"
WRONG_CHAIN = {"q4_check": ("the example",), "q4_hidden": ("back",)}
WRONG_NORM = {"q4_check": ("what",), "q4_hidden": ("what",)}
WRONG_PAIR = {"q4_check": ("without",), "q4_hidden": ("in prop",)}
BY_PYTORCH = """\
    x, w, v = (torch.tensor(each, dtype=torch.float64) for each in (x, w, v))
    x.requires_grad_()
    f = torch.sigmoid(v[0] * torch.sigmoid(w[0] * x[0] + w[1] * x[1] + w[2]) + v[1])
    return torch.autograd.grad(f - weight * x.square().sum(), x)[0].tolist()
    return [0 * at_sum, 0 * at_sum]"""

TWO_NEURONS = [
    Mutant("Q4: zeros", "q4", Q4_RETURN, "return [0.0, 0.0]", Q4_ALL),
    Mutant("Q4: a constant", "q4", Q4_RETURN, "return [1.0, 1.0]", Q4_ALL),
    Mutant("Q4: the pixels themselves", "q4", Q4_RETURN, "return x", Q4_ALL),
    Mutant("Q4: lets PyTorch do it", "q4", Q4_RETURN, BY_PYTORCH.strip(), Q4_ALL),
    Mutant("Q4: forgets w2", "q4", " + w[2]", "", WRONG_CHAIN),
    Mutant("Q4: forgets v1", "q4", " + v[1]", "", WRONG_CHAIN),
    Mutant("Q4: forgets v0 on the way back", "q4", "f * (1 - f) * v[0]", "f * (1 - f)", WRONG_CHAIN),
    Mutant("Q4: forgets the slope of the outer sigmoid", "q4", "f * (1 - f) * v[0]", "v[0]", WRONG_CHAIN),
    Mutant("Q4: forgets the slope of the inner sigmoid", "q4", "at_a * a * (1 - a)", "at_a", WRONG_CHAIN),
    Mutant("Q4: σ in place of σ (1 - σ)", "q4", "f * (1 - f) * v[0]", "f * v[0]", WRONG_CHAIN),
    Mutant("Q4: σ (1 + σ) in place of σ (1 - σ)", "q4", "a * (1 - a)", "a * (1 + a)", WRONG_CHAIN),
    Mutant("Q4: hands back f where a stood", "q4", "at_a * a * (1 - a)", "at_a * f", WRONG_CHAIN),
    Mutant(
        "Q4: w0 and w1 exchanged",
        "q4",
        Q4_RETURN,
        "return [at_sum * w[1] - 2 * weight * x[0], at_sum * w[0] - 2 * weight * x[1]]",
        WRONG_PAIR,
    ),
    Mutant(
        "Q4: stops at the sum, without w",
        "q4",
        Q4_RETURN,
        "return [at_sum - 2 * weight * x[0], at_sum - 2 * weight * x[1]]",
        WRONG_PAIR,
    ),
    Mutant(
        "Q4: the pixel in place of its weight",
        "q4",
        Q4_RETURN,
        "return [at_sum * x[0] - 2 * weight * x[0], at_sum * x[1] - 2 * weight * x[1]]",
        {"q4_check": ("without",), "q4_hidden": ("back", "in prop")},
    ),
    Mutant(
        "Q4: rewards the norm",
        "q4",
        Q4_RETURN,
        Q4_RETURN.replace("- 2", "+ 2"),
        WRONG_NORM,
    ),
    Mutant("Q4: no factor 2", "q4", Q4_RETURN, Q4_RETURN.replace("2 * weight", "weight"), WRONG_NORM),
    Mutant(
        "Q4: subtracts the norm, not its derivative",
        "q4",
        Q4_RETURN,
        "return [at_sum * w[n] - weight * (x[0] ** 2 + x[1] ** 2) for n in range(2)]",
        WRONG_NORM,
    ),
    Mutant("Q4: forgets the norm", "q4", Q4_RETURN, "return [at_sum * w[0], at_sum * w[1]]", WRONG_NORM),
]

Q5_CHECKS = ("a network", "in [0, 1]", "the weight", "the model")
Q5_HIDDEN = ("turns", "each start", "its total", "exactly", "the start")
Q5_ALL = {"q5_check": Q5_CHECKS, "q5_hidden": Q5_HIDDEN}
OBJECTIVE = "objective = model(x)[:, digit] - weight * regularizer(x)"
UPHILL = "(uphill,) = torch.autograd.grad(objective.sum(), x)"
MOVE = "x = (x + lr * uphill / strongest).clamp(0, 1).detach()"
SCALE = "strongest = uphill.abs().amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-12)"
Q5_LOOP = f"""\
    for _ in range(num_steps):
        x.requires_grad_()
        {OBJECTIVE}
        {UPHILL}
        {SCALE}
        {MOVE}
    return x
"""

NO_CALM = {"q5_check": ("the weight",), "q5_hidden": ("its total",)}
WRONG_CLASS = {"q5_check": ("a network",), "q5_hidden": ("turns",)}
WRONG_BATCH = {"q5_hidden": ("each start",)}
WRONG_LENGTH = {"q5_hidden": ("exactly",)}
LEAVES = {"q5_check": ("in [0, 1]",)}
WRONG_START = {"q5_hidden": ("the start",)}
WRONG_MODEL = {"q5_check": ("the model",)}

MAXIMIZE = [
    Mutant("Q5: zeros", "q5", Q5_LOOP, "    return torch.zeros_like(x)\n", Q5_ALL),
    Mutant("Q5: a constant", "q5", Q5_LOOP, "    return torch.full_like(x, 0.5)\n", Q5_ALL),
    Mutant("Q5: the start", "q5", Q5_LOOP, "    return x\n", Q5_ALL),
    Mutant(
        "Q5: descends",
        "q5",
        "x + lr * uphill",
        "x - lr * uphill",
        {"q5_check": ("a network", "the weight"), "q5_hidden": ("turns", "its total")},
    ),
    Mutant("Q5: adds the regularizer", "q5", "digit] - weight", "digit] + weight", NO_CALM),
    Mutant("Q5: forgets the regularizer", "q5", " - weight * regularizer(x)", "", NO_CALM),
    Mutant(
        "Q5: ignores the weight",
        "q5",
        "weight * regularizer(x)",
        "regularizer(x)",
        {"q5_hidden": ("its total",)},
    ),
    Mutant("Q5: all classes at once", "q5", "model(x)[:, digit]", "model(x).sum(dim=1)", WRONG_CLASS),
    Mutant("Q5: the class that wins", "q5", "model(x)[:, digit]", "model(x).amax(dim=1)", WRONG_CLASS),
    Mutant(
        "Q5: probability in place of the score",
        "q5",
        "model(x)[:, digit]",
        "model(x).softmax(dim=1)[:, digit]",
        {"q5_check": ("a network", "the weight"), "q5_hidden": ("turns", "its total")},
    ),
    Mutant("Q5: class 0, whatever is asked for", "q5", "[:, digit]", "[:, 0]", WRONG_CLASS),
    Mutant("Q5: only the first image climbs", "q5", "model(x)[:, digit]", "model(x)[0, digit]", WRONG_BATCH),
    Mutant(
        "Q5: one scale for the whole batch", "q5", "amax(dim=(1, 2, 3), keepdim=True)", "max()", WRONG_BATCH
    ),
    Mutant("Q5: does not scale", "q5", "lr * uphill / strongest", "lr * uphill", WRONG_LENGTH),
    Mutant("Q5: only the sign of the gradient", "q5", "uphill / strongest", "uphill.sign()", WRONG_LENGTH),
    Mutant("Q5: does not clip", "q5", ".clamp(0, 1).detach()", ".detach()", LEAVES),
    Mutant(
        "Q5: clips at the end only",
        "q5",
        Q5_LOOP,
        Q5_LOOP.replace(".clamp(0, 1)", "").replace("return x", "return x.clamp(0, 1)"),
        LEAVES,
    ),
    Mutant("Q5: one step too few", "q5", "range(num_steps)", "range(num_steps - 1)", WRONG_LENGTH),
    Mutant(
        "Q5: always 60 steps",
        "q5",
        "range(num_steps)",
        "range(60)",
        {"q5_check": ("the weight",), "q5_hidden": ("exactly",)},
    ),
    Mutant(
        "Q5: the result hangs on its graph",
        "q5",
        "    return x\n",
        "    return x.requires_grad_()\n",
        WRONG_START,
    ),
    Mutant(
        "Q5: climbs in the start itself",
        "q5",
        Q5_LOOP,
        Q5_LOOP.replace(
            MOVE,
            MOVE.replace("x = (x", "x = start.copy_((x").replace(".detach()", ".detach()).clone()"),
        ),
        WRONG_START,
    ),
    Mutant("Q5: asks the start for a gradient", "q5", "x = start.detach().clone()", "x = start", WRONG_START),
    Mutant(
        "Q5: backward(), which fills the weights' .grad",
        "q5",
        UPHILL,
        "objective.sum().backward()\n        uphill = x.grad",
        WRONG_MODEL,
    ),
    Mutant(
        "Q5: leaves the model in eval mode",
        "q5",
        "x = start.detach().clone()",
        "x = start.detach().clone()\n    model.eval()",
        WRONG_MODEL,
    ),
    Mutant(
        "Q5: freezes the weights for good",
        "q5",
        "x = start.detach().clone()",
        "x = start.detach().clone()\n    model.requires_grad_(False)",
        WRONG_MODEL,
    ),
    Mutant(
        "Q5: the gradient at the start, for ever",
        "q5",
        Q5_LOOP,
        f"""\
    x.requires_grad_()
    {OBJECTIVE}
    {UPHILL}
    {SCALE}
    for _ in range(num_steps):
        {MOVE}
    return x
""",
        {"q5_hidden": ("turns", "its total")},
    ),
]

MUTANTS = [*TOTAL_VARIATION, *P_NORM, *ASCENT_STEP, *TWO_NEURONS, *MAXIMIZE]
