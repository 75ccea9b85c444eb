"""Data for every chapter: embedded sets that need no network, and the field's own where there is one.

split        the three parts of a data set, and the dealing of examples to them
digits       1797 handwritten digits, on canvases of any size, centred or displaced
photographs  twenty photographs, in colour or in grey
toy2d        two moons, rings and spirals: classes that can be drawn in the plane
download     MNIST and CIFAR-10 at full size, through torchvision
history      dates of the field with their sources, and the sizes of six networks
sequence_tasks  symbols to be reversed, remembered and looked up
"""
