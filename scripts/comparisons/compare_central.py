#!/usr/bin/env python3
"""Compares federated training with a model that scikit-learn fits to all records together.

    compare_central.py SIMULATOR FOLDER [SPLITS]

SIMULATOR is the program consilium-simulator, FOLDER has schema.toml and a CSV file for each hospital, as
examples/public-tables/prepare.py writes them, SPLITS is the number of divisions into training and test
records (default 200). Needs Python 3.11 and scikit-learn: python3 -m venv v && v/bin/pip install scikit-learn

Both hold out 30 % of each hospital's records; the divisions are drawn independently, so compare the means.
The central model sees the features as z-scores over all training records, and is evaluated on all test
records together; so is the federated one.
"""
import csv
import json
import pathlib
import statistics
import subprocess
import sys
import tomllib

import numpy
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, mean_absolute_error, r2_score, roc_auc_score
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

TEST = 0.3
SPLITS = 200


def read(schema, path):
    """Features, NaN where missing, and labels of one hospital, in the schema's order."""
    everywhere = schema.get("missing", [""])
    features, labels = [], []
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            values, label = [], None
            for column in schema["column"]:
                cell = row[column["name"]]
                missing = cell in [*everywhere, *column.get("missing", [])]
                if column["type"] == "target":
                    label = None if missing else float(cell)
                elif column["type"] == "label":
                    label = None if missing else column["classes"].index(cell)
                elif column["type"] == "numeric":
                    values.append(numpy.nan if missing else float(cell))
                elif column["type"] == "categorical":
                    known = column["categories"][int(column.get("drop_first", False)):]
                    values += [float(cell == category) for category in known]
            if label is not None:
                features.append(values)
                labels.append(label)
    return numpy.array(features), numpy.array(labels)


def central(schema, hospitals, seed):
    """Metrics of a model that is fitted to the training records of all hospitals."""
    is_regression = any(column["type"] == "target" for column in schema["column"])
    parts = [train_test_split(*hospital, test_size=TEST, random_state=seed) for hospital in hospitals]
    x_train, x_test, y_train, y_test = (numpy.concatenate(part) for part in zip(*parts))
    imputer = SimpleImputer(add_indicator=schema.get("missing_indicators", False))
    scaler = StandardScaler()
    x_train = scaler.fit_transform(imputer.fit_transform(x_train))
    x_test = scaler.transform(imputer.transform(x_test))
    if is_regression:
        predicted = LinearRegression().fit(x_train, y_train).predict(x_test)
        return {
            "mae": mean_absolute_error(y_test, predicted),
            "rmse": root_mean_squared_error(y_test, predicted),
            "r2": r2_score(y_test, predicted),
        }
    model = LogisticRegression(C=numpy.inf, max_iter=1000).fit(x_train, y_train)
    return {
        "accuracy": accuracy_score(y_test, model.predict(x_test)),
        "auc": roc_auc_score(y_test, model.predict_proba(x_test)[:, 1]),
    }


def federated(simulator, folder, seed):
    """Metrics of the simulator's model, with its defaults."""
    command = [simulator, "fedavg", "--data", folder, "--split-seed", str(seed), "--seeds", "42", "--json"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return report["models"][0]["pooled_test"]


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    simulator, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    splits = range(int(sys.argv[3]) if len(sys.argv) > 3 else SPLITS)
    schema = tomllib.loads((folder / "schema.toml").read_text(encoding="utf-8"))
    files = sorted(path for path in folder.glob("*.csv") if path.name != "root.csv")
    hospitals = [read(schema, path) for path in files]
    ours = [federated(simulator, folder, seed) for seed in splits]
    theirs = [central(schema, hospitals, seed) for seed in splits]
    print(f"{len(splits)} divisions: mean (standard deviation)")
    for metric in theirs[0]:
        means, texts = [], []
        for results in (ours, theirs):
            values = [result[metric] for result in results]
            means.append(statistics.fmean(values))
            texts.append(f"{means[-1]:.4f} ({statistics.stdev(values):.4f})")
        print(f"{metric:>8}  federated {texts[0]}  central {texts[1]}  ratio {means[0] / means[1]:.4f}")


if __name__ == "__main__":
    main()
