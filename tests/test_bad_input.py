"""Bad input over all rooms, each with the words that refuse it; those of commands: tests/cli."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import unitscope as us
from unitscope.errors import UnitscopeError

LAB = us.datasets.lab()
RUN = us.train(LAB, epochs=2)
NET = RUN.network

TABLE = {
    "reader": [
        (
            lambda: us.read_table("no/such.csv"),
            "source must be the path of a file that can be read. Got 'no/such.csv' instead.",
        ),
        (
            lambda: us.read_table("/"),
            "source must be the path of a file that can be read. Got '/' instead.",
        ),
        (
            lambda: us.read_table(b""),
            "the table must be a table with a header and at least 2 lines. Got an empty file ",
        ),
        (lambda: us.read_table(b"a,k"), "column 'a' must be of at least 2 classes. Got 0 instead."),
        (
            lambda: us.read_table(b"\0\0\0"),
            "the table must be a CSV file. Got a NUL character instead.",
        ),
        (
            lambda: us.read_table(3),
            "source must be the path of a table, its bytes, an open file, or a data frame. Go",
        ),
        (
            lambda: us.read_table(None),
            "source must be the path of a table, its bytes, an open file, or a data frame. Go",
        ),
        (
            lambda: us.read_table([1, 2]),
            "source must be the path of a table, its bytes, an open file, or a data frame. Go",
        ),
        (
            lambda: us.read_table({"a": [1]}),
            "source must be the path of a table, its bytes, an open file, or a data frame. Go",
        ),
        (
            lambda: us.read_table(us.datasets.lab()),
            "source must be the path of a table, its bytes, an open file, or a data frame. Go",
        ),
        (
            lambda: us.read_table(b"a\n1\n2\n"),
            "a table must be of at least 2 columns, separated by commas, semicolons, tabs, ba",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,x\n"),
            "column 'k' must be of at least 2 classes. Got 1 instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", "z"),
            "target must be one of a, k. Got 'z' instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", 7),
            "target must be one of a, k. Got 7 instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", features="a"),
            "features must be a list of columns. Got 'a' instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", features=["b"]),
            "features must be one of a, k. Got 'b' instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", features=["k"]),
            "features must be columns other than that of the classes. Got 'k' instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", features=[]),
            "features must be at least one column beside that of the classes. Got none instea",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", ignore="a"),
            "ignore must be a list of columns. Got 'a' instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", ignore=["a"]),
            "features must be at least one column beside that of the classes. Got none instea",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", missing="fill"),
            "missing must be one of refuse, drop, mean. Got 'fill' instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", sep=""),
            "sep must be one character of ASCII, or '\\s+' for spaces. Got '' instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", sep="ab"),
            "sep must be one character of ASCII, or '\\s+' for spaces. Got 'ab' instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", encoding="none"),
            "encoding must be one that Python knows. Got 'none' instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", decimal=";"),
            "decimal must be '.' or ','. Got ';' instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", header=3),
            "header must be 0 for names in the first line, or None. Got 3 instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", names=["a"]),
            "names must be 2 names, one for each column. Got 1 name instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y\n", names="ak"),
            "names must be a list of names. Got 'ak' instead.",
        ),
        (
            lambda: us.read_table(b"a,a,k\n1,2,x\n2,3,y\n"),
            "columns must be of different names. Got 'a' instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n,y\n"),
            "line 3, column 'a' must be a value. Got nothing instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,\n3,y\n", "k"),
            "line 3, column 'k' must be the name of a class. Got nothing instead.",
        ),
        (
            lambda: us.read_table(b"a,k\ninf,x\n2,y\n"),
            "line 2, column 'a' must be a finite number. Got inf instead.",
        ),
        (
            lambda: us.read_table(b"a,k\n1,x\n2,y,z\n"),
            "line 3 must be 2 cells, as the header has. Got 3 instead.",
        ),
        (
            lambda: us.read_table(b"1,2,x\n3,4,y\n5,6,x\n"),
            "the first line must be the names of the columns. Got the number '1' instead.",
        ),
        (
            lambda: us.read_table(b"d,k\n2024-01-01,x\n2024-01-02,y\n"),
            "column 'd' must be of numbers or of texts. Got dates or times instead.",
        ),
        (
            lambda: us.read_table(pd.DataFrame({"a": [1j, 2], "k": ["x", "y"]})),
            "column 'a' must be of real numbers. Got complex ones instead.",
        ),
        (
            lambda: us.read_table(pd.DataFrame({"a": [[1], [2]], "k": ["x", "y"]})),
            "column 'a' must be of numbers or of texts. Got list instead.",
        ),
        (
            lambda: us.read_table(pd.DataFrame({"a": [1.0, 2.0]})),
            "a table must be of at least 2 columns. Got 1 instead.",
        ),
        (
            lambda: us.read_table(pd.DataFrame()),
            "a table must be of at least 2 columns. Got 0 instead.",
        ),
        (
            lambda: us.read_table(b"PAR1 is no table"),
            "source must be a whole Parquet file. Got the table instead.",
        ),
    ],
    "Dataset": [
        (
            lambda: us.Dataset([1, 2], [0, 1]),
            "X must be a table of shape (points, features). Got shape (2,) instead.",
        ),
        (
            lambda: us.Dataset([[1], [2, 3]], [0, 1]),
            "X must be a table whose rows all have the same length. Got rows of different len",
        ),
        (
            lambda: us.Dataset([[1.0], [np.nan]], [0, 1]),
            "X must be finite numbers. Got nan at row 1, column 0 instead.",
        ),
        (
            lambda: us.Dataset([[1.0], [np.inf]], [0, 1]),
            "X must be finite numbers. Got inf at row 1, column 0 instead.",
        ),
        (lambda: us.Dataset([["a"], ["b"]], [0, 1]), "X must be numeric. Got 'a' instead."),
        (
            lambda: us.Dataset(np.zeros((0, 2)), []),
            "X must be at least one point with at least one feature. Got shape (0, 2) instead",
        ),
        (
            lambda: us.Dataset([[1j], [2]], [0, 1]),
            "X must be numeric. Got dtype complex128 instead.",
        ),
        (
            lambda: us.Dataset(None, [0, 1]),
            "X must be a table of shape (points, features). Got shape () instead.",
        ),
        (
            lambda: us.Dataset([[1], [2]], [0, 0]),
            "y must be labels of at least 2 classes. Got only 'c0' instead.",
        ),
        (
            lambda: us.Dataset([[1], [2]], [0, 1, 2]),
            "y must be as long as X, one label for each of its 2 points. Got 3 labels instead",
        ),
        (
            lambda: us.Dataset([[1], [2]], [0.5, 1]),
            "y must be class labels: whole numbers, strings or bools. Got 0.5 at row 0 instea",
        ),
        (
            lambda: us.Dataset([[1], [2]], ["a", None]),
            "y must be a label for each point. Got a missing value at row 1 instead.",
        ),
        (
            lambda: us.Dataset([[1], [2]], np.eye(2)),
            "y must be one label for each point, of shape (n,). Got shape (2, 2) instead.",
        ),
        (
            lambda: us.Dataset([[1], [2]], [0, 1], "ab"),
            "class_names must be a sequence of names. Got 'ab' instead.",
        ),
        (
            lambda: us.Dataset([[1], [2]], [0, 1], ["a"]),
            "class_names must be 2 names, one for each label in y. Got 1 name instead.",
        ),
        (
            lambda: us.Dataset([[1], [2]], [0, 1], ["a", "a"]),
            "class_names must be all different. Got 'a' twice instead.",
        ),
        (
            lambda: us.Dataset([[1], [2]], [0, 1], None, ["x", "y"]),
            "feature_names must be 1 name, one for each column of X. Got 2 names instead.",
        ),
        (
            lambda: LAB.where([]),
            "chosen must be a mask of shape (100,) with at least one True, or indices from -1",
        ),
        (
            lambda: LAB.where([500]),
            "chosen must be a mask of shape (100,) with at least one True, or indices from -1",
        ),
        (
            lambda: LAB.where("all"),
            "chosen must be a mask of shape (100,) with at least one True, or indices from -1",
        ),
        (
            lambda: LAB.where(np.zeros(100, bool)),
            "chosen must be a mask of shape (100,) with at least one True, or indices from -1",
        ),
        (
            lambda: LAB.split(0),
            "test must be a share above 0 and below 1 that leaves points on both sides. Got 0",
        ),
        (
            lambda: LAB.split(1.5),
            "test must be a share above 0 and below 1 that leaves points on both sides. Got 1",
        ),
        (lambda: LAB.split(seed=-1), "seed must be a whole number of at least 0. Got -1 instead."),
        (lambda: LAB.frame("x0"), "target must be a name that no feature has. Got 'x0' instead."),
        (
            lambda: us.datasets.load("none"),
            "name must be one of lab, blobs, moons, circles, spirals, xor, iris, wine, digits",
        ),
        (
            lambda: us.datasets.load("moons", classes=3),
            "setting must be one of n, noise, seed. Got 'classes' instead.",
        ),
        (lambda: us.datasets.moons(n=1), "n must be a whole number of at least 2. Got 1 instead."),
        (
            lambda: us.datasets.blobs(classes=99),
            "classes must be a whole number of at most 20. Got 99 instead.",
        ),
        (
            lambda: us.datasets.moons(noise=-1),
            "noise must be a finite number of at least 0. Got -1 instead.",
        ),
    ],
    "train": [
        (lambda: us.train(LAB.X), "data must be a Dataset. Got ndarray instead."),
        (lambda: us.train(None), "data must be a Dataset. Got NoneType instead."),
        (lambda: us.train(LAB, 3), "recipe must be a Recipe. Got 3 instead."),
        (
            lambda: us.train(LAB, hidden=0),
            "hidden[0] must be a whole number of at least 1. Got 0 instead.",
        ),
        (
            lambda: us.train(LAB, hidden="8"),
            "hidden must be whole numbers, the units of each hidden layer. Got '8' instead.",
        ),
        (
            lambda: us.train(LAB, hidden=(2, -1)),
            "hidden[1] must be a whole number of at least 1. Got -1 instead.",
        ),
        (
            lambda: us.train(LAB, epochs=-1),
            "epochs must be a whole number of at least 0. Got -1 instead.",
        ),
        (
            lambda: us.train(LAB, epochs=1.5),
            "epochs must be a whole number of at least 0. Got 1.5 instead.",
        ),
        (
            lambda: us.train(LAB, batch_size=0),
            "batch_size must be a whole number of at least 1. Got 0 instead.",
        ),
        (
            lambda: us.train(LAB, learning_rate=0),
            "learning_rate must be a finite number above 0. Got 0 instead.",
        ),
        (
            lambda: us.train(LAB, learning_rate=np.nan),
            "learning_rate must be a finite number above 0. Got nan instead.",
        ),
        (
            lambda: us.train(LAB, activation="rellu"),
            "activation must be one of linear, relu, leaky_relu, tanh, sigmoid, elu, softplus",
        ),
        (
            lambda: us.train(LAB, activation=("relu", "tanh")),
            "activation must be one name, or one for each hidden layer, 1 in all. Got 2 in al",
        ),
        (
            lambda: us.train(LAB, optimizer="adm"),
            "optimizer must be one of sgd, rmsprop, adam, adamw. Got 'adm' instead.",
        ),
        (
            lambda: us.train(LAB, seed=-1),
            "seed must be a whole number of at least 0. Got -1 instead.",
        ),
        (lambda: us.train(LAB, l2=-1), "l2 must be a finite number of at least 0. Got -1 instead."),
        (
            lambda: us.train(LAB, l1=(1, 2, 3)),
            "l1 must be one number, or one for each layer, 2 in all. Got 3 in all instead.",
        ),
        (
            lambda: us.train(LAB, momentum=1),
            "momentum must be at least 0 and below 1. Got 1 instead.",
        ),
        (
            lambda: us.train(LAB, one_logit=True),
            "one_logit must be False but for two classes. Got 4 classes instead.",
        ),
        (lambda: us.train(LAB, one_logit=1), "one_logit must be True or False. Got 1 instead."),
        (
            lambda: us.train(LAB, standardize="yes"),
            "standardize must be True, False or \"auto\". Got 'yes' instead.",
        ),
        (
            lambda: us.train(LAB, validation=2),
            "validation must be a share above 0 and below 1, or a Dataset. Got 2 instead.",
        ),
        (
            lambda: us.train(LAB, early_stopping=5),
            "validation must be given with early_stopping. Got None instead.",
        ),
        (
            lambda: us.train(LAB, threads=0),
            "threads must be a whole number from 1 to 1024. Got 0 instead.",
        ),
        (
            lambda: us.train(LAB, hiden=3),
            "setting must be one of hidden, activation, optimizer, learning_rate, batch_size,",
        ),
        (
            lambda: us.train(LAB, us.Recipe(), epochs=3),
            "recipe must be given alone. Got epochs beside it instead.",
        ),
        (lambda: us.train(LAB, start=3), "start must be a Network or a Run. Got int instead."),
        (
            lambda: us.train(LAB, start=us.Network.initialize([3, 2, 4])),
            "start must be a network of 2 inputs and 4 outputs, as the data has. Got 3 inputs",
        ),
        (
            lambda: us.train(LAB, batch_order=[[0, 1]]),
            "batch_order must be whole numbers of shape (epochs, 100). Got int64 of shape (1,",
        ),
        (
            lambda: us.train(LAB, progress="bar"),
            "progress must be True, False or a function. Got 'bar' instead.",
        ),
        (lambda: RUN.at(99), "epoch must be in 0..2. Got 99 instead."),
        (
            lambda: RUN.predict([1, 2]),
            "rows must be of shape (n, 2), a column for each of x0, x1. Got shape (2,) instea",
        ),
        (
            lambda: RUN.predict([[1, 2, 3]]),
            "rows must be of shape (n, 2), a column for each of x0, x1. Got shape (1, 3) inst",
        ),
        (
            lambda: RUN.predict([["a", "b"]]),
            "rows must be rows of features: an array, a data frame, or a Dataset. Got [['a', ",
        ),
        (lambda: RUN.predict([[np.nan, 1]]), "rows must be finite numbers. Got nan instead."),
        (
            lambda: RUN.predict(pd.DataFrame({"a": [1], "b": [2]})),
            "rows must be with the columns x0, x1. Got no column 'x0' and 1 more instead.",
        ),
        (
            lambda: RUN.predict(us.datasets.iris()),
            "rows must be with the features x0, x1. Got no feature 'x0' instead.",
        ),
        (
            lambda: RUN.predict("rows.csv"),
            "rows must be rows of features: an array, a data frame, or a Dataset. Got 'rows.c",
        ),
        (
            lambda: RUN.score(LAB.X),
            "y must be given with rows that have no labels of their own. Got nothing instead.",
        ),
        (
            lambda: RUN.score(LAB.X, [9] * 100),
            "y must be of the classes 0, 1, 2, 3. Got 9 instead.",
        ),
        (
            lambda: RUN.score(LAB.X, [0]),
            "y must be as long as X, one label for each of its 100 points. Got 1 label instea",
        ),
        (
            lambda: RUN.report(pd.DataFrame({"x0": [1], "x1": [2]})),
            "rows must be with the column of the classes, 'class'. Got none instead.",
        ),
        (lambda: us.Run.load("no.npz"), "path must be a run file. Got 'no.npz' instead."),
        (
            lambda: us.Classifier(0).fit(LAB.X, LAB.y),
            "hidden[0] must be a whole number of at least 1. Got 0 instead.",
        ),
        (
            lambda: us.Classifier().fit(LAB.X, np.zeros(100)),
            "y must be labels of at least 2 classes. Got 1 class instead.",
        ),
        (lambda: us.sweep(LAB.X), "data must be a Dataset. Got ndarray instead."),
        (
            lambda: us.sweep(LAB, seeds=0),
            "seeds must be a whole number from 1 to 10000000. Got 0 instead.",
        ),
    ],
    "plot": [
        (lambda: us.plot.data(None), "data must be a Dataset or a Run. Got None instead."),
        (
            lambda: us.plot.data(LAB.X),
            "data must be a Dataset or a Run. Got an array of shape (100, 2) instead.",
        ),
        (lambda: us.plot.data(NET), "data must be a Dataset or a Run. Got a Network instead."),
        (lambda: us.plot.data(LAB, ax=3), "ax must be Matplotlib Axes. Got 3 instead."),
        (
            lambda: us.plot.data(LAB, theme="pink"),
            "theme must be one of light, dark. Got 'pink' instead.",
        ),
        (
            lambda: us.plot.decision_regions(None),
            "net must be a Network, a Run or a fitted model. Got None instead.",
        ),
        (
            lambda: us.plot.decision_regions(NET),
            "data must be a Dataset or a Run. Got None instead.",
        ),
        (
            lambda: us.plot.decision_regions(LAB),
            "net must be a Network, a Run or a fitted model. Got a Dataset instead.",
        ),
        (
            lambda: us.plot.decision_regions(us.Classifier()),
            "net must be a Network, a Run or a fitted model. Got a Classifier instead.",
        ),
        (
            lambda: us.plot.decision_regions(NET, us.datasets.iris()),
            "data must be points with as many features as the network has inputs, 2. Got 4 fe",
        ),
        (
            lambda: us.plot.decision_regions(RUN, features=(0, 5)),
            "features must be two different whole numbers from 0 to 1. Got (0, 5) instead.",
        ),
        (
            lambda: us.plot.decision_regions(RUN, grid=0),
            "grid must be a whole number from 2 to 2048. Got 0 instead.",
        ),
        (
            lambda: us.plot.decision_regions(RUN, margin=500),
            "margin must be a whole number from 0 to 99. Got 500 instead.",
        ),
        (
            lambda: us.plot.decision_regions(RUN, probability="yes"),
            "probability must be True or False. Got 'yes' instead.",
        ),
        (
            lambda: us.plot.hidden_layer([RUN]),
            "net must be a Network, a Run or a fitted model. Got a list instead.",
        ),
        (
            lambda: us.plot.hidden_layer(RUN, layer=4),
            "layer must be below 1, the number of hidden layers. Got 4 instead.",
        ),
        (
            lambda: us.plot.images(LAB),
            "data must be images, at least 9 features named pixel_ROW_COLUMN, row by row. Got",
        ),
        (
            lambda: us.plot.unit_images(RUN),
            "data must be images, at least 9 features named pixel_ROW_COLUMN, row by row. Got",
        ),
        (
            lambda: us.plot.output_layer("net"),
            "net must be a Network, a Run or a fitted model. Got 'net' instead.",
        ),
        (
            lambda: us.plot.output_layer(RUN, units=(0, 9)),
            "units must be two different whole numbers from 0 to 1. Got (0, 9) instead.",
        ),
        (lambda: us.plot.training(NET), "run must be a Run. Got a Network instead."),
        (lambda: us.plot.training(None), "run must be a Run. Got None instead."),
        (lambda: us.plot.sweep(RUN), "swept must be a Sweep. Got a Run instead."),
        (
            lambda: us.plot.save(None, "a.png"),
            "figure must be a Matplotlib figure or its Axes. Got None instead.",
        ),
    ],
    "partition and words": [
        (
            lambda: us.partition(None),
            "net must be a Network, a Run or a fitted model. Got None instead.",
        ),
        (
            lambda: us.partition(NET),
            "window must be ((x0_min, x0_max), (x1_min, x1_max)), finite numbers with each mi",
        ),
        (
            lambda: us.partition(LAB),
            "net must be a Network, a Run or a fitted model. Got a Dataset instead.",
        ),
        (
            lambda: us.partition(us.Classifier()),
            "net must be a Network, a Run or a fitted model. Got a Classifier instead.",
        ),
        (
            lambda: us.partition(NET, 3),
            "window must be ((x0_min, x0_max), (x1_min, x1_max)), finite numbers with each mi",
        ),
        (
            lambda: us.partition(NET, ((1, 0), (0, 1))),
            "window must be ((x0_min, x0_max), (x1_min, x1_max)), finite numbers with each mi",
        ),
        (
            lambda: us.partition(NET, ((0, np.inf), (0, 1))),
            "window must be ((x0_min, x0_max), (x1_min, x1_max)), finite numbers with each mi",
        ),
        (
            lambda: us.partition(us.Network.initialize([3, 2, 2]), ((0, 1), (0, 1))),
            "net must be a network with 2 inputs. Got 3 inputs instead.",
        ),
        (
            lambda: us.partition(NET, LAB, grid=1),
            "grid must be a whole number from 2 to 2048. Got 1 instead.",
        ),
        (
            lambda: us.partition(NET, LAB, max_regions=0),
            "max_regions must be a whole number of at least 1. Got 0 instead.",
        ),
        (lambda: us.partition(NET, LAB, plane="xy"), "plane must be a Plane. Got str instead."),
        (
            lambda: us.explain(None),
            "net must be a Network, a Run or a fitted model. Got None instead.",
        ),
        (lambda: us.explain(NET), "data must be a Dataset or a Run. Got None instead."),
        (
            lambda: us.explain(LAB),
            "net must be a Network, a Run or a fitted model. Got a Dataset instead.",
        ),
        (
            lambda: us.explain(RUN, length="long"),
            "length must be one of brief, normal, full. Got 'long' instead.",
        ),
        (
            lambda: us.explain(RUN, point=100),
            "point must be a whole number from 0 to 99. Got 100 instead.",
        ),
        (
            lambda: us.explain(RUN, point=[1, 2, 3]),
            "point must be a point's number, or its 2 finite numbers. Got [1, 2, 3] instead.",
        ),
        (
            lambda: us.explain(RUN, window=3),
            "window must be ((x0_min, x0_max), (x1_min, x1_max)), finite numbers with each mi",
        ),
        (
            lambda: us.export_html(NET, "a.html"),
            "data must be a Dataset or a Run. Got None instead.",
        ),
        (lambda: us.export_code(RUN, to="c"), "to must be one of numpy, keras. Got 'c' instead."),
    ],
    "split": [
        (
            lambda: us.split(NET),
            "model must be a model of Keras or PyTorch. Got a Network instead.",
        ),
        (lambda: us.split("m.keras"), "model must be a model of Keras or PyTorch. Got a str inst"),
    ],
    "compare": [
        (lambda: us.compare(NET, NET), "data must be a Dataset or a Run. Got None instead. us.Dat"),
        (lambda: us.compare(NET, LAB), "b must be a Network, a Run or a fitted model. Got"),
        (lambda: us.compare("a", NET, LAB), "a must be a Network, a Run or a fitted model."),
        (
            lambda: us.compare(NET, us.Network.initialize([3, 4]), LAB),
            "b must be a network of 2 inputs, as a is. Got one of 3 instead.",
        ),
        (
            lambda: us.compare(NET, us.Network.initialize([2, 3]), LAB),
            "b must be a network of 4 classes, as a is. Got one of 3 instead.",
        ),
        (
            lambda: us.compare(NET, NET, us.datasets.iris()),
            "data must be points with as many features as the networks have inputs, 2. Got 4 fea",
        ),
        (
            lambda: us.compare(us.Network.initialize([2, 3]), us.Network.initialize([2, 3]), LAB),
            "data must be of at most 3 classes, the networks'. Got 4 classes instead.",
        ),
        (
            lambda: us.compare(NET, NET, LAB, names=("a", "a")),
            "names must be two different names. Got ('a', 'a') instead.",
        ),
        (
            lambda: us.compare(NET, NET, LAB, names="ab"),
            "names must be two different names. Got 'ab' instead.",
        ),
        (
            lambda: us.compare(NET, NET, LAB, names=3),
            "names must be two different names. Got 3 instead.",
        ),
        (
            lambda: us.compare(NET, NET, LAB, plane="best"),
            "plane must be a Plane. Got 'best' instead. us.Plane.best(net, data) makes one.",
        ),
        (
            lambda: us.compare(NET, NET, LAB, plane=us.Plane.axes(0, 1, at=[0.0, 0.0, 0.0])),
            "plane must be a plane through a space of 2 dimensions. Got one of 3 instead.",
        ),
        (
            lambda: us.compare(NET, NET, LAB, window=(0, 1)),
            "window must be ((x0_min, x0_max), (x1_min, x1_max)), finite numbers",
        ),
    ],
}
CASES = [
    pytest.param(call, message, id=f"{room} {number}")
    for room, cases in TABLE.items()
    for number, (call, message) in enumerate(cases)
]


@pytest.mark.parametrize(("call", "message"), CASES)
def test_bad_input_is_refused_in_these_words(call, message):
    with pytest.raises(UnitscopeError) as refused:
        call()
    assert str(refused.value).startswith(message)


def test_the_table_has_all_it_should():
    assert len(CASES) >= 120
    assert all(" must be " in case.values[1] for case in CASES)
