"""Headings of the lecture's slides, in its order: what a slide of ours may say that it brings to life."""

HEADINGS = (
    "Visualizing Neural Network Decisions",
    "Which Input Maximally Activates a Node?",
    "Activation Maximization On Training Data",
    "Activation Maximization as Optimization",
    "Gradient of Activation in Input",
    "Activation Maximization: Practical Considerations",
    "Activation Maximization: MNIST Example",
    "Activation Maximization: ImageNet Example",
    "Activation Maximization: Features",
    "Saliency for Convolutional Neural Networks",
    "Saliency as Magnitude of Gradient",
    "Improved Version of Saliency by Gradient",
    "Transfer Learning",
    "Deep Learning as Representation Learning",
    "Existing Model as Feature Extractor",
    "Fine Tuning Pre-Trained Model",
    "Example: Pretraining on Artificial Data",
)
