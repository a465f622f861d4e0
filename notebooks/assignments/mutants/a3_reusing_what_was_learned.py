"""Wrong answers to assignment 3 as students give them, with the criteria that each must fail."""

from vizwidgets.grading.sheets.mutants import Mutant

OLD_STAYS = "the old network stays"

MUTANTS = [
    # 1, a new head on frozen layers
    Mutant(
        "the given network itself is changed",
        cell="q1",
        old="copy.deepcopy(network)",
        new="network",
        loses={"q1_hidden": (OLD_STAYS, "the head begins anew")},
    ),
    Mutant(
        "a new Sequential of the same layers",
        cell="q1",
        old="copy.deepcopy(network)",
        new="nn.Sequential(*network)",
        loses={"q1_hidden": (OLD_STAYS,)},
    ),
    Mutant(
        "a shallow copy",
        cell="q1",
        old="copy.deepcopy(network)",
        new="nn.Sequential(*[copy.copy(layer) for layer in network])",
        loses={"q1_hidden": (OLD_STAYS,)},
    ),
    Mutant(
        "nothing is frozen",
        cell="q1",
        old="requires_grad_(False)",
        new="requires_grad_(True)",
        loses={"q1_check": ("only the head gets",)},
    ),
    Mutant(
        "biases are not frozen",
        cell="q1",
        old="for weight in new.parameters():",
        new="for weight in [layer.weight for layer in new if hasattr(layer, 'weight')]:",
        loses={"q1_check": ("only the head gets",)},
    ),
    Mutant(
        "batch normalization is not frozen",
        cell="q1",
        old="weight.requires_grad_(False)",
        new="weight.requires_grad_(False)\n    new[1].requires_grad_(True)",
        loses={"q1_check": ("only the head gets",)},
    ),
    Mutant(
        "the head is frozen, too",
        cell="q1",
        old="return new.eval()",
        new="return new.requires_grad_(False).eval()",
        loses={"q1_check": ("only the head gets",), "q1_hidden": ("the head begins anew",)},
    ),
    Mutant(
        "a head without bias",
        cell="q1",
        old="in_features, num_classes)",
        new="in_features, num_classes, bias=False)",
        loses={"q1_check": ("only the head gets",)},
    ),
    Mutant(
        "as many scores as before",
        cell="q1",
        old="in_features, num_classes)",
        new="in_features, network[-1].out_features)",
        loses={"q1_check": ("a new last layer", "only the head gets")},
    ),
    Mutant(
        "the new head is put behind the old one",
        cell="q1",
        old="new[-1] = nn.Linear(network[-1].in_features, num_classes)",
        new="new.append(nn.Linear(network[-1].out_features, num_classes))",
        loses={
            "q1_check": ("a new last layer", "only the head gets"),
            "q1_hidden": ("the features before", "the head begins anew"),
        },
    ),
    Mutant(
        "left in the mode in which it came",
        cell="q1",
        old="return new.eval()",
        new="return new",
        loses={"q1_hidden": ("batch normalization rests",)},
    ),
    Mutant(
        "returned in training mode",
        cell="q1",
        old="return new.eval()",
        new="return new.train()",
        loses={"q1_hidden": ("batch normalization rests",)},
    ),
    Mutant(
        "all layers begin anew",
        cell="q1",
        old="    for weight in new.parameters():",
        new="    for layer in new:\n"
        "        if hasattr(layer, 'reset_parameters'):\n"
        "            layer.reset_parameters()\n"
        "    for weight in new.parameters():",
        loses={"q1_hidden": ("the features before",)},
    ),
    Mutant(
        "the statistics of batch normalization are thrown away",
        cell="q1",
        old="    for weight in new.parameters():",
        new="    for layer in new:\n"
        "        if hasattr(layer, 'reset_running_stats'):\n"
        "            layer.reset_running_stats()\n"
        "    for weight in new.parameters():",
        loses={"q1_hidden": ("the features before",)},
    ),
    Mutant(
        "the old head is kept when its size fits",
        cell="q1",
        old="    new[-1] =",
        new="    if network[-1].out_features == num_classes:\n"
        "        new[-1].requires_grad_(True)\n"
        "        return new.eval()\n"
        "    new[-1] =",
        loses={"q1_hidden": ("the head begins anew",)},
    ),
    # 2, a feature extractor
    Mutant(
        "the nearest image in place of the nearest mean",
        cell="q2",
        old="    nearest = distances.argmin(dim=1)",
        new="    nearest = labels[torch.cdist(asked, known).argmin(dim=1)]",
        loses={
            "q2_check": ("the small case",),
            "q2_hidden": ("fresh images",),
        },
    ),
    Mutant(
        "per cent",
        cell="q2",
        old="return (nearest == test_labels).double().mean().item()",
        new="return 100 * (nearest == test_labels).double().mean().item()",
        loses={
            "q2_check": ("the small case", "a plain float"),
            "q2_hidden": ("fresh images", "eval mode", "maps are"),
        },
    ),
    Mutant(
        "a tensor is returned",
        cell="q2",
        old="mean().item()",
        new="mean()",
        loses={"q2_check": ("a plain float",)},
    ),
    Mutant(
        "gradients are kept",
        cell="q2",
        old="with torch.no_grad():",
        new="with torch.enable_grad():",
        loses={"q2_check": ("a plain float",)},
    ),
    Mutant(
        "training images in place of the test images",
        cell="q2",
        old="return (nearest == test_labels).double().mean().item()",
        new="own = torch.cdist(known, torch.stack(means)).argmin(dim=1)\n"
        "    return (own == labels).double().mean().item() * 0.999",
        loses={
            "q2_check": ("the small case",),
            "q2_hidden": ("fresh images", "eval mode", "maps are"),
        },
    ),
    Mutant(
        "sums over the number of all images",
        cell="q2",
        old=".mean(dim=0)",
        new=".sum(dim=0) / len(labels)",
        loses={"q2_hidden": ("fresh images", "eval mode", "maps are")},
    ),
    Mutant(
        "training mode",
        cell="q2",
        old="backbone.eval()",
        new="backbone.train()",
        loses={"q2_hidden": ("eval mode",)},
    ),
    Mutant(
        "in the mode in which it came",
        cell="q2",
        old="    backbone.eval()\n",
        new="",
        loses={"q2_hidden": ("eval mode",)},
    ),
    Mutant(
        "the images are normalized in place",
        cell="q2",
        old="    backbone.eval()\n",
        new="    backbone.eval()\n    images *= 1.0\n    images += 1e-3\n    test_images += 1e-3\n",
        loses={"q2_hidden": ("eval mode",)},
    ),
    Mutant(
        "maps are averaged in place of flattened",
        cell="q2",
        old="backbone(images).flatten(1)\n        asked = backbone(test_images).flatten(1)",
        new="backbone(images)\n"
        "        asked = backbone(test_images)\n"
        "        if known.dim() == 4:\n"
        "            known, asked = known.mean(dim=(2, 3)), asked.mean(dim=(2, 3))",
        loses={"q2_hidden": ("maps are",)},
    ),
    Mutant(
        "squeeze() loses an image that is alone",
        cell="q2",
        old="backbone(test_images).flatten(1)",
        new="backbone(test_images).flatten(1).squeeze()",
        loses={"q2_hidden": ("maps are",)},
    ),
    # 3, a fast head and a slow backbone
    Mutant(
        "the learning rates are swapped",
        cell="q3",
        old='"lr": head_lr}, {"params": backbone, "lr": backbone_lr}',
        new='"lr": backbone_lr}, {"params": backbone, "lr": head_lr}',
        loses={"q3_check": ("the head at its rate",), "q3_hidden": ("one step",)},
    ),
    Mutant(
        "one rate for all",
        cell="q3",
        old='"lr": backbone_lr',
        new='"lr": head_lr',
        loses={"q3_check": ("the head at its rate",), "q3_hidden": ("one step",)},
    ),
    Mutant(
        "the rates of the example are written down",
        cell="q3",
        old='"lr": head_lr}, {"params": backbone, "lr": backbone_lr}',
        new='"lr": 0.01}, {"params": backbone, "lr": 0.001}',
        loses={"q3_hidden": ("one step",)},
    ),
    Mutant(
        "the head is left out",
        cell="q3",
        old='[{"params": head, "lr": head_lr}, ',
        new="[",
        loses={
            "q3_check": ("torch.optim takes", "the head at its rate"),
            "q3_hidden": ("frozen weights", "normalization and what", "one step"),
        },
    ),
    Mutant(
        "the head is in both groups",
        cell="q3",
        old="network[:-1].parameters()",
        new="network.parameters()",
        loses={
            "q3_check": ("torch.optim takes", "the head at its rate"),
            "q3_hidden": ("frozen weights", "normalization and what", "one step"),
        },
    ),
    Mutant(
        "biases are forgotten",
        cell="q3",
        old="network[:-1].parameters() if weight.requires_grad]",
        new="network[:-1].parameters() if weight.requires_grad and weight.dim() > 1]",
        loses={
            "q3_check": ("torch.optim takes",),
            "q3_hidden": ("frozen weights", "normalization and what", "one step"),
        },
    ),
    Mutant(
        "frozen weights are in the groups",
        cell="q3",
        old="network[:-1].parameters() if weight.requires_grad]",
        new="network[:-1].parameters()]",
        loses={"q3_hidden": ("frozen weights",)},
    ),
    Mutant(
        "everything is thawed",
        cell="q3",
        old="    head =",
        new="    network.requires_grad_(True)\n    head =",
        loses={"q3_hidden": ("frozen weights",)},
    ),
    Mutant(
        "convolutions and linear layers only",
        cell="q3",
        old="[weight for weight in network[:-1].parameters() if weight.requires_grad]",
        new="[\n"
        "        weight\n"
        "        for layer in network[:-1].modules()\n"
        "        if isinstance(layer, (nn.Conv2d, nn.Linear))\n"
        "        for weight in layer.parameters()\n"
        "        if weight.requires_grad\n"
        "    ]",
        loses={"q3_hidden": ("normalization and what",)},
    ),
    Mutant(
        "blocks are not looked into",
        cell="q3",
        old="[weight for weight in network[:-1].parameters() if weight.requires_grad]",
        new="[\n"
        "        weight\n"
        "        for layer in network[:-1]\n"
        "        for weight in layer.parameters(recurse=False)\n"
        "        if weight.requires_grad\n"
        "    ]",
        loses={"q3_hidden": ("normalization and what",)},
    ),
    # 4, mean IoU
    Mutant(
        "void pixels stay in",
        cell="q4",
        old="is_counted = labels != 255",
        new="is_counted = labels >= 0",
        loses={"q4_check": ("void pixels",)},
    ),
    Mutant(
        "void pixels are taken for class 0",
        cell="q4",
        old="    said, labels = said[is_counted], labels[is_counted]",
        new="    labels = torch.where(is_counted, labels, 0)",
        loses={"q4_check": ("void pixels",)},
    ),
    Mutant(
        "void pixels count as right",
        cell="q4",
        old="    said, labels = said[is_counted], labels[is_counted]",
        new="    labels = torch.where(is_counted, labels, said)",
        loses={"q4_check": ("void pixels",)},
    ),
    Mutant(
        "what is predicted in void pixels is overwritten in place",
        cell="q4",
        old="    said, labels = said[is_counted], labels[is_counted]",
        new="    said[~is_counted] = 255",
        loses={"q4_hidden": ("said and labels",)},
    ),
    Mutant(
        "a mean over images",
        cell="q4",
        old="    is_counted = labels != 255",
        new="    if said.dim() == 3:\n"
        "        parts = [mean_iou(one[None, None], own[None, None], num_classes) "
        "for one, own in zip(said, labels, strict=True)]\n"
        "        return sum(parts) / len(parts)\n"
        "    is_counted = labels != 255",
        loses={"q4_hidden": ("all images are counted",)},
    ),
    Mutant(
        "the first image only",
        cell="q4",
        old="    is_counted = labels != 255",
        new="    said, labels = said[:1], labels[:1]\n    is_counted = labels != 255",
        loses={"q4_hidden": ("all images are counted",)},
    ),
    Mutant(
        "images as high as wide",
        cell="q4",
        old="    is_counted = labels != 255",
        new="    side = min(said.shape[1:])\n"
        "    if len(said) > 1:\n"
        "        said, labels = said[:, :side, :side], labels[:, :side, :side]\n"
        "    is_counted = labels != 255",
        loses={"q4_hidden": ("all images are counted",)},
    ),
    Mutant(
        "absent classes count as 0",
        cell="q4",
        old="            scores.append(both / either)",
        new="            scores.append(both / either)\n        else:\n            scores.append(0.0)",
        loses={"q4_hidden": ("absent classes",)},
    ),
    Mutant(
        "absent classes count as 1",
        cell="q4",
        old="            scores.append(both / either)",
        new="            scores.append(both / either)\n        else:\n            scores.append(1.0)",
        loses={"q4_hidden": ("absent classes",)},
    ),
    Mutant(
        "absent classes make it NaN",
        cell="q4",
        old="        if either > 0:\n            scores.append(both / either)",
        new="        scores.append(both / either if either > 0 else float('nan'))",
        loses={"q4_hidden": ("absent classes",)},
    ),
    Mutant(
        "only classes that are in the labels",
        cell="q4",
        old="if either > 0:",
        new="if (labels == number).any():",
        loses={"q4_hidden": ("predicted, but",)},
    ),
    Mutant(
        "over the pixels of the class alone",
        cell="q4",
        old="(said == number) | (labels == number)",
        new="labels == number",
        loses={
            "q4_check": ("the small street", "void pixels"),
            "q4_hidden": ("all images are counted", "absent classes", "predicted, but"),
        },
    ),
    Mutant(
        "the share of right pixels",
        cell="q4",
        old="return sum(scores) / len(scores)",
        new="return (said == labels).double().mean().item()",
        loses={
            "q4_check": ("the small street", "void pixels"),
            "q4_hidden": ("all images are counted", "absent classes", "predicted, but"),
        },
    ),
    # 5, a small experiment
    Mutant(
        "per cent in the table",
        cell="q5",
        old=".mean().item()",
        new=".mean().item() * 100",
        loses={"q5_check": ("accuracy is a share",)},
    ),
    Mutant(
        "the number of right answers",
        cell="q5",
        old=".float().mean().item()",
        new=".float().sum().item()",
        loses={"q5_check": ("accuracy is a share",)},
    ),
    Mutant(
        "accuracies are tensors",
        cell="q5",
        old=".mean().item()",
        new=".mean()",
        loses={"q5_check": ("accuracy is a share",)},
    ),
    Mutant(
        "only the last row of each source",
        cell="q5",
        old="                table.append(row)",
        new="        table.append(row)",
        loses={"q5_check": ("one row for each",), "q5_hidden": ("stripes:",)},
    ),
    Mutant(
        "the key has another name",
        cell="q5",
        old='"num_labels": count',
        new='"labels": count',
        loses={"q5_check": ("one row for each",)},
    ),
    Mutant(
        "the number of images in place of the number of labels of each class",
        cell="q5",
        old='"num_labels": count',
        new='"num_labels": len(labels)',
        loses={"q5_check": ("one row for each",)},
    ),
    Mutant(
        "each source draws images of its own",
        cell="q5",
        old="task.draw(count, number)",
        new='task.draw(count, number + 1000 * (source == "pretrained"))',
        loses={"q5_hidden": ("with one seed",)},
    ),
    Mutant(
        "always the same draw",
        cell="q5",
        old="task.draw(count, number)",
        new="task.draw(count, seeds[0])",
        loses={"q5_hidden": ("with one seed",)},
    ),
    Mutant(
        "test images are drawn for each row",
        cell="q5",
        old="                network.eval()",
        new="                test_images, test_labels = task.draw(50, number + 50)\n"
        "                network.eval()",
        loses={"q5_hidden": ("every network is tested",)},
    ),
    Mutant(
        "tested on the images that were learned from",
        cell="q5",
        old="network(test_images).argmax(dim=1)\n                accuracy = (answers == test_labels)",
        new="network(images).argmax(dim=1)\n                accuracy = (answers == labels)",
        loses={"q5_hidden": ("every network is tested", "stripes:")},
    ),
    Mutant(
        "only some of the test images",
        cell="q5",
        old="test_images, test_labels = task.test",
        new="test_images, test_labels = (each[::2] for each in task.test)",
        loses={"q5_check": ("accuracy is a share",), "q5_hidden": ("every network is tested",)},
    ),
    Mutant(
        "one network goes through all rows of a source",
        cell="q5",
        old="        for count in counts:\n"
        "            for number in seeds:\n"
        "                network = task.network(source, number)",
        new="        network = task.network(source, seeds[0])\n"
        "        for count in counts:\n"
        "            for number in seeds:",
        loses={"q5_hidden": ("each row has",)},
    ),
    Mutant(
        "the same new weights for every seed",
        cell="q5",
        old="task.network(source, number)",
        new="task.network(source, seeds[0])",
        loses={"q5_hidden": ("each row has",)},
    ),
    Mutant(
        "tested in training mode",
        cell="q5",
        old="                network.eval()\n",
        new="",
        loses={"q5_hidden": ("tested after",)},
    ),
    Mutant(
        "tested with gradients",
        cell="q5",
        old="with torch.no_grad():",
        new="with torch.enable_grad():",
        loses={"q5_hidden": ("tested after",)},
    ),
    Mutant(
        "eval mode comes too early",
        cell="q5",
        old="                task.learn(network, images, labels)\n                network.eval()\n",
        new="                network.eval()\n                task.learn(network, images, labels)\n",
        loses={"q5_hidden": ("tested after",)},
    ),
    Mutant(
        "the sources are mixed up",
        cell="q5",
        old='row = {"source": source,',
        new='row = {"source": "from scratch" if source == "pretrained" else "pretrained",',
        loses={"q5_hidden": ("stripes:",)},
    ),
    Mutant(
        "pretrained in both cases",
        cell="q5",
        old="task.network(source, number)",
        new='task.network("pretrained", number)',
        loses={"q5_hidden": ("each row has", "stripes:")},
    ),
    # 5b, its table
    Mutant(
        "the median",
        cell="q5b",
        old="(mean, (squares",
        new="(sorted(scores)[len(scores) // 2], (squares",
        loses={"q5b_check": ("the mean of each cell",), "q5b_hidden": ("rows in any order",)},
    ),
    Mutant(
        "the best seed",
        cell="q5b",
        old="(mean, (squares",
        new="(max(scores), (squares",
        loses={"q5b_check": ("the mean of each cell",), "q5b_hidden": ("rows in any order",)},
    ),
    Mutant(
        "cells by the number of labels alone",
        cell="q5b",
        old='(row["source"], row["num_labels"])',
        new='row["num_labels"]',
        loses={"q5b_check": ("the mean of each cell",), "q5b_hidden": ("the spread", "rows in any order")},
    ),
    Mutant(
        "divided by n",
        cell="q5b",
        old="(len(scores) - 1)",
        new="len(scores)",
        loses={"q5b_hidden": ("the spread",)},
    ),
    Mutant(
        "the variance",
        cell="q5b",
        old=" ** 0.5)",
        new=")",
        loses={"q5b_hidden": ("the spread",)},
    ),
    Mutant(
        "from the highest to the lowest",
        cell="q5b",
        old="(squares / (len(scores) - 1)) ** 0.5)",
        new="max(scores) - min(scores))",
        loses={"q5b_hidden": ("the spread",)},
    ),
    Mutant(
        "rows are sorted in place",
        cell="q5b",
        old="    cells = {}",
        new='    rows.sort(key=lambda row: (row["source"], row["num_labels"], row["seed"]))\n    cells = {}',
        loses={"q5b_hidden": ("rows in any order",)},
    ),
    Mutant(
        "as many rows in each cell, one after the other",
        cell="q5b",
        old="    for row in rows:\n"
        '        cells.setdefault((row["source"], row["num_labels"]), []).append(row["accuracy"])',
        new='    names = list(dict.fromkeys((row["source"], row["num_labels"]) for row in rows))\n'
        "    size = len(rows) // len(names)\n"
        "    for place, name in enumerate(names):\n"
        '        cells[name] = [row["accuracy"] for row in rows[place * size : (place + 1) * size]]',
        loses={"q5b_hidden": ("rows in any order",)},
    ),
]
