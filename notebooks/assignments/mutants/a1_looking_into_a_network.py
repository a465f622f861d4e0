"""Typical wrong answers to sheet A1, and what each must lose."""

from vizwidgets.grading.sheets.mutants import Mutant


def wrong_answers(cell, *rows):
    """Return mutants of an answer; a row: the mistake, what stands there, what instead, what it loses."""
    return [Mutant(f"{cell.upper()}: {name}", cell, old, new, loses) for name, old, new, loses in rows]


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

TOTAL_VARIATION = wrong_answers(
    "q1",
    ("zeros", Q1_BODY, "    return 0 * images.flatten(1).sum(dim=1)\n", Q1_ALL),
    ("a constant", Q1_BODY, "    return torch.ones(len(images))\n", Q1_ALL),
    ("the images themselves", Q1_BODY, "    return images\n", Q1_ALL),
    ("sum in place of the mean", "sums / images[0].numel()", "sums", WRONG_SIZE),
    ("divided by the number of differences", "sums / images[0].numel()",
     "sums / (to_the_right[0].numel() + downwards[0].numel())", WRONG_SIZE),
    ("divided by the pixels, without the channels", "images[0].numel()", "images[0, 0].numel()",
     {"q1_hidden": ("colour",)}),
    ("divided by the values of the whole batch", "images[0].numel()", "images.numel()",
     {"q1_hidden": ("colour",)}),
    ("without absolute size", Q1_BODY, Q1_BODY.replace(".abs()", ""),
     {"q1_check": ("a zigzag",), "q1_hidden": ("zigzags",)}),
    ("squares, as in lesson 03", Q1_BODY, Q1_BODY.replace(".abs()", ".square()"),
     {"q1_check": ("six", "a zigzag"), "q1_hidden": ("colour", "zigzags")}),
    ("only to the right", DOWN, "downwards = 0 * images", WRONG_SIZE),
    ("only downwards", RIGHT, "to_the_right = 0 * images", WRONG_SIZE),
    ("across channels in place of columns", RIGHT, "to_the_right = (images[:, 1:] - images[:, :-1]).abs()",
     {"q1_check": ("six",), "q1_hidden": ("colour", "zigzags")}),
    ("neighbours around the border", RIGHT, "to_the_right = (images.roll(-1, dims=-1) - images).abs()",
     {"q1_check": ("six", "a zigzag"), "q1_hidden": ("colour", "zigzags")}),
    ("averaged over the batch", "return sums / images[0].numel()",
     "return (sums / images[0].numel()).mean(dim=0, keepdim=True)",
     {"q1_check": ("one number",), "q1_hidden": ("colour", "zigzags")}),
    ("cut off from the graph", "sums / images[0].numel()", "sums.detach() / images[0].numel()",
     {"q1_hidden": ("its gradient",)}),
    ("changes its argument", Q1_BODY, "    images -= images.mean()\n" + Q1_BODY,
     {"q1_hidden": ("its gradient",)}),
)  # fmt: skip

Q2_ALL = {"q2_check": ("p = 1", "twice"), "q2_hidden": ("any order", "a minus", "its gradient")}
Q2_BODY = """\
    powers = images.abs().pow(p)
    return powers.flatten(1).sum(dim=1).pow(1 / p)
"""

P_NORM = wrong_answers(
    "q2",
    ("zeros", Q2_BODY, "    return 0 * images.flatten(1).sum(dim=1)\n", Q2_ALL),
    ("a constant", Q2_BODY, "    return torch.ones(len(images))\n", Q2_ALL),
    ("the images themselves", Q2_BODY, "    return images\n", Q2_ALL),
    ("mean in place of the sum", "sum(dim=1)", "mean(dim=1)",
     {"q2_check": ("p = 1",), "q2_hidden": ("any order",)}),
    ("no root", ".pow(1 / p)", "", {"q2_check": ("twice",), "q2_hidden": ("any order",)}),
    ("the square root for every order", ".pow(1 / p)", ".sqrt()",
     {"q2_check": ("p = 1",), "q2_hidden": ("any order",)}),
    ("without absolute value", "images.abs()", "images", {"q2_hidden": ("a minus",)}),
    ("always order 2", Q2_BODY, "    p = 2\n" + Q2_BODY,
     {"q2_check": ("p = 1",), "q2_hidden": ("any order",)}),
    ("the root before the sum", "powers.flatten(1).sum(dim=1).pow(1 / p)",
     "powers.pow(1 / p).flatten(1).sum(dim=1)", {"q2_hidden": ("any order",)}),
    ("one norm for the whole batch", "powers.flatten(1).sum(dim=1)", "powers.sum().reshape(1)",
     {"q2_check": ("p = 1",), "q2_hidden": ("any order",)}),
    ("changes its argument", "images.abs().pow(p)", "images.abs_().pow(p)",
     {"q2_hidden": ("its gradient",)}),
    ("through numpy", Q2_BODY,
     ("    powers = abs(images.detach().numpy()) ** p\n"
      "    return torch.from_numpy(powers.reshape(len(images), -1).sum(axis=1) ** (1 / p))\n"),
     {"q2_hidden": ("its gradient",)}),
)  # fmt: skip

Q3_ALL = {"q3_check": ("four", "a large", "images"), "q3_hidden": ("as the", "every image", "an image")}
Q3_BODY = """\
    strongest = gradient.abs().amax(dim=(1, 2, 3), keepdim=True)
    strongest = strongest.clamp(min=1e-12)  # an image without a gradient stays where it is
    return (images + lr * gradient / strongest).clamp(0, 1)
"""
STEP = "(images + lr * gradient / strongest).clamp(0, 1)"
WRONG_STEP = {"q3_check": ("four",), "q3_hidden": ("as the",)}

ASCENT_STEP = wrong_answers(
    "q3",
    ("zeros", Q3_BODY, "    return torch.zeros_like(images)\n", Q3_ALL),
    ("a constant", Q3_BODY, "    return torch.full_like(images, 0.5)\n", Q3_ALL),
    ("no step", Q3_BODY, "    return images.clone()\n", Q3_ALL),
    ("descends", STEP, "(images - lr * gradient / strongest).clamp(0, 1)", WRONG_STEP),
    ("does not clip", STEP, "images + lr * gradient / strongest",
     {"q3_check": ("a large",), "q3_hidden": ("as the",)}),
    ("clips before the step", STEP, "images.clamp(0, 1) + lr * gradient / strongest",
     {"q3_check": ("a large",), "q3_hidden": ("as the",)}),
    ("clips below only", ".clamp(0, 1)", ".clamp(min=0)",
     {"q3_check": ("a large",), "q3_hidden": ("as the",)}),
    ("rescales in place of clipping", "return " + STEP,
     "x = images + lr * gradient / strongest\n    return (x - x.min()) / (x.max() - x.min())",
     {"q3_check": ("four",), "q3_hidden": ("as the", "every image", "an image")}),
    ("one scale for the whole batch", "gradient.abs().amax(dim=(1, 2, 3), keepdim=True)",
     "gradient.abs().max()", {"q3_hidden": ("every image",)}),
    ("one scale for each channel", "amax(dim=(1, 2, 3), keepdim=True)", "amax(dim=(2, 3), keepdim=True)",
     {"q3_hidden": ("as the",)}),
    ("the largest, not the largest absolute pull", "gradient.abs().amax", "gradient.amax", WRONG_STEP),
    ("the mean absolute pull, as in lesson 03", "gradient.abs().amax(", "gradient.abs().mean(",
     {"q3_check": ("four",), "q3_hidden": ("as the", "every image")}),
    ("does not scale", "gradient / strongest", "gradient",
     {"q3_check": ("four",), "q3_hidden": ("as the", "every image")}),
    ("only the sign of the gradient", "gradient / strongest", "gradient.sign()", WRONG_STEP),
    ("divides by zero", "strongest.clamp(min=1e-12)", "strongest", {"q3_hidden": ("an image",)}),
    ("changes the images in place", "return " + STEP,
     "images += lr * gradient / strongest\n    return images.clamp_(0, 1)", {"q3_check": ("images",)}),
    ("changes the gradient in place", "return " + STEP,
     "gradient *= lr / strongest\n    return (images + gradient).clamp(0, 1)", {"q3_check": ("images",)}),
)  # fmt: skip

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

TWO_NEURONS = wrong_answers(
    "q4",
    ("zeros", Q4_RETURN, "return [0.0, 0.0]", Q4_ALL),
    ("a constant", Q4_RETURN, "return [1.0, 1.0]", Q4_ALL),
    ("the pixels themselves", Q4_RETURN, "return x", Q4_ALL),
    ("lets PyTorch do it", Q4_RETURN, BY_PYTORCH.strip(), Q4_ALL),
    ("forgets w2", " + w[2]", "", WRONG_CHAIN),
    ("forgets v1", " + v[1]", "", WRONG_CHAIN),
    ("forgets v0 on the way back", "f * (1 - f) * v[0]", "f * (1 - f)", WRONG_CHAIN),
    ("forgets the slope of the outer sigmoid", "f * (1 - f) * v[0]", "v[0]", WRONG_CHAIN),
    ("forgets the slope of the inner sigmoid", "at_a * a * (1 - a)", "at_a", WRONG_CHAIN),
    ("σ in place of σ (1 - σ)", "f * (1 - f) * v[0]", "f * v[0]", WRONG_CHAIN),
    ("σ (1 + σ) in place of σ (1 - σ)", "a * (1 - a)", "a * (1 + a)", WRONG_CHAIN),
    ("hands back f where a stood", "at_a * a * (1 - a)", "at_a * f", WRONG_CHAIN),
    ("w0 and w1 exchanged", Q4_RETURN,
     "return [at_sum * w[1] - 2 * weight * x[0], at_sum * w[0] - 2 * weight * x[1]]", WRONG_PAIR),
    ("stops at the sum, without w", Q4_RETURN,
     "return [at_sum - 2 * weight * x[0], at_sum - 2 * weight * x[1]]", WRONG_PAIR),
    ("the pixel in place of its weight", Q4_RETURN,
     "return [at_sum * x[0] - 2 * weight * x[0], at_sum * x[1] - 2 * weight * x[1]]",
     {"q4_check": ("without",), "q4_hidden": ("back", "in prop")}),
    ("rewards the norm", Q4_RETURN, Q4_RETURN.replace("- 2", "+ 2"), WRONG_NORM),
    ("no factor 2", Q4_RETURN, Q4_RETURN.replace("2 * weight", "weight"), WRONG_NORM),
    ("subtracts the norm, not its derivative", Q4_RETURN,
     "return [at_sum * w[n] - weight * (x[0] ** 2 + x[1] ** 2) for n in range(2)]", WRONG_NORM),
    ("forgets the norm", Q4_RETURN, "return [at_sum * w[0], at_sum * w[1]]", WRONG_NORM),
)  # fmt: skip

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

MAXIMIZE = wrong_answers(
    "q5",
    ("zeros", Q5_LOOP, "    return torch.zeros_like(x)\n", Q5_ALL),
    ("a constant", Q5_LOOP, "    return torch.full_like(x, 0.5)\n", Q5_ALL),
    ("the start", Q5_LOOP, "    return x\n", Q5_ALL),
    ("descends", "x + lr * uphill", "x - lr * uphill",
     {"q5_check": ("a network", "the weight"), "q5_hidden": ("turns", "its total")}),
    ("adds the regularizer", "digit] - weight", "digit] + weight", NO_CALM),
    ("forgets the regularizer", " - weight * regularizer(x)", "", NO_CALM),
    ("ignores the weight", "weight * regularizer(x)", "regularizer(x)", {"q5_hidden": ("its total",)}),
    ("all classes at once", "model(x)[:, digit]", "model(x).sum(dim=1)", WRONG_CLASS),
    ("the class that wins", "model(x)[:, digit]", "model(x).amax(dim=1)", WRONG_CLASS),
    ("probability in place of the score", "model(x)[:, digit]", "model(x).softmax(dim=1)[:, digit]",
     {"q5_check": ("a network", "the weight"), "q5_hidden": ("turns", "its total")}),
    ("class 0, whatever is asked for", "[:, digit]", "[:, 0]", WRONG_CLASS),
    ("only the first image climbs", "model(x)[:, digit]", "model(x)[0, digit]", WRONG_BATCH),
    ("one scale for the whole batch", "amax(dim=(1, 2, 3), keepdim=True)", "max()", WRONG_BATCH),
    ("does not scale", "lr * uphill / strongest", "lr * uphill", WRONG_LENGTH),
    ("only the sign of the gradient", "uphill / strongest", "uphill.sign()", WRONG_LENGTH),
    ("does not clip", ".clamp(0, 1).detach()", ".detach()", LEAVES),
    ("clips at the end only", Q5_LOOP,
     Q5_LOOP.replace(".clamp(0, 1)", "").replace("return x", "return x.clamp(0, 1)"), LEAVES),
    ("one step too few", "range(num_steps)", "range(num_steps - 1)", WRONG_LENGTH),
    ("always 60 steps", "range(num_steps)", "range(60)",
     {"q5_check": ("the weight",), "q5_hidden": ("exactly",)}),
    ("the result hangs on its graph", ".clamp(0, 1).detach()", ".clamp(0, 1)", WRONG_START),
    ("climbs in the start itself", Q5_LOOP,
     Q5_LOOP.replace(
         MOVE,
         MOVE.replace("x = (x", "x = start.copy_((x").replace(".detach()", ".detach()).clone()"),
     ),
     WRONG_START),
    ("asks the start for a gradient", "x = start.detach().clone()", "x = start", WRONG_START),
    ("backward(), which fills the weights' .grad", UPHILL,
     "objective.sum().backward()\n        uphill = x.grad", WRONG_MODEL),
    ("leaves the model in eval mode", "x = start.detach().clone()",
     "x = start.detach().clone()\n    model.eval()", WRONG_MODEL),
    ("freezes the weights for good", "x = start.detach().clone()",
     "x = start.detach().clone()\n    model.requires_grad_(False)", WRONG_MODEL),
    ("the gradient at the start, for ever", Q5_LOOP,
     f"""\
    x.requires_grad_()
    {OBJECTIVE}
    {UPHILL}
    {SCALE}
    for _ in range(num_steps):
        {MOVE}
    return x
""",
     {"q5_hidden": ("turns", "its total")}),
)  # fmt: skip

MUTANTS = [*TOTAL_VARIATION, *P_NORM, *ASCENT_STEP, *TWO_NEURONS, *MAXIMIZE]
